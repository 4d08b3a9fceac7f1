"""What a dataset is, in plain Python: plan, rows, folder layout, proofs."""
