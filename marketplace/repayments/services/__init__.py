"""What can be done about repayments."""
