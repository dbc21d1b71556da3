"""Only its state and error decide about a finished job; errors that pass are waited for."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
import requests
from google.auth import exceptions as auth

from sync.bigquery import client, named_jobs
from sync.bigquery.errors import job_failure, passes, translated
from sync.budget import Account, Spent
from sync.errors import Conflict, OverBudget, Refused, WarehouseFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ABORTED = "Transaction is aborted due to concurrent update against table nba.store"


def job(name: str, state: str = "DONE", reason: str = "", message: str = "") -> dict[str, Any]:
    status: dict[str, Any] = {"state": state}
    if reason:
        status["errorResult"] = {"reason": reason, "message": message}
    return {
        "jobReference": {"projectId": "project", "jobId": name, "location": "US"},
        "configuration": {"jobType": "QUERY", "query": {"query": "SELECT 1"}},
        "status": status,
        "statistics": {"query": {"totalBytesProcessed": "1", "totalBytesBilled": "10485760"}},
    }


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    pauses: list[float] = []
    monkeypatch.setattr("sync.bigquery.named_jobs.time.sleep", pauses.append)
    return pauses


def once(warehouse: Any) -> tuple[Any, bool]:
    rest = warehouse.clients.rest

    def start(job_id: str) -> Any:
        return rest.query("SELECT 1", job_id=job_id, job_retry=None, retry=None)

    return warehouse.jobs.once("job", "nba.store", start, lambda _job: None)


def test_a_finished_job_whose_results_are_gone_is_done(
    scripted: Any, fault: Callable[..., Any]
) -> None:
    """Results go after a day; asking for them would be answered by 404, and is not asked."""
    warehouse, wire = scripted
    wire.add(fault("GET", "/jobs/job_g0", body=job("job_g0"), times=2))
    done, repeated = once(warehouse)
    assert (done.job_id, repeated) == ("job_g0", True)
    assert warehouse.jobs.last_of("job", "nba.store").job_id == "job_g0"
    assert not [url for _, url, _ in wire.sent if "/queries/" in url]


def test_for_another_user_s_job_with_the_id_the_next_generation_is_used(
    scripted: Any, fault: Callable[..., Any]
) -> None:
    warehouse, wire = scripted
    denied = "Access Denied: Job project:US.job_g0: User does not have bigquery.jobs.get"
    wire.add(
        fault("GET", "/jobs/job_g0", 403, "accessDenied", denied, times=2),
        fault("GET", "/jobs/job_g1", 404, "notFound"),
        fault("POST", "/jobs", body=job("job_g1")),
        fault("GET", "/jobs/job_g1", body=job("job_g1")),
    )
    done, repeated = once(warehouse)
    assert (done.job_id, repeated) == ("job_g1", False)
    assert warehouse.jobs.last_of("job", "nba.store").job_id == "job_g1"


def test_for_an_id_taken_at_the_same_moment_the_next_generation_is_used(
    scripted: Any, fault: Callable[..., Any]
) -> None:
    warehouse, wire = scripted
    denied = "Access Denied: Job project:US.job_g0: User does not have bigquery.jobs.get"
    taken = "Already Exists: Job project:US.job_g0"
    wire.add(
        fault("GET", "/jobs/job_g0", 404, "notFound"),
        fault("POST", "/jobs", 409, "duplicate", taken),
        fault("GET", "/jobs/job_g0", 403, "accessDenied", denied),
        fault("GET", "/jobs/job_g1", 404, "notFound"),
        fault("POST", "/jobs", body=job("job_g1")),
    )
    done, repeated = once(warehouse)
    assert (done.job_id, repeated) == ("job_g1", False)


def test_a_transaction_that_another_aborts_is_started_again_after_a_pause(
    scripted: Any, fault: Callable[..., Any], no_pause: list[float]
) -> None:
    warehouse, wire = scripted
    for generation in range(2):
        name = f"job_g{generation}"
        wire.add(
            fault("GET", f"/jobs/{name}", 404, "notFound"),
            fault("POST", "/jobs", body=job(name, "DONE", "invalidQuery", ABORTED)),
        )
    wire.add(fault("GET", "/jobs/job_g2", 404, "notFound"))
    wire.add(fault("POST", "/jobs", body=job("job_g2")))
    done, repeated = once(warehouse)
    assert (done.job_id, repeated) == ("job_g2", False)
    assert len(no_pause) == 2
    assert no_pause[0] < no_pause[1] * 2
    # Failed jobs are billed, and are in the ledger.
    assert [entry.job_id for entry in warehouse.account.entries] == ["job_g0", "job_g1", "job_g2"]


def test_a_transaction_that_is_aborted_again_and_again_is_worth_a_retry_later(
    scripted: Any, fault: Callable[..., Any], no_pause: list[float]
) -> None:
    warehouse, wire = scripted
    wire.add(
        fault("GET", "/jobs/", 404, "notFound", times=100),
        fault("POST", "/jobs", body=job("x", "DONE", "invalidQuery", ABORTED), times=100),
    )
    with pytest.raises(WarehouseFailed, match="another write to the table") as caught:
        once(warehouse)
    assert "wait some minutes" in caught.value.hint
    assert len(no_pause) == named_jobs.MOST_ABORTS


@pytest.mark.parametrize(
    ("reason", "message", "kind"),
    [
        ("jobBackendError", "Retrying may solve the problem", WarehouseFailed),
        ("jobInternalError", "Retrying may solve the problem", WarehouseFailed),
        ("backendError", "try again", WarehouseFailed),
        ("internalError", "try again", WarehouseFailed),
        ("tableUnavailable", "try again", WarehouseFailed),
        ("jobRateLimitExceeded", "too many", WarehouseFailed),
        ("duplicate", "Already Exists: Table project:nba.s", WarehouseFailed),
        ("stopped", "Job cancelled", WarehouseFailed),
        ("invalidQuery", ABORTED, WarehouseFailed),
        ("invalidQuery", "featurestore: a partition changed", Conflict),
        ("invalidQuery", "Unrecognized name: x", Refused),
        ("bytesBilledLimitExceeded", "Query exceeded limit", OverBudget),
        ("accessDenied", "Access Denied: Table p:d.t", WarehouseFailed),
        ("billingNotEnabled", "Billing has not been enabled", WarehouseFailed),
        ("notFound", "Not found: Dataset p:d was not found in location US", WarehouseFailed),
    ],
)
def test_a_job_s_reason_decides_its_failure(
    reason: str, message: str, kind: type[Exception]
) -> None:
    failure = job_failure({"reason": reason, "message": message}, "nba.store")
    assert type(failure) is kind
    assert failure.facts["reason"] == reason
    assert kind is Refused or failure.hint


def test_a_failed_job_is_not_polled_further(scripted: Any, fault: Callable[..., Any]) -> None:
    warehouse, wire = scripted
    failed = job("x", "DONE", "jobRateLimitExceeded", "Job exceeded rate limits")
    wire.add(fault("POST", "/jobs", body=failed, times=2))
    with pytest.raises(WarehouseFailed, match="too many requests"):
        warehouse.jobs.rows("SELECT 1", "nba.store")
    assert len(wire.sent) <= 2


def test_the_limit_of_a_job_is_what_is_left_of_the_run() -> None:
    account = Account(limit=100 * 2**20)
    jobs = named_jobs.NamedJobs.__new__(named_jobs.NamedJobs)
    jobs.account, jobs._settings = account, client.Settings("project")
    assert jobs.config({}).maximum_bytes_billed == 100 * 2**20
    account.add(Spent("a", "query", "x", 1, 70 * 2**20, 0.0, None))  # type: ignore[arg-type]
    assert jobs.config({}).maximum_bytes_billed == 30 * 2**20
    account.limit = None
    assert jobs.config({}).maximum_bytes_billed == client.Settings("project").max_bytes
    assert int(jobs.config({}, 5.0).job_timeout_ms) == 5000


@pytest.fixture
def silent_server() -> Iterator[str]:
    """Accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def accept() -> None:
            try:
                while True:
                    held.append(server.accept()[0])
            except OSError:
                return

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        for one in held:
            one.close()


def test_a_request_without_a_timeout_still_ends(
    silent_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "SOCKET_SECONDS", (1.0, 0.2))
    session = client.pooled(requests.Session())
    with pytest.raises(WarehouseFailed, match="no answer in time"), translated("nba.store"):
        session.get(silent_server, timeout=None)


@pytest.mark.parametrize(
    "error",
    [
        requests.exceptions.ChunkedEncodingError("cut"),
        requests.exceptions.ContentDecodingError("cut"),
        requests.exceptions.JSONDecodeError("cut", "{", 1),
        requests.ConnectionError("reset"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_reply_that_is_cut_is_a_broken_connection(error: Exception) -> None:
    assert passes(error)
    with pytest.raises(WarehouseFailed, match="the connection broke"), translated("nba.store"):
        raise error


@pytest.mark.parametrize(
    "error",
    [
        requests.exceptions.SSLError("CERTIFICATE_VERIFY_FAILED"),
        auth.TransportError("SSLError: CERTIFICATE_VERIFY_FAILED"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_certificate_that_is_not_accepted_is_not_tried_again(error: Exception) -> None:
    assert not passes(error)
    with pytest.raises(WarehouseFailed, match="certificate") as caught, translated("nba.store"):
        raise error
    assert "REQUESTS_CA_BUNDLE" in caught.value.hint
