"""Compares the rows of two holders column by column, in DuckDB, as sets.

Floats count as the same within 1e-9, relative or absolute; all else is compared exactly, NULL
being a value of its own. BigQuery holds no NULL array: one is the same as an empty array.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from sync.duck.quoting import quote, quote_list
from sync.duck.types import duckdb_type, split_top_level
from sync.duck.watched_stream import WatchedStream
from sync.errors import WarehouseFailed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import pyarrow as pa

    from sync.model import Column, Table

TOLERANCE = 1e-9
LOCAL, REMOTE = "rows_here", "rows_there"


@dataclass(frozen=True, slots=True)
class ColumnDifference:
    """A column whose values differ in rows that both sides have.

    Attributes:
        column: Its name.
        rows: Number of rows with differing values.
        row: One of them, the first by key: its key's columns and values.
        here: The value of this row here, as text; None for NULL.
        there: The value there.
    """

    column: str
    rows: int
    row: str
    here: str | None
    there: str | None


@dataclass(frozen=True, slots=True)
class DateDifference:
    """A date with differences, in rows."""

    day: date
    only_here: int
    only_there: int
    different: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two sides hold, and where they differ.

    Attributes:
        rows_here: Rows of this side.
        rows_there: Rows of the other side.
        only_here: Rows whose key the other side lacks; a repeated key counts by its repetitions.
        only_there: Rows whose key this side lacks.
        different: Rows that both have, with a differing value.
        row_only_here: One such row's key, or None.
        row_only_there: One such row's key, or None.
        columns: The differing columns in column order.
        dates: The dates with a difference, ascending.
    """

    rows_here: int
    rows_there: int
    only_here: int
    only_there: int
    different: int
    row_only_here: str | None
    row_only_there: str | None
    columns: tuple[ColumnDifference, ...]
    dates: tuple[DateDifference, ...]

    @property
    def is_same(self) -> bool:
        """Whether there is no difference at all."""
        return not (self.only_here or self.only_there or self.different)


def hold(
    con: duckdb.DuckDBPyConnection,
    side: str,
    table: Table,
    columns: Sequence[Column],
    rows_sql: str,
    values: Mapping[str, object] | None = None,
) -> None:
    """Keep the rows of a SELECT as one side, cast to the declared types.

    Args:
        con: May be read-only: the rows become a temporary table.
        side: ``LOCAL`` or ``REMOTE``.
        table: Gives the key.
        columns: What is compared, the key included; matched by name.
        rows_sql: A SELECT.
        values: Its parameters.
    """
    casts = ", ".join(f"{quote(c.name)}::{duckdb_type(c.type)} AS {quote(c.name)}" for c in columns)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {side} AS SELECT {casts}, 1 AS _ordinal"
        f" FROM ({rows_sql}) AS given",
        values or {},
    )
    key = quote_list(table.key)
    (repeated,) = con.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM {side} GROUP BY {key} HAVING count(*) > 1)"
    ).fetchall()[0]
    if repeated:
        # Only then: numbering rows sorts all of them.
        names = quote_list(column.name for column in columns)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {side} AS SELECT {names}, row_number() OVER"
            f" (PARTITION BY {key} ORDER BY hash({names})) AS _ordinal FROM {side}"
        )


def hold_stream(
    con: duckdb.DuckDBPyConnection,
    side: str,
    table: Table,
    columns: Sequence[Column],
    reader: pa.RecordBatchReader,
) -> None:
    """Keep arriving rows as one side, like :func:`hold`; a column that does not arrive is NULL.

    Raises:
        WarehouseFailed: the stream broke off.
    """
    stream = WatchedStream(reader)
    arriving = set(reader.schema.names)
    names = ", ".join(
        quote(column.name) if column.name in arriving else f"NULL AS {quote(column.name)}"
        for column in columns
    )
    con.register("incoming", stream.reader())
    try:
        hold(con, side, table, columns, f"SELECT {names} FROM incoming")
    except duckdb.Error as error:
        if not stream.died:
            raise
        raise stream.failure or WarehouseFailed(
            f"{table.full_name}: the stream broke off: {str(error).splitlines()[0]}",
            hint="run the same command again",
            table=table.full_name,
        ) from error
    con.unregister("incoming")


def compare(con: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[Column]) -> Comparison:
    """Compare the two sides that :func:`hold` kept.

    Args:
        con: The same connection.
        table: Gives the key and the partition column.
        columns: As they were given to ``hold``.
    """
    compared = [column for column in columns if column.name not in table.key]
    con.execute(verdict_sql(table, compared))
    here, there, only_here, only_there, different = con.execute(
        f"""SELECT (SELECT count(*) FROM {LOCAL}), (SELECT count(*) FROM {REMOTE}),
            count(*) FILTER (_side = 'here'), count(*) FILTER (_side = 'there'),
            count(*) FILTER (_side = 'both')
        FROM row_differences"""
    ).fetchall()[0]
    dates = con.execute(
        f"""SELECT {quote(table.partition_column)} AS day, count(*) FILTER (_side = 'here'),
            count(*) FILTER (_side = 'there'), count(*) FILTER (_side = 'both')
        FROM row_differences GROUP BY day ORDER BY day"""
    ).fetchall()
    return Comparison(
        rows_here=here,
        rows_there=there,
        only_here=only_here,
        only_there=only_there,
        different=different,
        row_only_here=_one_row(con, table, "here"),
        row_only_there=_one_row(con, table, "there"),
        columns=_columns(con, table, compared),
        dates=tuple(DateDifference(*row) for row in dates),
    )


def verdict_sql(table: Table, compared: Sequence[Column]) -> str:
    """CREATE TEMP TABLE of the rows that differ: key, side, and a flag for each column."""
    key = quote_list([*table.key, "_ordinal"])
    flags = "".join(
        f",\n(h._ordinal IS NOT NULL AND t._ordinal IS NOT NULL AND"
        f" {differs_sql(c.type, f'h.{quote(c.name)}', f't.{quote(c.name)}')}) AS {quote(c.name)}"
        for c in compared
    )
    some = " OR ".join(["_side <> 'both'", *(quote(column.name) for column in compared)])
    return f"""CREATE OR REPLACE TEMP TABLE row_differences AS FROM (
        SELECT {key}, CASE WHEN h._ordinal IS NULL THEN 'there' WHEN t._ordinal IS NULL THEN 'here'
            ELSE 'both' END AS _side{flags}
        FROM {LOCAL} AS h FULL JOIN {REMOTE} AS t USING ({key})) AS joined
    WHERE {some}"""


def differs_sql(kind: str, here: str, there: str) -> str:
    """A condition, never NULL: two values of a GoogleSQL type differ. Pure."""
    if kind == "FLOAT64":
        close = f"abs({here} - {there}) <= {TOLERANCE} * greatest(1, abs({here}), abs({there}))"
        # Infinities are close to nothing.
        finite = f"isfinite({here}) AND isfinite({there})"
        return f"({here} IS DISTINCT FROM {there} AND NOT coalesce({finite} AND {close}, FALSE))"
    if kind.startswith("ARRAY<"):
        here, there = f"coalesce({here}, [])", f"coalesce({there}, [])"
        element = differs_sql(kind[6:-1], "pair[1]", "pair[2]")
        if element == "(pair[1] IS DISTINCT FROM pair[2])":
            return f"({here} IS DISTINCT FROM {there})"
        return (
            f"(len({here}) <> len({there}) OR coalesce(list_bool_or(list_transform("
            f"list_zip({here}, {there}), lambda pair: {element})), FALSE))"
        )
    if kind.startswith("STRUCT<"):
        fields = [part.partition(" ") for part in split_top_level(kind[7:-1])]
        parts = [differs_sql(t, f"{here}.{quote(n)}", f"{there}.{quote(n)}") for n, _, t in fields]
        return f"(({here} IS NULL) <> ({there} IS NULL) OR {' OR '.join(parts)})"
    return f"({here} IS DISTINCT FROM {there})"


def _one_row(con: duckdb.DuckDBPyConnection, table: Table, side: str) -> str | None:
    key = quote_list(table.key)
    row = con.execute(
        f"SELECT {_row_sql(table)} FROM row_differences WHERE _side = ? ORDER BY {key} LIMIT 1",
        [side],
    ).fetchone()
    return str(row[0]) if row else None


def _row_sql(table: Table, alias: str = "row_differences") -> str:
    """The key of a row as text: ``player_lookup ann, game_date 2025-01-01``."""
    parts = [f"'{name} ' || {alias}.{quote(name)}::VARCHAR" for name in table.key]
    return f"concat_ws(', ', {', '.join(parts)})"


def _columns(
    con: duckdb.DuckDBPyConnection, table: Table, compared: Sequence[Column]
) -> tuple[ColumnDifference, ...]:
    counts = ", ".join(f"count(*) FILTER ({quote(column.name)})" for column in compared)
    found = con.execute(f"SELECT {counts or 1} FROM row_differences").fetchall()[0]
    key = quote_list([*table.key, "_ordinal"])
    differences = []
    for column, rows in zip(compared, found if compared else (), strict=True):
        if rows:
            name = quote(column.name)
            (example,) = con.execute(
                f"""SELECT {_row_sql(table, "v")}, h.{name}::VARCHAR, t.{name}::VARCHAR
                FROM (SELECT {key} FROM row_differences WHERE {name} ORDER BY {key} LIMIT 1) AS v
                JOIN {LOCAL} AS h USING ({key}) JOIN {REMOTE} AS t USING ({key})"""
            ).fetchall()
            differences.append(ColumnDifference(column.name, rows, *example))
    return tuple(differences)
