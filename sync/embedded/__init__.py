"""The embedded warehouse: a DuckDB file that stands for the real one."""
