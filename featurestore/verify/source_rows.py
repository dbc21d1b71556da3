"""The rows of the warehouse's tables from which one value of a feature was computed.

The relations' SQL is run once for a date with every row numbered, and a value is traced back
through it. Then the value is computed again from only the traced rows: if it differs, the trace is
widened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from featurestore.compute import one_relation, plan
from featurestore.compute.plan import FEATURE_VALUE
from featurestore.compute.relations import translated
from featurestore.definitions import tables
from featurestore.verify.source_tables import traced_nodes
from featurestore.verify.trace_back import PRESENCE, Wanted, positions, trace
from featurestore.verify.trace_model import ID, Node, NotTraceable
from featurestore.verify.trace_rivals import rivals
from sync.duck import connections
from sync.duck.quoting import quote, quote_table
from sync.sql_text import Sql, sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

    from featurestore.compute.request import ComputeRequest
    from featurestore.definitions.sql_files import SqlFile

How = Literal["rows", "order", "all"]


@dataclass(frozen=True, slots=True)
class SourceRows:
    """The rows that one value depends on.

    Attributes:
        value: The feature's value; None if it is missing.
        wanted: For each node and warehouse table the columns that matter, with the numbers of the
            rows; the column `PRESENCE` has the rows whose existence matters.
        how: ``rows``: only what the value is computed from; ``order``: also earlier rows, whose
            number matters; ``all``: every row that was read, because the SQL cannot be traced.
        is_proven: Computed from only these rows, the value is the same, bit for bit; None if not
            tried.
    """

    value: float | None
    wanted: Wanted
    how: How
    is_proven: bool | None

    def numbers(self, table: str) -> set[int]:
        """The numbers of a table's rows that the value depends on."""
        return _all(self.wanted, table)

    def columns(self, table: str) -> dict[int, tuple[str, ...]]:
        """Row number to the columns whose values matter, sorted; empty if only the row does."""
        names: dict[int, list[str]] = {number: [] for number in self.numbers(table)}
        for column in sorted(set(self.wanted.get(table, {})) - {PRESENCE}):
            for number in self.wanted[table][column]:
                names[number].append(column)
        return {number: tuple(columns) for number, columns in names.items()}


class TracedDay:
    """One date's relations with every row numbered, in a separate database in memory."""

    def __init__(
        self,
        rows: Mapping[str, pa.Table],
        request: ComputeRequest,
        files: Iterable[SqlFile],
    ) -> None:
        """Run the relations of a date.

        Args:
            rows: Warehouse table to the rows that the date reads, from `read_rows`.
            request: One date, and the options.
            files: The relations.

        Raises:
            BadInput: GoogleSQL's analyzer refuses a relation; file and line are named.
            Refused: a construct of the SQL is not proven; file and line are named.
        """
        self.request = request
        self.tables = tuple(rows)
        self._given = rows
        self.files = tuple(files)
        self._values = {**plan.DEFAULTS, **request.parameters()}
        # Its tables are so small that one thread is fastest.
        self._con = connections.connect(None, threads=1)
        for name, given in rows.items():
            self._con.execute(sql("CREATE SCHEMA IF NOT EXISTS {}", quote(name.split(".")[0])))
            self._con.register("given", given)
            self._con.execute(sql("CREATE TABLE {} AS SELECT * FROM given", quote(name)))
            self._con.unregister("given")
        self._again = self._con.cursor()
        self._steps = translated(
            [FEATURE_VALUE], self.files, columns=tables.column_types(), parameters=plan.PARAMETERS
        )
        self._without: TracedDay | None = None
        self._rivals: dict[str, list[tuple[int, int]]] = {}
        self.problem = ""
        self.nodes: tuple[Node, ...] = ()
        try:
            self.nodes = traced_nodes(self.files)
        except NotTraceable as error:
            self.problem = str(error)
            return
        for node in self.nodes:
            self._make(node.table, node.create_sql)
            self._make(node.members, node.members_sql)
            self._make(node.ranked, node.ranked_sql)
        self._places = positions(self.nodes)
        self._rivals = rivals(self._con, self.nodes, self.tables)

    def close(self) -> None:
        """Drop the rows."""
        if self._without is not None:
            self._without.close()
        self._again.close()
        self._con.close()

    def row(self, player: str) -> dict[str, Any]:
        """The player's row of ``feature_value``, by feature; there has to be one on the date."""
        result = self._con.sql(
            sql("SELECT * FROM {} WHERE player_lookup = ?", quote(FEATURE_VALUE)), params=[player]
        )
        (row,) = result.to_arrow_table().to_pylist()
        return dict(row)

    def rows(self, player: str, feature: str, *, prove: bool = True) -> SourceRows | None:
        """The rows that a player's feature depends on; None if the player has no row on the date.

        Args:
            player: A ``player_lookup``.
            feature: A feature's name, or another column of ``feature_value``.
            prove: Compute the value again from only these rows, and trace more if it differs.
        """
        if self.problem:
            computed = self.computed(player, feature)
            return None if computed is None else SourceRows(computed[0], {}, "all", is_proven=None)
        start = self._start(player, feature)
        if start is None:
            return None
        number, value = start
        ways: tuple[tuple[How, frozenset[tuple[str, str]]], ...] = (
            ("rows", self._places),
            ("order", frozenset()),
        )
        for how, places in ways:
            wanted = trace(self._con, self.nodes, (FEATURE_VALUE, feature, [number]), places)
            self._add_rivals(wanted, player, feature, places)
            rows = SourceRows(value, wanted, how, is_proven=None)
            if not prove:
                return rows
            numbers = {name: rows.numbers(name) for name in self.tables}
            if self.computed(player, feature, numbers) == (value,):
                return SourceRows(value, wanted, how, is_proven=True)
        return SourceRows(value, {}, "all", is_proven=None)

    def computed(
        self, player: str, feature: str, numbers: Mapping[str, Iterable[int]] | None = None
    ) -> tuple[Any, ...] | None:
        """The value, computed by the product's own steps; None if there is no row.

        Args:
            player: A ``player_lookup``.
            feature: The feature.
            numbers: Table to the numbers of the rows to read; by default all.
        """
        for name in self.tables:
            chosen = Sql("TRUE")
            values: dict[str, Any] = {}
            if numbers is not None:
                chosen = sql("{} IN (SELECT unnest($ids::BIGINT[]))", ID)
                values["ids"] = list(numbers.get(name, ()))
            self._again.execute(
                sql(
                    "CREATE OR REPLACE TABLE {} AS SELECT * EXCLUDE ({}) FROM {} WHERE {}",
                    quote_table(name),
                    ID,
                    quote(name),
                    chosen,
                ),
                values,
            )
        one_relation.create_relations(self._again, self._steps, self.request)
        value: tuple[Any, ...] | None = self._again.execute(
            sql("SELECT {} FROM {} WHERE player_lookup = ?", quote(feature), quote(FEATURE_VALUE)),
            [player],
        ).fetchone()
        return value

    def fetch(self, table: str, numbers: Iterable[int]) -> list[dict[str, Any]]:
        """Rows of a node or warehouse table, with their numbers as ``_id``."""
        rows: list[dict[str, Any]] = (
            self._con.sql(
                sql(
                    "SELECT * FROM {} WHERE {} IN (SELECT unnest($ids::BIGINT[]))", quote(table), ID
                ),
                params={"ids": list(numbers)},
            )
            .to_arrow_table()
            .to_pylist()
        )
        return rows

    def _start(self, player: str, feature: str) -> tuple[int, float | None] | None:
        row: tuple[int, float | None] | None = self._con.execute(
            sql(
                "SELECT {}, {} FROM {} WHERE player_lookup = ?",
                ID,
                quote(feature),
                quote(FEATURE_VALUE),
            ),
            [player],
        ).fetchone()
        return row

    def _make(self, table: Sql, select: Sql) -> None:
        if select:
            used = {name: one for name, one in self._values.items() if f"${name}" in select}
            self._con.execute(sql("CREATE TEMP TABLE {} AS {}", table, select), used)

    def _add_rivals(
        self, wanted: Wanted, player: str, feature: str, places: frozenset[tuple[str, str]]
    ) -> None:
        """Add rows that keep another row from counting in their place."""
        held = {
            name: [(kept, other) for kept, other in pairs if kept not in _all(wanted, name)]
            for name, pairs in self._rivals.items()
        }
        if not any(held.values()):
            return
        there = self._others()
        start = there._start(player, feature)
        if start is None:
            return
        instead = trace(there._con, there.nodes, (FEATURE_VALUE, feature, start[:1]), places)
        for name, pairs in held.items():
            read = _all(instead, name)
            more = {kept for kept, other in pairs if other in read}
            if more:
                wanted.setdefault(name, {}).setdefault(PRESENCE, set()).update(more)

    def _others(self) -> TracedDay:
        """The date without the rows that keep others from counting, except its own."""
        if self._without is None:
            every = self._con.execute(sql("SELECT {} FROM {}", ID, quote(FEATURE_VALUE))).fetchall()
            start = (FEATURE_VALUE, PRESENCE, [row[0] for row in every])
            own = trace(self._con, self.nodes, start, self._places)
            gone = {
                name: {kept for kept, _ in pairs} - _all(own, name)
                for name, pairs in self._rivals.items()
            }
            rows = {
                name: given.filter(_not_in(given[ID], gone.get(name, set())))
                for name, given in self._given.items()
            }
            self._without = TracedDay(rows, self.request, self.files)
        return self._without


def _all(wanted: Wanted, name: str) -> set[int]:
    return set().union(*wanted.get(name, {}).values())


def _not_in(ids: pa.ChunkedArray, gone: set[int]) -> Any:
    import pyarrow as pa
    from pyarrow import compute

    return compute.invert(compute.is_in(ids, pa.array(sorted(gone), pa.int64())))
