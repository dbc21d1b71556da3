"""DuckDB: connections, types, names, digests, locks."""
