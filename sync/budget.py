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
        seconds: From its start to its end.
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
        notes: What is worth knowing of the costs, a sentence each.
        prices: How bytes are paid for.
        free_bytes: Bytes of queries that the month's free quota still has for the run, as far as
            the replica's ledger knows.
    """

    limit: int | None = None
    entries: list[Spent] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    prices: Prices = field(default_factory=Prices)
    free_bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def billed_bytes(self) -> int:
        """Of all jobs so far."""
        return sum(entry.billed_bytes for entry in self.entries)

    @property
    def left(self) -> int | None:
        """Bytes that may still be billed; None without a limit."""
        return None if self.limit is None else max(self.limit - self.billed_bytes, 0)

    def require(self, billed: int, subject: str) -> None:
        """Refuse a job before it begins when it does not fit into what is left.

        Raises:
            OverBudget: the run's limit would be passed.
        """
        left = self.left
        if self.limit is None or left is None:
            return
        if billed > left:
            raise OverBudget(
                f"{subject}: would be billed {billed:,} bytes, {left:,} of the run's"
                f" {self.limit:,} are left",
                hint="a shorter range, or a larger --max-bytes (setting max_bytes_per_run)",
                asked=billed,
                left=left,
                limit=self.limit,
            )

    def add(self, entry: Spent) -> None:
        """Take note of a job; one that is found again by its id counts once."""
        with self._lock:
            if all(entry.job_id != known.job_id for known in self.entries):
                self.entries.append(entry)

    def note(self, text: str) -> None:
        """Keep a note; the same one once."""
        with self._lock:
            if text not in self.notes:
                self.notes.append(text)
