"""Reads Parquet, CSV and JSON files into a temporary table, `incoming`."""
