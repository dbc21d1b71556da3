"""GoogleSQL to DuckDB, by proven rules only: a construct without a rule is refused by name.

Pure: SQL text in, SQL text out. sqlglot parses, annotates types and writes; the rules in
``featurestore.dialect.rules`` fix silent differences between the two engines, and
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
