"""Records what each verb did in ``nba_reference.processor_run_history`` of the replica."""

from __future__ import annotations

import getpass
import json
import platform
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from featurestore.clock import league_today, utc_now
from featurestore.definitions import tables
from featurestore.steps import UNWATCHED
from sync.duck.quoting import quote_list, quote_table
from sync.errors import Failure
from sync.replica.jobs import record_jobs
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

    from featurestore.steps import Watcher
    from sync.model import DateRange
    from sync.replica.file import Replica
    from sync.warehouse import Warehouse


_STAGES = ("extract_time", "calculate_time", "save_time")


@dataclass(slots=True)
class Run:
    """A run in progress; its attributes are recorded when it ends.

    Attributes:
        run_id: Identifies the run.
        started_at: In UTC.
        data_date: The date under which it is recorded, even if it ends on the next one.
        seconds: By stage: ``extract_time``, ``calculate_time``, ``save_time``.
        detail: Seconds by query.
        records_processed: Rows read.
        records_created: Rows written.
        warnings: Sentences that are recorded with it.
        watcher: Wraps its steps.
    """

    run_id: str
    started_at: datetime
    data_date: date
    seconds: dict[str, float] = field(default_factory=dict)
    detail: dict[str, float] = field(default_factory=dict)
    records_processed: int = 0
    records_created: int = 0
    warnings: list[str] = field(default_factory=list)
    watcher: Watcher = UNWATCHED

    def add(self, seconds: Mapping[str, float], detail: Mapping[str, float]) -> None:
        """Add a step's seconds to the stages and to the queries of the run."""
        for mine, theirs in ((self.seconds, seconds), (self.detail, detail)):
            for name, value in theirs.items():
                mine[name] = mine.get(name, 0.0) + value


@contextmanager
def record(
    replica: Replica,
    verb: str,
    dates: DateRange,
    warehouse: Warehouse | None = None,
    watcher: Watcher = UNWATCHED,
) -> Iterator[Run]:
    """Record the block as a run: its row is written at the start, and again at the end.

    The costs of its jobs in ``warehouse`` are recorded with the last row, and notes on them in
    ``warnings``. A run that is killed leaves its ``running`` row; its costs are only in BigQuery,
    under its label. ``data_date`` is the date of a range of one day, else the league's date at the
    start; the range is in ``date_range_filter_start`` and ``_end``.
    The ``watcher`` wraps the run; see `featurestore.compute.stages` for its steps.
    """
    day = dates.start if dates.days == 1 else league_today()
    run = Run(f"{verb}_{uuid.uuid4().hex[:16]}", utc_now(), day, watcher=watcher)
    with watcher.run(run.run_id, verb, dates):
        _insert(replica, verb, dates, run, "running", None)
        try:
            yield run
        except BaseException as error:
            try:
                _record_costs(replica, run, warehouse)
                _insert(replica, verb, dates, run, "failed", error)
            except Failure as unrecorded:
                # The error of the run is the one to fix.
                error.add_note(f"the failed run was not recorded: {unrecorded.message}")
            raise
        _record_costs(replica, run, warehouse)
        _insert(replica, verb, dates, run, "success", None)


@contextmanager
def costs(replica: Replica, name: str, warehouse: Warehouse) -> Iterator[None]:
    """Record the costs of the block's jobs in the warehouse, for a verb that is not a run.

    Also after an error: jobs that failed or were cancelled are billed, too.
    """
    try:
        yield
    except BaseException as error:
        try:
            _record_jobs(replica, name, warehouse)
        except Failure as unrecorded:
            error.add_note(f"its costs were not recorded: {unrecorded.message}")
        raise
    _record_jobs(replica, name, warehouse)


def _record_costs(replica: Replica, run: Run, warehouse: Warehouse | None) -> None:
    if warehouse and warehouse.account:
        run.warnings += warehouse.account.notes
        _record_jobs(replica, run.run_id, warehouse)


def _record_jobs(replica: Replica, run_id: str, warehouse: Warehouse) -> None:
    if warehouse.account and warehouse.account.entries:
        with replica.write() as con:
            record_jobs(con, warehouse.url, run_id, warehouse.account)


def _insert(
    replica: Replica,
    verb: str,
    dates: DateRange,
    run: Run,
    status: str,
    error: BaseException | None,
) -> None:
    now = utc_now()
    done = status != "running"
    timing = {name: run.seconds.get(name, 0.0) for name in _STAGES} | {"detail": run.detail}
    row = {
        "processor_name": f"featurestore.{verb}",
        "run_id": run.run_id,
        "status": status,
        "duration_seconds": (now - run.started_at).total_seconds() if done else None,
        "records_processed": run.records_processed,
        "records_created": run.records_created,
        "date_range_filter_start": dates.start,
        "date_range_filter_end": dates.end,
        "backfill_mode": verb == "backfill",
        "execution_host": platform.node(),
        "triggered_by": _user(),
        "trigger_source": "manual",
        "errors": json.dumps([_described(error)]) if error else None,
        "warnings": json.dumps(run.warnings) if run.warnings else None,
        "failure_category": type(error).__name__ if error else None,
        "data_date": run.data_date,
        "started_at": run.started_at,
        "processed_at": now,
        "phase": "phase_4_precompute",
        "timing_breakdown": json.dumps(timing) if done else None,
    }
    target = quote_table(tables.RUNS)
    same = Sql("processor_name = $processor_name AND data_date = $data_date AND run_id = $run_id")
    values = join(", ", (Sql(f"${name}") for name in row))
    key = {name: row[name] for name in ("processor_name", "data_date", "run_id")}
    with replica.write() as con:
        # One row for each run, the live table's primary key; both statements or none.
        con.execute("BEGIN")
        con.execute(sql("DELETE FROM {} WHERE {}", target, same), key)
        con.execute(sql("INSERT INTO {} ({}) VALUES ({})", target, quote_list(row), values), row)
        con.execute("COMMIT")


def _described(error: BaseException) -> dict[str, str]:
    text = error.message if isinstance(error, Failure) else str(error)
    return {"type": type(error).__name__, "message": text}


def _user() -> str | None:
    """The user's name; None if the system has no name for the process's user id."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None
