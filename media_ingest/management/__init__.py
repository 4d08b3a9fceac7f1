"""See the module names: each file holds what its noun says."""
