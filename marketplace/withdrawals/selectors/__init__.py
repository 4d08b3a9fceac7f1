"""Reading withdrawals, notices and claims."""
