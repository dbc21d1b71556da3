"""Decides what a push writes: which dates, over which state of the warehouse, to which rows.

Nothing is changed here. A dry run is this plan, and a push reports the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sync.counted import counted
from sync.duck.digest import partition_digests_sql
from sync.duck.quoting import quote, quote_table
from sync.errors import Conflict, WarehouseFailed
from sync.model import DateRange
from sync.replica import ledger, outbox
from sync.sql_text import sql
from sync.tokens import content_of, tag_of
from sync.transfer import push_rows, push_sql
from sync.transfer.last_seen import last_seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    import duckdb

    from sync.model import Column, Partition, Table
    from sync.replica.file import Replica
    from sync.transfer.last_seen import Seen
    from sync.transfer.push_rows import Touched
    from sync.warehouse import Snapshot, Warehouse

VOLATILE = push_rows.VOLATILE


@dataclass(frozen=True, slots=True)
class Plan:
    """What a push will write.

    Attributes:
        digests: Dates to send, each with its content digest.
        expected: The warehouse's present token of each; None for no rows.
        unchanged: Number of computed dates whose content is already in the warehouse.
        same: Of those, dates that this replica did not know to be there.
        touched: Rows that will be replaced, added, pruned and kept.
        undeclared: Columns of the live table that a push leaves alone.
        token_columns: The columns that the tokens are made over.
        sql_versions: Digest of the SQL that computed the rows to send, to their version.
    """

    digests: Mapping[date, str]
    expected: Mapping[date, str | None]
    unchanged: int
    same: Mapping[date, tuple[str, Partition]]
    touched: Touched
    undeclared: tuple[str, ...]
    token_columns: tuple[str, ...]
    sql_versions: Mapping[str, str]


@dataclass(slots=True)
class _States:
    """How each computed date compares with its last known state."""

    as_seen: set[date] = field(default_factory=set)
    unseen: list[date] = field(default_factory=list)
    changed: list[date] = field(default_factory=list)


def plan_push(
    replica: Replica,
    warehouse: Warehouse,
    table: Table,
    dates: DateRange,
    *,
    prune: bool,
    force: bool,
    new_sql: bool,
) -> Plan:
    """What a push of the computed dates of the range would do now.

    Raises:
        Conflict: without ``force``, rows that were never seen, or that changed since, differ from
            ours; or rows of another version, or a repeated key's undeclared cells, would be
            replaced.
        Refused: without ``new_sql``, the SQL differs from that of the last push.
        WarehouseFailed: there is no such table.
    """
    with warehouse.snapshot() as snapshot:
        live = snapshot.columns(table)
        if live is None:
            raise WarehouseFailed(
                f"{table.full_name}: no such table in the warehouse",
                hint="featurestore init",
                table=table.full_name,
            )
        with replica.read() as con:
            mine = local_digests(con, table, dates)
            seen = last_seen(con, warehouse.url, table, dates)
            now = dict(snapshot.partitions(table, dates)) if mine else {}
            states = _compare(con, snapshot, table, live, mine, seen, now)
            unknown = [*states.unseen, *states.changed]
            same = push_rows.same_days(con, snapshot, table, live, unknown, prune=prune)
            differing = sorted(set(unknown) - same)
            todo = _to_send(mine, seen, states.as_seen, differing, prune=prune)
            # Known by a push to another warehouse: from now on it is known of this one.
            elsewhere = {day for day in now if seen.get(day) and not seen[day][0].is_here}
            same |= (elsewhere & states.as_seen) - set(todo)
            last = outbox.last_sql_versions(con, warehouse.url, table.full_name)
            # A date that is unchanged since our push has that push's versions.
            left = [day for day in todo if day in states.as_seen and seen.get(day)]
            own = push_sql.Own(
                [day for day in left if seen[day][0].digest], sorted(set(last.values()))
            )
            touched = push_rows.touched(con, snapshot, table, live, todo, now, own, prune=prune)
            sql_versions = push_sql.sent(con, table)
            if not new_sql:
                push_sql.require_same_sql(table, sql_versions, last, _range_options(todo))
            if not force:
                _refuse_unknown(con, snapshot, table, live, states, differing, now)
                push_rows.refuse_other_versions(table, touched, _commands(todo))
                push_rows.refuse_doubles(con, snapshot, table, live, todo, _commands(todo))
    return Plan(
        digests={day: pushed_digest(mine[day], prune=prune) for day in todo},
        expected={day: now[day].token if day in now else None for day in todo},
        unchanged=len(mine) - len(todo),
        same={day: (pushed_digest(mine[day], prune=prune), now[day]) for day in sorted(same)},
        touched=touched,
        undeclared=table.undeclared(live),
        token_columns=table.token_columns(live),
        sql_versions=sql_versions,
    )


def pushed_digest(digest: str, *, prune: bool) -> str:
    """The digest under which a pushed date is recorded."""
    return f"{digest}:pruned" if prune else digest


def local_digests(
    con: duckdb.DuckDBPyConnection, table: Table, dates: DateRange
) -> dict[date, str]:
    """Content digest of each computed date of the range, also of one without rows."""
    day = quote(table.partition_column)
    columns = [name for name in table.column_names if name not in VOLATILE]
    content = partition_digests_sql(
        quote_table(table),
        table.partition_column,
        columns,
        sql("{} BETWEEN $start AND $end", day),
    )
    rows = con.execute(
        sql(
            """SELECT computed.partition_date, coalesce(content.digest, 'empty')
        FROM {} AS computed
        LEFT JOIN ({}) AS content USING (partition_date)
        WHERE computed.partition_date BETWEEN $start AND $end ORDER BY 1""",
            ledger.COMPUTED,
            content,
        ),
        {"start": dates.start, "end": dates.end},
    ).fetchall()
    return dict(rows)


def _compare(
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    table: Table,
    live: Sequence[Column],
    mine: Iterable[date],
    seen: dict[date, list[Seen]],
    now: Mapping[date, Partition],
) -> _States:
    """Classify the dates; ``seen`` then has the state with which each date agrees."""
    states = _States()
    older: dict[date, Seen] = {}
    for day in mine:
        records = seen.get(day, [])
        token = now[day].token if day in now else None
        match = _matching(records, token)
        if match is not None:
            seen[day] = [match]
            states.as_seen.add(day)
        elif token is None and not any(record.is_here for record in records):
            # The date is empty here, even if it is not in another warehouse.
            seen[day] = []
            states.as_seen.add(day)
        elif records and token and records[0].token and tag_of(records[0].token) != tag_of(token):
            older[day] = records[0]
        else:
            (states.changed if records else states.unseen).append(day)
    for day in _still(con, snapshot, table, live, older):
        seen[day] = [older.pop(day)]
        states.as_seen.add(day)
    states.changed += older
    return states


def _matching(records: Sequence[Seen], token: str | None) -> Seen | None:
    """The state that the token agrees with: one that we pushed, which a pull may follow, if any."""
    same = [record for record in records if record.token == token]
    pushed = next((record for record in same if record.digest), None)
    return pushed or next((record for record in same if record is records[0]), None)


def _still(
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    table: Table,
    live: Sequence[Column],
    older: Mapping[date, Seen],
) -> set[date]:
    """The dates whose token is unchanged if it is made over the columns of the earlier one."""
    unchanged_days: set[date] = set()
    names = [column.name.lower() for column in live]
    for tag in {tag_of(str(seen.token)) for seen in older.values()}:
        days = [day for day, seen in older.items() if tag_of(str(seen.token)) == tag]
        recorded = ledger.columns_of(con, tag) if tag else None
        # A token without a tag is from a version that used all columns of that time.
        declared = [name for name in names if name in table.column_names]
        tries = [recorded] if recorded else [] if tag else [tuple(names), tuple(declared)]
        for columns in tries:
            if not set(columns) <= set(names):
                continue
            dates = DateRange(min(days), max(days))
            then = snapshot.partitions(table, dates, columns)
            unchanged_days |= {
                day
                for day in days
                if day in then and content_of(then[day].token) == content_of(str(older[day].token))
            }
    return unchanged_days


def _to_send(
    mine: Mapping[date, str],
    seen: Mapping[date, list[Seen]],
    as_seen: set[date],
    differing: Sequence[date],
    *,
    prune: bool,
) -> list[date]:
    """The dates whose present content we have not pushed to the warehouse."""
    to_send = set(differing)
    for day in as_seen:
        digest = seen[day][0].digest if seen.get(day) else ""
        # Content that was pushed with --prune counts as pushed without it, too.
        done = {pushed_digest(mine[day], prune=True), pushed_digest(mine[day], prune=prune)}
        if digest not in done:
            to_send.add(day)
    return sorted(to_send)


def _commands(days: Sequence[date]) -> str:
    dates = _range_options(days)
    return f"featurestore diff {dates}; then featurestore push {dates} --force"


def _range_options(days: Sequence[date]) -> str:
    return f"--start-date {min(days)} --end-date {max(days)}" if days else ""


def _refuse_unknown(
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    table: Table,
    live: Sequence[Column],
    states: _States,
    differing: Sequence[date],
    now: Mapping[date, Partition],
) -> None:
    """Conflict if the warehouse has rows that this replica does not know."""
    if not differing:
        return
    unseen = [day for day in differing if day in set(states.unseen)]
    changed = [day for day in differing if day not in set(states.unseen)]
    parts = []
    if changed:
        count = counted(len(changed), "date")
        parts.append(f"{count} changed in the warehouse since last seen, first {changed[0]}")
    if unseen:
        count = counted(len(unseen), "date")
        parts.append(f"{count} with rows neither pulled nor pushed here, first {unseen[0]}")
    rows = sum(now[day].rows for day in differing if day in now)
    versions = push_rows.versions(con, snapshot, table, live, differing, now)
    named = ", ".join(f"{name} {count:,}" for name, count in versions.items())
    shown = f"; {table.version_column}: {named}" if named else ""
    raise Conflict(
        f"{table.full_name}: {'; '.join(parts)}; {counted(rows, 'row')} there{shown}; nothing"
        " was written",
        hint=_commands(differing),
        dates=[str(day) for day in differing],
        rows=rows,
        versions=versions,
        never_seen=[str(day) for day in unseen],
    )
