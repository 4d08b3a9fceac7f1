"""Rules of withdrawals, in plain Python."""
