"""The rows of the warehouse's tables that one value of a feature was made from.

The relations' own SQL is run once for a date with every row numbered, and a value is followed back
through it. Then the value is computed again from the rows that were found, and from nothing else:
where it differs, more is followed, so that what is given is always enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from featurestore.compute import plan
from featurestore.compute.relations import translated
from featurestore.definitions import compose, sql_files, tables
from featurestore.verify.trace_back import PRESENCE, positions, trace
from featurestore.verify.trace_nodes import ID, Node, NotTraceable, nodes_of
from sync.duck import connections
from sync.duck.quoting import quote, quote_list, quote_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    import duckdb

    from featurestore.compute.request import ComputeRequest
    from featurestore.definitions.sql_files import SqlFile
    from sync.model import Table

    # Node or table to column to the numbers of its rows.
    Wanted: TypeAlias = Mapping[str, Mapping[str, set[int]]]

VALUES = "feature_value"


@dataclass(frozen=True, slots=True)
class SourceRows:
    """What one value rests on.

    Attributes:
        value: The feature's value; None where it is missing.
        wanted: For each node and warehouse table the columns that count, with their rows' numbers.
        how: ``rows``: the fewest that were found; ``order``: with the rows that only say where
            others are; ``all``: every row that was read, since the SQL cannot be followed.
        is_proven: Computed from these rows alone, the value is the same, bit for bit.
    """

    value: float | None
    wanted: Wanted
    how: str
    is_proven: bool

    def numbers(self, table: str) -> set[int]:
        """The numbers of a table's rows that the value rests on."""
        return set().union(*self.wanted.get(table, {}).values())


class TracedDay:
    """One date's relations, with every row numbered; kept in memory."""

    def __init__(self, con: duckdb.DuckDBPyConnection, request: ComputeRequest, files: Iterable[SqlFile]) -> None:
        """Read what the date reads, and run its relations.

        Args:
            con: Has the warehouse's tables; used here only.
            request: One date, and the options.
            files: The relations.

        Raises:
            Refused: a construct of the SQL is not proven.
        """
        self.request = request
        self._files = tuple(files)
        self._values = {**plan.DEFAULTS, **request.parameters()}
        self._con = connections.connect(None, threads=1)
        for table in _tables(self._files):
            _copy(con, self._con, table, self._columns(table), request)
        self._proof = self._con.cursor()
        self._steps = translated([VALUES], self._files, columns=tables.column_types(), parameters=plan.PARAMETERS)
        self.nodes: tuple[Node, ...] = ()
        self.problem = ""
        try:
            self.nodes = _nodes(self._files)
        except NotTraceable as found:
            self.problem = str(found)
        for node in self.nodes:
            self._run(node)
        self._places = positions(self.nodes)

    def close(self) -> None:
        """Forget the rows."""
        self._proof.close()
        self._con.close()

    def rows(self, player: str, feature: str) -> SourceRows | None:
        """What the feature of a player rests on; None where he has no row on the date.

        Args:
            player: A ``player_lookup``.
            feature: A feature's name, or another column of ``feature_value``.
        """
        found = self._con.execute(
            f"SELECT {ID}, {quote(feature)} FROM {quote(VALUES)} WHERE player_lookup = ?", [player]
        ).fetchone()
        if found is None:
            return None
        number, value = found
        for how, places in (("rows", self._places), ("order", frozenset[tuple[str, str]]())):
            wanted = trace(self._con, self.nodes, (VALUES, feature, number), places)
            rows = SourceRows(value, wanted, how, is_proven=True)
            if self.computed(player, feature, {one: rows.numbers(one) for one in self.tables}) == (value,):
                return rows
        return SourceRows(value, {}, "all", is_proven=False)

    @property
    def tables(self) -> tuple[str, ...]:
        """The warehouse's tables that are read."""
        return _tables(self._files)

    def computed(self, player: str, feature: str, numbers: Mapping[str, Iterable[int]]) -> tuple[Any, ...] | None:
        """The value, computed from some rows alone; None where there is no row.

        Args:
            player: A ``player_lookup``.
            feature: The feature.
            numbers: For each table the numbers of its rows.
        """
        for table in self.tables:
            self._proof.execute(
                f"CREATE OR REPLACE TABLE {quote_table(table)} AS SELECT * EXCLUDE ({ID})"
                f" FROM {quote(table)} WHERE {ID} IN (SELECT unnest($ids::BIGINT[]))",
                {"ids": list(numbers.get(table, ()))},
            )
        for step in self._steps:
            connections.run(self._proof, step.create_sql, step.chosen(self._values))
        return self._proof.execute(
            f"SELECT {quote(feature)} FROM {quote(VALUES)} WHERE player_lookup = ?", [player]
        ).fetchone()

    def _run(self, node: Node) -> None:
        used = {name: value for name, value in self._values.items() if f"${name}" in node.create_sql}
        connections.run(self._con, f"CREATE TEMP TABLE {node.table} AS {node.create_sql}", used)
        if node.members_sql:
            used = {name: value for name, value in self._values.items() if f"${name}" in node.members_sql}
            connections.run(self._con, f"CREATE TEMP TABLE {node.members} AS {node.members_sql}", used)

    def _columns(self, table: str) -> list[str]:
        readers = [file.text for file in self._files if table in file.header.inputs]
        known = tables.tables()[table]
        return [one.name for one in known.columns if one.name in known.key or any(one.name in text for text in readers)]


def _tables(files: Iterable[SqlFile]) -> tuple[str, ...]:
    read = {name for file in compose.dependency_order([VALUES], compose.by_name(files)) for name in file.header.inputs}
    return tuple(name for name in tables.tables() if name in read)


def _copy(source, target, table, columns, request) -> None:
    dates = request.dates.with_lookback(sql_files.lookback_days())
    day = tables.tables()[table].partition_column
    rows = source.sql(
        f"SELECT {quote_list(columns)} FROM {quote_table(table)} WHERE {quote(day)} BETWEEN $start AND $end",
        params={"start": dates.start, "end": dates.end},
    ).to_arrow_table()
    target.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(table.split('.')[0])}")
    target.register("incoming", rows)
    target.execute(f"CREATE TABLE {quote(table)} AS SELECT row_number() OVER () AS {ID}, * FROM incoming")
    target.unregister("incoming")


def _nodes(files: Sequence[SqlFile]) -> tuple[Node, ...]:
    ordered = compose.dependency_order([VALUES], compose.by_name(files))
    names = [file.name for file in ordered]
    steps = translated(names, files, columns=tables.column_types(), parameters=plan.PARAMETERS)
    known = (*names, *tables.column_types())
    return tuple(node for step in steps for node in nodes_of(step.name, step.sql, known))
