"""Compares two sets of rows column by column, in DuckDB.

Floats are equal within 1e-9, relative or absolute; all other values are compared exactly, and NULL
equals NULL. BigQuery has no NULL array, so a NULL array equals an empty one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.verify.comparison import ColumnDifference, Comparison, DateDifference
from sync.duck.clauses import declared_columns, repeated_keys
from sync.duck.quoting import quote, quote_list, quote_literal
from sync.duck.types import split_top_level
from sync.duck.watched_stream import arriving
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb
    import pyarrow as pa

    from sync.model import Column, Table

TOLERANCE = 1e-9
_DIFFERENCES = Sql("row_differences")
LOCAL, REMOTE = Sql("rows_here"), Sql("rows_there")


def hold(
    con: duckdb.DuckDBPyConnection,
    side: Sql,
    table: Table,
    columns: Sequence[Column],
    rows: Sql,
    values: Mapping[str, object] | None = None,
) -> None:
    """Keep the rows of a SELECT as one side, cast to the declared types.

    Args:
        con: May be read-only: the rows become a temporary table.
        side: ``LOCAL`` or ``REMOTE``.
        table: Has the key.
        columns: The columns to compare, the key included; matched by name.
        rows: A SELECT.
        values: Values of its parameters.
    """
    casts = declared_columns(columns, [column.name for column in columns])
    con.execute(
        sql(
            "CREATE OR REPLACE TEMP TABLE {} AS SELECT {}, 1 AS _ordinal FROM ({}) AS given",
            side,
            casts,
            rows,
        ),
        values or {},
    )
    key = quote_list(table.key)
    (repeated,) = con.execute(
        sql("SELECT count(*) FROM ({})", repeated_keys(table.key, side))
    ).fetchall()[0]
    if repeated:
        # Only if keys repeat, because numbering the rows sorts them.
        names = quote_list(column.name for column in columns)
        con.execute(
            sql(
                "CREATE OR REPLACE TEMP TABLE {side} AS SELECT {names}, row_number() OVER"
                " (PARTITION BY {key} ORDER BY hash({names})) AS _ordinal FROM {side}",
                side=side,
                names=names,
                key=key,
            )
        )


def hold_stream(
    con: duckdb.DuckDBPyConnection,
    side: Sql,
    table: Table,
    columns: Sequence[Column],
    reader: pa.RecordBatchReader,
) -> None:
    """Keep streamed rows as one side, like :func:`hold`; a column not in the stream is NULL.

    Raises:
        WarehouseFailed: the stream broke off.
    """
    present = set(reader.schema.names)
    names = [
        sql("{}" if column.name in present else "NULL AS {}", quote(column.name))
        for column in columns
    ]
    with arriving(con, "incoming", reader, table.full_name):
        hold(con, side, table, columns, sql("SELECT {} FROM incoming", join(", ", names)))


def compare(con: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[Column]) -> Comparison:
    """Compare the two sides that :func:`hold` kept.

    Args:
        con: The same connection.
        table: Has the key and the partition column.
        columns: The same as for ``hold``.
    """
    compared = [column for column in columns if column.name not in table.key]
    con.execute(row_differences_sql(table, compared))
    here, there, only_here, only_there, different = con.execute(
        sql(
            """SELECT (SELECT count(*) FROM {}), (SELECT count(*) FROM {}),
            count(*) FILTER (_side = 'here'), count(*) FILTER (_side = 'there'),
            count(*) FILTER (_side = 'both')
        FROM row_differences""",
            LOCAL,
            REMOTE,
        )
    ).fetchall()[0]
    dates = con.execute(
        sql(
            """SELECT {} AS day, count(*) FILTER (_side = 'here'),
            count(*) FILTER (_side = 'there'), count(*) FILTER (_side = 'both')
        FROM row_differences GROUP BY day ORDER BY day""",
            quote(table.partition_column),
        )
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


def row_differences_sql(table: Table, compared: Sequence[Column]) -> Sql:
    """CREATE TEMP TABLE of the rows that differ: key, side, and a flag for each column."""
    names = [quote(column.name) for column in compared]
    flags = (
        sql(
            ",\n(h._ordinal IS NOT NULL AND t._ordinal IS NOT NULL AND {differs}) AS {name}",
            differs=differs_sql(c.type, sql("h.{}", name), sql("t.{}", name)),
            name=name,
        )
        for c, name in zip(compared, names, strict=True)
    )
    return sql(
        """CREATE OR REPLACE TEMP TABLE row_differences AS FROM (
        SELECT {key}, CASE WHEN h._ordinal IS NULL THEN 'there' WHEN t._ordinal IS NULL THEN 'here'
            ELSE 'both' END AS _side{flags}
        FROM {local} AS h FULL JOIN {remote} AS t USING ({key})) AS joined
    WHERE {some}""",
        key=quote_list([*table.key, "_ordinal"]),
        flags=join("", flags),
        local=LOCAL,
        remote=REMOTE,
        some=join(" OR ", [Sql("_side <> 'both'"), *names]),
    )


def differs_sql(kind: str, here: Sql, there: Sql) -> Sql:
    """The condition, never NULL, that two values of a GoogleSQL type differ. Pure."""
    if kind == "FLOAT64":
        return sql(
            # An infinity is close to no other value.
            "({here} IS DISTINCT FROM {there} AND NOT coalesce(isfinite({here})"
            " AND isfinite({there}) AND abs({here} - {there})"
            " <= {tolerance} * greatest(1, abs({here}), abs({there})), FALSE))",
            here=here,
            there=there,
            tolerance=Sql(repr(TOLERANCE)),
        )
    if kind.startswith("ARRAY<"):
        here, there = sql("coalesce({}, [])", here), sql("coalesce({}, [])", there)
        one, other = Sql("pair[1]"), Sql("pair[2]")
        element = differs_sql(kind[6:-1], one, other)
        if element == _is_distinct(one, other):
            return _is_distinct(here, there)
        return sql(
            "(len({here}) <> len({there}) OR coalesce(list_bool_or(list_transform("
            "list_zip({here}, {there}), lambda pair: {element})), FALSE))",
            here=here,
            there=there,
            element=element,
        )
    if kind.startswith("STRUCT<"):
        fields = [part.partition(" ") for part in split_top_level(kind[7:-1])]
        parts = [
            differs_sql(t, sql("{}.{}", here, quote(n)), sql("{}.{}", there, quote(n)))
            for n, _, t in fields
        ]
        return sql("(({} IS NULL) <> ({} IS NULL) OR {})", here, there, join(" OR ", parts))
    return _is_distinct(here, there)


def _is_distinct(here: Sql, there: Sql) -> Sql:
    return sql("({} IS DISTINCT FROM {})", here, there)


def _one_row(con: duckdb.DuckDBPyConnection, table: Table, side: str) -> str | None:
    key = quote_list(table.key)
    row = con.execute(
        sql(
            "SELECT {} FROM row_differences WHERE _side = ? ORDER BY {} LIMIT 1",
            _row_sql(table),
            key,
        ),
        [side],
    ).fetchone()
    return str(row[0]) if row else None


def _row_sql(table: Table, alias: Sql = _DIFFERENCES) -> Sql:
    """The key of a row as text: ``player_lookup ann, game_date 2025-01-01``."""
    parts = (
        sql("{} || {}.{}::VARCHAR", quote_literal(f"{name} "), alias, quote(name))
        for name in table.key
    )
    return sql("concat_ws(', ', {})", join(", ", parts))


def _columns(
    con: duckdb.DuckDBPyConnection, table: Table, compared: Sequence[Column]
) -> tuple[ColumnDifference, ...]:
    counts = [sql("count(*) FILTER ({})", quote(column.name)) for column in compared]
    counted = con.execute(
        sql("SELECT {} FROM row_differences", join(", ", counts or [Sql("1")]))
    ).fetchall()[0]
    key = quote_list([*table.key, "_ordinal"])
    differences = []
    for column, rows in zip(compared, counted if compared else (), strict=True):
        if rows:
            name = quote(column.name)
            (example,) = con.execute(
                sql(
                    """SELECT {row_sql}, h.{name}::VARCHAR, t.{name}::VARCHAR
                FROM (SELECT {key} FROM row_differences WHERE {name} ORDER BY {key} LIMIT 1) AS v
                JOIN {local} AS h USING ({key}) JOIN {remote} AS t USING ({key})""",
                    row_sql=_row_sql(table, Sql("v")),
                    name=name,
                    key=key,
                    local=LOCAL,
                    remote=REMOTE,
                )
            ).fetchall()
            differences.append(ColumnDifference(column.name, rows, *example))
    return tuple(differences)
