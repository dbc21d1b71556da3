from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import date
from typing import TYPE_CHECKING

import pytest

from featurestore import run_history
from featurestore.clock import league_today, utc_now
from featurestore.definitions import tables
from sync.budget import Spent
from sync.duck.file_lock import write_lock
from sync.errors import Refused, ReplicaLocked
from sync.model import DateRange
from sync.replica.file import Replica

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

WEEK = DateRange(date(2025, 1, 1), date(2025, 1, 7))
DAY = DateRange(date(2025, 1, 1), date(2025, 1, 1))


@pytest.fixture
def local(tmp_path: Path) -> Replica:
    replica = Replica(tmp_path / "replica.duckdb", lock_wait_seconds=0.1)
    replica.create([tables.tables()[tables.RUNS]])
    return replica


def recorded(replica: Replica) -> list[dict[str, Any]]:
    """Rows in the order in which they were written, without empty columns."""
    with replica.read() as con:
        rows = con.sql(f"SELECT * FROM {tables.RUNS} ORDER BY processed_at").to_arrow_table()
    return [{k: v for k, v in row.items() if v is not None} for row in rows.to_pylist()]


def test_a_run_over_a_range_has_the_date_on_which_it_ran(local: Replica) -> None:
    with run_history.record(local, "pull", WEEK) as run:
        (begun,) = recorded(local)
        run.add({"extract_time": 1.5}, {"summary": 1.0})
        run.add({"extract_time": 0.5, "save_time": 2.0}, {"summary": 0.25, "team": 3.0})
        run.records_processed, run.records_created = 7, 5
    (ended,) = recorded(local)
    assert (begun["status"], ended["status"]) == ("running", "success")
    assert begun["run_id"] == ended["run_id"] == run.run_id
    assert begun["started_at"] == ended["started_at"]
    assert ended["processor_name"] == "featurestore.pull"
    assert ended["data_date"] == league_today()
    assert ended["date_range_filter_start"] == WEEK.start
    assert ended["date_range_filter_end"] == WEEK.end
    assert (ended["records_processed"], ended["records_created"]) == (7, 5)
    assert ended["duration_seconds"] >= 0
    assert (ended["trigger_source"], ended["backfill_mode"]) == ("manual", False)
    assert json.loads(ended["timing_breakdown"]) == {
        "extract_time": 2.0,
        "calculate_time": 0.0,
        "save_time": 2.0,
        "detail": {"summary": 1.25, "team": 3.0},
    }
    assert "timing_breakdown" not in begun
    assert "duration_seconds" not in begun


def test_a_run_over_one_date_has_that_date(local: Replica) -> None:
    with run_history.record(local, "compute", DAY):
        pass
    assert {row["data_date"] for row in recorded(local)} == {DAY.start}


@pytest.mark.parametrize(
    ("error", "described"),
    [
        (Refused("t: unbounded", hint="x"), {"type": "Refused", "message": "t: unbounded"}),
        (ValueError("no"), {"type": "ValueError", "message": "no"}),
        (KeyboardInterrupt(), {"type": "KeyboardInterrupt", "message": ""}),
    ],
)
def test_a_failed_run_is_recorded_with_its_error(
    local: Replica, error: BaseException, described: dict[str, str]
) -> None:
    with pytest.raises(type(error)), run_history.record(local, "push", WEEK):
        raise error
    (ended,) = recorded(local)
    assert ended["status"] == "failed"
    assert json.loads(ended["errors"]) == [described]
    assert ended["failure_category"] == described["type"]


def test_the_replica_is_free_while_a_run_is_under_way(local: Replica) -> None:
    with run_history.record(local, "pull", WEEK), write_lock(local.path, 0):
        pass


def test_an_error_is_not_hidden_when_its_run_cannot_be_recorded(local: Replica) -> None:
    with (
        ExitStack() as held,
        pytest.raises(Refused, match="t: unbounded") as caught,
        run_history.record(local, "push", WEEK),
    ):
        held.enter_context(write_lock(local.path, 0))
        raise Refused("t: unbounded")
    assert "locked by process" in caught.value.__notes__[0]
    assert [row["status"] for row in recorded(local)] == ["running"]


def test_a_run_does_not_begin_in_a_replica_that_is_locked(local: Replica) -> None:
    with (
        write_lock(local.path, 0),
        pytest.raises(ReplicaLocked),
        run_history.record(local, "push", WEEK),
    ):
        pytest.fail("the block must not run")


def test_a_user_without_a_name_is_not_an_error(
    local: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr(run_history.getpass, "getuser", nameless)
    with run_history.record(local, "pull", WEEK):
        pass
    assert "triggered_by" not in recorded(local)[0]


def test_a_run_that_ends_on_the_next_date_keeps_its_row(
    local: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = iter([date(2025, 1, 1), date(2025, 1, 2)])
    monkeypatch.setattr(run_history, "league_today", lambda: next(days))
    with run_history.record(local, "pull", WEEK):
        pass
    (row,) = recorded(local)
    assert (row["data_date"], row["status"]) == (date(2025, 1, 1), "success")


@pytest.mark.parametrize("fails", [False, True])
def test_notes_on_a_run_s_costs_are_recorded_with_it(local: Replica, fails: bool) -> None:
    from sync.bigquery import BigQueryWarehouse, Settings

    warehouse = BigQueryWarehouse(Settings("project"))
    with (
        pytest.raises(ValueError) if fails else ExitStack(),
        run_history.record(local, "push", DAY, warehouse),
    ):
        for _ in range(2):
            warehouse.account.note("store: the price was not known")
        if fails:
            raise ValueError("no")
    (row,) = recorded(local)
    assert json.loads(row["warnings"]) == ["store: the price was not known"]


@pytest.mark.parametrize("fails", [False, True])
def test_the_cost_of_failed_jobs_is_recorded_for_verbs_without_a_run(
    local: Replica, fails: bool
) -> None:
    from sync.bigquery import BigQueryWarehouse, Settings

    warehouse = BigQueryWarehouse(Settings("project"))
    with (
        pytest.raises(ValueError) if fails else ExitStack(),
        run_history.costs(local, "undo", warehouse),
    ):
        warehouse.account.add(Spent("job_g0", "query", "d.store", 5, 10, 0.1, utc_now()))
        if fails:
            raise ValueError("no")
    with local.read() as con:
        rows = con.execute("SELECT job_id, run_id, billed_bytes FROM featurestore.jobs").fetchall()
    assert rows == [("job_g0", "undo", 10)]
