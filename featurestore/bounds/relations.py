"""What a name in FROM refers to, and which columns a query returns. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Columns:
    """The output columns of a relation.

    Attributes:
        names: Those that are known, lower case, in order.
        open_at: Position from which columns are unknown, because a ``*`` over a table with
            undeclared columns is there; None when all are known.
    """

    names: tuple[str, ...] = ()
    open_at: int | None = None

    def has(self, name: str) -> bool | None:
        """Whether the column exists; None if that is unknown."""
        if name in self.names:
            return True
        return None if self.open_at is not None else False

    def place(self, name: str) -> int | None:
        """The column's position, or None if it is unknown."""
        if name not in self.names:
            return None
        index = self.names.index(name)
        return None if self.open_at is not None and index >= self.open_at else index


@dataclass(frozen=True, slots=True)
class Relation:
    """A CTE: its query, and the CTEs that its query may name."""

    name: str
    query: exp.Expr
    scope: Mapping[str, Relation]
    columns: tuple[str, ...] = ()
    recursive: bool = False


Scope = dict[str, Relation]


@dataclass(slots=True)
class Catalog:
    """Tables and views by ``dataset.table``, lower case.

    Attributes:
        partitioned: Partition column of each partitioned table; a name without a dataset means
            the table in any dataset.
        views: The query of each view.
    """

    partitioned: dict[str, str]
    views: dict[str, exp.Expr] = field(default_factory=dict)

    def partition_column(self, table: exp.Table) -> str | None:
        """The table's partition column, or None if it is not partitioned."""
        return of_table(table, self.partitioned)

    def view(self, table: exp.Table) -> exp.Expr | None:
        """The query of the view with this name, or None if there is no such view."""
        return self.views.get(table_key(table))

    def columns_of_query(self, query: exp.Expr, scope: Mapping[str, Relation]) -> Columns:
        """Output columns of a query; the name of an unnamed expression is empty."""
        inner = with_ctes(query, scope)
        if isinstance(query, (exp.SetOperation, exp.Subquery)):
            return self.columns_of_query(query.this, inner)
        if not isinstance(query, exp.Select):
            return Columns(open_at=0)
        names: list[str] = []
        open_at: int | None = None
        for item in query.expressions:
            if not item.is_star:
                names.append(item.alias_or_name.lower())
                continue
            star, of = star_of(item)
            for source in sources(query):
                if of not in {"", source_name(source)}:
                    continue
                columns = self.columns_of_source(source, inner)
                if columns.open_at is not None and open_at is None:
                    open_at = len(names)
                names += [name for name in columns.names if name not in excepted(star)]
        return Columns(tuple(names), open_at)

    def columns_of_source(self, source: exp.Expr, scope: Mapping[str, Relation]) -> Columns:
        """Columns of a source in FROM."""
        if source.args.get("pivots"):
            return Columns(open_at=0)
        if isinstance(source, exp.Table):
            return self._columns_of_table(source, scope)
        if isinstance(source, exp.Subquery):
            return self.columns_of_query(source.this, with_ctes(source, scope))
        if isinstance(source, exp.Unnest):
            return _unnested(source)
        return Columns(open_at=0)

    def _columns_of_table(self, table: exp.Table, scope: Mapping[str, Relation]) -> Columns:
        relation, view = cte_named(table, scope), self.view(table)
        if relation is not None:
            if relation.columns or relation.recursive:
                return Columns(relation.columns, None if relation.columns else 0)
            return self.columns_of_query(relation.query, relation.scope)
        if view is not None:
            return self.columns_of_query(view, {})
        column = self.partition_column(table)
        return Columns((column,) if column else (), open_at=0)


def of_table(table: exp.Table, known: Mapping[str, T]) -> T | None:
    """The entry for a table, or for the first table that a wildcard such as ``game_*`` covers.

    Args:
        table: As it is named in FROM.
        known: By ``dataset.table``; a name without a dataset means the table in any dataset.
    """
    name = table.name.lower()
    for key in (table_key(table), name):
        if key in known:
            return known[key]
    if name.endswith("*"):
        covered = (key for key in known if key.split(".")[-1].startswith(name[:-1]))
        return next((known[key] for key in covered), None)
    return None


def in_any_dataset(known: Mapping[str, T]) -> dict[str, T]:
    """``known``, and each table by its bare name; of two tables with one name, the first."""
    return {**{key.split(".")[-1]: one for key, one in reversed([*known.items()])}, **known}


def table_key(table: exp.Table) -> str:
    """``dataset.table`` in lower case, or the bare name; a project is left out."""
    return ".".join(part.lower() for part in (table.db, table.name) if part)


def short_key(name: str) -> str:
    """The last two parts of a dotted table name, lower case, without backquotes."""
    return ".".join(name.replace("`", "").lower().split(".")[-2:])


def cte_named(table: exp.Table, scope: Mapping[str, Relation]) -> Relation | None:
    """The CTE that a table name means, if it has no dataset."""
    return None if table.db else scope.get(table.name.lower())


def with_ctes(query: exp.Expr, scope: Mapping[str, Relation]) -> Scope:
    """``scope`` and the query's own CTEs; each can read those before it."""
    known = dict(scope)
    clause = query.args.get("with_")
    for cte in clause.expressions if clause is not None else ():
        name = cte.alias.lower()
        columns = tuple(column.name.lower() for column in cte.args["alias"].columns)
        recursive = bool(cte.parent.args.get("recursive")) and any(
            not table.db and table.name.lower() == name for table in cte.this.find_all(exp.Table)
        )
        known[name] = Relation(cte.alias, cte.this, dict(known), columns, recursive)
    return known


def sources(select: exp.Expr) -> Iterator[exp.Expr]:
    """Tables, subqueries and UNNESTs of FROM and its joins, including parenthesised joins."""
    clause = select.args.get("from_")
    if clause is not None:
        yield from _opened(clause.this)
    for join in select.args.get("joins") or ():
        yield from _opened(join.this)


def _opened(node: exp.Expr) -> Iterator[exp.Expr]:
    if is_parenthesised_join(node):
        yield from _opened(node.this)
    else:
        yield node
    for join in node.args.get("joins") or ():
        yield from _opened(join.this)


def is_parenthesised_join(node: exp.Expr) -> bool:
    """Whether the parentheses in FROM contain tables, and not a query."""
    inner = node
    while isinstance(inner, exp.Subquery) and not inner.alias and not inner.args.get("pivots"):
        inner = inner.this
    return inner is not node and isinstance(inner, exp.Table)


def source_name(source: exp.Expr) -> str:
    """The name by which other clauses refer to a source, lower case."""
    alias = source.args.get("alias")
    if isinstance(source, exp.Unnest) and alias is not None and alias.columns:
        return str(alias.columns[0].name).lower()
    return source.alias_or_name.lower()


def star_of(item: exp.Expr) -> tuple[exp.Expr, str]:
    """The ``*`` of a select item, and the name before it as in ``t.*``, or ``""``."""
    return (item.this, item.table.lower()) if isinstance(item, exp.Column) else (item, "")


def excepted(star: exp.Expr) -> set[str]:
    """Names in ``* EXCEPT (…)``."""
    return {column.name.lower() for column in star.args.get("except_") or ()}


def replaced(star: exp.Expr) -> set[str]:
    """Names in ``* REPLACE (…)``."""
    return {item.alias.lower() for item in star.args.get("replace") or ()}


def _unnested(source: exp.Unnest) -> Columns:
    alias = source.args.get("alias")
    names = [name.name.lower() for name in alias.columns] if alias is not None else []
    offset = source.args.get("offset")
    if isinstance(offset, exp.Expr):
        names.append(offset.name.lower())
    # If the elements are structs, their fields become columns, too.
    return Columns(tuple(names), open_at=len(names))
