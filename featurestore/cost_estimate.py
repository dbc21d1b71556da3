"""Estimates what a verb's work in BigQuery will cost, before it starts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.budget import Account
    from sync.transfer.pull import PullReport
    from sync.transfer.push import PushReport

# Stage, count, count again, write, check what was written.
_PUSH_JOBS = 5
# Each statement of a write is billed: check, count, save what is replaced, delete, carry the other
# cells over, and check what was written; the staged rows are matched, counted and inserted.
_TARGET_READS, _STAGED_READS = 6, 3


@dataclass(frozen=True, slots=True)
class Cost:
    """An estimate.

    Attributes:
        jobs: Queries, loads and read sessions.
        bytes: Bytes that will be billed.
        dollars: Their price.
        basis: The prices used, and whether a free quota is counted.
    """

    jobs: int
    bytes: int
    dollars: float
    basis: str


def of_looking(account: Account) -> Cost:
    """The cost of the dry run's own queries, which the run repeats."""
    return _cost(account, _looking(account))


def of_pull(account: Account, reports: Sequence[PullReport]) -> Cost:
    """The cost of looking, and of reading the partitions through the Storage Read API."""
    reads = [("read", report.bytes) for report in reports if report.rows]
    return _cost(account, [*_looking(account), *reads])


def of_push(account: Account, report: PushReport, row_bytes: int) -> Cost:
    """The cost of looking, loading (free), and a write that reads the staged and the old rows.

    ``row_bytes`` is the logical size of one row.
    """
    looking = _looking(account)
    if not report.rows:
        return _cost(account, looking)
    old_rows = report.replaced + report.pruned + report.kept
    read = (_TARGET_READS * old_rows + _STAGED_READS * report.rows) * row_bytes
    cost = _cost(account, [*looking, ("query", read)])
    return replace(cost, jobs=cost.jobs - 1 + _PUSH_JOBS)


def of_queries(account: Account, scanned: Sequence[int]) -> Cost:
    """The cost of queries that read so many bytes each, at least 10 MB for each table."""
    from sync.bigquery.cost import billed_bytes

    return _cost(account, [("query", billed_bytes(bytes_read)) for bytes_read in scanned])


def _looking(account: Account) -> list[tuple[str, int]]:
    return [(entry.kind, entry.billed_bytes) for entry in account.entries]


def _cost(account: Account, jobs: Sequence[tuple[str, int]]) -> Cost:
    prices, free = account.prices, account.free_bytes
    basis = prices.basis
    if prices.free_tib and prices.pricing == "bytes":
        basis += (
            f"; {free:,} bytes of the month's {prices.free_tib:g} TiB are free, by this replica's"
            " ledger"
        )
    total = sum(billed for _, billed in jobs)
    return Cost(len(jobs), total, prices.dollars(jobs, free), basis)
