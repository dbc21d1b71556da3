"""Inserts staged rows beside the undeclared cells of the rows that they replace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.duck.quoting import quote, quote_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb


def same_key(key: Sequence[str], one: str, other: str) -> str:
    """A condition that two relations' rows have one key; NULLs meet."""
    return " AND ".join(
        f"{one}.{quote(name)} IS NOT DISTINCT FROM {other}.{quote(name)}" for name in key
    )


def insert_staged(
    con: duckdb.DuckDBPyConnection,
    target: str,
    names: Sequence[str],
    carried: Sequence[str],
    key: Sequence[str],
) -> int:
    """Insert ``staged``, with the carried cells of the row of ``old`` that has the same key.

    Of several such rows, the one whose carried cells come last in order. Gives the rows inserted.
    """
    outputs = quote_list(names)
    new = ", ".join(f"staged.{quote(name)}" for name in names)
    if not carried:
        return number(con, f"INSERT INTO {target} ({outputs}) SELECT {new} FROM staged")
    cells = ", ".join(f"one_old.{quote(name)}" for name in carried)
    order = ", ".join(f"{quote(name)} DESC NULLS LAST" for name in carried)
    one_old = (
        f"(SELECT {quote_list(dict.fromkeys((*key, *carried)))} FROM old"
        f" QUALIFY row_number() OVER (PARTITION BY {quote_list(key)} ORDER BY {order}) = 1)"
    )
    replaced = number(
        con,
        f"INSERT INTO {target} ({outputs}, {quote_list(carried)}) SELECT {new}, {cells}"
        f" FROM staged JOIN {one_old} AS one_old ON {same_key(key, 'staged', 'one_old')}",
    )
    # The other columns are not named: they get their default.
    return replaced + number(
        con,
        f"INSERT INTO {target} ({outputs}) SELECT {new} FROM staged"
        f" WHERE NOT EXISTS (FROM old WHERE {same_key(key, 'staged', 'old')})",
    )


def number(con: duckdb.DuckDBPyConnection, sql: str, parameters: object = None) -> int:
    """The one number that a statement gives."""
    return int(con.execute(sql, parameters).fetchall()[0][0])
