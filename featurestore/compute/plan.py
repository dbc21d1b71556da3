"""The statements that compute the store locally: each relation in order, in DuckDB's SQL."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from featurestore.compute.relations import Step, translated
from featurestore.definitions import compose, sql_files, tables

# Parameters that a relation may use, with their GoogleSQL types.
PARAMETERS = {
    "start_date": "DATE",
    "end_date": "DATE",
    "include_bootstrap": "BOOL",
    "bootstrap_days": "INT64",
    "include_injured": "BOOL",
    "computed_at": "TIMESTAMP",
}
# Parameters with a default.
DEFAULTS = {"include_injured": False}
# The kept row, the columns that follow from its pattern, and the row that is made of both.
STORED_ROW = "stored_row"
FEATURE_QUALITY = "feature_quality"
STORE = "ml_feature_store_v2"
# All features by name.
FEATURE_VALUE = "feature_value"
BOOTSTRAP_GAP = "bootstrap_gap"
LISTED_GAP = "listed_gap"
_COMMENT_LINE = re.compile(r"^ *--.*\n", re.MULTILINE)


def features_sql(root: str = STORE) -> str:
    """The composed GoogleSQL statement of a relation, as Google's evaluator runs it."""
    return compose.compose_sql(root, compose.by_name(sql_files.load("features")))


@lru_cache(maxsize=1)
def sql_digest() -> str:
    """Hex SHA-256 of the composed GoogleSQL without its comments.

    Changes with any relation's statement, but not with its comments.
    """
    statement = _COMMENT_LINE.sub("", features_sql())
    return hashlib.sha256(statement.encode()).hexdigest()


@lru_cache(maxsize=1)
def steps() -> tuple[Step, ...]:
    """All relations of the store and of its gaps, each after its inputs.

    Each except the last two becomes a temporary table: it is computed once for all its readers, and
    its time can be measured. The last two are the kept rows and the store's. BigQuery runs the same
    files in the same order, as one script.
    """
    return translated(
        [BOOTSTRAP_GAP, LISTED_GAP, STORE],
        sql_files.load("features"),
        columns=tables.column_types(),
        parameters=PARAMETERS,
    )


def step(name: str) -> Step:
    """One of the relations."""
    return next(step for step in steps() if step.name == name)
