"""What a write and its undo share: prices, aborts, and answers whose results are gone."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sync.bigquery.cost import LEAST_BYTES
from sync.bigquery.transaction import Transaction
from sync.errors import Conflict, OverBudget, WarehouseFailed
from sync.model import Column, Table, Undo, Undone

if TYPE_CHECKING:
    from collections.abc import Callable

ABORTED = "Transaction is aborted due to concurrent update against table nba.store"
SCRIPT = "-- work\nINSERT INTO `project.nba.store` (player) SELECT 'a';"
STORE = Table(
    "nba",
    "store",
    columns=(Column("player", "STRING"), Column("game_date", "DATE")),
    partition_column="game_date",
    key=("player",),
    direction="pushed",
)


def job(name: str, query: str = SCRIPT, reason: str = "", message: str = "") -> dict[str, Any]:
    status: dict[str, Any] = {"state": "DONE"}
    if reason:
        status["errorResult"] = {"reason": reason, "message": message}
    return {
        "jobReference": {"projectId": "project", "jobId": name, "location": "US"},
        "configuration": {"jobType": "QUERY", "query": {"query": query}},
        "status": status,
        "statistics": {"query": {"totalBytesProcessed": "1", "totalBytesBilled": "10485760"}},
    }


def statement(kind: str, rows: int) -> dict[str, Any]:
    """One of a script's jobs, as jobs.list answers."""
    child = job(f"child_{kind}", kind)
    child["statistics"]["query"] |= {"statementType": kind, "numDmlAffectedRows": str(rows)}
    return child


def transaction(warehouse: Any) -> Transaction:
    return Transaction(
        warehouse.clients,
        warehouse.settings,
        warehouse.jobs,
        STORE,
        job_id="work",
        title="work",
        labels={},
    )


def never() -> None:
    raise AssertionError("was not to be compared")


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.bigquery.named_jobs.time.sleep", lambda _: None)


def test_a_script_without_a_dry_run_runs_within_its_limit_and_is_noted(
    scripted: Any, fault: Callable[..., Any]
) -> None:
    warehouse, wire = scripted
    warehouse.account.limit = 50 * 2**20
    wire.add(
        fault("GET", "/jobs/work_g0", 404, "notFound"),
        fault("POST", "/jobs", 400, "invalidQuery", "Dry run of scripts is not supported"),
        fault("POST", "/jobs", body=job("work_g0")),
    )
    done, repeated = transaction(warehouse).run(lambda: SCRIPT, never)
    assert (done.job_id, repeated) == ("work_g0", False)
    dry, real = [json.loads(body) for method, _, body in wire.sent if method == "POST"]
    assert dry["configuration"]["dryRun"] is True
    assert real["configuration"]["query"]["maximumBytesBilled"] == str(50 * 2**20)
    (note,) = warehouse.account.notes
    assert "nba.store: the price of the write is unknown" in note
    assert "Dry run of scripts is not supported" in note
    assert f"{50 * 2**20:,} bytes" in note


def test_a_script_without_a_price_does_not_begin_when_nothing_is_left_of_the_budget(
    scripted: Any, fault: Callable[..., Any]
) -> None:
    warehouse, wire = scripted
    warehouse.account.limit = LEAST_BYTES - 1
    wire.add(
        fault("GET", "/jobs/work_g0", 404, "notFound"),
        fault("POST", "/jobs", 400, "invalidQuery", "Dry run of scripts is not supported"),
    )
    with pytest.raises(OverBudget):
        transaction(warehouse).run(lambda: SCRIPT, never)
    assert [method for method, _, _ in wire.sent] == ["GET", "POST"]


def test_a_script_with_a_dry_run_is_not_noted(scripted: Any, fault: Callable[..., Any]) -> None:
    warehouse, wire = scripted
    wire.add(
        fault("GET", "/jobs/work_g0", 404, "notFound"),
        fault("POST", "/jobs", body=job("dry")),
        fault("POST", "/jobs", body=job("work_g0")),
    )
    transaction(warehouse).run(lambda: SCRIPT, never)
    assert warehouse.account.notes == []


@pytest.mark.parametrize(
    ("is_changed", "kind"), [(True, Conflict), (False, WarehouseFailed)], ids=["changed", "same"]
)
def test_after_the_last_abort_the_contents_are_compared_for_a_conflict(
    scripted: Any,
    fault: Callable[..., Any],
    no_pause: None,
    is_changed: bool,
    kind: type[Exception],
) -> None:
    warehouse, wire = scripted
    wire.add(
        fault("GET", "/jobs/", 404, "notFound", times=100),
        fault("POST", "/jobs", body=job("x", SCRIPT, "invalidQuery", ABORTED), times=100),
    )
    # The dry run is answered by the same reply, whose error is not looked at.
    compared: list[bool] = []

    def compare() -> None:
        compared.append(is_changed)
        if is_changed:
            raise Conflict("nba.store: 1 dates changed")

    with pytest.raises(kind):
        transaction(warehouse).run(lambda: SCRIPT, compare)
    assert compared == [is_changed]


def test_another_failure_of_the_script_compares_nothing(
    scripted: Any, fault: Callable[..., Any]
) -> None:
    warehouse, wire = scripted
    wire.add(
        fault("GET", "/jobs/work_g0", 404, "notFound"),
        fault("POST", "/jobs", body=job("dry")),
        fault("POST", "/jobs", body=job("work_g0", SCRIPT, "jobBackendError", "try again")),
    )
    with pytest.raises(WarehouseFailed, match="try again"):
        transaction(warehouse).run(lambda: SCRIPT, never)


def test_an_undo_whose_result_is_gone_is_answered_from_its_statements(
    scripted: Any, fault: Callable[..., Any]
) -> None:
    """Results of a finished job are deleted after a day, its job is remembered."""
    warehouse, wire = scripted
    text = "-- featurestore undo push\nINSERT INTO `project.nba.store` (player)"
    children = [statement(*one) for one in (("UPDATE", 1), ("DELETE", 2), ("INSERT", 1))]
    wire.add(
        fault("GET", "/jobs/push_undo_g0", body=job("push_undo_g0", text)),
        fault("GET", "/queries/push_undo_g0", 404, "notFound", "Not found: Table anonymous"),
        fault("GET", "/jobs?", body={"jobs": children}),
    )
    undo = Undo(STORE, (date(2024, 1, 1),), ("player",), "push", Path("unused"))
    assert warehouse.undo(undo) == Undone(removed=2, restored=1, repeated=True)
    (asked,) = [url for _, url, _ in wire.sent if "/jobs?" in url]
    assert "parentJobId=push_undo_g0" in asked
