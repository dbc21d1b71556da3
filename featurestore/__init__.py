"""A local replica of a BigQuery feature store: the same GoogleSQL, computed in DuckDB."""
