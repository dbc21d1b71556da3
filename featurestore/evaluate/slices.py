"""The rows of the replica that a statement's bounds select, for an engine without the replica."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from featurestore import query
from featurestore.bounds import check_bounds
from featurestore.bounds.constant import is_constant
from featurestore.googlesql.analyzer import analyzer
from featurestore.googlesql.errors import GoogleSqlError
from featurestore.googlesql.evaluator import evaluate
from featurestore.googlesql.names import parameter_names
from featurestore.googlesql.types import Typed
from featurestore.parsing import parse_statements
from featurestore.statement_size import deep_recursion
from sync.duck.clauses import cast_column
from sync.duck.quoting import quote, quote_list, quote_table
from sync.errors import Refused
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb
    import pyarrow as pa

    from featurestore.query_parameters import Value
    from sync.replica.file import Replica

_COMPARISONS = (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In)


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of each table that a statement reads.

    Attributes:
        rows: Rows by table name, with the columns that the statement reads.
        types: Column to GoogleSQL type, by table name.
        first: No earlier date was read; None if the statement has no date.
        last: No later date was read; None if there is no upper bound.
    """

    rows: Mapping[str, pa.Table]
    types: Mapping[str, Mapping[str, str]]
    first: date | None
    last: date | None

    @property
    def count(self) -> int:
        """Rows of all tables."""
        return sum(table.num_rows for table in self.rows.values())


def selected(
    replica: Replica, sql: str, values: Mapping[str, Value], *, most_rows: int, newest: bool = False
) -> Slice:
    """The rows that a bounded statement may read, without columns and dates that it cannot need.

    Args:
        replica: The replica with the rows.
        sql: A statement that passed the analyzer and the bounds.
        values: Its parameters.
        most_rows: The largest number of rows, over all tables.
        newest: If there are more, take the newest dates of each table.

    Raises:
        Refused: there are more.
    """
    needed = _columns(sql, values)
    first, last = date_range(sql, values)
    most_each = most_rows // max(len(needed), 1)
    rows: dict[str, pa.Table] = {}
    with replica.read() as con:
        counts = {name: _count(con, name, first, last) for name in needed}
        if not newest and sum(counts.values()) > most_rows:
            _refuse(counts, first, last, most_rows)
        for name, columns in needed.items():
            cut = most_each if newest and counts[name] > most_each else None
            rows[name] = _read(con, name, columns, first, last, cut)
    return Slice(rows, needed, first, last)


def date_range(sql: str, values: Mapping[str, Value]) -> tuple[date | None, date | None]:
    """Dates outside which no bounded scan of the statement needs a row; both ends included.

    Each scan is bounded by constants that a column is compared with. So none needs a date before
    the earliest of all such constants, and none after the latest, unless a scan has no upper
    bound. The range may be wider than needed, but is never narrower.
    """
    dates = [day for constant in _constants(sql) for day in _dates(constant, values)]
    if not dates:
        return None, None
    findings = check_bounds(sql, query.partition_columns())
    is_open = any(finding.side in ("upper", "both") for finding in findings)
    return min(dates), None if is_open else max(dates)


def _constants(sql: str) -> set[str]:
    """The constants that columns are compared with, as GoogleSQL, each once."""
    constants: set[str] = set()
    with deep_recursion():
        for tree in parse_statements(sql):
            for node in tree.find_all(*_COMPARISONS):
                for part in _compared(node):
                    if is_constant(part, lambda _column: False):
                        constants.add(part.sql("bigquery"))
    return constants


def _compared(node: exp.Expr) -> Iterator[exp.Expr]:
    for value in node.args.values():
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, exp.Unnest):
                yield from part.expressions
            elif isinstance(part, exp.Expr):
                yield part


def _dates(constant: str, values: Mapping[str, Value]) -> list[date]:
    """The date of a constant expression, or those of an array; empty for other types."""
    used = {name.lower() for name in parameter_names(constant)}
    params = {
        name: Typed(value.type, value.value)
        for name, value in values.items()
        if name.lower() in used
    }
    try:
        _, rows = evaluate(analyzer(), f"SELECT {constant} AS v", params)
    except GoogleSqlError:
        return []
    result = rows[0]["v"]
    days = result if isinstance(result, list) else [result]
    return [day for one in days for day in _as_date(one)]


def _as_date(value: Any) -> list[date]:
    if isinstance(value, datetime):
        return [value.date()]
    if isinstance(value, date):
        return [value]
    if isinstance(value, str):
        try:
            return [datetime.fromisoformat(value).date()]
        except ValueError:
            return []
    return []


def _columns(sql: str, values: Mapping[str, Value]) -> dict[str, dict[str, str]]:
    """Table to the columns that the statement reads of it, with their types."""
    known = query.schema()
    types = {name: value.type for name, value in values.items()}
    scans = analyzer().analyze(sql, known, types).scans
    if scans is None:
        # The analysis is nested too deeply to be read: take all columns.
        return {name: dict(known[name]) for name in query.require_bounded(sql)}
    return {
        name: {column: kind for column, kind in known[name].items() if column in columns}
        or dict(list(known[name].items())[:1])
        for name, columns in scans.items()
    }


def _where(name: str, first: date | None, last: date | None) -> tuple[Sql, list[date]]:
    column = quote(query.partition_columns()[name])
    bounds = [(sql("{} >= ?", column), first), (sql("{} <= ?", column), last)]
    present = [(condition, day) for condition, day in bounds if day is not None]
    conditions = join(" AND ", (condition for condition, _ in present)) or Sql("TRUE")
    return conditions, [day for _, day in present]


def _count(con: duckdb.DuckDBPyConnection, name: str, first: date | None, last: date | None) -> int:
    where, dates = _where(name, first, last)
    counted = con.execute(sql("SELECT count(*) FROM {} WHERE {}", quote_table(name), where), dates)
    ((count,),) = counted.fetchall()
    return int(count)


def _read(
    con: duckdb.DuckDBPyConnection,
    name: str,
    columns: Mapping[str, str],
    first: date | None,
    last: date | None,
    most: int | None,
) -> pa.Table:
    where, dates = _where(name, first, last)
    # DuckDB returns JSON as text.
    shown = [
        cast_column(column, "VARCHAR") if kind == "JSON" else quote(column)
        for column, kind in columns.items()
    ]
    newest = Sql("")
    if most is not None:
        day = query.partition_columns()[name]
        newest = sql(
            "ORDER BY {} DESC, {} LIMIT {}", quote(day), quote_list(columns), Sql(str(int(most)))
        )
    return con.sql(
        sql(
            "SELECT {shown} FROM {table} WHERE {where} {newest}",
            shown=join(", ", shown),
            table=quote_table(name),
            where=where,
            newest=newest,
        ),
        params=dates,
    ).to_arrow_table()


def _refuse(
    counts: Mapping[str, int], first: date | None, last: date | None, most_rows: int
) -> None:
    total = sum(counts.values())
    largest = max(counts, key=lambda name: counts[name])
    span = f" from {first or 'the first date'} to {last or 'the last one'}"
    raise Refused(
        f"query: {total:,} rows are selected{span}, {counts[largest]:,} of them of {largest};"
        f" the reference evaluator takes {most_rows:,}",
        hint="bound the dates more narrowly, or allow more: --max-rows " + str(total),
        rows=total,
        most_rows=most_rows,
    )
