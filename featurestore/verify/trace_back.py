"""From one value back to the rows of the warehouse's tables that it was made from."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from featurestore.verify.trace_nodes import ID, NUMBERING
from sync.duck.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import duckdb

    from featurestore.verify.trace_nodes import Call, Node

    # Node or table to column to numbers of its rows; an empty column is that the rows are there.
    Wanted: TypeAlias = dict[str, dict[str, set[int]]]

PRESENCE = ""


def positions(nodes: Sequence[Node]) -> frozenset[tuple[str, str]]:
    """Node and column of the counts that rows are joined, grouped or ordered by.

    Such a count says where a row is among others. Rows before it do not make its value: without
    one of them every later row moves up by one, those that are joined by it alike.
    """
    by_name = {node.name: node for node in nodes}
    found: set[tuple[str, str]] = set()
    waiting = [
        (node.sources[alias], column) for node in nodes for alias, column in node.keys
    ]
    while waiting:
        name, column = waiting.pop()
        node = by_name.get(name)
        if (name, column) in found or node is None or column not in node.outputs:
            continue
        found.add((name, column))
        output = node.outputs[column]
        for arm in output.arms:
            waiting += [(alias if node.arms else node.sources[alias], one) for alias, one in arm]
    return frozenset(found)


def trace(
    con: duckdb.DuckDBPyConnection,
    nodes: Sequence[Node],
    start: tuple[str, str, int],
    places: frozenset[tuple[str, str]],
) -> Wanted:
    """What one value rests on: for each node and table the columns, and the rows' numbers.

    Args:
        con: Has the nodes' tables.
        nodes: Each after those that it reads.
        start: A node, a column of it, and the number of a row.
        places: Columns that only say where a row is, and whose count is not followed.
    """
    node, column, row = start
    wanted: Wanted = defaultdict(lambda: defaultdict(set))
    wanted[node][column].add(row)
    wanted[node][PRESENCE].add(row)
    for one in reversed(nodes):
        if one.name in wanted:
            _Step(con, one, wanted, places).run()
    return wanted


class _Step:
    """One node's wanted rows, taken to its sources."""

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
        self._aliases = [alias for alias, found in node.sources.items() if found]

    def run(self) -> None:
        if self._node.arms:
            self._union()
        elif self._node.group_keys >= 0:
            self._group()
        else:
            self._plain()

    def _union(self) -> None:
        for ids, columns in self._by_rows():
            for arm, number in self._rows("_arm, _from_0", ids):
                for column in columns:
                    into = self._wanted[self._node.arms[arm]]
                    if column == PRESENCE:
                        into[PRESENCE].add(number)
                    else:
                        ((_, own),) = self._node.outputs[column].arms[arm]
                        into[own].add(number)

    def _plain(self) -> None:
        froms = [f"_from_{number}" for number in range(len(self._aliases))]
        for ids, columns in self._by_rows():
            self._take(columns, ids, froms)
            for column in columns:
                for call in self._calls(column):
                    self._frame(call, ids, froms)

    def _take(self, columns: list[str], ids: set[int], froms: list[str]) -> None:
        """What is read of each row's own sources."""
        chosen = [(name, self._node.outputs[name]) for name in columns if name != PRESENCE]
        arms = sorted({output.arm for _, output in chosen if output.arm})
        if not froms:
            return
        found = self._rows(", ".join([*froms, *arms]), ids)
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

    def _frame(self, call: Call, ids: set[int], froms: list[str]) -> None:
        """The rows of a window's frame, around each wanted row."""
        if call.kind in NUMBERING and self._places:
            return
        number = call.window
        on = [
            f"o._p{number}_{place} IS NOT DISTINCT FROM i._p{number}_{place}"
            for place in range(self._node.partitions[number])
        ]
        first, last = call.frame
        by = f"_o{number}" if call.is_range and call.frame != (None, 0) else f"_n{number}"
        if first is not None:
            on.append(f"i.{by} >= o.{by} + ({first})")
        if last is not None:
            on.append(f"i.{by} <= o.{by} + ({last})")
        sql = (
            f"SELECT DISTINCT {', '.join(f'i.{one}' for one in froms)},"
            f" {_counts(call, 'i')} FROM {self._node.table} AS o JOIN {self._node.table} AS i"
            f" ON {' AND '.join(on) or 'TRUE'} WHERE o.{ID} IN (SELECT unnest($ids::BIGINT[]))"
        )
        self._members(call, self._con.execute(sql, {"ids": list(ids)}).fetchall())

    def _members(self, call: Call, rows: list[tuple[object, ...]]) -> bool:
        """Rows that a call reads, each with whether it counts and whether it takes a place."""
        counting = [row for row in rows if row[-2]]
        placed = [row for row in rows if row[-2] or row[-1]]
        for place, alias in enumerate(self._aliases):
            if counting:
                values = {row[place] for row in counting} - {None}
                self._into(alias, [n for a, n in call.columns if a == alias], values)  # type: ignore[arg-type]
            if alias in self._node.presence:
                self._into(alias, [PRESENCE], {row[place] for row in placed} - {None})  # type: ignore[arg-type]
        return bool(placed)

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
            # That a group is there needs a member; one that counts for its values is one.
            is_key = column != PRESENCE and any(self._node.outputs[column].arms[0])
            if (column == PRESENCE or is_key) and ids - covered:
                self._of_groups(None, ids - covered)

    def _counted(self, call: Call, ids: set[int]) -> set[int]:
        flag = f" AND m.{call.flag}" if call.flag else ""
        sql = f"SELECT DISTINCT g.{ID} FROM {self._joined()}{flag}"
        return {row[0] for row in self._con.execute(sql, {"ids": list(ids)}).fetchall()}

    def _of_groups(self, call: Call | None, ids: set[int]) -> None:
        froms = "".join(f"m._from_{number}, " for number in range(len(self._aliases)))
        best = ""
        if call is not None and call.value:
            most = "max" if call.kind == "Max" else "min"
            best = f" QUALIFY m.{call.value} = {most}(m.{call.value}) OVER (PARTITION BY g.{ID})"
        counts = _counts(call, "m") if call else "TRUE, TRUE"
        sql = f"SELECT {froms}{counts} FROM {self._joined()}{best}"
        rows = self._con.execute(sql, {"ids": list(ids)}).fetchall()
        from featurestore.verify.trace_nodes import Call

        self._members(call or Call("Count", frozenset()), rows)

    def _joined(self) -> str:
        on = " AND ".join(
            f"g._k{number} IS NOT DISTINCT FROM m._k{number}"
            for number in range(self._node.group_keys)
        )
        return (
            f"{self._node.table} AS g JOIN {self._node.members} AS m ON {on or 'TRUE'}"
            f" WHERE g.{ID} IN (SELECT unnest($ids::BIGINT[]))"
        )

    def _rows(self, columns: str, ids: set[int]) -> list[tuple[int, ...]]:
        sql = (
            f"SELECT {columns} FROM {self._node.table}"
            f" WHERE {ID} IN (SELECT unnest($ids::BIGINT[]))"
        )
        return self._con.execute(sql, {"ids": list(ids)}).fetchall()

    def _by_rows(self) -> list[tuple[set[int], list[str]]]:
        """The wanted columns, those of the same rows together."""
        groups: dict[frozenset[int], list[str]] = {}
        for column, ids in self._mine.items():
            groups.setdefault(frozenset(ids), []).append(column)
        return [(set(ids), columns) for ids, columns in groups.items()]


def _counts(call: Call, alias: str) -> str:
    flag = f"{alias}.{quote(call.flag)}" if call.flag else "TRUE"
    place = f"{alias}.{quote(call.place)}" if call.place else "FALSE"
    return f"{flag}, {place}"
