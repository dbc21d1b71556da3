"""Finds what is missing or wrong in a store, and explains why."""
