"""Checks what a run depends on: versions, settings, files, locks, the clock, table schemas."""

from __future__ import annotations

import os
import platform
import socket
from dataclasses import asdict, dataclass
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from featurestore.clock import league_today, utc_now
from featurestore.definitions import seasons, tables
from featurestore.verify import parity_history
from sync.counted import counted
from sync.duck.catalog import live_columns
from sync.duck.file_lock import write_lock
from sync.errors import Failure, WarehouseFailed
from sync.prices import Prices
from sync.replica import jobs, ledger
from sync.schema_drift import compare_columns, find_drift
from sync.sql_text import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from featurestore.config import Settings
    from sync.model import Table
    from sync.replica.file import Replica
    from sync.warehouse import Snapshot, Warehouse

BIGQUERY = "bigquery://"
EMULATOR = ("BIGQUERY_EMULATOR_HOST", "FEATURESTORE_STORAGE_HOST")
SPENDING_DAYS = 30
SHOWN = 3
PACKAGES = ("featurestore", "duckdb", "pyarrow", "sqlglot", "google-cloud-bigquery")


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check.

    Attributes:
        name: What was checked.
        is_ok: False if something must be fixed.
        detail: The finding.
        hint: The command that fixes it; may be empty.
    """

    name: str
    is_ok: bool
    detail: str
    hint: str = ""


def examine(settings: Settings, replica: Replica, warehouse: Warehouse) -> list[Check]:
    """Run all checks, in the order in which to fix findings; changes nothing.

    A replica or warehouse that cannot be opened is a finding, not an error.
    """
    return [
        _versions(),
        Check("settings", True, ", ".join(f"{k}={v}" for k, v in asdict(settings).items() if v)),
        _clock(),
        _seasons(),
        *_replica(replica, settings),
        *_reachable(settings, warehouse),
    ]


def _reachable(settings: Settings, warehouse: Warehouse) -> Iterator[Check]:
    emulator = _emulator(settings)
    if emulator:
        yield emulator
    # Google's client would try again for minutes.
    if emulator is None or emulator.is_ok:
        yield from _warehouse(warehouse)


def _versions() -> Check:
    packages = [f"{name} {version(name)}" for name in PACKAGES]
    return Check("versions", True, ", ".join([f"python {platform.python_version()}", *packages]))


def _clock() -> Check:
    detail = f"{utc_now():%Y-%m-%d %H:%M} UTC, {league_today()} for the league"
    if today := os.environ.get("FEATURESTORE_TODAY"):
        detail += f" (FEATURESTORE_TODAY={today})"
    return Check("clock", True, detail)


def _seasons() -> Check:
    """Whether the current season is in the season calendar."""
    today, last = league_today(), seasons.last_day()
    if today <= last:
        return Check("seasons", True, f"in the calendar up to {last}")
    year = max(seasons.calendar()) + 1
    detail = f"today ({today}) is after the last season of the calendar, which ends on {last}"
    row = seasons.calendar_row(year)
    return Check("seasons", False, detail, f"add a row to {seasons.FILE}: {row}")


def _replica(replica: Replica, settings: Settings) -> Iterator[Check]:
    try:
        with replica.read() as con:
            missing = [name for table in tables.tables().values() for name in _lacks(con, table)]
            told = list(_ledger(con, settings))
    except Failure as failure:
        yield Check("replica", False, failure.message, failure.hint)
        return
    if missing:
        yield Check("replica", False, f"lacks {', '.join(missing)}", "featurestore init")
    else:
        yield Check("replica", True, f"{replica.path}, {replica.path.stat().st_size / 1e6:,.1f} MB")
    yield from told
    try:
        with write_lock(replica.path, 0):
            yield Check("lock", True, "free")
    except Failure as failure:
        # Locked, or in a folder that cannot be written.
        yield Check("lock", False, failure.message, failure.hint)


def _lacks(con: duckdb.DuckDBPyConnection, table: Table) -> list[str]:
    live = live_columns(con, table)
    if live is None:
        return [table.full_name]
    return [f"{table.full_name}.{column.name}" for column in find_drift(table, live).missing]


def _ledger(con: duckdb.DuckDBPyConnection, settings: Settings) -> Iterator[Check]:
    """What the replica's ledger shows: money spent, and the last comparison of the engines."""
    if settings.warehouse.startswith(BIGQUERY):
        yield _spending(con, settings)
    yield _parity(con)


def _spending(con: duckdb.DuckDBPyConnection, settings: Settings) -> Check:
    rows = con.execute(
        sql(
            """SELECT kind, count(*), sum(billed_bytes)::BIGINT FROM {}
            WHERE starts_with(warehouse_url, ?) AND finished_at >= ?
            GROUP BY kind ORDER BY kind""",
            ledger.JOBS,
        ),
        [BIGQUERY, utc_now() - timedelta(days=SPENDING_DAYS)],
    ).fetchall()
    if not rows:
        return Check("spending", True, f"no jobs of this replica in {SPENDING_DAYS} days")
    prices = Prices.from_url(settings.warehouse)
    parts = ", ".join(f"{count:,} {kind}, {billed:,} bytes" for kind, count, billed in rows)
    spent = prices.dollars((kind, billed) for kind, _, billed in rows)
    detail = f"${spent:,.2f} in {SPENDING_DAYS} days ({parts}), {prices.basis}"
    if prices.free_tib and prices.pricing == "bytes":
        left = jobs.free_bytes(con, prices, utc_now())
        detail += (
            f"; the monthly free {prices.free_tib:g} TiB are not counted, {left:,} bytes of them"
            " are left this month"
        )
    return Check("spending", True, detail)


def _parity(con: duckdb.DuckDBPyConnection) -> Check:
    last = parity_history.last(con)
    if last is None:
        detail = "the engines have not been compared"
        return Check("parity", True, detail, "featurestore parity --help")
    start, end = last.dates
    again = f"featurestore parity --start-date {start} --end-date {end}"
    return Check("parity", last.is_good, str(last), "" if last.is_good else again)


def _emulator(settings: Settings) -> Check | None:
    """Whether the environment completely describes an emulator, and something listens there."""
    rest, storage = (os.environ.get(name, "") for name in EMULATOR)
    if not settings.warehouse.startswith(BIGQUERY) or not (rest or storage):
        return None
    if not (rest and storage):
        there, lacking = EMULATOR if rest else reversed(EMULATOR)
        return Check("emulator", False, f"{there} is set, {lacking} is not", f"unset {there}")
    detail = ", ".join(f"{name}={os.environ[name]}" for name in EMULATOR)
    detail += ": an emulator, not the real service"
    hint = f"unset {' '.join(EMULATOR)}"
    for name, address in zip(EMULATOR, (rest, storage), strict=True):
        parts = urlsplit(address if "://" in address else f"//{address}")
        try:
            socket.create_connection((parts.hostname or "", parts.port or 80), 2).close()
        except (OSError, ValueError) as error:
            return Check("emulator", False, f"{detail}; {name}: no answer ({error})", hint)
    return Check("emulator", True, detail, hint)


def _warehouse(warehouse: Warehouse) -> Iterator[Check]:
    """Check the tables; after a failure of one table, the others are still checked."""
    try:
        with warehouse.snapshot() as snapshot:
            for table in tables.tables().values():
                try:
                    yield _table(snapshot, table)
                except Failure as failure:
                    if failure.facts.get("object") not in {"dataset", "table"}:
                        raise
                    detail = failure.message.removeprefix(f"{table.full_name}: ")
                    yield Check(table.full_name, False, detail, failure.hint)
    except Failure as failure:
        yield Check("warehouse", False, failure.message, failure.hint)


def _table(snapshot: Snapshot, table: Table) -> Check:
    live = snapshot.columns(table)
    if live is None:
        return _absent(snapshot, table)
    drift = find_drift(table, live)
    findings = [*compare_columns(table, live), *snapshot.blocking_issues(table)]
    hint = f"compare the live table with sql/schema/{table.full_name}.sql" if findings else ""
    if drift.missing and not drift.blocking():
        hint = "featurestore init --migrate"
    warnings = snapshot.warnings(table)
    others = table.undeclared(live)
    declared = f"{counted(len(live) - len(others), 'column')} as declared"
    if others:
        more = ", ..." if len(others) > SHOWN else ""
        warnings = (
            *warnings,
            f"{counted(len(others), 'more column')}, which a push does not change:"
            f" {', '.join(others[:SHOWN])}{more}",
        )
    detail = "; ".join([*findings, *([] if findings else [declared]), *warnings])
    return Check(table.full_name, not findings, detail, hint)


def _absent(snapshot: Snapshot, table: Table) -> Check:
    """The check of a missing table; its dataset may be missing, too."""
    detail, hint = "not in the warehouse", "featurestore init"
    try:
        snapshot.etag(table)
    except WarehouseFailed as failure:
        if failure.facts.get("object") == "dataset":
            detail, hint = failure.message.removeprefix(f"{table.full_name}: "), failure.hint
    if table.optional:
        return Check(table.full_name, True, f"{detail}; it is optional")
    return Check(table.full_name, False, detail, hint)
