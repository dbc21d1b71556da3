"""Comparisons: two stores, two versions of the SQL, two engines, a value with its source rows."""
