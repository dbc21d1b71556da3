"""The embedded warehouse: a DuckDB file in place of the real one."""
