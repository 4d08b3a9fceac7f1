"""What can be done about withdrawals, notices and claims."""
