"""Delivery: an order becomes a folder of files a buyer can load, check and prove."""
