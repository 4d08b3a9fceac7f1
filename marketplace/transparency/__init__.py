"""Proof: signing keys, and an append-only log of what was licensed, that anybody can check."""
