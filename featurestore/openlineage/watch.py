"""Sends an event when a run or one of its steps begins or ends."""

from __future__ import annotations

import importlib.util
import os
import uuid
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from featurestore import extras
from featurestore.clock import utc_now
from featurestore.definitions import tables
from featurestore.openlineage.sender import Sender
from featurestore.openlineage.transition import Job, Transition
from featurestore.steps import Outcome
from sync import interrupts
from sync.errors import BadInput, Failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from featurestore.config import Settings
    from featurestore.openlineage.transition import State
    from featurestore.steps import Step
    from sync.model import DateRange

# Set by schedulers with OpenLineage: the run that started this process, and the outermost one;
# ``namespace/job/run``.
PARENT_VARIABLE = "OPENLINEAGE_PARENT_ID"
ROOT_VARIABLE = "OPENLINEAGE_ROOT_PARENT_ID"
# Verbs whose run is the parent of their steps.
PARENTS = frozenset({"backfill"})


def watcher_of(settings: Settings) -> EventWatcher:
    """A watcher for one run.

    Raises:
        BadInput: the library is not installed.
    """
    if not _has_library():
        raise BadInput(
            f"openlineage_namespace {settings.openlineage_namespace}: needs the library"
            " openlineage-python, which is not installed",
            hint=extras.install_command("openlineage"),
            library="openlineage-python",
        )
    return EventWatcher(settings.openlineage_namespace, Sender(settings), os.environ)


def _has_library() -> bool:
    # `openlineage` is a namespace package, which other distributions share.
    return bool(
        importlib.util.find_spec("openlineage") and importlib.util.find_spec("openlineage.client")
    )


class EventWatcher:
    """Passes each change of state to the sender."""

    def __init__(self, namespace: str, sender: Sender, environment: Mapping[str, str]) -> None:
        self._namespace = namespace
        self._sender = sender
        self._run_id = ""
        self._parent = self._outer(environment, PARENT_VARIABLE)
        self._root = self._outer(environment, ROOT_VARIABLE) or self._parent

    @contextmanager
    def run(self, run_id: str, verb: str, dates: DateRange) -> Iterator[None]:
        """Around the whole run; waits at its end until the events are sent or given up."""
        self._run_id = run_id
        try:
            if verb not in PARENTS:
                yield
                return
            own = self._begun(f"featurestore.{verb}", verb, dates)
            self._parent, self._root = own.job, self._root or own.job
            with self._reported(own):
                yield
        finally:
            self._sender.close()

    @contextmanager
    def step(self, step: Step) -> Iterator[Outcome]:
        """Around one step."""
        begun = self._begun(f"featurestore.{step.verb}.{step.table}", step.verb, step.dates, step)
        outcome = Outcome()
        with self._reported(begun, outcome):
            yield outcome

    def _begun(self, job: str, verb: str, dates: DateRange, step: Step | None = None) -> Transition:
        return Transition(
            state="START",
            at=utc_now(),
            job=Job(self._namespace, job, str(uuid.uuid4())),
            run_id=self._run_id,
            verb=verb,
            dates=dates,
            step=step,
            parent=self._parent,
            root=self._root,
        )

    @contextmanager
    def _reported(self, begun: Transition, outcome: Outcome | None = None) -> Iterator[None]:
        self._sender.send(begun)
        try:
            yield
        except BaseException as error:
            is_interrupt = isinstance(error, KeyboardInterrupt) or interrupts.received()
            state: State = "ABORT" if is_interrupt else "FAIL"
            described = "interrupted" if is_interrupt else _described(error)
            self._sender.send(replace(begun, state=state, at=utc_now(), error=described))
            raise
        self._sender.send(replace(begun, state="COMPLETE", at=utc_now(), outcome=outcome))

    def _outer(self, environment: Mapping[str, str], variable: str) -> Job | None:
        """The run that an environment variable names, if it is set and valid."""
        text = environment.get(variable, "")
        if not text:
            return None
        *job, run = text.rsplit("/", 2)
        try:
            namespace, name = job
            return Job(namespace, name, str(uuid.UUID(run)))
        except ValueError:
            self._sender.note(f"{variable} {text}: is not NAMESPACE/JOB/RUN with a UUID as RUN")
            return None


def _described(error: BaseException) -> str:
    """The kind of the error; its message may contain values of a row."""
    name = type(error).__name__
    code = f" (exit code {error.exit_code})" if isinstance(error, Failure) else ""
    return f"{name}{code}; its message is in {tables.RUNS}"
