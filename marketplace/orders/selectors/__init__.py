"""Reading quotes, orders, licences and earnings."""

from __future__ import annotations
