"""The HTTP edge of this floor."""
