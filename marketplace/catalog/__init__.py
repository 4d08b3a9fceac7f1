"""Clips on offer: listings and search."""

from __future__ import annotations
