"""Which worker of pytest-xdist runs which tests: whole files, those that take longest first.

What a file's tests share, such as a league that is computed once, is then made once. xdist's own
``--dist loadgroup`` would do for groups, but does nothing under pytest 9.2
(https://github.com/pytest-dev/pytest-xdist/issues/1386): it writes the group into a node id that
is no longer read, and says nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    import pytest
    from xdist.remote import Producer
    from xdist.workermanage import WorkerController

# Folders whose files share what takes long to start or to make, such as the emulator.
TOGETHER = ("tests/crash", "tests/live", "tests/pages", "tests/wire")
# What takes more than 20 s, longest first: started last, it would run alone at the end.
LONGEST = (
    "tests/wire",
    "tests/crash",
)


class WholeFiles(LoadFileScheduling):
    """A file's tests go to one worker, as do those of a folder in ``TOGETHER``."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return next((folder for folder in TOGETHER if file.startswith(f"{folder}/")), file)

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(min(self.workqueue, key=_rank), last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> WholeFiles | None:
    """For ``conftest.py``, which imports it."""
    return WholeFiles(config, log) if config.getvalue("dist") == "loadfile" else None


def _rank(scope: str) -> int:
    """Where a scope stands in ``LONGEST``; the others come after, in xdist's order."""
    return LONGEST.index(scope) if scope in LONGEST else len(LONGEST)
