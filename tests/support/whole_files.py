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

# Files that share what takes long to start or to make, by what that is.
TOGETHER = {
    "the folders in known states": ("tests/crash/",),
    "the emulator": ("tests/wire/",),
    "the browser": ("tests/pages/",),
    "the tour": ("tests/replica/cli/demo/",),
    "the dataset in BigQuery": ("tests/live/",),
}
# What takes longest, in this order: started last, it would run alone at the end.
LONGEST = (
    "the emulator",
    "the folders in known states",
    "tests/features/test_wrong_readings.py",
    "the tour",
    "tests/proof/test_shipped_sql.py",
    "tests/proof/test_mutants.py",
    "tests/replica/test_source_rows.py",
    "tests/proof/test_fuzzed_statements.py",
    "tests/replica/test_version_diff.py",
    "tests/replica/cli/test_fixture.py",
    "tests/proof/test_sent_statements.py",
    "tests/proof/test_golden_cases.py",
    "tests/replica/test_pages_run.py",
    "tests/replica/cli/test_fixture_shrink.py",
    "tests/replica/cli/test_fixture_page.py",
    "tests/performance/test_plans.py",
    "tests/proof/test_everyday_queries.py",
    "tests/replica/cli/test_explain.py",
    "tests/unit/test_statement_size.py",
    "tests/replica/test_clean_environment.py",
)


class WholeFiles(LoadFileScheduling):
    """A file's tests go to one worker, as do those of files that are ``TOGETHER``."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return next((shared for shared, paths in TOGETHER.items() if file.startswith(paths)), file)

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(min(self.workqueue, key=_rank), last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> WholeFiles | None:
    """For ``conftest.py``, which imports it."""
    return WholeFiles(config, log) if config.getvalue("dist") == "loadfile" else None


def _rank(scope: str) -> int:
    """The position of a scope in ``LONGEST``; the others follow, in xdist's order."""
    return LONGEST.index(scope) if scope in LONGEST else len(LONGEST)
