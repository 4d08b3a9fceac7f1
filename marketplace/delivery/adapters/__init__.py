"""Bytes: tar shards, manifests, keys and signatures."""
