"""Sends events in a thread, so that a receiver that fails or is slow does not affect the run.

The thread also builds the events: the library's import and the first column lineage take longer
than many runs. At the end of a run, events that are left get `PATIENCE_SECONDS`; none, if the
last one failed.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from featurestore.config import Settings
    from featurestore.openlineage.transition import Transition

PATIENCE_SECONDS = 3.0
_LOOK_SECONDS = 0.02
_MOST_LETTERS = 300


class Sender:
    """A queue of events; one warning on stderr if any is lost. Thread-safe."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._waiting: queue.SimpleQueue[Transition | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._ended = threading.Event()
        self._given = 0
        self._delivered = 0
        self._problem = ""
        self._has_failed = False
        self._is_over = False
        # Seconds spent sending so far, and when the event being sent was started.
        self._spent = 0.0
        self._since: float | None = None

    def send(self, transition: Transition) -> None:
        """Queue an event."""
        with self._starting:
            self._given += 1
            self._waiting.put(transition)
            if self._thread is None:
                # A daemon: the process can end while an event is being sent.
                self._thread = threading.Thread(target=self._work, name="openlineage", daemon=True)
                self._thread.start()

    def note(self, problem: str) -> None:
        """Keep a problem for the warning; the first one counts."""
        self._problem = self._problem or problem

    def close(self) -> None:
        """Wait a limited time until all events are sent, and warn if some were not."""
        if self._thread is not None:
            self._waiting.put(None)
            self._wait()
        cause = " ".join(self._problem.split())[:_MOST_LETTERS]
        if lost := self._given - self._delivered:
            lost_events = f"{lost} of {self._given} OpenLineage events were not delivered"
            sys.stderr.write(f"warning: {lost_events}; the run is not affected: {cause}\n")
        elif cause:
            sys.stderr.write(f"warning: OpenLineage events: {cause}\n")

    def _wait(self) -> None:
        """The limit is on time spent sending, including that of the event being sent."""
        before = self._spent
        while not self._ended.wait(_LOOK_SECONDS):
            if self._sending() - before > (0 if self._has_failed else PATIENCE_SECONDS):
                self.note(f"the receiver took longer than {PATIENCE_SECONDS:g} seconds")
                self._is_over = True
                return

    def _sending(self) -> float:
        since = self._since
        return self._spent + (time.monotonic() - since if since else 0.0)

    def _work(self) -> None:
        try:
            self._send_all()
        finally:
            # Whatever ended the thread: nobody waits for it.
            self._ended.set()

    def _send_all(self) -> None:
        client: Any = None
        while (transition := self._waiting.get()) is not None and not self._is_over:
            try:
                from featurestore.openlineage import client as clients
                from featurestore.openlineage.events import event

                client = client or clients.open_client()
                made = event(transition, self._settings)
                self._since = time.monotonic()
                client.emit(made)
                self._delivered += 1
                self._has_failed = False
            except Exception as error:  # noqa: BLE001 - no error may reach the run.
                self._has_failed = True
                self.note(f"{type(error).__name__}: {error}")
            finally:
                self._sent()
        if client is not None:
            self._close(client)

    def _sent(self) -> None:
        if self._since is not None:
            self._spent += time.monotonic() - self._since
            self._since = None

    def _close(self, client: Any) -> None:
        """Some transports deliver only when they are closed."""
        self._since = time.monotonic()
        try:
            if not client.close(PATIENCE_SECONDS):
                self.note("the transport was closed before it had delivered all")
        except Exception as error:  # noqa: BLE001
            self.note(f"{type(error).__name__}: {error}")
