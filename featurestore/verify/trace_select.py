"""One SELECT as a node: a table with the numbers of each row's source rows. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from featurestore.verify.trace_model import ID, NUMBERING, Call, Node, NotTraceable, Output
from featurestore.verify.trace_syntax import (
    branches,
    columns_in,
    frame_of,
    group_by_all,
    is_windowed,
    text_of,
)
from sync.duck.quoting import quote
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def select_node(tree: Any, name: str, source_of: Callable[[Any, str], str]) -> Node:
    """The node of a SELECT without its CTEs.

    Args:
        tree: The SELECT; it is modified.
        name: The node's name.
        source_of: Returns the node or table of a FROM or JOIN; empty for generated rows.

    Raises:
        NotTraceable: it has a construct that cannot be traced.
    """
    return _Select(tree, name, source_of).node()


class _Select:
    def __init__(self, tree: Any, name: str, source_of: Callable[[Any, str], str]) -> None:
        from sqlglot import exp

        self._tree = tree
        self._node = Node(name)
        for part in ("limit", "offset", "sample"):
            if tree.args.get(part):
                raise NotTraceable(f"{name}: {part.upper()}")
        if tree.args.get("distinct"):
            group_by_all(tree, name)
        tree.set("with_", None)
        tree.set("order", None)
        self._add_sources(source_of)
        if any(one is not tree for one in tree.find_all(exp.Select)):
            raise NotTraceable(f"{name}: a subquery in an expression")
        self._named = {one.name.lower(): one for one in tree.args.get("windows") or ()}
        # The SQL of an extra column to its name.
        self._extra: dict[Sql, str] = {}
        self._windows: dict[Sql, int] = {}
        group = tree.args.get("group")
        self._keys = list(group.expressions) if group else []
        aggregates = any(
            not is_windowed(one) for item in tree.expressions for one in item.find_all(exp.AggFunc)
        )
        self._is_grouped = bool(group) or aggregates
        self._generated = {alias for alias, source in self._node.sources.items() if not source}
        # A group key may contain generated rows: each game is counted for the next ten.
        self._has_places = any(column.table in self._generated for column in columns_in(self._keys))

    def _add_sources(self, source_of: Callable[[Any, str], str]) -> None:
        from sqlglot import exp

        from_ = self._tree.args.get("from_")
        joins = self._tree.args.get("joins") or []
        presence = []
        for place, holder in enumerate([*([from_] if from_ else []), *joins]):
            source = holder.this
            alias = source.alias_or_name
            source_name = source_of(source, alias)
            self._node.sources[alias] = source_name
            if source_name:
                # A warehouse table's rows are numbered, too, in a table with its full name.
                named = exp.TableAlias(this=exp.to_identifier(alias, quoted=True))
                table = exp.Table(this=exp.to_identifier(source_name, quoted=True), alias=named)
                holder.set("this", table)
            side, kind = holder.args.get("side") or "", holder.args.get("kind") or ""
            if side not in ("", "LEFT") or kind in ("SEMI", "ANTI", "ASOF"):
                raise NotTraceable(f"{self._node.name}: {side} {kind} JOIN")
            if source_name and (place == 0 or not side):
                presence.append(alias)
            self._add_keys([holder.args.get("on")])
        self._node.presence = tuple(presence)

    def _add_keys(self, parts: Iterable[Any]) -> None:
        self._node.keys |= {(column.table, column.name) for column in columns_in(parts)}

    def node(self) -> Node:
        from sqlglot import exp

        node, tree = self._node, self._tree
        for item in tree.expressions:
            inner = item.this if isinstance(item, exp.Alias) else item
            node.outputs[item.alias_or_name] = self._output(inner)
        self._add_keys(self._keys)
        outputs = [
            sql("row_number() OVER () AS {}", ID),
            *(text_of(one) for one in tree.expressions),
        ]
        froms = [
            sql("{}.{} AS {}", quote(alias), ID, quote(f"_from_{number}"))
            for number, alias in enumerate(node.traced)
        ]
        keys = [
            sql("({}) AS {}", text_of(key), quote(f"_k{number}"))
            for number, key in enumerate(self._keys)
        ]
        if self._is_grouped:
            node.group_keys = len(keys)
            node.create_sql = self._written([*outputs, *keys])
            node.members_sql = self._written(
                [Sql("1 AS _one"), *keys, *froms, *self._extras()], "group having windows qualify"
            )
            return node
        qualify = tree.args.get("qualify")
        if qualify and self._windows:
            raise NotTraceable(f"{node.name}: QUALIFY beside a window")
        node.create_sql = self._written([*outputs, *froms, *self._extras()])
        if qualify:
            window = qualify.find(exp.Window)
            partition = self._resolved(window)[0] if window else []
            node.partitions = [len(partition)]
            ranked = [
                sql("({}) AS {}", text_of(one), quote(f"_p0_{place}"))
                for place, one in enumerate(partition)
            ]
            kept = sql("({}) AS _kept", text_of(qualify.this))
            node.ranked_sql = self._written([kept, *ranked, *froms], "qualify")
        return node

    def _extras(self) -> list[Sql]:
        return [sql("{} AS {}", text, quote(name)) for text, name in self._extra.items()]

    def _written(self, columns: list[Sql], without: str = "") -> Sql:
        """The SELECT with other columns, and without some of its clauses."""
        rest = self._tree.copy()
        rest.set("expressions", [])
        for part in without.split():
            rest.set(part, None)
        tail = Sql(text_of(rest).removeprefix("SELECT").strip())
        return sql("SELECT {} {}", join(", ", columns), tail)

    def _output(self, inner: Any) -> Output:
        from sqlglot import exp

        windows = list(inner.find_all(exp.Window))
        # Numbers of groups only distinguish them.
        if self._is_grouped and not all(type(one.this).__name__ in NUMBERING for one in windows):
            raise NotTraceable(f"{self._node.name}: a window over groups")
        calls = [
            *(self._window_call(one) for one in windows if not self._is_grouped),
            *(self._call(one) for one in inner.find_all(exp.AggFunc) if not is_windowed(one)),
        ]
        held = {id(column) for one in windows for column in columns_in([one])}
        if self._is_grouped:
            held |= {
                id(column) for one in inner.find_all(exp.AggFunc) for column in columns_in([one])
            }
        columns = [column for column in columns_in([inner]) if id(column) not in held]
        if not calls and not self._is_grouped:
            arms, chosen = branches(inner)
            if arms:
                return Output(arms, self._named_extra(chosen, "_arm"))
        plain = frozenset((column.table, column.name) for column in columns)
        return Output((plain,), "", tuple(calls))

    def _named_extra(self, text: Sql, prefix: str) -> str:
        return self._extra.setdefault(text, f"{prefix}{len(self._extra)}")

    def _call(self, function: Any, *, places: bool | None = None) -> Call:
        from sqlglot import exp

        places = self._has_places if places is None else places
        kind = type(function).__name__
        columns = frozenset((one.table, one.name) for one in columns_in([function]))
        argument = function.this
        if isinstance(function.parent, exp.Filter) or argument is None or not columns:
            return Call(kind, columns)
        text = text_of(argument)
        if isinstance(argument, exp.Distinct | exp.Order | exp.Star):
            return Call(kind, columns)
        flag = self._named_extra(sql("(({}) IS NOT NULL)", text), "_flag")
        place = ""
        if places:
            place = self._named_extra(self._place(argument), "_place")
        value = self._named_extra(sql("({})", text), "_value") if kind in ("Max", "Min") else ""
        return Call(kind, columns, flag, place, value)

    def _place(self, argument: Any) -> Sql:
        """Whether a row of the group takes a place in the window."""
        from sqlglot import exp

        if isinstance(argument, exp.Case) and len(argument.args["ifs"]) == 1:
            default = argument.args.get("default")
            condition = argument.args["ifs"][0].this
            places = {column.table for column in columns_in([condition])}
            if (
                places
                and places <= self._generated
                and (default is None or isinstance(default, exp.Null))
            ):
                return sql("({})", text_of(condition))
        return Sql("(TRUE)")

    def _window_call(self, window: Any) -> Call:
        from sqlglot import exp

        function = window.this
        if isinstance(function, exp.IgnoreNulls | exp.RespectNulls):
            function = function.this
        partition, order, spec = self._resolved(window)
        number = self._window(partition, order)
        kind = type(function).__name__
        if isinstance(function, exp.Lag | exp.Lead):
            offset = function.args.get("offset")
            count = 1 if offset is None else int(offset.name)
            at = -count if isinstance(function, exp.Lag) else count
            columns = frozenset((one.table, one.name) for one in columns_in([function.this]))
            return Call(kind, columns, window=number, frame=(at, at))
        frame, is_range = frame_of(spec, bool(order))
        if is_range and frame != (None, 0):
            self._add_order_value(number, order)
        if kind in NUMBERING:
            return Call(kind, frozenset(), window=number, frame=(None, 0))
        call = self._call(function, places=not is_range and frame[0] is not None)
        if window.this is not function:
            call = Call(kind, call.columns)
        return Call(kind, call.columns, call.flag, call.place, "", number, frame, is_range)

    def _resolved(self, window: Any) -> tuple[list[Any], list[Any], Any]:
        base = window.args.get("alias")
        partition = list(window.args.get("partition_by") or ())
        order = window.args.get("order")
        spec = window.args.get("spec")
        ordered = list(order.expressions) if order else []
        if base is not None:
            named = self._named.get(base.name.lower())
            if named is None:
                raise NotTraceable(f"{self._node.name}: window {base.name}")
            outer_partition, outer_order, outer_spec = self._resolved(named)
            return outer_partition or partition, outer_order or ordered, spec or outer_spec
        return partition, ordered, spec

    def _window(self, partition: list[Any], order: list[Any]) -> int:
        """The number of a partition and order; adds the columns that define its frames."""
        parts = join(", ", map(text_of, partition))
        orders = join(", ", map(text_of, order))
        over = sql(
            "row_number() OVER ({} {})",
            sql("PARTITION BY {}", parts) if parts else parts,
            sql("ORDER BY {}", orders) if orders else orders,
        )
        if over not in self._windows:
            number = self._windows[over] = len(self._windows)
            self._extra[over] = f"_n{number}"
            for place, one in enumerate(partition):
                self._add_apart(one, f"_p{number}_{place}")
            self._node.partitions.append(len(partition))
            self._add_keys([*partition, *order])
        return self._windows[over]

    def _add_order_value(self, number: int, order: list[Any]) -> None:
        if len(order) != 1 or order[0].args.get("desc"):
            raise NotTraceable(f"{self._node.name}: RANGE over a descending order")
        self._add_apart(order[0].this, f"_o{number}")

    def _add_apart(self, one: Any, name: str) -> None:
        """A new extra column, even if another window has the same one."""
        # Extra columns are identified by their text: the comment makes equal ones differ.
        self._extra[sql("({} /* {} */)", text_of(one), Sql(name))] = name
