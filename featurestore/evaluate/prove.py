"""Runs a statement on both engines over a slice of the replica's own rows, and compares them.

The result holds for these rows only, and is recorded as such: the statement may run in DuckDB, with
a note on how many rows it was compared. It never becomes a proven construct.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from featurestore import dialect, query
from featurestore.evaluate.comparison import RowDifference, differences
from featurestore.evaluate.reference import run
from featurestore.evaluate.slices import Slice, selected
from sync.duck import connections, statement_guard
from sync.duck.clauses import cast_column
from sync.duck.quoting import quote, quote_table
from sync.duck.types import duckdb_type
from sync.errors import BadInput
from sync.sql_text import join, sql

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pyarrow as pa

    from featurestore.query_parameters import Given, Value
    from sync.replica.file import Replica

MOST_ROWS = 2_000
"""Default limit of compared rows, over all tables: joins are nested loops."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The result of comparing the two engines.

    Attributes:
        unproven: Constructs that have no proven rule, in alphabetical order.
        input_rows: Rows that both engines received.
        output_rows: Rows that the reference evaluator returned.
        first: First date of the input; None if the statement has no date.
        last: Last date; None if the statement has no upper bound.
        differences: Rows that differ.
    """

    unproven: tuple[str, ...]
    input_rows: int
    output_rows: int
    first: date | None
    last: date | None
    differences: tuple[RowDifference, ...]


def prove(
    replica: Replica,
    sql: str,
    parameters: Mapping[str, Given] | None = None,
    *,
    most_rows: int = MOST_ROWS,
) -> Proof:
    """Compare both engines over the newest rows that the statement's bounds select.

    A statement that returns rows, and the same ones on both engines, is recorded.

    Raises:
        BadInput: as :func:`featurestore.query.query`, or one engine refuses a value.
        Refused: it is not one bounded SELECT, DuckDB has no counterpart of a construct, or the
            reference evaluator lacks a function.
    """
    values = query.analysed(sql, parameters or {})
    read = query.require_bounded(sql)
    types = {name: value.type for name, value in values.items()}
    unproven: set[str] = set()
    translated = dialect.translate(
        sql, columns=query.schema(), parameters=types, unproven_into=unproven
    )
    rows = selected(replica, sql, values, most_rows=most_rows, newest=True)
    reference = run(sql, values, rows)
    ours = _run_duckdb(translated.sql, read, values, rows)
    json_columns = frozenset(
        name for name, kind in translated.columns.items() if kind.upper() == "JSON"
    )
    different = differences(_plain(ours), _plain(reference), json_columns)
    proof = Proof(
        unproven=tuple(sorted(unproven)),
        input_rows=rows.count,
        output_rows=reference.num_rows,
        first=rows.first,
        last=rows.last,
        differences=tuple(different),
    )
    if not different and reference.num_rows:
        query.remember_proof(sql, types, input_rows=rows.count)
    return proof


def _run_duckdb(
    translated: str, read: frozenset[str], values: Mapping[str, Value], rows: Slice
) -> pa.Table:
    """The statement's rows over the same slice, in a separate database."""
    bound = {name.lower(): value.value for name, value in values.items()}
    with closing(connections.connect(None)) as con:
        for name, table in rows.rows.items():
            dataset = name.rpartition(".")[0]
            columns = join(
                ", ",
                (
                    cast_column(column, duckdb_type(kind))
                    for column, kind in rows.types[name].items()
                ),
            )
            con.execute(sql("CREATE SCHEMA IF NOT EXISTS {}", quote(dataset)))
            con.register("incoming", table)
            con.execute(
                sql("CREATE TABLE {} AS SELECT {} FROM incoming", quote_table(name), columns)
            )
            con.unregister("incoming")
        try:
            statement = statement_guard.require_select(con, translated, read)
            return con.sql(statement, params=bound or None).to_arrow_table()
        except duckdb.Error as error:
            said = dialect.failure_message(str(error))
            raise BadInput(f"query: DuckDB: {said}", sql=translated) from error


def _plain(table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows
