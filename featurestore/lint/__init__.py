"""Checks SQL files: bounds, leaks, and what the dialect has no proven rule for."""
