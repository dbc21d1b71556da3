"""Analyses the package's own relations, and writes the digests of those that pass: `make analysed`.

A fresh machine need not compile the analyzer to compute with unchanged SQL.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from unittest import mock

from featurestore.compute import plan
from featurestore.compute.analysis import require_relations
from featurestore.definitions import compose
from featurestore.gaps import audit
from featurestore.googlesql import passed
from featurestore.reports import coverage, timings

CALLERS = (
    (plan, lambda: plan.steps.__wrapped__()),
    (audit, lambda: audit.steps.__wrapped__("local")),
    (audit, lambda: audit.steps.__wrapped__("warehouse")),
    (coverage, lambda: coverage._steps.__wrapped__("local")),
    (coverage, lambda: coverage._steps.__wrapped__("warehouse")),
    (timings, lambda: timings._reports.__wrapped__()),
)


class _Asked(Exception):
    """The statements that callers had translated."""


def analyse_all() -> None:
    """Analyse each set of relations that a command translates, unless it is known to pass."""
    for module, call in CALLERS:

        def stop(roots, files, *, columns, parameters):
            ordered = compose.dependency_order(roots, compose.by_name(files), columns)
            raise _Asked(ordered, columns, parameters)

        try:
            with mock.patch.object(module, "translated", stop):
                call()
        except _Asked as asked:
            require_relations(*asked.args)
        else:
            raise AssertionError(f"{module.__name__}: translated nothing")


def analysed(folder: Path) -> frozenset[str]:
    """Digests of all relations that commands translate, each analysed now.

    Args:
        folder: An empty folder, in the place of the user's cache folder for what passed.
    """
    with (
        mock.patch.object(passed, "_file", lambda: folder / "passed.txt"),
        mock.patch.object(passed, "shipped", frozenset),
    ):
        analyse_all()
    lines = (folder / "passed.txt").read_text().splitlines()
    return frozenset(line.split()[0] for line in lines if line)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        digests = analysed(Path(name))
    passed.SHIPPED.write_text("".join(f"{one}\n" for one in sorted(digests)), encoding="utf-8")
