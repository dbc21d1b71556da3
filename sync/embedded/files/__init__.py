"""Reads Parquet, CSV and JSON files as rows of one temporary table, `incoming`."""
