"""Detectors: each looks at what is known of a file's clips, or at the file, and gives labels. None refuses anything."""
