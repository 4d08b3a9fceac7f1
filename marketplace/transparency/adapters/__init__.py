"""Keys on disk and signatures."""
