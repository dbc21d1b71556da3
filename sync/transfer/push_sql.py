"""Which SQL computed the rows of a push, and which those of the push before it.

A digest stands for the SQL. What was pushed is kept with the outbox entry that was done last, in
the transaction that marks it done: a kill leaves both or neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.duck.quoting import quote
from sync.errors import Refused
from sync.replica import ledger
from sync.sql_text import Sql, sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import duckdb

    from sync.model import Table

_SHOWN_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Own:
    """What the last push left.

    Attributes:
        days: Dates on which the warehouse holds what our push left.
        versions: The versions of the last push.
    """

    days: Sequence[date]
    versions: Sequence[str]


def sent(con: duckdb.DuckDBPyConnection, table: Table) -> dict[str, str]:
    """Digest of the SQL to version of its rows, of the rows that `push_rows.touched` selected."""
    version = Sql("''") if table.version_column is None else quote(table.version_column)
    rows = con.execute(
        sql(
            """SELECT computed.sql_digest, coalesce(max({}), '')
            FROM push_here AS here
            INNER JOIN {} AS computed ON computed.partition_date = here.{}
            GROUP BY 1 ORDER BY 1""",
            version,
            ledger.COMPUTED,
            quote(table.partition_column),
        )
    ).fetchall()
    return dict(rows)


def require_same_sql(
    table: Table, mine: Mapping[str, str], last: Mapping[str, str], span: str
) -> None:
    """Refuse rows of another SQL than that of the last push. Pure.

    Args:
        table: For the message.
        mine: What is sent: digest to version.
        last: What was last pushed; empty refuses nothing.
        span: The dates as options of a command.

    Raises:
        Refused: a digest is sent that was not among the last push's.
    """
    other = {digest: version for digest, version in mine.items() if digest not in last}
    if other and last:
        raise Refused(
            f"{table.full_name}: rows to push were computed by another SQL, {_named(other)}, than"
            f" those last pushed, {_named(last)}; nothing was written",
            hint=f"featurestore diff {span}; then featurestore push {span} --new-sql",
            sql=dict(mine),
            last_pushed=dict(last),
        )


def _named(versions: Mapping[str, str]) -> str:
    """``v2_37features (SQL 0123456789ab)``, the version left out where it is not known."""
    return ", ".join(
        f"{version} (SQL {digest[:_SHOWN_DIGITS]})" if version else f"SQL {digest[:_SHOWN_DIGITS]}"
        for digest, version in versions.items()
    )
