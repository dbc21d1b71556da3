"""Checks the rows that a pull brings in, in the transaction that swaps them into the replica."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.counted import counted
from sync.duck.clauses import declared_columns, loses_value
from sync.duck.quoting import quote, quote_list, quote_literal
from sync.duck.types import duckdb_type
from sync.duck.watched_stream import arriving
from sync.errors import Refused, WarehouseFailed
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb
    import pyarrow as pa

    from sync.model import Partition, Table


def bring_in(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    target: Sql,
    reader: pa.RecordBatchReader,
    window: tuple[Partition, ...],
    *,
    hold: bool = False,
) -> int:
    """Insert the window's arriving rows into ``target`` and check them; returns Arrow bytes.

    Runs in the caller's transaction, in which ``target`` has no rows of the window's dates yet.
    Afterwards ``staged`` is a view of the new rows. Columns are matched by name; missing ones are
    NULL. Rows with the declared types are written as they arrive; others go to a temporary table
    until all values are known to fit.

    Args:
        con: A connection to the replica.
        table: The declared table.
        target: The quoted name of its table in the replica.
        reader: The rows, in no order.
        window: The requested dates, with their announced rows.
        hold: Use the temporary table in any case.

    Raises:
        WarehouseFailed: the stream broke off, or its rows are not those that were announced.
        Refused: a value does not fit its declared type; names the row.
        duckdb.ConstraintException: a required value is missing; with ``hold``, Refused instead.
    """
    with arriving(
        con,
        "incoming",
        reader,
        table.full_name,
        hint="run the same command again; what was already swapped stays",
    ) as stream:
        kinds = {row[0]: row[1] for row in con.execute("DESCRIBE incoming").fetchall()}
        rows = Sql("incoming")
        if hold or not _is_as_declared(table, kinds):
            con.execute("CREATE OR REPLACE TEMP TABLE arrived AS FROM incoming")
            _refuse_lossy(con, table, kinds)
            _stage(con, sql("SELECT {} FROM arrived", declared_columns(table.columns, kinds)))
            refuse_unfit(con, table)
            rows = Sql("arrived")
        (arrived,) = con.execute(
            sql(
                "INSERT INTO {} BY NAME SELECT {} FROM {}",
                target,
                declared_columns(table.columns, kinds),
                rows,
            )
        ).fetchall()[0]
    day = quote(table.partition_column)
    days = [sql("DATE {}", quote_literal(str(partition.day))) for partition in window]
    _stage(
        con,
        sql(
            "SELECT * FROM {target} WHERE {day} BETWEEN {first} AND {last} AND {day} IN ({days})",
            target=target,
            day=day,
            first=days[0],
            last=days[-1],
            days=join(", ", days),
        ),
    )
    check_counts(con, table, window, arrived)
    refuse_unfit(con, table)
    return stream.bytes


def _stage(con: duckdb.DuckDBPyConnection, rows: Sql) -> None:
    con.execute(sql("CREATE OR REPLACE TEMP VIEW staged AS {}", rows))


def _is_as_declared(table: Table, kinds: Mapping[str, str]) -> bool:
    declared = {column.name: duckdb_type(column.type) for column in table.columns}
    return all(kinds.get(name, kind) == kind for name, kind in declared.items())


def _refuse_lossy(con: duckdb.DuckDBPyConnection, table: Table, kinds: Mapping[str, str]) -> None:
    """Refuse a live column of another type unless all of its values fit."""
    for column in table.columns:
        kind, declared = kinds.get(column.name), duckdb_type(column.type)
        if kind is None or kind == declared:
            continue
        _refuse_any(
            con,
            table,
            column.name,
            Sql("arrived"),
            loses_value(quote(column.name), kind, declared),
            f"does not fit the declared {column.type}",
        )


def _refuse_any(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    column: str,
    relation: Sql,
    condition: Sql,
    wrong: str,
) -> None:
    """Refuse the pull if a row meets the condition; names one."""
    where = tuple(dict.fromkeys((table.partition_column, *table.key)))
    bad = con.execute(
        sql(
            "SELECT {column}::VARCHAR, {where} FROM {relation} WHERE {condition} LIMIT 1",
            column=quote(column),
            where=quote_list(where),
            relation=relation,
            condition=condition,
        )
    ).fetchone()
    if bad:
        row = dict(zip(where, map(str, bad[1:]), strict=True))
        raise Refused(
            f"{table.full_name}.{column}: {'NULL' if bad[0] is None else bad[0]} {wrong},"
            f" at {', '.join(f'{name} {value}' for name, value in row.items())}",
            hint="fix the row in the warehouse, then pull again",
            table=table.full_name,
            column=column,
            value=bad[0],
            row=row,
        )


def check_counts(
    con: duckdb.DuckDBPyConnection, table: Table, window: tuple[Partition, ...], arrived: int
) -> None:
    """Refuse rows whose number on a date differs from what the warehouse announced.

    Args:
        con: Has the view ``staged`` of the window's rows.
        table: The declared table.
        window: The announced rows by date.
        arrived: The number of rows that arrived, including those of other dates.
    """
    day = quote(table.partition_column)
    got = dict(
        con.execute(sql("SELECT {day}, count(*) FROM staged GROUP BY {day}", day=day)).fetchall()
    )
    announced = {partition.day: partition.rows for partition in window}
    if got != announced:
        wrong = sorted(set(got.items()) ^ set(announced.items()), key=str)[0][0]
        raise WarehouseFailed(
            f"{table.full_name} {wrong}: {counted(got.get(wrong, 0), 'row')} arrived,"
            f" {announced.get(wrong, 0)} were announced",
            hint="run the same command again",
            table=table.full_name,
            date=str(wrong),
        )
    if arrived != sum(announced.values()):
        raise WarehouseFailed(
            f"{table.full_name}: {counted(arrived, 'row')} arrived for"
            f" {counted(len(window), 'date')}, of which"
            f" {arrived - sum(announced.values())} belong to other dates",
            hint="run the same command again",
            table=table.full_name,
        )


def refuse_unfit(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Refuse a NULL in a required column, and NaN or an infinity in a FLOAT64.

    NaN sorts and compares differently in the two engines.
    """
    rules = [
        (c.name, sql("{} IS NULL", quote(c.name)), "is required")
        for c in table.columns
        if c.required
    ]
    rules += [
        (c.name, sql("NOT isfinite({})", quote(c.name)), "is not finite")
        for c in table.columns
        if c.type == "FLOAT64"
    ]
    if not rules:
        return
    tests = join(", ", (sql("bool_or({})", condition) for _, condition, _ in rules))
    bad_counts = con.execute(sql("SELECT {} FROM staged", tests)).fetchall()[0]
    for (name, condition, wrong), bad in zip(rules, bad_counts, strict=True):
        if bad:
            _refuse_any(con, table, name, Sql("staged"), condition, wrong)
