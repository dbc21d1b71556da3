"""The tables of ``sql/schema`` as :class:`sync.model.Table`, parsed from their GoogleSQL DDL."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from featurestore import sqlfiles
from sync.errors import BadInput
from sync.model import Column, Table

if TYPE_CHECKING:
    from featurestore.sqlfiles import SqlFile

SUMMARY = "nba_analytics.player_game_summary"
INJURIES = "nba_raw.nbac_injury_report"
STORE = "nba_predictions.ml_feature_store_v2"
GAPS = "nba_predictions.feature_store_gaps"
RUNS = "nba_reference.processor_run_history"


@lru_cache(maxsize=1)
def tables() -> dict[str, Table]:
    """All declared tables by full name."""
    return {file.name: parse_table(file) for file in sqlfiles.load("schema")}


def table(name: str) -> Table:
    """The declared table of a full name, or of a bare one that only one dataset has.

    Raises:
        BadInput: there is none; the known names are listed.
    """
    found = [known for known in tables().values() if name in (known.full_name, known.name)]
    if not found:
        raise BadInput(
            f"table {name}: unknown; known are {', '.join(tables())}",
            hint="name one of the known tables",
            table=name,
        )
    return found[0]


def column_types() -> dict[str, dict[str, str]]:
    """Full table name to column to GoogleSQL type, as the dialect takes it."""
    return {
        name: {column.name: column.type for column in known.columns}
        for name, known in tables().items()
    }


def partitioned() -> dict[str, str]:
    """Full table name to partition column."""
    return {name: known.partition_column for name, known in tables().items()}


def parse_table(file: SqlFile) -> Table:
    """A table from its DDL and its header (key, direction, optional). Pure."""
    tree = sqlglot.parse_one(file.text, read="bigquery")
    body = tree.this
    properties = tree.args["properties"].expressions
    partition = next(p for p in properties if isinstance(p, exp.PartitionedByProperty))
    cluster = next((p for p in properties if isinstance(p, exp.ClusterProperty)), None)
    options = {
        option.name: option.args["value"].sql("bigquery")
        for option in properties
        if isinstance(option, exp.Property) and isinstance(option.this, exp.Var | exp.Literal)
    }
    dataset, name = file.name.split(".")
    return Table(
        dataset=dataset,
        name=name,
        columns=tuple(_column(node) for node in body.expressions),
        partition_column=partition.this.name,
        key=file.header.names("key"),
        direction=file.header.fields["direction"],  # type: ignore[arg-type]
        clustering=tuple(node.name for node in cluster.expressions) if cluster else (),
        requires_filter=options.get("require_partition_filter", "").upper() == "TRUE",
        optional=file.header.fields.get("optional") == "yes",
        ddl=file.text,
    )


def _column(node: exp.ColumnDef) -> Column:
    constraints = [constraint.kind for constraint in node.constraints]
    default = next(
        (c.this.sql("bigquery") for c in constraints if isinstance(c, exp.DefaultColumnConstraint)),
        None,
    )
    described = next(
        (
            option.args["value"].name
            for c in constraints
            if isinstance(c, exp.Properties)
            for option in c.expressions
        ),
        "",
    )
    kind = node.args["kind"].sql("bigquery").replace(", ", ",")
    return Column(
        name=node.name,
        type=kind,
        required=any(isinstance(c, exp.NotNullColumnConstraint) for c in constraints),
        default=default,
        description=described,
    )


_LOGICAL_BYTES = {"BOOL": 1, "NUMERIC": 16, "BIGNUMERIC": 32}
_TEXT_BYTES = 16


def row_bytes(table: Table) -> int:
    """About how many logical bytes BigQuery bills for one row, texts taken as 16. Pure.

    A NULL counts nothing there, so this is an upper estimate. An array counts as 37 values.
    """
    return sum(_column_bytes(column.type) for column in table.columns)


def _column_bytes(kind: str) -> int:
    if kind.startswith("ARRAY<"):
        return 37 * _column_bytes(kind[6:-1])
    if kind in ("STRING", "BYTES", "JSON") or kind.startswith("STRUCT<"):
        return _TEXT_BYTES
    return _LOGICAL_BYTES.get(kind.partition("(")[0], 8)
