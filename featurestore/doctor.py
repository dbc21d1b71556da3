"""Looks at what a run depends on: versions, settings, files, locks, the clock, table schemas."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from featurestore import schema
from featurestore.clock import league_today, utc_now
from sync.errors import Failure, ReplicaLocked
from sync.lock import write_lock
from sync.types import duckdb_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from featurestore.config import Settings
    from sync.model import Column, Table
    from sync.replica import Replica
    from sync.warehouse import Snapshot, Warehouse

PACKAGES = ("featurestore", "duckdb", "pyarrow", "sqlglot", "google-cloud-bigquery")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: What it is.
        is_ok: False where something must be mended.
        detail: What was found.
        hint: The command that mends it; may be empty.
    """

    name: str
    is_ok: bool
    detail: str
    hint: str = ""


def examine(settings: Settings, replica: Replica, warehouse: Warehouse) -> list[Check]:
    """Every check, in the order in which to mend; changes nothing.

    A replica or warehouse that cannot be opened is a finding, not an error.
    """
    return [
        _versions(),
        Check("settings", True, ", ".join(f"{k}={v}" for k, v in asdict(settings).items() if v)),
        _clock(),
        *_replica(replica),
        *_warehouse(warehouse),
    ]


def _versions() -> Check:
    found = [f"{name} {version(name)}" for name in PACKAGES]
    return Check("versions", True, ", ".join([f"python {platform.python_version()}", *found]))


def _clock() -> Check:
    detail = f"{utc_now():%Y-%m-%d %H:%M} UTC, {league_today()} for the league"
    if today := os.environ.get("FEATURESTORE_TODAY"):
        detail += f" (FEATURESTORE_TODAY={today})"
    return Check("clock", True, detail)


def _replica(replica: Replica) -> Iterator[Check]:
    try:
        with replica.read() as con:
            present = {
                f"{dataset}.{name}"
                for dataset, name in con.execute(
                    "SELECT schema_name, table_name FROM duckdb_tables()"
                ).fetchall()
            }
    except Failure as failure:
        yield Check("replica", False, failure.message, failure.hint)
        return
    missing = [name for name in schema.tables() if name not in present]
    if missing:
        yield Check("replica", False, f"lacks {', '.join(missing)}", "featurestore init")
    else:
        yield Check("replica", True, f"{replica.path}, {replica.path.stat().st_size / 1e6:,.1f} MB")
    try:
        with write_lock(replica.path, 0):
            yield Check("lock", True, "free")
    except ReplicaLocked as failure:
        yield Check("lock", False, failure.message, failure.hint)


def _warehouse(warehouse: Warehouse) -> Iterator[Check]:
    try:
        with warehouse.snapshot() as snapshot:
            for table in schema.tables().values():
                yield _table(snapshot, table)
    except Failure as failure:
        yield Check("warehouse", False, failure.message, failure.hint)


def _table(snapshot: Snapshot, table: Table) -> Check:
    live = snapshot.columns(table)
    if live is None:
        if table.optional:
            return Check(table.full_name, True, "not there; it is optional")
        return Check(table.full_name, False, "not in the warehouse", "featurestore init")
    findings = compare_columns(table, live)
    detail = "; ".join(findings) or f"{len(live)} columns as declared"
    hint = f"compare the live table with sql/schema/{table.full_name}.sql" if findings else ""
    return Check(table.full_name, not findings, detail, hint)


def compare_columns(table: Table, live: tuple[Column, ...]) -> list[str]:
    """What the live table lacks or types otherwise; more columns are no finding. Pure.

    A warehouse names its types in its own words: GoogleSQL's or DuckDB's.
    """
    types = {column.name: column.type for column in live}
    findings = []
    for column in table.columns:
        found = types.get(column.name)
        if found is None:
            findings.append(f"{column.name} is missing")
        elif _plain(found) not in (_plain(column.type), _plain(duckdb_type(column.type))):
            findings.append(f"{column.name} is {found}, declared {column.type}")
    return findings


def _plain(kind: str) -> str:
    return kind.replace('"', "").replace(" ", "").upper()
