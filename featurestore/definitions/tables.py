"""The tables of ``sql/schema`` as :class:`sync.model.Table`."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from typing import TYPE_CHECKING

from featurestore.definitions import sql_files
from featurestore.definitions.features import feature_count
from featurestore.disk_cache import cached
from featurestore.suggestions import did_you_mean
from sync.errors import BadInput
from sync.model import Column, Table

if TYPE_CHECKING:
    from typing import Any

SUMMARY = "nba_analytics.player_game_summary"
INJURIES = "nba_raw.nbac_injury_report"
STORE = "nba_predictions.ml_feature_store_v2"
GAPS = "nba_predictions.feature_store_gaps"
RUNS = "nba_reference.processor_run_history"
FEATURES_VIEW = "featurestore.features"
"""The replica's view of the stored features by name."""


@lru_cache(maxsize=1)
def tables() -> dict[str, Table]:
    """All declared tables by full name."""
    files = sql_files.load("schema")
    parsed = cached("tables", [[file.name, file.text] for file in files], _parsed)
    return {table.full_name: table for table in map(_table, parsed)}


def _parsed() -> list[dict[str, Any]]:
    from featurestore.definitions import ddl

    return [asdict(ddl.parse_table(file)) for file in sql_files.load("schema")]


def _table(parsed: dict[str, Any]) -> Table:
    """A table from its :func:`dataclasses.asdict`, possibly after JSON."""
    columns = {
        name: tuple(Column(**column) for column in parsed[name])
        for name in ("columns", "unwritten")
    }
    lists = {name: tuple(parsed[name]) for name in ("key", "clustering")}
    return Table(**{**parsed, **lists, **columns})


def table(name: str) -> Table:
    """The declared table with a full name, or with a bare one that only one dataset has.

    Raises:
        BadInput: there is none; lists the known names.
    """
    matches = [known for known in tables().values() if name in (known.full_name, known.name)]
    if not matches:
        raise BadInput(
            f"table {name}: unknown; known are {', '.join(tables())}",
            hint=did_you_mean(name, tables()),
            table=name,
        )
    return matches[0]


def column_types() -> dict[str, dict[str, str]]:
    """Full table name to column to GoogleSQL type, as the dialect expects it."""
    return {
        name: {column.name: column.type for column in known.all_columns}
        for name, known in tables().items()
    }


def partitioned() -> dict[str, str]:
    """Full table name to partition column."""
    return {name: known.partition_column for name, known in tables().items()}


_LOGICAL_BYTES = {"BOOL": 1, "NUMERIC": 16, "BIGNUMERIC": 32}
_TEXT_BYTES = 16


def row_bytes(table: Table) -> int:
    """About how many logical bytes BigQuery bills for one row, with 16 for a text. Pure.

    BigQuery does not count NULLs, so this is an upper estimate. An array has one value per feature.
    """
    return sum(_column_bytes(column.type) for column in table.columns)


def _column_bytes(kind: str) -> int:
    if kind.startswith("ARRAY<"):
        return feature_count() * _column_bytes(kind[6:-1])
    if kind in ("STRING", "BYTES", "JSON") or kind.startswith("STRUCT<"):
        return _TEXT_BYTES
    return _LOGICAL_BYTES.get(kind.partition("(")[0], 8)
