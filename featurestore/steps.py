"""The steps of a run, for its watcher: each pull, computation and push, with its outcome."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sync.model import DateRange

Verb = Literal["pull", "compute", "push"]


@dataclass(frozen=True, slots=True)
class Step:
    """One table that is pulled, computed or pushed.

    Attributes:
        verb: The kind of step.
        table: Its full name as declared: the one that is moved, or the one that is computed.
        dates: Both ends included; of a pull with the lookback.
        warehouse: Identity of the warehouse that is read or written; None for a computation here.
    """

    verb: Verb
    table: str
    dates: DateRange
    warehouse: str | None = None


@dataclass(slots=True)
class Outcome:
    """What a step did; filled in before it ends.

    Attributes:
        rows: Rows written.
        size_bytes: Arrow bytes moved; None if they were not counted.
        job_id: The warehouse's last job for it; empty without one.
    """

    rows: int | None = None
    size_bytes: int | None = None
    job_id: str = ""


class Watcher(Protocol):
    """Wraps one run and its steps. Thread-safe; adds no errors."""

    def run(self, run_id: str, verb: str, dates: DateRange) -> AbstractContextManager[None]:
        """Around the whole run."""

    def step(self, step: Step) -> AbstractContextManager[Outcome]:
        """Around one of its steps."""


class _Unwatched:
    def run(self, run_id: str, verb: str, dates: DateRange) -> AbstractContextManager[None]:
        del run_id, verb, dates
        return nullcontext()

    def step(self, step: Step) -> AbstractContextManager[Outcome]:
        del step
        return nullcontext(Outcome())


UNWATCHED: Watcher = _Unwatched()
