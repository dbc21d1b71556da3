"""Where the time goes: seconds by processor, stage and query, and what changed.

The counting is in ``sql/reports/run*.sql``. Only ``timing_breakdown`` is unpacked by DuckDB's SQL,
in this module: its keys are data, and GoogleSQL's functions for them have no proven rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from featurestore.compute.relations import translated
from featurestore.definitions import sql_files, tables
from sync.duck import connections
from sync.sql_text import Sql, sql

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import duckdb

    from featurestore.compute.relations import Step
    from sync.model import DateRange
    from sync.replica.file import Replica

STALE_HOURS = 6.0
LEAST_RUNS = 5
REPORTS = ("run", "run_total", "run_seconds", "run_change")
RUN_PART = {
    "processor_name": "STRING",
    "run_id": "STRING",
    "kind": "STRING",
    "name": "STRING",
    "seconds": "FLOAT64",
}
_TYPES = {
    "start_date": "DATE",
    "end_date": "DATE",
    "now": "TIMESTAMP",
    "stale_hours": "FLOAT64",
    "least_runs": "INT64",
}


@dataclass(frozen=True, slots=True)
class Processor:
    """The runs of one processor; percentiles of the successful ones, None if there are none."""

    processor: str
    phase: str | None
    runs: int
    succeeded: int
    failed: int
    running: int
    stale: int
    without_breakdown: int
    p50_seconds: float | None
    p95_seconds: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """A stage or a query of a processor; ``share_pct`` is its share of all stages or queries."""

    processor: str
    kind: str
    name: str
    runs: int
    p50_seconds: float
    p95_seconds: float
    total_seconds: float
    share_pct: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """A processor's newest run against earlier ones of similar size, in seconds per 1,000 rows."""

    processor: str
    run_id: str
    started_at: datetime
    seconds: float
    earlier_runs: int
    baseline_seconds: float
    mad_seconds: float
    change_pct: float | None
    is_changed: bool


@dataclass(frozen=True, slots=True)
class StaleRun:
    """A run that started long ago and never finished."""

    processor: str
    run_id: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Timings:
    """The report of a range.

    Attributes:
        dates: Both ends included; a run counts on its ``data_date``.
        processors: By name.
        stages: By processor, the longest first.
        queries: Of all processors, the slowest (by p95) first.
        changes: By processor; only those with enough earlier runs of similar size.
        stale_runs: Oldest first.
    """

    dates: DateRange
    processors: tuple[Processor, ...]
    stages: tuple[Part, ...]
    queries: tuple[Part, ...]
    changes: tuple[Change, ...]
    stale_runs: tuple[StaleRun, ...]

    @property
    def without_breakdown(self) -> tuple[str, ...]:
        """Processors that succeeded, but reported no stage timings."""
        told_nothing = (p for p in self.processors if p.succeeded == p.without_breakdown)
        return tuple(p.processor for p in told_nothing if p.succeeded)


def timings(
    replica: Replica,
    dates: DateRange,
    *,
    now: datetime,
    stale_hours: float = STALE_HOURS,
    least_runs: int = LEAST_RUNS,
) -> Timings:
    """Read the runs of a range, local and mirrored alike.

    Args:
        replica: Holds ``nba_reference.processor_run_history``.
        dates: Both ends included.
        now: The present time.
        stale_hours: Hours after which a running run is stale.
        least_runs: Earlier runs of similar size that a baseline needs.
    """
    values = {
        "start_date": dates.start,
        "end_date": dates.end,
        "now": now,
        "stale_hours": stale_hours,
        "least_runs": least_runs,
    }
    with replica.read() as con:
        _make(con, "run", values)
        con.execute(run_part_sql())
        processors = _rows(con, "run_total", values)
        parts = [Part(*row) for row in _rows(con, "run_seconds", values)]
        changes = _rows(con, "run_change", values)
        stale = con.execute(
            """SELECT processor_name, run_id, started_at FROM run WHERE state = 'stale'
            ORDER BY started_at, run_id"""
        ).fetchall()
    queries = [part for part in parts if part.kind == "query"]
    return Timings(
        dates,
        tuple(Processor(*row) for row in processors),
        tuple(part for part in parts if part.kind == "stage"),
        tuple(sorted(queries, key=lambda part: -part.p95_seconds)),
        tuple(Change(*row) for row in changes),
        tuple(StaleRun(*row) for row in stale),
    )


def run_part_sql() -> Sql:
    """CREATE of ``run_part``: the seconds of each stage and query in the breakdown of a run.

    The breakdown, and its ``detail``, may be JSON that is encoded as a string once or twice. What
    is not a number of seconds is left out; so are totals, which would count every second twice.
    """
    return sql(
        """
        CREATE OR REPLACE TEMP TABLE run_part AS
        WITH told AS (
            SELECT processor_name, run_id, {} AS parts FROM run
        ), entry AS (
            SELECT processor_name, run_id, each.key AS name, each.value AS value
            FROM told, json_each(parts) AS each
        ), part AS (
            SELECT processor_name, run_id, 'stage' AS kind, name, value FROM entry
            WHERE name != 'detail' AND NOT starts_with(name, 'total')
            UNION ALL
            SELECT processor_name, run_id, 'query', each.key, each.value
            FROM (SELECT processor_name, run_id, {} AS parts
                FROM entry WHERE name = 'detail') AS detail, json_each(detail.parts) AS each
        )
        SELECT processor_name, run_id, kind, name, TRY_CAST(value ->> '$' AS DOUBLE) AS seconds
        FROM part WHERE TRY_CAST(value ->> '$' AS DOUBLE) BETWEEN 0 AND 1e9
    """,
        _object_sql(Sql("timing_breakdown::JSON")),
        _object_sql(Sql("value")),
    )


def _object_sql(json: Sql) -> Sql:
    """The JSON object in a value, which may be encoded as a string once or twice; else NULL."""
    for _ in range(2):
        json = sql(
            """CASE json_type({json}) WHEN 'VARCHAR' THEN TRY_CAST({json} ->> '$' AS JSON)
            ELSE {json} END""",
            json=json,
        )
    return sql("CASE json_type({json}) WHEN 'OBJECT' THEN {json} END", json=json)


@lru_cache(maxsize=1)
def _reports() -> dict[str, Step]:
    """The reports by name."""
    steps = translated(
        REPORTS,
        sql_files.load("reports"),
        columns={**tables.column_types(), "run_part": RUN_PART},
        parameters=_TYPES,
    )
    return {step.name: step for step in steps}


def _make(con: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, object]) -> None:
    step = _reports()[name]
    connections.run(con, step.create_sql, step.chosen(values))


def _rows(
    con: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, object]
) -> list[tuple[Any, ...]]:
    step = _reports()[name]
    return con.execute(step.sql, step.chosen(values)).fetchall()
