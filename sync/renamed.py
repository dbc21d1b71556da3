"""A warehouse whose datasets have other names than the declared ones."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import date

    import pyarrow as pa

    from sync.budget import Account
    from sync.model import (
        Column,
        DateRange,
        Partition,
        Replaced,
        Replacement,
        Table,
        Undo,
        Undone,
    )
    from sync.query_engine import QueryEngine, ScriptRun, Statement
    from sync.warehouse import Snapshot, Warehouse


def rename(table: Table, datasets: Mapping[str, str]) -> Table:
    """The table as the warehouse names it; its DDL is left out, for it has the declared name."""
    name = datasets.get(table.dataset, table.dataset)
    return table if name == table.dataset else replace(table, dataset=name, ddl="")


class RenamedWarehouse:
    """Passes every call on, with the table's dataset as the warehouse names it.

    Attributes:
        url: The inner warehouse's, and the names: what was pushed under one name was not pushed
            under another.
    """

    def __init__(self, inner: Warehouse, datasets: Mapping[str, str]) -> None:
        self._inner = inner
        self._datasets = datasets
        names = ",".join(f"{ours}={theirs}" for ours, theirs in sorted(datasets.items()))
        self.url = f"{inner.url}#{names}"

    def __enter__(self) -> RenamedWarehouse:
        self._inner.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self._inner.__exit__(*exc)

    def close(self) -> None:
        """Close the inner warehouse."""
        self._inner.close()

    @contextmanager
    def snapshot(self) -> Iterator[RenamedSnapshot]:
        """A snapshot of the inner warehouse."""
        with self._inner.snapshot() as snapshot:
            yield RenamedSnapshot(snapshot, self._datasets)

    @property
    def account(self) -> Account | None:
        """The inner warehouse's."""
        return self._inner.account

    @property
    def engine(self) -> QueryEngine | None:
        """The inner warehouse's, over the renamed datasets."""
        inner = self._inner.engine
        return None if inner is None else RenamedEngine(inner, self._datasets)

    def create(self, table: Table) -> bool:
        """Create the renamed table where it is missing."""
        return self._inner.create(rename(table, self._datasets))

    def add_columns(self, table: Table, columns: Sequence[Column]) -> None:
        """Append to the renamed table."""
        self._inner.add_columns(rename(table, self._datasets), columns)

    def replace(self, replacement: Replacement) -> Replaced:
        """Replace in the renamed table."""
        table = rename(replacement.table, self._datasets)
        return self._inner.replace(replace(replacement, table=table))

    def undo(self, undo: Undo) -> Undone:
        """Take a write to the renamed table back."""
        return self._inner.undo(replace(undo, table=rename(undo.table, self._datasets)))


class RenamedEngine:
    """Runs queries that name declared datasets."""

    def __init__(self, inner: QueryEngine, datasets: Mapping[str, str]) -> None:
        self._inner = inner
        self._datasets = datasets

    def run(
        self,
        statements: Sequence[Statement],
        results: Sequence[str],
        parameters: Mapping[str, object],
        *,
        dataset: str,
        subject: str,
        labels: Mapping[str, str],
    ) -> AbstractContextManager[ScriptRun]:
        """Run them over the renamed datasets."""
        live = self._renamed(statements)
        dataset = self._datasets.get(dataset, dataset)
        return self._inner.run(
            live, results, parameters, dataset=dataset, subject=subject, labels=labels
        )

    def price(
        self, statements: Sequence[Statement], parameters: Mapping[str, object], *, subject: str
    ) -> dict[str, int]:
        """Price them over the renamed datasets."""
        return self._inner.price(self._renamed(statements), parameters, subject=subject)

    def _renamed(self, statements: Sequence[Statement]) -> list[Statement]:
        if not self._datasets:
            return list(statements)
        # At once: names may swap.
        names = "|".join(map(re.escape, self._datasets))
        pattern = re.compile(rf"\b({names})(?=\.\w)")
        return [
            replace(one, sql=pattern.sub(lambda found: self._datasets[found[1]], one.sql))
            for one in statements
        ]


def renamed(inner: Warehouse, datasets: Mapping[str, str]) -> RenamedWarehouse:
    """The warehouse under its own dataset names."""
    return RenamedWarehouse(inner, datasets)


class RenamedSnapshot:
    """A snapshot that takes declared tables."""

    def __init__(self, inner: Snapshot, datasets: Mapping[str, str]) -> None:
        self._inner = inner
        self._datasets = datasets

    def columns(self, table: Table) -> tuple[Column, ...] | None:
        """Of the renamed table."""
        return self._inner.columns(rename(table, self._datasets))

    def etag(self, table: Table) -> str:
        """Of the renamed table."""
        return self._inner.etag(rename(table, self._datasets))

    def blocking_issues(self, table: Table) -> tuple[str, ...]:
        """Of the renamed table."""
        return self._inner.blocking_issues(rename(table, self._datasets))

    def warnings(self, table: Table) -> tuple[str, ...]:
        """Of the renamed table."""
        return self._inner.warnings(rename(table, self._datasets))

    def partitions(
        self, table: Table, dates: DateRange, columns: Sequence[str] | None = None
    ) -> Mapping[date, Partition]:
        """Of the renamed table."""
        return self._inner.partitions(rename(table, self._datasets), dates, columns)

    def read(
        self, table: Table, columns: Sequence[str], dates: Sequence[date]
    ) -> AbstractContextManager[pa.RecordBatchReader]:
        """Rows of the renamed table."""
        return self._inner.read(rename(table, self._datasets), columns, dates)
