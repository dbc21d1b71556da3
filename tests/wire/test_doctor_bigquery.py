"""What the doctor says of a BigQuery warehouse: access, addresses, missing parts, odd rows."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from featurestore import doctor
from featurestore.config import Settings
from featurestore.definitions import tables
from sync.bigquery import BigQueryWarehouse
from sync.bigquery import Settings as Access
from sync.bigquery.client import REST_VARIABLE, STORAGE_VARIABLE
from sync.bigquery.schema import schema_field
from sync.errors import WarehouseFailed
from sync.replica.file import Replica

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "bigquery://project?location=US"
JOB = {
    "jobReference": {"projectId": "project", "jobId": "count", "location": "US"},
    "configuration": {"query": {"query": "x"}},
    "status": {"state": "DONE"},
    "statistics": {"query": {"totalBytesProcessed": "0"}},
}


def counted(rows: int) -> dict[str, Any]:
    return {
        "jobComplete": True,
        "jobReference": JOB["jobReference"],
        "schema": {"fields": [{"name": "row_count", "type": "INTEGER"}]},
        "rows": [{"f": [{"v": str(rows)}]}],
        "totalRows": "1",
    }


def resource(name: str, **more: Any) -> dict[str, Any]:
    """A table as ``tables.get`` describes it, with the declared columns."""
    table = tables.table(name)
    return {
        "etag": "e",
        "location": "US",
        "tableReference": {
            "projectId": "project",
            "datasetId": table.dataset,
            "tableId": table.name,
        },
        "schema": {"fields": [schema_field(c).to_api_repr() for c in table.all_columns]},
    } | more


@pytest.fixture(autouse=True)
def no_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (REST_VARIABLE, STORAGE_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    # A day of a season that the calendar has.
    monkeypatch.setenv("FEATURESTORE_TODAY", "2026-01-10")


@pytest.fixture(scope="module")
def replica(tmp_path_factory: pytest.TempPathFactory) -> Replica:
    new_replica = Replica(tmp_path_factory.mktemp("doctor") / "replica.duckdb")
    new_replica.create(list(tables.tables().values()))
    return new_replica


@pytest.fixture
def findings(replica: Replica) -> Callable[..., dict[str, doctor.Check]]:
    """What is to be fixed, by name."""

    def run(warehouse: Any) -> dict[str, doctor.Check]:
        checks = doctor.examine(Settings(warehouse=URL), replica, warehouse)
        return {check.name: check for check in checks if not check.is_ok}

    return run


@pytest.fixture
def live(scripted: Any, fault: Callable[..., Any]) -> Callable[..., BigQueryWarehouse]:
    """The scripted warehouse with all tables as declared, but for what the test put first."""

    def run(*first: Any, rows: int = 0) -> BigQueryWarehouse:
        warehouse, wire = scripted
        wire.add(*first)
        for name in tables.tables():
            reply = fault("GET", f"/tables/{name.partition('.')[2]}", body=resource(name))
            reply.times = 9
            wire.add(reply)
        wire.add(
            fault("POST", "/jobs", body=JOB, times=99),
            fault("GET", "/queries/", body=counted(rows), times=99),
        )
        return warehouse

    return run


def test_a_healthy_warehouse_has_no_findings(live, findings):
    assert findings(live()) == {}


@pytest.mark.parametrize(
    ("status", "reason", "message"),
    [
        (404, "notFound", "Not found: Project project"),
        (403, "accessDenied", "Access Denied: Project project: User does not have permission"),
    ],
)
def test_a_missing_project_is_one_finding_and_not_a_missing_table(
    live, findings, fault, status, reason, message
):
    messages = findings(live(fault("GET", "/tables/", status, reason, message, times=99)))
    assert list(messages) == ["warehouse"]
    assert message in messages["warehouse"].detail
    assert "no such table" not in messages["warehouse"].detail
    expected = "gcloud projects list" if status == 404 else "roles/bigquery"
    assert expected in messages["warehouse"].hint


def test_a_missing_dataset_is_not_called_a_missing_table(live, findings, fault):
    message = "Not found: Dataset project:nba_analytics"
    first = fault("GET", "/datasets/nba_analytics/", 404, "notFound", message, times=99)
    (check,) = findings(live(first)).values()
    assert check.name == tables.SUMMARY
    assert message in check.detail
    assert "not in the warehouse" not in check.detail
    assert "datasets" in check.hint


def test_a_read_from_a_missing_dataset_does_not_report_a_missing_table(live, fault):
    message = "Not found: Dataset project:nba_analytics"
    gone = fault("GET", "/datasets/nba_analytics/", 404, "notFound", message, times=99)
    table = tables.table(tables.SUMMARY)
    with live(gone).snapshot() as snapshot, pytest.raises(WarehouseFailed, match=message) as caught:
        assert snapshot.columns(table) is None
        snapshot.etag(table)
    assert caught.value.facts["object"] == "dataset"
    assert "no such table" not in caught.value.message


def test_a_missing_table_is_named_with_the_command_that_makes_it(live, findings, fault):
    message = "Not found: Table project:nba_predictions.feature_store_gaps"
    warehouse = live(fault("GET", "/tables/feature_store_gaps", 404, "notFound", message, times=99))
    (check,) = findings(warehouse).values()
    assert (check.name, check.detail) == (tables.GAPS, "not in the warehouse")
    assert check.hint == "featurestore init"


def test_a_table_without_permission_does_not_stop_the_check_of_the_others(live, findings, fault):
    message = "Access Denied: Table project:nba_analytics.player_game_summary: no tables.get"
    first = fault("GET", "/tables/player_game_summary", 403, "accessDenied", message, times=99)
    gone = fault("GET", "/tables/feature_store_gaps", 404, "notFound", "Not found: Table x")
    gone.times = 99
    messages = findings(live(first, gone))
    assert set(messages) == {tables.SUMMARY, tables.GAPS}
    assert message in messages[tables.SUMMARY].detail


def test_a_wrong_location_is_reported_with_the_right_one(live, findings, fault):
    body = resource(tables.SUMMARY, location="EU")
    messages = findings(live(fault("GET", "/tables/player_game_summary", body=body, times=2)))
    assert list(messages) == [tables.SUMMARY]
    assert "is in EU, the warehouse's location is US" in messages[tables.SUMMARY].detail
    assert "?location=EU" in messages[tables.SUMMARY].detail


def test_rows_in_the_write_buffer_and_rows_without_a_date_are_named(live, findings, fault):
    daily = {"type": "DAY", "field": "game_date"}
    buffer = {"estimatedRows": "12"}
    body = resource(tables.SUMMARY, streamingBuffer=buffer, timePartitioning=daily)
    messages = findings(
        live(fault("GET", "/tables/player_game_summary", body=body, times=3), rows=3)
    )
    assert messages[tables.SUMMARY].detail == (
        "about 12 rows in __UNPARTITIONED__ are still in the write buffer;"
        " 3 rows in __NULL__, without game_date"
    )


def test_without_credentials_the_hint_is_the_login(findings, monkeypatch, tmp_path):
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    with BigQueryWarehouse(Access("project")) as warehouse:
        messages = findings(warehouse)
    assert list(messages) == ["warehouse"]
    assert messages["warehouse"].detail.startswith("credentials: ")
    assert messages["warehouse"].hint == "gcloud auth application-default login"


@pytest.mark.parametrize(
    ("name", "lacking"),
    [(REST_VARIABLE, STORAGE_VARIABLE), (STORAGE_VARIABLE, REST_VARIABLE)],
)
def test_half_of_the_emulator_s_variables_is_a_finding(
    findings, scripted, monkeypatch, name, lacking
):
    warehouse, wire = scripted
    monkeypatch.setenv(name, "localhost:9050")
    messages = findings(warehouse)
    assert list(messages) == ["emulator"]
    assert messages["emulator"].detail == f"{name} is set, {lacking} is not"
    assert messages["emulator"].hint == f"unset {name}"
    assert wire.sent == []


def test_an_emulator_that_does_not_answer_is_reported_at_once(findings, scripted, monkeypatch):
    warehouse, wire = scripted
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
        monkeypatch.setenv(REST_VARIABLE, f"http://{address}")
        monkeypatch.setenv(STORAGE_VARIABLE, address)
        messages = findings(warehouse)
    assert list(messages) == ["emulator"]
    assert f"{REST_VARIABLE}=http://{address}" in messages["emulator"].detail
    assert "no answer" in messages["emulator"].detail
    assert wire.sent == []


def test_an_emulator_is_named_with_its_address(
    emulator: dict[str, str], warehouse: BigQueryWarehouse, replica: Replica, monkeypatch
):
    for name, value in emulator.items():
        monkeypatch.setenv(name, value)
    checks = doctor.examine(Settings(warehouse=URL), replica, warehouse)
    by_name = {check.name: check for check in checks}
    assert by_name["emulator"].is_ok
    assert f"{REST_VARIABLE}={emulator[REST_VARIABLE]}" in by_name["emulator"].detail
    assert "an emulator" in by_name["emulator"].detail
    assert by_name["emulator"].hint == f"unset {REST_VARIABLE} {STORAGE_VARIABLE}"
    assert not by_name[tables.SUMMARY].is_ok
