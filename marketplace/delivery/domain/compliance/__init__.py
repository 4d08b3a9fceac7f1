"""What a buyer gives its regulator, from the same rows as the delivery: facts, fields with their sources, papers."""
