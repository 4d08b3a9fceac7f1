"""Sending what was credited to a buyer back to where the money came from."""
