"""Translates Google's exceptions: what happened, to which table, and what to do next."""

from __future__ import annotations

import re
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import requests
from google.api_core import exceptions as google
from google.auth import exceptions as auth

from sync.bigquery.sql import CONFLICT
from sync.errors import BadInput, Conflict, Failure, OverBudget, Refused, WarehouseFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_LOGIN = "gcloud auth application-default login"
_AGAIN = "run the same command again; what was done is found by its job id"
_MINUTES = "wait some minutes, then run the same command again"
_QUOTA = (
    "quotas of a day refill bit by bit over 24 hours: wait an hour, then run the same command again"
)
_COST_QUOTA = "raise the project's custom quota of query usage, or run the command again tomorrow"
_BUFFER = "rows can stay in the write buffer for 90 minutes: run the same command again after that"
_SANDBOX = "enable billing for the project: the BigQuery sandbox allows no DML"

_PASSING_REASONS = {
    "rateLimitExceeded",
    "jobRateLimitExceeded",
    "backendError",
    "internalError",
    "badGateway",
}
# Temporary errors of a job; its statement was valid.
_PASSING_JOBS = _PASSING_REASONS | {"jobBackendError", "jobInternalError", "tableUnavailable"}
_PASSING_STATUSES = {429, 500, 502, 503, 504}
_BROKEN = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
    requests.exceptions.JSONDecodeError,
)


# What a 403 or a 404 is about: the table's name does not say which of its parts is wrong.
_NAMED = re.compile(r"(?:Not found|Access Denied): (Project|Dataset|Table)\b")
_MISSING_HINTS = {
    "project": "set warehouse = 'bigquery://PROJECT' to one of: gcloud projects list",
    "dataset": "featurestore init makes it; if it has another name, set datasets in"
    " featurestore.toml",
}


def passes(error: BaseException) -> bool:
    """Whether an error is worth another attempt after a wait; an exhausted quota is not."""
    if isinstance(error, google.GoogleAPICallError):
        reason = reason_of(error)
        return reason in _PASSING_REASONS or (
            error.code in _PASSING_STATUSES and reason != "quotaExceeded"
        )
    if _is_certificate(error):
        # Waiting does not make a certificate valid.
        return False
    return isinstance(error, (*_BROKEN, auth.TransportError))


def _is_certificate(error: BaseException) -> bool:
    return isinstance(error, requests.exceptions.SSLError) or "CERTIFICATE_VERIFY" in str(error)


@contextmanager
def translated(subject: str) -> Iterator[None]:
    """Translate all of Google's errors in the block; ``subject`` is the table or job."""
    try:
        yield
    except google.GoogleAPICallError as error:
        raise translate(error, subject) from error
    except (google.RetryError, FutureTimeout, requests.Timeout) as error:
        raise WarehouseFailed(
            f"{subject}: no answer in time: {error}", hint=_AGAIN, reason="timeout"
        ) from error
    except (*_BROKEN, auth.TransportError, ConnectionError) as error:
        if _is_certificate(error):
            raise WarehouseFailed(
                f"{subject}: the server's certificate is not accepted: {error}",
                hint="check the proxy, REQUESTS_CA_BUNDLE and the clock of this machine",
                reason="certificate",
            ) from error
        raise WarehouseFailed(
            f"{subject}: the connection broke: {error}", hint=_AGAIN, reason="connection"
        ) from error
    except auth.GoogleAuthError as error:
        raise BadInput(
            f"credentials: {error}", hint=_LOGIN, subject=subject, reason="credentials"
        ) from error


def reason_of(error: google.GoogleAPICallError) -> str:
    """BigQuery's reason, such as ``rateLimitExceeded``; '' without one."""
    for detail in error.errors:
        if isinstance(detail, dict) and detail.get("reason"):
            return str(detail["reason"])
    return ""


def translate(error: google.GoogleAPICallError, subject: str) -> Failure:
    """The failure for the user, with a hint."""
    reason, message = reason_of(error), str(error.message)
    facts = _facts(subject, error.code, reason, message)
    failure = _by_words(reason, message, subject, facts)
    if failure is not None:
        return failure
    if error.code == 429:
        return WarehouseFailed(f"{subject}: too many requests: {message}", hint=_AGAIN, **facts)
    return _by_status(error, subject, message, facts)


def job_failure(result: Mapping[str, Any], subject: str) -> Failure:
    """The failure of a job that ended with an error, from its ``errorResult``. Pure.

    The reasons of jobs differ from those of requests: ``jobBackendError``, which has no status, is
    temporary; ``invalidQuery`` is not.
    """
    reason, message = str(result.get("reason", "")), str(result.get("message", ""))
    facts = _facts(subject, 200, reason, message)
    if failure := _by_words(reason, message, subject, facts):
        return failure
    if reason in {"accessDenied", "billingNotEnabled"}:
        return _denied(subject, message, facts)
    if reason == "notFound":
        return _not_found(subject, message, facts)
    if reason in {"stopped", "timeout"}:
        return WarehouseFailed(f"{subject}: the job was stopped: {message}", hint=_AGAIN, **facts)
    return Refused(f"{subject}: refused by BigQuery: {message}", **facts)


def _facts(subject: str, status: int | None, reason: str, message: str) -> dict[str, Any]:
    facts: dict[str, Any] = {"subject": subject, "status": status, "reason": reason}
    if named := _NAMED.search(message):
        facts["object"] = named[1].lower()
    return facts


def _by_words(reason: str, message: str, subject: str, facts: dict[str, Any]) -> Failure | None:
    """The failure by the reason or the text of a message, by the first matching rule."""
    for applies, kind, words, hint in _RULES:
        if applies(reason, message):
            text = f"{subject}: {words}" + ("" if kind is Conflict else f": {message}")
            return kind(text, hint=hint, **facts)
    return None


def is_aborted(message: str) -> bool:
    """Whether a transaction was aborted by a concurrent one; it can be tried again."""
    return "concurrent update" in message or "aborted due to concurrent" in message


def _is_costly(reason: str, message: str) -> bool:
    return reason == "quotaExceeded" and (
        "custom quota" in message.lower() or "QueryUsage" in message
    )


def _is_queued(reason: str, message: str) -> bool:
    return "DML" in message and ("outstanding" in message or "pending" in message)


# Condition, class of the failure, message and hint.
_RULES: tuple[tuple[Callable[[str, str], bool], type[Failure], str, str], ...] = (
    (
        lambda _, message: CONFLICT in message,
        Conflict,
        "changed since it was last seen; nothing was written",
        "featurestore pull, then push again; or push --force",
    ),
    # Per table, not per partition: the other write may have been for other dates.
    (
        lambda _, message: is_aborted(message),
        WarehouseFailed,
        "another write to the table came in between",
        _MINUTES,
    ),
    (
        lambda _, message: "streaming buffer" in message,
        WarehouseFailed,
        "rows are still in the write buffer",
        _BUFFER,
    ),
    (_is_queued, WarehouseFailed, "too many writes to the table are waiting", _MINUTES),
    (
        lambda reason, message: reason == "bytesBilledLimitExceeded" or "bytes billed" in message,
        OverBudget,
        "over the limit of bytes",
        "a shorter range, or a larger --max-bytes",
    ),
    (_is_costly, OverBudget, "quota used up", _COST_QUOTA),
    (lambda reason, _: reason == "quotaExceeded", WarehouseFailed, "quota used up", _QUOTA),
    (
        lambda reason, _: reason in {"rateLimitExceeded", "jobRateLimitExceeded"},
        WarehouseFailed,
        "too many requests",
        _AGAIN,
    ),
    (lambda reason, _: reason in _PASSING_JOBS, WarehouseFailed, "BigQuery failed", _MINUTES),
    # A load into a table that another load has filled meanwhile.
    (
        lambda reason, message: reason == "duplicate" and "Job" not in message,
        WarehouseFailed,
        "filled meanwhile",
        _AGAIN,
    ),
)


def _denied(subject: str, message: str, facts: dict[str, Any]) -> Failure:
    if facts["reason"] == "billingNotEnabled" or "Billing has not been enabled" in message:
        return WarehouseFailed(f"{subject}: no billing: {message}", hint=_SANDBOX, **facts)
    return WarehouseFailed(
        f"{subject}: access denied: {message}",
        hint="grant the named permission, e.g. roles/bigquery.dataEditor on the dataset,"
        " roles/bigquery.jobUser and roles/bigquery.readSessionUser on the project",
        **facts,
    )


def _not_found(subject: str, message: str, facts: dict[str, Any]) -> Failure:
    """The message names the location of the search; the dataset may be in another one."""
    kind = facts.get("object", "")
    hint = _MISSING_HINTS.get(kind, "featurestore init")
    if "location" in message and kind == "dataset":
        hint = f"{hint}; if it is elsewhere, set ?location= of the warehouse to the dataset's"
    return WarehouseFailed(f"{subject}: not found: {message}", hint=hint, **facts)


def _by_status(
    error: google.GoogleAPICallError, subject: str, message: str, facts: dict[str, Any]
) -> Failure:
    status = error.code
    if status == 401:
        return WarehouseFailed(
            f"{subject}: the credentials were not accepted: {message}", hint=_LOGIN, **facts
        )
    if status == 403:
        return _denied(subject, message, facts)
    if status == 404:
        return _not_found(subject, message, facts)
    # gRPC's ABORTED is a 409, too, but nothing exists: a stream was aborted.
    if status == 409 and not isinstance(error, google.Aborted):
        return Refused(f"{subject}: already exists: {message}", **facts)
    if status == 412:
        return Conflict(f"{subject}: changed meanwhile: {message}", hint=_AGAIN, **facts)
    if status == 400:
        return Refused(f"{subject}: refused by BigQuery: {message}", **facts)
    return WarehouseFailed(f"{subject}: BigQuery failed: {message}", hint=_AGAIN, **facts)
