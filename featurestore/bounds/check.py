"""Finds every reading of a partitioned table and the predicates that surely apply to it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from featurestore.bounds.predicates import LOWER, NONE, UPPER, is_constant, sides
from featurestore.finding import Finding
from sync.errors import BadInput, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Scan:
    """One reading of a partitioned table.

    Attributes:
        table: Full name as declared.
        column: Its partition column.
        alias: The name it has in its SELECT.
        cte: The innermost CTE around it, or ''.
        line: Line within the text, from 1.
        sides: The bounded sides.
    """

    table: str
    column: str
    alias: str
    cte: str
    line: int
    sides: frozenset[str]


def check_bounds(
    sql: str,
    partitioned: Mapping[str, str],
    *,
    upper: bool = False,
    origin: str = "query",
    line: int = 1,
) -> list[Finding]:
    """A finding for each reading of a partitioned table that lacks a constant bound.

    Args:
        sql: One or several GoogleSQL statements.
        partitioned: ``dataset.table`` to its partition column.
        upper: Whether a missing upper bound is an error; else it is a warning.
        origin: File, for the findings.
        line: Line of the file on which the text starts.

    Raises:
        BadInput: the text does not parse.
    """
    findings = []
    for scan in scans(sql, partitioned, origin):
        for side in (LOWER, UPPER):
            if side in scan.sides:
                continue
            severe = side == LOWER or upper
            findings.append(_finding(scan, side, severe=severe, origin=origin, line=line))
    return findings


def _finding(scan: Scan, side: str, *, severe: bool, origin: str, line: int) -> Finding:
    column = f"{scan.alias}.{scan.column}"
    predicate = (
        f"{column} >= DATE_SUB(@start_date, INTERVAL 365 DAY)"
        if side == LOWER
        else f"{column} <= @end_date"
    )
    where = f" in CTE {scan.cte}" if scan.cte else ""
    return Finding(
        path=origin,
        line=line + scan.line - 1,
        rule="unbounded" if side == LOWER else "open-end",
        severity="error" if severe else "warning",
        table=scan.table,
        cte=scan.cte,
        message=f"{scan.table}{where} is read without a constant {side} bound on {scan.column}",
        hint=f"add {predicate} (literals, parameters or CURRENT_DATE() in place of the dates);"
        " a bound that follows from a join prunes nothing",
    )


def require_bounds(
    sql: str, partitioned: Mapping[str, str], *, upper: bool, origin: str = "query"
) -> None:
    """Refuse a statement with an unbounded reading.

    Raises:
        Refused: names the file, the line, the CTE, the table, the missing side and what to add.
    """
    for finding in check_bounds(sql, partitioned, upper=upper, origin=origin):
        if finding.severity == "error":
            raise Refused(
                f"{finding.path}:{finding.line}: {finding.message}",
                hint=finding.hint,
                table=finding.table,
                cte=finding.cte,
                rule=finding.rule,
            )


def lookback_days(
    sql: str, partitioned: Mapping[str, str], *, start_parameter: str = "start_date"
) -> int | None:
    """How many days before ``@start_date`` the statement reads at most.

    None where no reading has a lower bound made of that parameter and a number of days.
    """
    found = [
        days
        for tree in sqlglot.parse(sql, read="bigquery")
        if tree is not None and any(True for _ in scans(sql, partitioned, "query"))
        for node in tree.find_all(exp.Between, exp.GTE, exp.GT, exp.EQ)
        if (days := _days_before(node, start_parameter)) is not None
    ]
    return max(found) if found else None


def _days_before(node: exp.Expression, parameter: str) -> int | None:
    bound = node.args["low"] if isinstance(node, exp.Between) else node.expression
    if not isinstance(bound, exp.Expression) or not is_constant(bound):
        return None
    if isinstance(bound, exp.Parameter):
        return 0 if bound.name == parameter else None
    operand = bound.this
    if not isinstance(bound, exp.DateSub | exp.DateAdd | exp.Sub) or not (
        isinstance(operand, exp.Parameter) and operand.name == parameter
    ):
        return None
    amount = bound.expression
    number = amount.this if isinstance(amount, exp.Interval) else amount
    sign = -1 if isinstance(bound, exp.DateAdd) else 1
    try:
        return sign * int(number.name if isinstance(number, exp.Literal) else number.sql())
    except ValueError:
        return None


def scans(sql: str, partitioned: Mapping[str, str], origin: str) -> list[Scan]:
    """Every reading of a partitioned table, with the sides that surely bound it."""
    known = {name.lower(): (name, column.lower()) for name, column in partitioned.items()}
    try:
        trees = [tree for tree in sqlglot.parse(sql, read="bigquery") if tree is not None]
    except SqlglotError as error:
        first = str(error).splitlines()[0]
        raise BadInput(f"{origin}: does not parse: {first}", origin=origin) from error
    found = []
    for tree in trees:
        for table in tree.find_all(exp.Table):
            match = known.get(f"{table.db}.{table.name}".lower())
            if match and not _is_target(table):
                name, column = match
                found.append(
                    Scan(name, column, table.alias_or_name, _cte(table), _line(table),
                         _sides(table, column))
                )  # fmt: skip
    return found


def _is_target(table: exp.Table) -> bool:
    """Whether the table is only written or declared there, not read."""
    parent = table.parent
    if isinstance(parent, exp.Schema):
        parent = parent.parent
    return isinstance(parent, exp.Create | exp.Insert | exp.Drop | exp.Describe | exp.Alter)


def _cte(node: exp.Expression) -> str:
    cte = node.find_ancestor(exp.CTE)
    return cte.alias if isinstance(cte, exp.CTE) else ""


def _line(table: exp.Table) -> int:
    return next((int(part.meta["line"]) for part in table.walk() if "line" in part.meta), 1)


def _sides(source: exp.Expression, column: str) -> frozenset[str]:
    """Bounds on ``column`` of a table, subquery or CTE reading, from here outwards."""
    parent = source.find_ancestor(exp.Select, exp.Delete, exp.Update, exp.Merge)
    if isinstance(parent, exp.Merge):
        return sides(parent.args.get("on"), _named(source.alias_or_name, column, only=False))
    if isinstance(parent, exp.Delete | exp.Update):
        where = parent.args.get("where")
        named = _named(source.alias_or_name, column, only=True)
        return sides(where.this if where else None, named)
    if not isinstance(parent, exp.Select):
        return NONE
    alone = len(_sources(parent)) == 1
    named = _named(source.alias_or_name, column, only=alone)
    where = parent.args.get("where")
    found = sides(where.this if where else None, named)
    for condition in _join_conditions(parent, source):
        found |= sides(condition, named)
    return found | _outer_sides(parent, source, column)


def _named(alias: str, column: str, *, only: bool) -> Callable[[exp.Expression], bool]:
    """Tells whether an expression is this source's partition column, possibly in parentheses."""

    def is_column(node: exp.Expression) -> bool:
        while isinstance(node, exp.Paren):
            node = node.this
        if not isinstance(node, exp.Column) or node.name.lower() != column:
            return False
        return node.table.lower() == alias.lower() if node.table else only

    return is_column


def _sources(select: exp.Select) -> list[exp.Expression]:
    start = select.args.get("from_") or select.args.get("from")
    first = [start.this] if start else []
    return first + [join.this for join in select.args.get("joins") or ()]


def _join_conditions(select: exp.Select, source: exp.Expression) -> Iterator[exp.Expression]:
    """ON conditions that surely hold for every row of ``source`` that is kept.

    ON of an inner join binds both sides. ON of an outer join binds only the side that may be
    missing: rows of the preserved side are all read.
    """
    for join in select.args.get("joins") or ():
        condition = join.args.get("on")
        if condition is None:
            continue
        side = (join.side or "").upper()
        is_right = join.this is source or source.find_ancestor(exp.Join) is join
        inner = not side and (join.kind or "").upper() in ("", "INNER", "CROSS")
        if inner or (side == "LEFT" and is_right) or (side == "RIGHT" and not is_right):
            yield condition


def _outer_sides(select: exp.Select, source: exp.Expression, column: str) -> frozenset[str]:
    """Bounds that reach the source through the SELECT's own output, from all of its readers."""
    if select.args.get("limit") or select.args.get("offset") or _has_window(select):
        return NONE
    output = _output_name(select, source, column)
    if output is None:
        return NONE
    query: exp.Expression = select
    while isinstance(query.parent, exp.SetOperation | exp.Paren):
        query = query.parent
        if query.args.get("limit"):
            return NONE
    holder = query.parent
    if isinstance(holder, exp.Subquery) and isinstance(holder.parent, exp.From | exp.Join):
        return _sides(holder, output)
    if isinstance(holder, exp.CTE):
        readings = _readings(holder)
        if readings:
            return frozenset.intersection(*(_sides(reading, output) for reading in readings))
    return NONE


def _has_window(select: exp.Select) -> bool:
    return any(window.find_ancestor(exp.Select) is select for window in select.find_all(exp.Window))


def _output_name(select: exp.Select, source: exp.Expression, column: str) -> str | None:
    """The output column that is plainly the partition column, or None.

    With GROUP BY it must be a grouping column; a mere aggregate of it bounds nothing.
    """
    named = _named(source.alias_or_name, column, only=len(_sources(select)) == 1)
    grouping = select.args.get("group")
    aggregates = any(
        found.find_ancestor(exp.Select) is select for found in select.find_all(exp.AggFunc)
    )
    if aggregates and not grouping:
        return None
    for position, projection in enumerate(select.selects, start=1):
        if isinstance(projection, exp.Star) or (
            isinstance(projection, exp.Column) and isinstance(projection.this, exp.Star)
        ):
            return column
        if not named(projection.unalias()):
            continue
        output = projection.alias_or_name.lower()
        if not grouping or _grouped(grouping, named, output, position):
            return output
    return None


def _grouped(
    grouping: exp.Expression,
    named: Callable[[exp.Expression], bool],
    output: str,
    position: int,
) -> bool:
    return any(
        named(key)
        or (isinstance(key, exp.Column) and not key.table and key.name.lower() == output)
        or (isinstance(key, exp.Literal) and key.name == str(position))
        for key in grouping.expressions
    )


def _readings(cte: exp.CTE) -> list[exp.Expression]:
    """Every place that reads the CTE by its name."""
    statement = cte.find_ancestor(exp.With)
    root = statement.parent if statement is not None else None
    if root is None:
        return []
    return [
        table
        for table in root.find_all(exp.Table)
        if not table.db
        and table.name.lower() == cte.alias.lower()
        and table.find_ancestor(exp.CTE) is not cte
    ]
