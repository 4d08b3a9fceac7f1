"""The labelled cuts: what they are made of, and how detections are held against them."""
