"""Which SQL computed the rows of a push, and those of the push before it.

The SQL is identified by its digest, which is recorded with the outbox entry, in the transaction
that marks it done: a kill leaves both or neither.
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
    """The last push.

    Attributes:
        days: Dates that are unchanged in the warehouse since our push.
        versions: The versions of the last push.
    """

    days: Sequence[date]
    versions: Sequence[str]


def sent(con: duckdb.DuckDBPyConnection, table: Table) -> dict[str, str]:
    """Digest of the SQL to version, for the rows that `push_rows.touched` selected."""
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
    table: Table, mine: Mapping[str, str], last: Mapping[str, str], range_options: str
) -> None:
    """Refuse rows whose SQL differs from that of the last push. Pure.

    Args:
        table: For the message.
        mine: Digest to version of what is sent.
        last: Digest to version of the last push; empty accepts everything.
        range_options: The dates as options of a command.

    Raises:
        Refused: a digest is sent that the last push did not have.
    """
    other = {digest: version for digest, version in mine.items() if digest not in last}
    if other and last:
        raise Refused(
            f"{table.full_name}: the rows to push and those last pushed were computed by different"
            f" SQL: {_named(other)} and {_named(last)}; nothing was written",
            hint=f"featurestore diff {range_options}; then featurestore push {range_options}"
            " --new-sql",
            sql=dict(mine),
            last_pushed=dict(last),
        )


def _named(versions: Mapping[str, str]) -> str:
    """``v2_37features (SQL 0123456789ab)``, without the version if it is unknown."""
    return ", ".join(
        f"{version} (SQL {digest[:_SHOWN_DIGITS]})" if version else f"SQL {digest[:_SHOWN_DIGITS]}"
        for digest, version in versions.items()
    )
