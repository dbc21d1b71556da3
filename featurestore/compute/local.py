"""Computes the store's rows of a range in the replica, and logs a gap for each missing one."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from featurestore import date_ranges
from featurestore.compute import gap_log, plan, store_views, unlisted_seasons
from featurestore.compute.columns import require_schema
from featurestore.compute.report import ComputeReport, merged_compute
from featurestore.compute.staleness import input_digests_sql
from featurestore.definitions import sql_files, tables
from sync.duck import connections
from sync.duck.one_thread import one_thread
from sync.duck.quoting import quote, quote_literal, quote_table
from sync.duck.types import duckdb_type
from sync.errors import Refused
from sync.replica import ledger
from sync.sql_text import Sql, sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date, datetime

    import duckdb

    from featurestore.compute.request import ComputeRequest
    from sync.model import DateRange
    from sync.replica.file import Replica

# Input rows that are computed at once; they take about a gigabyte of memory.
MOST_ROWS = 1_000_000
# Up to so many dates one thread takes as long as two, and a fifth less of the processor.
FEW_DAYS = 2
# The plans whose types have been checked.
_typed: set[tuple[str, ...]] = set()


def compute(
    replica: Replica,
    request: ComputeRequest,
    *,
    run_id: str = "",
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ComputeReport:
    """Compute every store row of the request, the range at once, and swap them in.

    Rows, ledger and gaps change in one transaction; if more than ``MOST_ROWS`` are read, in one
    for each season. Bootstrap dates are left as they are unless ``include_bootstrap``; their
    players are logged as gaps. So are the players on an injury report without a summary row, unless
    ``include_injured`` writes rows for them. May be repeated: the same input has the same rows.

    Args:
        replica: Holds the pulled partitions of the range and of the lookback before it.
        request: The dates and the options.
        run_id: The run that computes, for the ledger.
        dry_run: Only report what would be computed.
        progress: Called with the number of relations done, and of all relations.

    Raises:
        Refused: a date of the range or of its lookback was never pulled, or a computed column
            does not have the type of its target.
    """
    is_small = request.dates.days <= FEW_DAYS and not dry_run
    with (
        replica.read() if dry_run else replica.write() as con,
        one_thread(con, enabled=is_small),
    ):
        require_pulled(con, request.dates)
        require_schema()
        parts = _parts(con, request.dates)
        reports: list[ComputeReport] = []
        for dates in parts:
            part = request.over(dates)
            detail = run_steps(con, part.parameters(), _scaled(progress, len(reports), len(parts)))
            check_types(con, part.parameters())
            reports.append(_write(con, part, detail, run_id, dry_run=dry_run))
        notes = unlisted_seasons.in_rows(con, request.dates)
    return replace(merged_compute(request.dates, reports), notes=notes)


def _parts(con: duckdb.DuckDBPyConnection, dates: DateRange) -> tuple[DateRange, ...]:
    """The range, or its seasons if it is too long for the memory."""
    read = dates.with_lookback(sql_files.lookback_days())
    (rows,) = con.execute(
        sql("SELECT count(*) FROM {} WHERE game_date BETWEEN ? AND ?", quote_table(tables.SUMMARY)),
        [read.start, read.end],
    ).fetchall()[0]
    return (dates,) if rows <= MOST_ROWS else date_ranges.by_season([dates])


def _scaled(
    progress: Callable[[int, int], None] | None, done: int, parts: int
) -> Callable[[int, int], None] | None:
    """The progress callback for one part of several."""
    if progress is None:
        return None
    return lambda steps, in_all: progress(done * in_all + steps, parts * in_all)


def _write(
    con: duckdb.DuckDBPyConnection,
    request: ComputeRequest,
    detail: Mapping[str, float],
    run_id: str,
    *,
    dry_run: bool,
) -> ComputeReport:
    """Swap in the rows of the relations that :func:`run_steps` made, in one transaction."""
    dates, now = request.dates, request.computed_at
    include_bootstrap = request.include_bootstrap
    skipped = _skipped_dates(con, include_bootstrap=include_bootstrap)
    computed = tuple(day for day in dates if day not in skipped)
    began = time.perf_counter()
    if dry_run:
        rows, logged = _count_targets(con, include_bootstrap=include_bootstrap), 0
    else:
        con.execute("BEGIN")
        rows = store_views.swap_rows(con, computed, *kept_rows_sql(request.parameters()))
        record_computed(con, request, computed, run_id)
        logged = 0 if include_bootstrap else log_gaps(con, plan.BOOTSTRAP_GAP, now)
        logged += log_gaps(con, plan.LISTED_GAP, now)
        con.execute("COMMIT")
    saved = time.perf_counter() - began
    extract = detail.get("summary", 0.0) + detail.get("injury_status", 0.0)
    seconds = {
        "extract_time": extract,
        "calculate_time": sum(detail.values()) - extract,
        "save_time": saved,
    }
    return ComputeReport(dates, computed, tuple(sorted(skipped)), rows, logged, seconds, detail)


def require_pulled(
    con: duckdb.DuckDBPyConnection, dates: DateRange, lookback_days: int | None = None
) -> None:
    """Refuse a range whose partitions, or those of its lookback, were never pulled.

    Args:
        con: The replica.
        dates: The dates to compute.
        lookback_days: By default the longest of all feature relations.
    """
    if lookback_days is None:
        lookback_days = sql_files.lookback_days()
    needed = dates.with_lookback(lookback_days)
    missing = ledger.missing_dates(con, tables.SUMMARY, needed)
    if missing:
        raise Refused(
            f"{tables.SUMMARY}: {len(missing)} of the {needed.days} dates needed for {dates} were"
            f" never pulled: first {missing[0]}, last {missing[-1]}",
            hint=f"featurestore pull --start-date {dates.start} --end-date {dates.end}",
            table=tables.SUMMARY,
            missing=len(missing),
        )


def run_steps(
    con: duckdb.DuckDBPyConnection,
    parameters: Mapping[str, object],
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, float]:
    """Make what the store's rows are made of temporary tables; returns the seconds of each."""
    detail = {}
    values = {**plan.DEFAULTS, **parameters}
    *inputs, _kept, _store = plan.steps()
    for number, step in enumerate(inputs, start=1):
        began = time.perf_counter()
        connections.run(con, step.create_sql, step.chosen(values))
        detail[step.name] = time.perf_counter() - began
        if progress:
            progress(number, len(inputs))
    return detail


def kept_rows_sql(parameters: Mapping[str, object]) -> tuple[Sql, dict[str, object]]:
    """The SELECT of the rows to keep over the relations of :func:`run_steps`, and its values."""
    kept = plan.step(plan.STORED_ROW)
    return Sql(kept.sql), kept.chosen({**plan.DEFAULTS, **parameters})


def store_rows_sql(parameters: Mapping[str, object]) -> tuple[Sql, dict[str, object]]:
    """The SELECT of the store's rows over the relations of :func:`run_steps`, and its values."""
    kept, values = kept_rows_sql(parameters)
    store = Sql(plan.step(plan.STORE).sql)
    name = quote(plan.STORED_ROW)
    return sql("WITH {} AS ({}) SELECT * FROM ({})", name, kept, store), values


def check_types(con: duckdb.DuckDBPyConnection, parameters: Mapping[str, object]) -> None:
    """Refuse a computed column that the target lacks, or whose type differs from the target's.

    A NUMERIC may have more digits than the target: the insert rounds it. The result depends only
    on the statements, so a process checks each plan once.
    """
    statements = tuple(step.sql for step in plan.steps())
    if statements in _typed:
        return
    rows, values = store_rows_sql(parameters)
    declared = {column.name: column.type for column in tables.tables()[tables.STORE].columns}
    described = connections.run(con, sql("DESCRIBE {}", rows), values).fetchall()
    require_types(plan.STORE, described, tables.STORE, declared)
    _typed.add(statements)


def require_types(
    relation: str, described: Iterable[tuple[str, ...]], target: str, declared: Mapping[str, str]
) -> None:
    """Refuse a relation's column that its target lacks, or has with another type. Pure.

    Args:
        relation: Its name.
        described: Its columns with their DuckDB types.
        target: The name of the table that gets its rows.
        declared: The target's columns with their GoogleSQL types.
    """
    for name, kind, *_ in described:
        if name not in declared:
            raise Refused(f"sql/features/{relation}.sql: {target} has no column {name}")
        fits = kind.startswith("DECIMAL") if declared[name].startswith("NUMERIC") else False
        if not fits and kind != duckdb_type(declared[name]).replace('"', ""):
            raise Refused(
                f"sql/features/{relation}.sql: {name} is {kind}, but {target} declares"
                f" {duckdb_type(declared[name])}",
                column=name,
                type=kind,
            )


def _skipped_dates(con: duckdb.DuckDBPyConnection, *, include_bootstrap: bool) -> set[date]:
    """Dates whose rows all belong to a season's first days."""
    if include_bootstrap:
        return set()
    rows = con.execute(
        "SELECT game_date FROM target GROUP BY game_date HAVING bool_and(is_early_season)"
    ).fetchall()
    return {row[0] for row in rows}


def _count_targets(con: duckdb.DuckDBPyConnection, *, include_bootstrap: bool) -> int:
    targets = "SELECT count(*) FROM roster WHERE ? OR NOT is_early_season"
    return int(con.execute(targets, [include_bootstrap]).fetchall()[0][0])


def record_computed(
    con: duckdb.DuckDBPyConnection,
    request: ComputeRequest,
    computed: tuple[date, ...],
    run_id: str,
) -> None:
    """Record the computed dates, the empty ones included, in the caller's transaction.

    Relation ``roster`` has a row for each row of the store.
    """
    con.execute(
        sql(
            """INSERT OR REPLACE INTO {ledger} (partition_date, rows, sql_digest,
            input_digest, computed_at, run_id, options)
        SELECT day, coalesce(targets.rows, 0), {sql_digest},
            coalesce(inputs.digest, ''), $now, $run_id, $options
        FROM (SELECT unnest($days::DATE[]) AS day)
        LEFT JOIN (SELECT game_date, count(*) AS rows FROM roster GROUP BY game_date) AS targets
            ON targets.game_date = day
        LEFT JOIN ({inputs}) AS inputs ON inputs.partition_date = day""",
            ledger=ledger.COMPUTED,
            sql_digest=quote_literal(plan.sql_digest()),
            inputs=input_digests_sql(),
        ),
        {
            "start": request.dates.start,
            "end": request.dates.end,
            "days": list(computed),
            "now": request.computed_at,
            "run_id": run_id,
            "options": json.dumps(request.options()),
            "lookback": sql_files.lookback_days(),
        },
    )


def log_gaps(con: duckdb.DuckDBPyConnection, relation: str, now: datetime) -> int:
    """Open the gaps of a relation, in the caller's transaction, unless there is a valid row.

    Dates that were skipped may have valid rows of an earlier run.
    """
    return gap_log.log_gaps(
        con, relation, detected_at=now, detected_by="featurestore.compute", unless_stored=True
    )
