"""GoogleSQL to DuckDB, by proven rules alone: what has no rule is refused by name.

Pure: reads SQL text and gives SQL text. sqlglot parses, annotates types and writes; the rules in
``featurestore.dialect.rules`` fix what differs silently between the two engines, and
``featurestore.dialect.proven`` lists what a golden case has proven.
"""

from featurestore.dialect.nodes import failure_message
from featurestore.dialect.proven import PROVEN
from featurestore.dialect.refuse import Refusal, check, constructs
from featurestore.dialect.translate import Translated, to_duckdb_sql, translate

__all__ = [
    "PROVEN",
    "Refusal",
    "Translated",
    "check",
    "constructs",
    "failure_message",
    "to_duckdb_sql",
    "translate",
]
