"""Checks SQL files: bounds, leaks, and constructs without a proven translation."""
