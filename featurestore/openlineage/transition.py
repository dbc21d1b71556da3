"""A change of state of a run: all that its event is made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from featurestore.steps import Outcome, Step
    from sync.model import DateRange

State = Literal["START", "COMPLETE", "FAIL", "ABORT"]


@dataclass(frozen=True, slots=True)
class Job:
    """One run of a job, as OpenLineage names it.

    Attributes:
        namespace: Of the job.
        name: Of the job.
        id: UUID of the run.
    """

    namespace: str
    name: str
    id: str


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of state in the run of a job.

    Attributes:
        state: The new state.
        at: When, in UTC.
        job: The job and its run.
        run_id: The run's id in ``processor_run_history``.
        verb: Of the step, else of the whole command.
        dates: Both ends included.
        step: None for a whole command.
        outcome: Of a step that is complete.
        error: The kind of the error that ended it, without its message; empty without one.
        parent: The run that started this one, if any.
        root: The outermost run, if there is a parent.
    """

    state: State
    at: datetime
    job: Job
    run_id: str
    verb: str
    dates: DateRange
    step: Step | None = None
    outcome: Outcome | None = None
    error: str = ""
    parent: Job | None = None
    root: Job | None = None
