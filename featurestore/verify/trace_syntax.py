"""Parts of a parsed SELECT, for `trace_select`. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from featurestore.verify.trace_model import NotTraceable
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Iterable

# What a CASE may be wrapped in.
_WRAPPERS = ("Cast", "Paren", "TryCast")


def group_by_all(tree: Any, name: str) -> None:
    """Rewrite SELECT DISTINCT as GROUP BY."""
    from sqlglot import exp

    if (
        tree.args.get("group")
        or tree.find(exp.AggFunc, exp.Window)
        or tree.args["distinct"].args.get("on")
    ):
        raise NotTraceable(f"{name}: DISTINCT beside groups or windows")
    tree.set("distinct", None)
    keys = [one.this if isinstance(one, exp.Alias) else one for one in tree.expressions]
    tree.set("group", exp.Group(expressions=[key.copy() for key in keys]))


def frame_of(spec: Any, is_ordered: bool) -> tuple[tuple[int | None, int | None], bool]:
    """First and last row of a frame, relative to the row, and whether it is a RANGE."""
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


def text_of(node: Any) -> Sql:
    """A part of a statement in DuckDB's SQL, without comments."""
    return Sql(node.sql("duckdb", comments=False))


def branches(inner: Any) -> tuple[tuple[frozenset[tuple[str, str]], ...], Sql]:
    """The branches of an expression that is a CASE or COALESCE.

    Returns:
        For each branch the columns that it reads, as source and name, with those of its condition
        and the conditions before; and SQL for the number of the branch that a row takes. Empty if
        all branches read the same columns.
    """
    from sqlglot import exp

    while type(inner).__name__ in _WRAPPERS:
        inner = inner.this
    parts: list[list[Any]] = []
    conditions: list[Sql] = []
    if isinstance(inner, exp.Case) and not inner.this:
        read: list[Any] = []
        for branch in inner.args["ifs"]:
            read = [*read, branch.this]
            conditions.append(text_of(branch.this))
            parts.append([*read, branch.args["true"]])
        parts.append([*read, inner.args.get("default")])
    elif isinstance(inner, exp.Coalesce):
        options = [inner.this, *inner.expressions]
        conditions = [sql("({}) IS NOT NULL", text_of(one)) for one in options[:-1]]
        parts = [options[: number + 1] for number in range(len(options))]
    arms = tuple(
        frozenset((column.table, column.name) for column in columns_in(part)) for part in parts
    )
    if len(set(arms)) < 2:
        return (), Sql("")
    cases = join(
        " ",
        (sql("WHEN {} THEN {}", one, Sql(number)) for number, one in enumerate(conditions)),
    )
    chosen = sql("CASE {} ELSE {} END", cases, Sql(len(conditions)))
    return arms, chosen


def columns_in(parts: Iterable[Any]) -> list[Any]:
    """All columns in some parts of a statement."""
    from sqlglot import exp

    return [column for part in parts if part is not None for column in part.find_all(exp.Column)]


def is_windowed(node: Any) -> bool:
    """Whether an aggregate has a window; one within a window's argument has none."""
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
