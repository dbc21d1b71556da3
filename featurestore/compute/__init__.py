"""Computes a range's features, here or in the warehouse, and records what is missing."""
