"""Pure rules of offers and orders."""

from __future__ import annotations
