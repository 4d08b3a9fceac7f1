"""What people and jobs can do with datasets."""
