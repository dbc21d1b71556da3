"""Moves date partitions between a warehouse and the replica; knows nothing of features."""
