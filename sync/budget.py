"""What a run may spend in a warehouse, and what each of its jobs cost."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sync.errors import OverBudget
from sync.prices import Prices

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Spent:
    """One job of a warehouse.

    Attributes:
        job_id: The warehouse's name for it.
        kind: ``query``, ``load`` or ``read``, a session that streams rows.
        subject: The table or relation concerned.
        scanned_bytes: Bytes it read.
        billed_bytes: Bytes that are paid for, at the price of its kind.
        seconds: Duration.
        finished_at: In UTC.
    """

    job_id: str
    kind: str
    subject: str
    scanned_bytes: int
    billed_bytes: int
    seconds: float
    finished_at: datetime


@dataclass(slots=True)
class Account:
    """The budget of a run and its jobs so far; several threads may use it.

    Attributes:
        limit: Bytes that the run may be billed for; None without a limit.
        entries: The jobs, as they ended.
        notes: Notes on the costs, a sentence each.
        prices: The prices of bytes.
        free_bytes: Bytes of queries that are left of the month's free quota, by the replica's
            ledger.
    """

    limit: int | None = None
    entries: list[Spent] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    prices: Prices = field(default_factory=Prices)
    free_bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def billed_bytes(self) -> int:
        """Billed bytes of all jobs so far."""
        return sum(entry.billed_bytes for entry in self.entries)

    @property
    def left(self) -> int | None:
        """Bytes that may still be billed; None without a limit."""
        return None if self.limit is None else max(self.limit - self.billed_bytes, 0)

    def require(self, billed: int, subject: str) -> None:
        """Refuse a job before it starts if it does not fit into the rest of the budget.

        Raises:
            OverBudget: the run's limit would be exceeded.
        """
        left = self.left
        if self.limit is None or left is None:
            return
        if billed > left:
            raise OverBudget(
                f"{subject}: would be billed {billed:,} bytes, {left:,} of the run's"
                f" {self.limit:,} are left",
                hint="use a shorter range, or a larger --max-bytes (setting max_bytes_per_run)",
                asked=billed,
                left=left,
                limit=self.limit,
            )

    def add(self, entry: Spent) -> None:
        """Record a job; the same id counts once."""
        with self._lock:
            if all(entry.job_id != known.job_id for known in self.entries):
                self.entries.append(entry)

    def note(self, text: str) -> None:
        """Add a note; the same one is kept once."""
        with self._lock:
            if text not in self.notes:
                self.notes.append(text)
