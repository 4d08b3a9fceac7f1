"""Rules of repayments, in plain Python."""
