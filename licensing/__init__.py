"""What may be done with the footage, and for how much: clauses, contracts, rate cards, use cases."""
