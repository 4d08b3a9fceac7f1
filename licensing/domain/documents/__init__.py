"""Documents people read and keep: what is on their pages, before any of it is set or signed."""
