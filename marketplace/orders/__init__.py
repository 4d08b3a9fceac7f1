"""Quotes, orders, payments and licences."""

from __future__ import annotations
