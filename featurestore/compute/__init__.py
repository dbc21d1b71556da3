"""Computes a range's features, here or in the warehouse, and logs the gaps."""
