"""What is done with keys and with the log."""
