"""What licensing speaks to outside Python: the typesetter, the seal on documents, time stamping authorities."""
