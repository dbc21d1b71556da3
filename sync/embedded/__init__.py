"""The embedded warehouse: a DuckDB file instead of BigQuery."""
