"""Measurements: what `docs/performance.md` is made from."""
