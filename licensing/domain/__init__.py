"""Pure rules of licensing: standard library only."""
