"""Compares: rows with rows, a store with another, one SQL on two engines, a date with its past."""
