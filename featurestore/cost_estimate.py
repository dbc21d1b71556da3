"""What a verb's work in BigQuery will cost, told before it is begun."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.budget import Account
    from sync.transfer.pull import PullReport
    from sync.transfer.push import PushReport

# Stage, count, count again, write, look at what was written.
_PUSH_JOBS = 5
# Each statement of a write is billed: check, count, keep what is replaced, delete, carry the other
# cells over, and look at what was written; the staged rows are matched, counted and inserted.
_TARGET_READS, _STAGED_READS = 6, 3


@dataclass(frozen=True, slots=True)
class Cost:
    """An estimate.

    Attributes:
        jobs: Queries, loads and read sessions.
        bytes: Bytes that will be billed.
        dollars: Their on-demand price.
    """

    jobs: int
    bytes: int
    dollars: float


def of_looking(account: Account) -> Cost:
    """What the queries of a dry run cost; the run itself asks them again."""
    return _cost([(entry.billed_bytes, entry.kind) for entry in account.entries])


def of_pull(account: Account, reports: Sequence[PullReport]) -> Cost:
    """Looking, and reading the partitions through the Storage Read API."""
    looking = [(entry.billed_bytes, entry.kind) for entry in account.entries]
    return _cost([*looking, *((report.bytes, "read") for report in reports if report.rows)])


def of_push(account: Account, report: PushReport, row_bytes: int) -> Cost:
    """Looking, loading (free), and a write whose statements read the staged and the old rows.

    ``row_bytes`` is the logical size of one row.
    """
    looking = [(entry.billed_bytes, entry.kind) for entry in account.entries]
    if not report.rows:
        return _cost(looking)
    held = report.replaced + report.pruned + report.kept
    read = (_TARGET_READS * held + _STAGED_READS * report.rows) * row_bytes
    found = _cost([*looking, (read, "query")])
    return Cost(found.jobs - 1 + _PUSH_JOBS, found.bytes, found.dollars)


def of_queries(scanned: Sequence[int]) -> Cost:
    """Queries that read so many bytes each, at least 10 MB a table."""
    from sync.bigquery.cost import billed_bytes

    return _cost([(billed_bytes(found), "query") for found in scanned])


def _cost(jobs: Sequence[tuple[int, str]]) -> Cost:
    from sync.bigquery.cost import dollars

    total = sum(billed for billed, _ in jobs)
    return Cost(len(jobs), total, sum(dollars(billed, kind) for billed, kind in jobs))
