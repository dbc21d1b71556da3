"""Google's exceptions as ours: what happened, to which table, and what to do next."""

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
    from collections.abc import Iterator

_LOGIN = "gcloud auth application-default login"
_AGAIN = "run the same command again; what was done is found by its job id"
_QUOTA = "daily quotas refill by midnight Pacific time: run the same command again after that"

_PASSING_REASONS = {
    "rateLimitExceeded",
    "jobRateLimitExceeded",
    "backendError",
    "internalError",
    "badGateway",
}
_PASSING_STATUSES = {429, 500, 502, 503, 504}


# What a 403 or a 404 is about: a table's own name does not tell which part of it is wrong.
_NAMED = re.compile(r"(?:Not found|Access Denied): (Project|Dataset|Table)\b")
_MISSING_HINTS = {
    "project": "set warehouse = 'bigquery://PROJECT' to one of: gcloud projects list",
    "dataset": "featurestore init makes it; if it has another name, set datasets in"
    " featurestore.toml",
}


def passes(error: BaseException) -> bool:
    """Whether an error is worth another attempt after a wait; a used up quota is not."""
    if isinstance(error, google.GoogleAPICallError):
        reason = reason_of(error)
        return reason in _PASSING_REASONS or (
            error.code in _PASSING_STATUSES and reason != "quotaExceeded"
        )
    return isinstance(error, requests.ConnectionError | requests.Timeout | auth.TransportError)


@contextmanager
def translated(subject: str) -> Iterator[None]:
    """Let nothing of Google's out of the block; ``subject`` is the table or job concerned."""
    try:
        yield
    except google.GoogleAPICallError as error:
        raise translate(error, subject) from error
    except (google.RetryError, FutureTimeout, requests.Timeout) as error:
        raise WarehouseFailed(
            f"{subject}: no answer in time: {error}", hint=_AGAIN, reason="timeout"
        ) from error
    except (requests.ConnectionError, auth.TransportError, ConnectionError) as error:
        raise WarehouseFailed(
            f"{subject}: the connection broke: {error}", hint=_AGAIN, reason="connection"
        ) from error
    except auth.GoogleAuthError as error:
        raise BadInput(
            f"credentials: {error}", hint=_LOGIN, subject=subject, reason="credentials"
        ) from error


def reason_of(error: google.GoogleAPICallError) -> str:
    """BigQuery's own word for the error, e.g. ``rateLimitExceeded``; empty if it gave none."""
    for detail in error.errors:
        if isinstance(detail, dict) and detail.get("reason"):
            return str(detail["reason"])
    return ""


def translate(error: google.GoogleAPICallError, subject: str) -> Failure:
    """The failure that tells a user what to do."""
    reason, message = reason_of(error), str(error.message)
    facts: dict[str, Any] = {"subject": subject, "status": error.code, "reason": reason}
    if named := _NAMED.search(message):
        facts["object"] = named[1].lower()
    if CONFLICT in message or "concurrent update" in message:
        return Conflict(
            f"{subject}: changed since it was last seen; nothing was written",
            hint="featurestore pull, then push again; or push --force",
            **facts,
        )
    if reason == "bytesBilledLimitExceeded" or "bytes billed" in message:
        return OverBudget(f"{subject}: over the limit of bytes: {message}", **facts)
    if reason == "quotaExceeded":
        return OverBudget(f"{subject}: quota used up: {message}", hint=_QUOTA, **facts)
    if reason in {"rateLimitExceeded", "jobRateLimitExceeded"} or error.code == 429:
        return WarehouseFailed(f"{subject}: too many requests: {message}", hint=_AGAIN, **facts)
    return _by_status(error, subject, message, facts)


def _by_status(
    error: google.GoogleAPICallError, subject: str, message: str, facts: dict[str, Any]
) -> Failure:
    status = error.code
    if status == 401:
        return WarehouseFailed(
            f"{subject}: the credentials were not accepted: {message}", hint=_LOGIN, **facts
        )
    if status == 403:
        return WarehouseFailed(
            f"{subject}: access denied: {message}",
            hint="grant the named permission, e.g. roles/bigquery.dataEditor on the dataset,"
            " roles/bigquery.jobUser and roles/bigquery.readSessionUser on the project",
            **facts,
        )
    if status == 404:
        where = "location" in message
        hint = _MISSING_HINTS.get(facts.get("object", ""), "featurestore init")
        if where:
            hint = "set ?location= of the warehouse to the dataset's"
        return WarehouseFailed(f"{subject}: not found: {message}", hint=hint, **facts)
    # ABORTED of gRPC is a 409 too, but nothing exists: a stream was given up.
    if status == 409 and not isinstance(error, google.Aborted):
        return Refused(f"{subject}: exists already: {message}", **facts)
    if status == 412:
        return Conflict(f"{subject}: changed meanwhile: {message}", hint=_AGAIN, **facts)
    if status == 400:
        return Refused(f"{subject}: refused by BigQuery: {message}", **facts)
    return WarehouseFailed(f"{subject}: BigQuery failed: {message}", hint=_AGAIN, **facts)
