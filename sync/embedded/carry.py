"""Inserts staged rows with the undeclared cells of the rows that they replace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.duck.clauses import same_key
from sync.duck.quoting import quote, quote_list
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb


_STAGED = Sql("staged")


def insert_staged(
    con: duckdb.DuckDBPyConnection,
    target: Sql,
    names: Sequence[str],
    carried: Sequence[str],
    key: Sequence[str],
) -> int:
    """Insert ``staged``, with the carried cells of the row of ``old`` with the same key.

    If there are several such rows, of the one whose carried cells are the greatest. Returns the
    number of rows inserted.
    """
    outputs = quote_list(names)
    new = _cells(_STAGED, names)
    if not carried:
        return number(con, sql("INSERT INTO {} ({}) SELECT {} FROM staged", target, outputs, new))
    order = join(", ", (sql("{} DESC NULLS LAST", quote(name)) for name in carried))
    one_old = sql(
        "(SELECT {} FROM old QUALIFY row_number() OVER (PARTITION BY {} ORDER BY {}) = 1)",
        quote_list(dict.fromkeys((*key, *carried))),
        quote_list(key),
        order,
    )
    replaced = number(
        con,
        sql(
            "INSERT INTO {target} ({outputs}, {carried}) SELECT {new}, {cells}"
            " FROM staged JOIN {one_old} AS one_old ON {same_key}",
            target=target,
            outputs=outputs,
            carried=quote_list(carried),
            new=new,
            cells=_cells(Sql("one_old"), carried),
            one_old=one_old,
            same_key=same_key(key, _STAGED, Sql("one_old")),
        ),
    )
    # The other columns are not named: they get their default.
    return replaced + number(
        con,
        sql(
            "INSERT INTO {target} ({outputs}) SELECT {new} FROM staged"
            " WHERE NOT EXISTS (FROM old WHERE {same_key})",
            target=target,
            outputs=outputs,
            new=new,
            same_key=same_key(key, _STAGED, Sql("old")),
        ),
    )


def _cells(relation: Sql, names: Sequence[str]) -> Sql:
    return join(", ", (sql("{}.{}", relation, quote(name)) for name in names))


def number(con: duckdb.DuckDBPyConnection, statement: Sql, parameters: object = None) -> int:
    """The number that a statement returns."""
    return int(con.execute(statement, parameters).fetchall()[0][0])
