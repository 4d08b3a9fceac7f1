"""The whole story in one run: a rush comes in as bytes and leaves as a licensed, verified dataset."""
