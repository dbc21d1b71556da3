"""GoogleSQL to DuckDB, by proven rules alone: what has no rule is refused by name.

Pure: reads SQL text and gives SQL text. sqlglot parses, annotates types and writes; the rules in
``featurestore.dialect.rules`` mend what differs silently between the two engines.
"""

from featurestore.dialect.refuse import Refusal, check
from featurestore.dialect.translate import Translated, to_duckdb_sql, translate

__all__ = ["Refusal", "Translated", "check", "to_duckdb_sql", "translate"]
