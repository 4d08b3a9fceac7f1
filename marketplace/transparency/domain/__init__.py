"""Trees, entries and signed heads, in plain Python."""
