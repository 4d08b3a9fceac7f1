"""Footage comes in as bytes here and leaves as facts: uploads, assets, clips, previews."""
