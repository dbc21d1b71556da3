"""Timings on a real replica: rows of runs in, numbers out."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from featurestore.definitions import tables
from featurestore.reports.timings import Part, Processor, timings
from sync.model import DateRange
from sync.replica.file import Replica

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from featurestore.reports.timings import Timings

DAY = date(2025, 1, 15)
MONTH = DateRange(date(2025, 1, 1), date(2025, 1, 31))
START = datetime(2025, 1, 15, 8, tzinfo=UTC)
NOW = datetime(2025, 1, 31, tzinfo=UTC)


@pytest.fixture
def local(tmp_path: Path) -> Replica:
    made = Replica(tmp_path / "replica.duckdb", lock_wait_seconds=0.1)
    made.create([tables.tables()[tables.RUNS]])
    return made


def put(replica: Replica, rows: Iterable[dict[str, Any]]) -> None:
    with replica.write() as con:
        for row in rows:
            names, holes = ", ".join(row), ", ".join(f"${name}" for name in row)
            con.execute(f"INSERT INTO {tables.RUNS} ({names}) VALUES ({holes})", row)


def run(
    run_id: str,
    seconds: float | None = None,
    *,
    processor: str = "P",
    at: datetime = START,
    breakdown: object = None,
    rows: int | None = None,
    status: str = "success",
) -> list[dict[str, Any]]:
    """Both rows of a run; only the first of one that is not over."""
    begun = {
        "processor_name": processor,
        "run_id": run_id,
        "data_date": at.date(),
        "started_at": at,
        "phase": "phase_4_precompute",
    }
    rows_of_run = [begun | {"status": "running", "processed_at": at}]
    if status != "running":
        ended = {
            "status": status,
            "processed_at": at + timedelta(seconds=seconds or 0),
            "duration_seconds": seconds,
            "records_processed": rows,
            "timing_breakdown": None if breakdown is None else json.dumps(breakdown),
        }
        rows_of_run.append(begun | ended)
    return rows_of_run


def report(replica: Replica, dates: DateRange = MONTH, **options: Any) -> Timings:
    return timings(replica, dates, now=NOW, **options)


def parts(stages: Iterable[Part]) -> dict[str, float]:
    return {part.name: part.total_seconds for part in stages}


def test_two_rows_of_a_run_are_one_run(local: Replica) -> None:
    put(local, [*run("a", 10.0), *run("b", 20.0), *run("c", 5.0, status="failed")])
    (processor,) = report(local).processors
    assert processor == Processor("P", "phase_4_precompute", 3, 2, 1, 0, 0, 2, 10.0, 20.0)


def test_runs_with_one_id_of_two_processors_are_two_runs(local: Replica) -> None:
    put(local, [*run("a", 1.0, processor="P"), *run("a", 2.0, processor="Q")])
    assert [(p.processor, p.runs, p.p50_seconds) for p in report(local).processors] == [
        ("P", 1, 1.0),
        ("Q", 1, 2.0),
    ]


def test_a_run_that_ends_past_midnight_is_one_run_of_its_first_date(local: Replica) -> None:
    late = START.replace(hour=23, minute=59)
    begun, ended = run("a", 120.0, at=late)
    put(local, [begun, ended | {"data_date": DAY + timedelta(1)}])
    (processor,) = report(local, DateRange(DAY, DAY)).processors
    assert (processor.runs, processor.succeeded, processor.running) == (1, 1, 0)
    assert report(local, DateRange(DAY + timedelta(1), DAY + timedelta(1))).processors == ()


def test_of_rows_written_at_the_same_time_the_final_state_counts(local: Replica) -> None:
    put(local, run("a", 0.0))
    (processor,) = report(local).processors
    assert (processor.succeeded, processor.running) == (1, 0)


def test_a_run_that_died_is_stale_and_not_a_success(local: Replica) -> None:
    hour_ago = NOW - timedelta(hours=1)
    put(local, [*run("dead", status="running"), *run("alive", status="running", at=hour_ago)])
    results = report(local, DateRange(DAY, NOW.date()))
    (line,) = results.processors
    assert (line.runs, line.succeeded, line.running, line.stale) == (2, 0, 1, 1)
    assert line.p50_seconds is None
    assert [(stale.run_id, stale.started_at) for stale in results.stale_runs] == [("dead", START)]
    assert len(report(local, DateRange(DAY, NOW.date()), stale_hours=0.5).stale_runs) == 2


def test_percentiles_are_by_nearest_rank(local: Replica) -> None:
    put(local, [row for n in range(1, 21) for row in run(str(n), float(n))])
    (processor,) = report(local).processors
    assert (processor.p50_seconds, processor.p95_seconds) == (10.0, 19.0)


def test_stages_and_queries_share_the_seconds_of_their_processor(local: Replica) -> None:
    detail = {"players": 2.0, "teams": 1.0}
    put(local, run("a", 9, breakdown={"extract_time": 6, "save_time": 2.0, "detail": detail}))
    put(local, run("b", 9, breakdown={"extract_time": 2, "save_time": 0.0, "detail": {}}))
    results = report(local)
    assert results.stages == (
        Part("P", "stage", "extract_time", 2, 2.0, 6.0, 8.0, 80.0),
        Part("P", "stage", "save_time", 2, 0.0, 2.0, 2.0, 20.0),
    )
    assert [(part.name, part.p95_seconds) for part in results.queries] == [
        ("players", 2.0),
        ("teams", 1.0),
    ]


def test_the_seconds_of_a_failed_run_are_left_out(local: Replica) -> None:
    put(local, run("a", 9, breakdown={"save_time": 2}))
    put(local, run("b", 9, breakdown={"save_time": 90, "detail": {"q": 9}}, status="failed"))
    results = report(local)
    assert parts(results.stages) == {"save_time": 2.0}
    assert results.queries == ()


@pytest.mark.parametrize("times", [0, 1, 2])
def test_json_inside_json_text_is_read(local: Replica, times: int) -> None:
    detail: object = {"players": 1.5}
    for _ in range(times):
        detail = json.dumps(detail)
    breakdown: object = {
        "load_time": "2.5",
        "transform_time": 1,
        "total_time": 99,
        "note": "warm",
        "detail": detail,
    }
    for _ in range(times):
        breakdown = json.dumps(breakdown)
    put(local, run("a", 9, breakdown=breakdown))
    results = report(local)
    assert parts(results.stages) == {"load_time": 2.5, "transform_time": 1.0}
    assert parts(results.queries) == {"players": 1.5}


@pytest.mark.parametrize("breakdown", [None, "", "no json", [], 7, {}, {"a": -1, "b": None}])
def test_an_empty_breakdown_counts_as_none(local: Replica, breakdown: object) -> None:
    put(local, run("a", 9, breakdown=breakdown))
    results = report(local)
    assert results.stages == ()
    assert results.without_breakdown == ("P",)


def test_a_breakdown_of_zeros_counts_as_none(local: Replica) -> None:
    put(local, run("a", 9, breakdown={"extract_time": 0.0, "detail": {}}))
    assert report(local).without_breakdown == ("P",)


def test_a_processor_that_sometimes_records_its_stages_is_not_named(local: Replica) -> None:
    put(local, [*run("a", 9), *run("b", 9, breakdown={"save_time": 1})])
    results = report(local)
    assert results.without_breakdown == ()
    assert results.processors[0].without_breakdown == 1


def series(speeds: Iterable[float], rows: Iterable[int]) -> list[dict[str, Any]]:
    """Runs an hour apart, each at its seconds per 1,000 rows."""
    return [
        row
        for n, (speed, count) in enumerate(zip(speeds, rows, strict=True))
        for row in run(
            f"run{n:02}", speed * count / 1000, rows=count, at=START + timedelta(hours=n)
        )
    ]


def test_a_slower_run_is_marked_for_any_number_of_rows(local: Replica) -> None:
    speeds = [1.0, 1.1, 0.9, 1.0, 1.05, 0.95, 2.0]
    put(local, series(speeds, [1000, 2000, 1500, 3000, 1000, 900, 2000]))
    (change,) = report(local).changes
    assert (change.run_id, change.earlier_runs, change.is_changed) == ("run06", 6, True)
    assert change.baseline_seconds == pytest.approx(1.0)
    assert change.mad_seconds == pytest.approx(0.05)
    assert change.seconds == pytest.approx(2.0)
    assert change.change_pct == pytest.approx(100.0)


def test_more_rows_at_the_same_speed_are_not_a_change(local: Replica) -> None:
    put(local, series([1.0, 1.1, 0.9, 1.0, 1.05, 1.05], [1000, 1000, 1000, 1000, 1000, 4000]))
    (change,) = report(local).changes
    assert not change.is_changed


def test_a_steady_processor_is_not_marked_for_a_small_change(local: Replica) -> None:
    put(local, series([1.0] * 6 + [1.1], [1000] * 7))
    (change,) = report(local).changes
    assert change.mad_seconds == 0
    assert not change.is_changed


def test_with_too_few_runs_of_similar_size_there_is_no_result(local: Replica) -> None:
    put(local, series([1.0] * 7, [1000] * 4 + [10, 90_000, 1000]))
    assert report(local).changes == ()
    assert len(report(local, least_runs=4).changes) == 1


def test_failed_runs_and_runs_without_rows_are_not_part_of_the_baseline(local: Replica) -> None:
    put(local, series([1.0] * 6, [1000] * 5 + [0]))
    put(local, run("bad", 900.0, rows=1000, status="failed", at=START + timedelta(days=1)))
    assert report(local).changes == ()
    (change,) = report(local, least_runs=4).changes
    assert change.run_id == "run04"


def test_runs_outside_the_range_are_not_read(local: Replica) -> None:
    put(local, [*run("a", 1.0), *run("b", 1.0, at=START - timedelta(days=30))])
    assert [line.runs for line in report(local).processors] == [1]


def test_without_runs_the_report_is_empty(local: Replica) -> None:
    results = report(local)
    assert (results.processors, results.stages, results.queries, results.changes) == (
        (),
        (),
        (),
        (),
    )
