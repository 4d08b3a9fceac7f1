"""Reading repayments."""
