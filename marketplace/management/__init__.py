"""Commands of the marketplace."""

from __future__ import annotations
