"""The inputs of each output column of one GoogleSQL SELECT, and of its rows. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from featurestore.definitions.trees import parse_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlglot import exp
    from sqlglot.optimizer.scope import Scope

# Table and column; an empty column is the rows of the table.
Pair = tuple[str, str]
# What a column is made of, and what chooses its rows.
Found = tuple[frozenset[Pair], frozenset[Pair]]

_NOTHING: Found = (frozenset(), frozenset())


class _Output(NamedTuple):
    """A query's output: what chooses its rows, and its columns in order.

    Names may occur twice, as in the later arms of a UNION.
    """

    rows: frozenset[Pair]
    columns: list[tuple[str, Found]]

    def column(self, name: str) -> Found:
        return next(inputs for known, inputs in self.columns if known.lower() == name.lower())


def inputs_of(
    sql: str, schema: Mapping[str, Mapping[str, str | None]], path: str = "the statement"
) -> dict[str, Found]:
    """Output column to the columns it is made of, and to those that choose its rows.

    Args:
        sql: One SELECT.
        schema: Table or relation, a warehouse table with its dataset, to column to type; types
            that are not known are None.
        path: The statement's file, for messages.

    Returns:
        Columns in order; under the empty name what chooses the rows, which every column shares.
        A pair with an empty column is the rows of that table.

    Raises:
        BadInput: the text is not a statement.
    """
    from sqlglot import exp
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope

    tree = parse_tree(sql, path)
    for table in tree.find_all(exp.Table):
        if table.db:
            # One level of names for tables and relations alike.
            name = exp.to_identifier(f"{table.db}.{table.name}", quoted=True)
            alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(table.name))
            table.replace(exp.Table(this=name, alias=alias))
    flat: dict[str, object] = {
        exp.to_identifier(name, quoted=True).sql("bigquery"): {
            column: kind or "UNKNOWN" for column, kind in columns.items()
        }
        for name, columns in schema.items()
    }
    qualified = qualify(tree, dialect="bigquery", schema=flat, quote_identifiers=False)
    scope = build_scope(qualified)
    assert scope is not None
    output = _of_scope(scope, {})
    return {"": (frozenset(), output.rows), **dict(output.columns)}


def _of_scope(scope: Scope, done: dict[int, _Output]) -> _Output:
    from sqlglot import exp

    if id(scope) not in done:
        if isinstance(scope.expression, exp.SetOperation):
            done[id(scope)] = _of_union(scope, done)
        elif isinstance(scope.expression, exp.Select):
            done[id(scope)] = _Select(scope, done).output()
        else:
            # UNNEST
            done[id(scope)] = _Output(frozenset(), [])
    return done[id(scope)]


def _of_union(scope: Scope, done: dict[int, _Output]) -> _Output:
    """The arms' columns by position, under the first arm's names."""
    arms = [_of_scope(arm, done) for arm in scope.set_operation_scopes]
    rows = frozenset[Pair]().union(*(arm.rows for arm in arms))
    places = zip(*(arm.columns for arm in arms), strict=True)
    columns = [(place[0][0], _merged(inputs for _, inputs in place)) for place in places]
    # Every arm's rows are there for every column.
    return _Output(rows, [(name, (made_of, chosen | rows)) for name, (made_of, chosen) in columns])


class _Select:
    """One SELECT over its sources."""

    def __init__(self, scope: Scope, done: dict[int, _Output]) -> None:
        self._scope = scope
        self._done = done
        self._select = scope.expression
        self._windows = {
            window.name.lower(): window for window in self._select.args.get("windows") or ()
        }

    def output(self) -> _Output:
        rows, left = self._rows()
        columns = []
        for item in self._select.expressions:
            made_of, chosen_by = self._of_expression(item)
            chosen_by |= rows
            for source in {column.table for column in _columns(item)} & left.keys():
                chosen_by |= left[source]
            columns.append((item.alias_or_name, (made_of, chosen_by)))
        return _Output(rows, columns)

    def _rows(self) -> tuple[frozenset[Pair], dict[str, frozenset[Pair]]]:
        """What chooses the rows, and what chooses them only for one outer joined source."""
        from sqlglot import exp

        select = self._select
        rows: set[Pair] = set()
        left: dict[str, frozenset[Pair]] = {}
        from_ = select.args.get("from_")
        if from_ is not None:
            rows |= self._source_rows(from_.this.alias_or_name)
        # A LEFT JOIN by the grain adds no row, unless rows are counted afterwards.
        counts = bool(select.args.get("group")) or any(
            self._is_of_this(node) for node in select.find_all(exp.AggFunc, exp.Window)
        )
        filtered = {
            column.table
            for part in ("where", "having", "qualify")
            for column in _columns(select.args.get(part))
        }
        for join in select.args.get("joins") or ():
            name = join.this.alias_or_name
            chosen = self._source_rows(name) | self._all_of(join.args.get("on"))
            if join.side == "LEFT" and not counts and name not in filtered:
                left[name] = frozenset(chosen)
            else:
                rows |= chosen
        for part in ("where", "having", "qualify", "group"):
            rows |= self._all_of(select.args.get(part))
        return frozenset(rows), left

    def _is_of_this(self, node: exp.Expr) -> bool:
        from sqlglot import exp

        return node.find_ancestor(exp.Select) is self._select

    def _source(self, name: str) -> exp.Table | Scope | None:
        """A source of this SELECT, or of one around it."""
        scope: Scope | None = self._scope
        while scope is not None:
            if name in scope.sources:
                return scope.sources[name]
            scope = scope.parent
        return None

    def _subqueries(self, part: exp.Expr | None) -> Found:
        """The outputs of an expression's subqueries, and what chooses their rows."""
        outputs = [_NOTHING]
        for scope in self._scope.subquery_scopes:
            if part is not None and _is_within(scope.expression, part):
                output = _of_scope(scope, self._done)
                outputs += [(frozenset(), output.rows), *(column for _, column in output.columns)]
        return _merged(outputs)

    def _source_rows(self, name: str) -> frozenset[Pair]:
        from sqlglot import exp

        source = self._source(name)
        if isinstance(source, exp.Table):
            return frozenset({(source.name, "")})
        if source is None:
            return frozenset()
        return _of_scope(source, self._done).rows

    def _of_expression(self, item: exp.Expr) -> Found:
        """An output expression: windows' partitions and orders choose rows, the rest is made of."""
        from sqlglot import exp

        chosen: set[Pair] = set()
        choosing = set()
        for window in _own(item, exp.Window):
            named = window.args.get("alias")
            for part in self._window_parts(window, named.name if named else ""):
                chosen |= self._all_of(part)
                choosing |= {id(column) for column in _columns(part)}
        made_of, inner = self._subqueries(item)
        chosen |= inner
        for column in _columns(item):
            if id(column) not in choosing:
                resolved = self._resolved(column)
                made_of |= resolved[0]
                chosen |= resolved[1]
        return made_of, frozenset(chosen)

    def _window_parts(self, window: exp.Expr, base: str) -> list[exp.Expr]:
        """PARTITION BY and ORDER BY of a window and of the named ones that it extends."""
        parts = [*(window.args.get("partition_by") or ()), window.args.get("order")]
        if base:
            named = self._windows[base.lower()]
            further = named.args.get("alias")
            parts += self._window_parts(named, further.name if further else "")
        return [part for part in parts if part is not None]

    def _all_of(self, part: exp.Expr | None) -> frozenset[Pair]:
        found = [self._subqueries(part), *map(self._resolved, _columns(part))]
        return frozenset[Pair]().union(*(made_of | chosen_by for made_of, chosen_by in found))

    def _resolved(self, column: exp.Column) -> Found:
        """A column of a source, as columns of tables."""
        from sqlglot import exp

        source = self._source(column.table)
        if isinstance(source, exp.Table):
            return frozenset({(source.name, column.name)}), frozenset()
        if source is None:
            return _NOTHING
        if not isinstance(source.expression, exp.Query):
            # UNNEST: a column of it is made of all that is in it.
            return _merged(self._resolved(one) for one in _columns(source.expression))
        return _of_scope(source, self._done).column(column.name)


def _columns(part: Any) -> list[Any]:
    from sqlglot import exp

    return _own(part, exp.Column)


def _own(part: Any, kind: type[exp.Expr]) -> list[Any]:
    """The nodes of a kind in an expression, except those of its subqueries."""
    from sqlglot import exp

    if part is None:
        return []
    walked = part.walk(prune=lambda node: isinstance(node, exp.Query) and node is not part)
    return [node for node in walked if isinstance(node, kind)]


def _is_within(node: exp.Expr | None, part: exp.Expr) -> bool:
    while node is not None and node is not part:
        node = node.parent
    return node is part


def _merged(several: Iterable[Found]) -> Found:
    made_of: frozenset[Pair] = frozenset()
    chosen_by: frozenset[Pair] = frozenset()
    for one, other in several:
        made_of |= one
        chosen_by |= other
    return made_of, chosen_by
