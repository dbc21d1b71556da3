"""The product's own path, whole: what a verb does, from opening the replica to closing it."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from benchmarks.measure import Contestant
from benchmarks.stage import NOW, STORE, SUMMARY, Stage, empty_replica
from featurestore.compute import local, plan
from featurestore.compute.relations import translated
from featurestore.compute.request import ComputeRequest
from featurestore.definitions import sql_files, tables
from sync.duck import connections
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.model import DateRange
from sync.replica.file import Replica
from sync.transfer.pull import pull
from sync.transfer.push import push

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VALUES = translated(
    ["feature_value"],
    sql_files.load("features"),
    columns=tables.column_types(),
    parameters=plan.PARAMETERS,
)


@dataclass(slots=True)
class Product:
    """Contestants over one stage; each works on a copy of its files."""

    stage: Stage
    path: Path | None = None
    warehouse: Path | None = None

    @property
    def replica(self) -> Replica:
        """The copy at hand."""
        assert self.path is not None
        return Replica(self.path)

    @contextmanager
    def copy(self, *sources: Path) -> Iterator[None]:
        """BatchRunner on copies until the block ends: first the replica, then the warehouse."""
        with self.stage.scratch(*sources) as copies:
            self.path = copies[0]
            self.warehouse = copies[1] if len(copies) > 1 else None
            yield

    def values(self) -> Contestant:
        """The relations that the 37 values are made of, over all seasons at once."""
        return Contestant("values", self._values, lambda: self.copy(self.stage.pulled))

    def _values(self) -> None:
        chosen = {**plan.DEFAULTS, **parameters(self.stage.span)}
        with self.replica.write() as con:
            for step in VALUES:
                connections.run(con, step.create_sql, step.chosen(chosen))

    def rows(self) -> Contestant:
        """The store's rows of all seasons, written to a replica that has none."""
        return Contestant(
            "rows", lambda: self._compute(self.stage.span), lambda: self.copy(self.stage.pulled)
        )

    def one_date(self, name: str = "one_date") -> Contestant:
        """A date in the middle of the last season, on a replica that has its rows already."""
        day = self._day()
        return Contestant(
            name,
            lambda: self._compute(DateRange(day, day)),
            lambda: self.copy(self.stage.computed),
        )

    def next_date(self) -> Contestant:
        """The date of :meth:`one_date`, right after the one before it was computed."""
        day = self._day()

        @contextmanager
        def warm() -> Iterator[None]:
            with self.copy(self.stage.computed):
                before = max(held for held in self.stage.days if held < day)
                self._compute(DateRange(before, before))
                yield

        return Contestant("next_date", lambda: self._compute(DateRange(day, day)), warm)

    def one_month(self) -> Contestant:
        """Thirty-one days that end with the date of :meth:`one_date`."""
        dates = DateRange(self._day() - timedelta(days=30), self._day())
        return Contestant(
            "one_month", lambda: self._compute(dates), lambda: self.copy(self.stage.computed)
        )

    def _day(self) -> date:
        last = self.stage.days[-1]
        wanted = date(last.year, 2, 10)
        return min(day for day in self.stage.days if day >= wanted)

    def _compute(self, dates: DateRange) -> None:
        local.compute(self.replica, ComputeRequest(dates, NOW, include_bootstrap=True))

    def pull(self) -> Contestant:
        """All seasons from the embedded warehouse into an empty replica."""
        return Contestant("pull", self._pull, self.empty)

    @contextmanager
    def empty(self) -> Iterator[None]:
        """BatchRunner on an empty replica until the block ends."""
        folder = self.stage.folder / "empty"
        folder.mkdir()
        self.path = empty_replica(folder / "replica.duckdb").path
        try:
            yield
        finally:
            shutil.rmtree(folder)

    def _pull(self) -> None:
        report = pull(self.replica, self._source(), SUMMARY, self.stage.span)
        assert report.rows == self.stage.rows

    def _source(self) -> EmbeddedWarehouse:
        return EmbeddedWarehouse(self.warehouse or self.stage.warehouse)

    def drain(self) -> Contestant:
        """Read the same Arrow stream as :meth:`pull`, and throw it away."""

        def run() -> None:
            source = EmbeddedWarehouse(self.stage.warehouse)
            with (
                source.snapshot() as snapshot,
                snapshot.read(SUMMARY, SUMMARY.column_names, list(self.stage.span)) as reader,
            ):
                assert sum(batch.num_rows for batch in reader) == self.stage.rows

        return Contestant("drain", run)

    def pull_again(self, partitions: int = 1_000) -> Contestant:
        """A thousand partitions, of which none changed, nor anything else in the warehouse."""
        dates = DateRange(self.stage.span.end - timedelta(days=partitions - 1), self.stage.span.end)

        def run() -> None:
            report = pull(self.replica, self._source(), SUMMARY, dates)
            assert not report.rows
            assert report.unchanged == partitions

        return Contestant("pull_again", run, lambda: self.copy(self.stage.pulled))

    def pull_again_after_a_change(self, partitions: int = 1_000) -> Contestant:
        """The same, after another table of the warehouse's file changed."""
        again = self.pull_again(partitions)
        # Another file has another etag: all partitions are compared.
        return Contestant(
            "pull_again_after_a_change",
            again.run,
            lambda: self.copy(self.stage.pulled, self.stage.warehouse),
        )

    def season(self) -> DateRange:
        """The last whole season of the stage."""
        end = self.stage.span.end
        return DateRange(date(end.year - 1, 9, 1), date(end.year, 8, 31))

    def push(self) -> Contestant:
        """The last season's rows to a warehouse that has none of them."""

        def run() -> None:
            report = push(self.replica, self._source(), STORE, self.season())
            assert report.rows

        return Contestant("push", run, lambda: self.copy(self.stage.computed, self.stage.warehouse))


def parameters(dates: DateRange) -> dict[str, object]:
    """What the features' SQL asks for."""
    return ComputeRequest(dates, NOW, include_bootstrap=True).parameters()
