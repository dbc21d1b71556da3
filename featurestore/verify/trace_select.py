"""One SELECT as a node: a table that knows which rows of its sources each row was made from. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from featurestore.verify.trace_nodes import ID, NUMBERING, Call, Node, NotTraceable, Output
from sync.duck.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Functions that no row of a frame is read by: they number rows.
_WRAPPERS = ("Cast", "Paren", "TryCast")


def select_node(tree: Any, name: str, source_of: Callable[[Any, str], str]) -> Node:
    """The node of a SELECT without its CTEs.

    Args:
        tree: The SELECT; it is changed.
        name: The node's name.
        source_of: The node or table of a FROM or JOIN, and its alias; empty for generated rows.

    Raises:
        NotTraceable: it has a construct that is not taken apart.
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
            _group_by_all(tree, name)
        tree.set("with_", None)
        tree.set("order", None)
        self._add_sources(source_of)
        if any(one is not tree for one in tree.find_all(exp.Select)):
            raise NotTraceable(f"{name}: a subquery in an expression")
        self._named = {one.name.lower(): one for one in tree.args.get("windows") or ()}
        # Extra columns: their SQL to their name.
        self._extra: dict[str, str] = {}
        self._windows: dict[str, int] = {}
        group = tree.args.get("group")
        self._keys = list(group.expressions) if group else []
        aggregates = any(
            not _in_window(one)
            for item in tree.expressions
            for one in item.find_all(exp.AggFunc)
        )
        self._is_grouped = bool(group) or aggregates
        self._generated = {alias for alias, source in self._node.sources.items() if not source}
        # A group whose key has generated rows in it, as each game goes to the next ten.
        self._has_places = any(column.table in self._generated for column in _columns(self._keys))

    def _add_sources(self, source_of: Callable[[Any, str], str]) -> None:
        from sqlglot import exp

        from_ = self._tree.args.get("from_")
        joins = self._tree.args.get("joins") or []
        presence = []
        for place, holder in enumerate([*([from_] if from_ else []), *joins]):
            source = holder.this
            alias = source.alias_or_name
            found = source_of(source, alias)
            self._node.sources[alias] = found
            if found:
                # A warehouse table's rows are numbered, too: in a table of its whole name.
                named = exp.TableAlias(this=exp.to_identifier(alias, quoted=True))
                table = exp.Table(this=exp.to_identifier(found, quoted=True), alias=named)
                holder.set("this", table)
            side, kind = holder.args.get("side") or "", holder.args.get("kind") or ""
            if side not in ("", "LEFT") or kind in ("SEMI", "ANTI", "ASOF"):
                raise NotTraceable(f"{self._node.name}: {side} {kind} JOIN")
            if found and (place == 0 or not side):
                presence.append(alias)
            self._add_keys([holder.args.get("on")])
        self._node.presence = tuple(presence)

    def _add_keys(self, parts: Iterable[Any]) -> None:
        self._node.keys |= {(column.table, column.name) for column in _columns(parts)}

    def node(self) -> Node:
        from sqlglot import exp

        node, tree = self._node, self._tree
        for item in tree.expressions:
            inner = item.this if isinstance(item, exp.Alias) else item
            node.outputs[item.alias_or_name] = self._output(inner)
        self._add_keys(self._keys)
        outputs = [f"row_number() OVER () AS {ID}", *(one.sql("duckdb", comments=False) for one in tree.expressions)]
        froms = [
            f"{quote(alias)}.{ID} AS _from_{number}"
            for number, alias in enumerate(alias for alias, found in node.sources.items() if found)
        ]
        extra = [f"{sql} AS {name}" for sql, name in self._extra.items()]
        if self._is_grouped:
            keys = [
                f"({key.sql('duckdb', comments=False)}) AS _k{number}"
                for number, key in enumerate(self._keys)
            ]
            node.group_keys = len(keys)
            node.create_sql = self._written([*outputs, *keys], grouped=True)
            node.members_sql = self._written(["1 AS _one", *keys, *froms, *extra], grouped=False)
        else:
            if tree.args.get("qualify") and self._windows:
                raise NotTraceable(f"{node.name}: QUALIFY beside a window")
            node.create_sql = self._written([*outputs, *froms, *extra], grouped=False)
        return node

    def _written(self, columns: list[str], *, grouped: bool) -> str:
        rest = self._tree.copy()
        rest.set("expressions", [])
        if self._is_grouped and not grouped:
            for part in ("group", "having", "windows", "qualify"):
                rest.set(part, None)
        text = rest.sql("duckdb", comments=False)
        return f"SELECT {', '.join(columns)} {text.removeprefix('SELECT').strip()}"

    def _output(self, inner: Any) -> Output:
        from sqlglot import exp

        windows = list(inner.find_all(exp.Window))
        if self._is_grouped:
            # Numbers of groups say no more than which is which.
            if any(type(one.this).__name__ not in NUMBERING for one in windows):
                raise NotTraceable(f"{self._node.name}: a window over groups")
        calls = [
            *(self._window_call(one) for one in windows if not self._is_grouped),
            *(self._call(one) for one in inner.find_all(exp.AggFunc) if not _in_window(one)),
        ]
        held = {id(column) for one in windows for column in _columns([one])}
        if self._is_grouped:
            held |= {
                id(column)
                for one in inner.find_all(exp.AggFunc)
                for column in _columns([one])
            }
        columns = [column for column in _columns([inner]) if id(column) not in held]
        if not calls and not self._is_grouped:
            arms, arm = self._arms(inner)
            if arm:
                return Output(arms, arm)
        plain = frozenset((column.table, column.name) for column in columns)
        return Output((plain,), "", tuple(calls), is_copy=isinstance(inner, exp.Column))

    def _arms(self, inner: Any) -> tuple[tuple[frozenset[tuple[str, str]], ...], str]:
        """The branches of a CASE or COALESCE that is the whole expression."""
        from sqlglot import exp

        while type(inner).__name__ in _WRAPPERS:
            inner = inner.this
        parts: list[list[Any]] = []
        conditions: list[str] = []
        if isinstance(inner, exp.Case) and not inner.this:
            read: list[Any] = []
            for branch in inner.args["ifs"]:
                read = [*read, branch.this]
                conditions.append(branch.this.sql("duckdb", comments=False))
                parts.append([*read, branch.args["true"]])
            parts.append([*read, inner.args.get("default")])
        elif isinstance(inner, exp.Coalesce):
            options = [inner.this, *inner.expressions]
            conditions = [
                f"({one.sql('duckdb', comments=False)}) IS NOT NULL" for one in options[:-1]
            ]
            parts = [options[: number + 1] for number in range(len(options))]
        arms = tuple(
            frozenset((column.table, column.name) for column in _columns(part)) for part in parts
        )
        if len(set(arms)) < 2:
            return (), ""
        cases = " ".join(f"WHEN {one} THEN {number}" for number, one in enumerate(conditions))
        return arms, self._named_extra(f"CASE {cases} ELSE {len(conditions)} END", "_arm")

    def _named_extra(self, sql: str, prefix: str) -> str:
        return self._extra.setdefault(sql, f"{prefix}{len(self._extra)}")

    def _call(self, function: Any, *, places: bool | None = None) -> Call:
        from sqlglot import exp

        places = self._has_places if places is None else places
        kind = type(function).__name__
        columns = frozenset((one.table, one.name) for one in _columns([function]))
        argument = function.this
        if isinstance(function.parent, exp.Filter) or argument is None or not columns:
            return Call(kind, columns)
        text = argument.sql("duckdb", comments=False)
        if isinstance(argument, exp.Distinct | exp.Order | exp.Star):
            return Call(kind, columns)
        flag = self._named_extra(f"(({text}) IS NOT NULL)", "_flag")
        place = ""
        if places:
            place = self._named_extra(self._place(argument), "_place")
        value = self._named_extra(f"({text})", "_value") if kind in ("Max", "Min") else ""
        return Call(kind, columns, flag, place, value)

    def _place(self, argument: Any) -> str:
        """Whether a row of the group is in the window at all: by its place alone."""
        from sqlglot import exp

        if isinstance(argument, exp.Case) and len(argument.args["ifs"]) == 1:
            default = argument.args.get("default")
            condition = argument.args["ifs"][0].this
            places = {column.table for column in _columns([condition])}
            if places and places <= self._generated and (default is None or isinstance(default, exp.Null)):
                return f"({condition.sql('duckdb', comments=False)})"
        return "(TRUE)"

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
            columns = frozenset((one.table, one.name) for one in _columns([function.this]))
            return Call(kind, columns, window=number, frame=(at, at))
        frame, is_range = _frame(spec, bool(order))
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
        """The number of a partition and order; adds the columns by which its frames are found."""
        parts = ", ".join(one.sql("duckdb", comments=False) for one in partition)
        orders = ", ".join(one.sql("duckdb", comments=False) for one in order)
        by = f"PARTITION BY {parts} " if parts else ""
        over = f"row_number() OVER ({by}{f'ORDER BY {orders}' if orders else ''})"
        if over not in self._windows:
            number = self._windows[over] = len(self._windows)
            self._extra[over] = f"_n{number}"
            for place, one in enumerate(partition):
                # The same column may be in several windows: the blank keeps the texts apart.
                self._extra[f"({one.sql('duckdb', comments=False)}{' ' * number})"] = f"_p{number}_{place}"
            self._node.partitions.append(len(partition))
            self._add_keys([*partition, *order])
        return self._windows[over]

    def _add_order_value(self, number: int, order: list[Any]) -> None:
        if len(order) != 1 or order[0].args.get("desc"):
            raise NotTraceable(f"{self._node.name}: RANGE over a descending order")
        self._extra[f"({order[0].this.sql('duckdb', comments=False)}{' ' * (number + 1)} )"] = f"_o{number}"


def _group_by_all(tree: Any, name: str) -> None:
    """Write SELECT DISTINCT as the groups that it makes."""
    from sqlglot import exp

    if tree.args.get("group") or tree.find(exp.AggFunc, exp.Window) or tree.args["distinct"].args.get("on"):
        raise NotTraceable(f"{name}: DISTINCT beside groups or windows")
    tree.set("distinct", None)
    keys = [one.this if isinstance(one, exp.Alias) else one for one in tree.expressions]
    tree.set("group", exp.Group(expressions=[key.copy() for key in keys]))


def _frame(spec: Any, is_ordered: bool) -> tuple[tuple[int | None, int | None], bool]:
    """First and last row of a frame from the row itself, and whether it is by values."""
    if spec is None:
        return ((None, 0), True) if is_ordered else ((None, None), False)
    is_range = str(spec.args.get("kind") or "ROWS").upper() != "ROWS"
    start = _end(spec.args.get("start"), spec.args.get("start_side"))
    end = _end(spec.args.get("end") or "CURRENT ROW", spec.args.get("end_side"))
    return (start, end), is_range


def _end(end: Any, side: str | None) -> int | None:
    if isinstance(end, str):
        return 0 if end.upper() == "CURRENT ROW" else None
    try:
        count = int(end.name)
    except ValueError as error:
        raise NotTraceable(f"a frame of {end.sql('duckdb')}") from error
    return -count if str(side).upper() == "PRECEDING" else count


def _columns(parts: Iterable[Any]) -> list[Any]:
    from sqlglot import exp

    return [column for part in parts if part is not None for column in part.find_all(exp.Column)]


def _in_window(node: Any) -> bool:
    from sqlglot import exp

    above = node.parent
    while isinstance(above, exp.IgnoreNulls | exp.RespectNulls | exp.Filter):
        above = above.parent
    # An aggregate within a window's argument, as SUM(COUNT(*)) OVER, belongs to the groups.
    return isinstance(above, exp.Window) and above.this is not None and _first(above.this) is node


def _first(node: Any) -> Any:
    from sqlglot import exp

    while isinstance(node, exp.IgnoreNulls | exp.RespectNulls | exp.Filter):
        node = node.this
    return node
