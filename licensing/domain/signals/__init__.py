"""Rights signals: one policy value, said in seven dialects. Pure functions; nothing here knows a file or a server."""
