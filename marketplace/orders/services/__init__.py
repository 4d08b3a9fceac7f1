"""Changing quotes and orders: one function, one business operation."""

from __future__ import annotations
