"""The generated reference: pages written from what the product itself says, so that they cannot disagree with it."""

from __future__ import annotations
