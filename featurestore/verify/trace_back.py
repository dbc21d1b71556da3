"""Traces one value back to the rows of the warehouse's tables from which it was computed."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from featurestore.verify.trace_model import ID, NUMBERING, Call
from sync.duck.quoting import quote
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import duckdb

    from featurestore.verify.trace_model import Node


PRESENCE = ""
# Node or table to column to numbers of its rows; under PRESENCE, rows whose existence matters.
Wanted: TypeAlias = dict[str, dict[str, set[int]]]


def positions(nodes: Sequence[Node]) -> frozenset[tuple[str, str]]:
    """Node and column of the counts by which rows are joined, grouped or ordered.

    Such a count is the position of a row. The value does not depend on the rows before it: without
    one of them, every later row moves up by one, on both sides of a join.
    """
    by_name = {node.name: node for node in nodes}
    counts: set[tuple[str, str]] = set()
    waiting = [(node.sources[alias], column) for node in nodes for alias, column in node.keys]
    while waiting:
        name, column = waiting.pop()
        node = by_name.get(name)
        if (name, column) in counts or node is None or column not in node.outputs:
            continue
        counts.add((name, column))
        output = node.outputs[column]
        for arm in output.arms:
            waiting += [(alias if node.arms else node.sources[alias], one) for alias, one in arm]
    return frozenset(counts)


def trace(
    con: duckdb.DuckDBPyConnection,
    nodes: Sequence[Node],
    start: tuple[str, str, Iterable[int]],
    places: frozenset[tuple[str, str]],
) -> Wanted:
    """What one value depends on: for each node and table the columns, and the rows' numbers.

    Args:
        con: Has the nodes' tables.
        nodes: Each after those that it reads.
        start: A node, a column of it, and the numbers of rows.
        places: Columns that are only positions of rows; their counts are not traced.
    """
    node, column, rows = start
    wanted: Wanted = defaultdict(lambda: defaultdict(set))
    wanted[node][column].update(rows)
    wanted[node][PRESENCE] |= wanted[node][column]
    for one in reversed(nodes):
        if one.name in wanted:
            _Step(con, one, wanted, places).run()
    return wanted


class _Step:
    """Traces the wanted rows of one node to its sources."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        node: Node,
        wanted: Wanted,
        places: frozenset[tuple[str, str]],
    ) -> None:
        self._con = con
        self._node = node
        self._wanted = wanted
        self._places = places
        self._mine: Mapping[str, set[int]] = wanted[node.name]
        self._aliases = node.traced

    def run(self) -> None:
        if self._node.arms:
            self._union()
        elif self._node.group_keys >= 0:
            self._group()
        else:
            self._plain()

    def _union(self) -> None:
        for ids, columns in self._by_rows():
            for arm, number in self._rows(Sql("_arm, _from_0"), ids):
                for column in columns:
                    into = self._wanted[self._node.arms[arm]]
                    if column == PRESENCE:
                        into[PRESENCE].add(number)
                    else:
                        ((_, own),) = self._node.outputs[column].arms[arm]
                        into[own].add(number)

    def _plain(self) -> None:
        froms = [_from(number) for number in range(len(self._aliases))]
        for ids, columns in self._by_rows():
            self._take(columns, ids, froms)
            for column in columns:
                for call in self._calls(column):
                    self._frame(call, ids, froms)

    def _take(self, columns: list[str], ids: set[int], froms: list[Sql]) -> None:
        """Trace what is read of each row's own sources."""
        chosen = [(name, self._node.outputs[name]) for name in columns if name != PRESENCE]
        arms = sorted({output.arm for _, output in chosen if output.arm})
        if not froms:
            return
        found = self._rows(join(", ", [*froms, *map(quote, arms)]), ids)
        for place, alias in enumerate(self._aliases):
            of_source = {row[place] for row in found} - {None}
            if PRESENCE in columns and alias in self._node.presence:
                self._into(alias, [PRESENCE], of_source)
            for _, output in chosen:
                if not output.arm:
                    self._into(alias, [name for a, name in output.arms[0] if a == alias], of_source)
                    continue
                at = len(froms) + arms.index(output.arm)
                for number, arm in enumerate(output.arms):
                    taken = {row[place] for row in found if row[at] == number} - {None}
                    self._into(alias, [name for a, name in arm if a == alias], taken)

    def _into(self, alias: str, columns: Iterable[str], rows: set[int]) -> None:
        if rows:
            into = self._wanted[self._node.sources[alias]]
            for column in columns:
                into[column] |= rows

    def _calls(self, column: str) -> tuple[Call, ...]:
        if column == PRESENCE:
            return ()
        calls = self._node.outputs[column].calls
        if (self._node.name, column) in self._places:
            return tuple(call for call in calls if not call.is_numbering)
        return calls

    def _frame(self, call: Call, ids: set[int], froms: list[Sql]) -> None:
        """Trace the rows of a window's frame, around each wanted row."""
        if call.kind in NUMBERING and self._places:
            return
        number = call.window
        on = [
            sql("o.{name} IS NOT DISTINCT FROM i.{name}", name=quote(f"_p{number}_{place}"))
            for place in range(self._node.partitions[number])
        ]
        first, last = call.frame
        is_by_value = call.is_range and call.frame != (None, 0)
        by = quote(f"_o{number}" if is_by_value else f"_n{number}")
        if first is not None:
            on.append(sql("i.{by} >= o.{by} + ({first})", by=by, first=Sql(first)))
        if last is not None:
            on.append(sql("i.{by} <= o.{by} + ({last})", by=by, last=Sql(last)))
        rows = sql(
            "SELECT DISTINCT {columns} FROM {table} AS o JOIN {table} AS i ON {on}"
            " WHERE o.{id} IN (SELECT unnest($ids::BIGINT[]))",
            columns=join(", ", [*(sql("i.{}", one) for one in froms), _counts(call, Sql("i"))]),
            table=self._node.table,
            on=join(" AND ", on) if on else Sql("TRUE"),
            id=ID,
        )
        self._members(call, self._fetched(rows, ids))

    def _members(self, call: Call, rows: list[tuple[int, ...]]) -> None:
        """The rows that a call reads, each with whether it counts and whether it takes a place."""
        counting = [row for row in rows if row[-2]]
        placed = [row for row in rows if row[-2] or row[-1]]
        for place, alias in enumerate(self._aliases):
            if counting:
                values = {row[place] for row in counting} - {None}
                self._into(alias, [n for a, n in call.columns if a == alias], values)
            if alias in self._node.presence:
                self._into(alias, [PRESENCE], {row[place] for row in placed} - {None})

    def _group(self) -> None:
        covered: set[int] = set()
        for ids, columns in self._by_rows():
            for column in columns:
                if column == PRESENCE:
                    continue
                calls = self._calls(column)
                for call in calls:
                    self._of_groups(call, ids)
                    covered |= self._counted(call, ids)
        for column, ids in self._mine.items():
            # A group exists through a member; one that counts for its values is enough.
            is_key = column != PRESENCE and any(self._node.outputs[column].arms[0])
            if (column == PRESENCE or is_key) and ids - covered:
                self._of_groups(_ANY, ids - covered)

    def _counted(self, call: Call, ids: set[int]) -> set[int]:
        """The groups in which a row counts for the call."""
        rows = sql("SELECT DISTINCT g.{} FROM {} AND {}", ID, self._joined(), _flag(call, Sql("m")))
        return {row[0] for row in self._fetched(rows, ids)}

    def _of_groups(self, call: Call, ids: set[int]) -> None:
        froms = [sql("m.{}", _from(number)) for number in range(len(self._aliases))]
        best = Sql("")
        if call.value:
            best = sql(
                " QUALIFY m.{value} = {most}(m.{value}) OVER (PARTITION BY g.{id})",
                value=quote(call.value),
                most=Sql("max" if call.kind == "Max" else "min"),
                id=ID,
            )
        columns = join(", ", [*froms, _counts(call, Sql("m"))])
        rows = sql("SELECT {} FROM {}{}", columns, self._joined(), best)
        self._members(call, self._fetched(rows, ids))

    def _joined(self) -> Sql:
        keys = [
            sql("g.{key} IS NOT DISTINCT FROM m.{key}", key=quote(f"_k{number}"))
            for number in range(self._node.group_keys)
        ]
        return sql(
            "{groups} AS g JOIN {members} AS m ON {on} WHERE g.{id} IN"
            " (SELECT unnest($ids::BIGINT[]))",
            groups=self._node.table,
            members=self._node.members,
            on=join(" AND ", keys) if keys else Sql("TRUE"),
            id=ID,
        )

    def _rows(self, columns: Sql, ids: set[int]) -> list[tuple[int, ...]]:
        rows = sql(
            "SELECT {} FROM {} WHERE {} IN (SELECT unnest($ids::BIGINT[]))",
            columns,
            self._node.table,
            ID,
        )
        return self._fetched(rows, ids)

    def _fetched(self, rows: Sql, ids: set[int]) -> list[tuple[int, ...]]:
        return self._con.execute(rows, {"ids": list(ids)}).fetchall()

    def _by_rows(self) -> list[tuple[set[int], list[str]]]:
        """The wanted columns, grouped by their rows."""
        groups: dict[frozenset[int], list[str]] = {}
        for column, ids in self._mine.items():
            groups.setdefault(frozenset(ids), []).append(column)
        return [(set(ids), columns) for ids, columns in groups.items()]


# Any row of a group is enough for its existence.
_ANY = Call("Count", frozenset())


def _from(number: int) -> Sql:
    return quote(f"_from_{number}")


def _flag(call: Call, alias: Sql) -> Sql:
    return sql("{}.{}", alias, quote(call.flag)) if call.flag else Sql("TRUE")


def _counts(call: Call, alias: Sql) -> Sql:
    place = sql("{}.{}", alias, quote(call.place)) if call.place else Sql("FALSE")
    return sql("{}, {}", _flag(call, alias), place)
