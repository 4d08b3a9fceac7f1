"""Double entry: the only place that knows balances."""

from __future__ import annotations
