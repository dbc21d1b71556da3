"""The interface of a warehouse that runs queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Statement:
    """A named GoogleSQL query; it may read earlier statements by their bare names.

    Attributes:
        name: A column-name-like identifier.
        sql: One SELECT, with ``@parameters`` only; warehouse tables as ``dataset.table``.
        reads_tables: Whether it reads warehouse tables; others only read earlier statements.
    """

    name: str
    sql: str
    reads_tables: bool


class Rows(Protocol):
    """The rows of one statement."""

    @property
    def rows(self) -> int:
        """Number of rows."""

    def reader(self) -> pa.RecordBatchReader:
        """All rows, or an error from the iteration."""


class ScriptRun(Protocol):
    """A script that was run."""

    @property
    def seconds(self) -> Mapping[str, float]:
        """By statement if the server reports them, else for the whole script by subject."""

    @property
    def results(self) -> Mapping[str, Rows]:
        """The rows of each requested statement, by name."""


class QueryEngine(Protocol):
    """Runs GoogleSQL where the warehouse's rows are."""

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
        """Run the statements in order, each once; results can be read inside the context.

        Args:
            statements: Each after those that it reads.
            results: Names of the statements whose rows are requested.
            parameters: Values by name; those that no statement names are ignored.
            dataset: The declared dataset for the results during the run.
            subject: For error messages and the ledger of costs.
            labels: Names and values that the warehouse attaches to its jobs.

        Raises:
            BadInput: a parameter has no value, or one of an unknown type.
            OverBudget: it would read more than is allowed; nothing was spent.
            Refused: the warehouse refuses a statement.
            WarehouseFailed: it failed, or took too long and was cancelled.
        """

    def price(
        self, statements: Sequence[Statement], parameters: Mapping[str, object], *, subject: str
    ) -> dict[str, int]:
        """The least bytes that a run would be billed, by statement; runs nothing.

        The bytes read from warehouse tables are known; an earlier statement's rows count as the
        least that is billed for a table.
        """
