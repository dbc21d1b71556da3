"""Checks statements: which scans lack a bound, and how far back they read. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from featurestore.bounds.finding import Finding
from featurestore.bounds.predicates import ARRAY
from featurestore.bounds.relations import Catalog, short_key
from featurestore.bounds.scans import Walk
from featurestore.bounds.script import parse_script, position
from featurestore.bounds.statements import views_created, walk_statement
from featurestore.statement_size import deep_recursion
from sync.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from featurestore.bounds.finding import Side
    from featurestore.bounds.scans import Scan


def check_bounds(
    sql: str,
    partitioned: Mapping[str, str],
    *,
    upper: bool = False,
    origin: str = "query",
    line: int = 1,
    views: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Findings for the scans of partitioned tables that lack a bound, in order of appearance.

    Args:
        sql: GoogleSQL, one statement or a script.
        partitioned: Partition column of each partitioned table, by ``dataset.table``; the
            statement may name it with a project and with backquotes.
        upper: Whether a missing upper bound is an error; otherwise it is a warning.
        origin: The file, for the findings.
        line: The line of that file where ``sql`` starts.
        views: The SELECT of each view that the statement may name, by ``dataset.view``.
    """
    broken: list[Exception] = []
    try:
        trees = parse_script(sql, broken=broken)
        walk = _walked(trees, partitioned, views or {}, "start_date", broken)
    except SqlglotError as error:
        return [_broken(error).at(origin, line)]
    findings = [_finding(scan, sql, upper) for scan in walk.scans()]
    findings += [_unreadable(tree, sql, partitioned) for tree in trees]
    findings += [_broken(error) for error in broken]
    placed = [finding.at(origin, line) for finding in findings if finding is not None]
    return sorted(placed, key=lambda finding: (finding.line, finding.column))


def require_bounds(
    sql: str,
    partitioned: Mapping[str, str],
    *,
    upper: bool = False,
    origin: str = "query",
    views: Mapping[str, str] | None = None,
) -> None:
    """Refuse a statement with an unbounded scan.

    Raises:
        Refused: names file, line, CTE, table, the missing side, and the predicate to add.
    """
    findings = check_bounds(sql, partitioned, upper=upper, origin=origin, views=views)
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        first = errors[0]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise Refused(
            f"{first.path}:{first.line}: {first.message}{more}",
            hint=first.hint,
            path=first.path,
            line=first.line,
            table=first.table,
            cte=first.cte,
            side=first.side,
            predicate=first.predicate,
        )


def lookback_days(
    sql: str, partitioned: Mapping[str, str], *, start_parameter: str = "start_date"
) -> int | None:
    """How many days before ``@start_date`` a statement reads at most; 0 for none before it.

    None where no scan is bounded relative to the parameter. Months and years count as their
    longest: 31 and 366 days.
    """
    walk = _walked(parse_script(sql), partitioned, {}, start_parameter)
    days = [scan.sides.days for scan in walk.scans() if scan.sides.days is not None]
    return max(0, *days) if days else None


def bound_constants(sql: str, partitioned: Mapping[str, str]) -> frozenset[str] | None:
    """What the partition columns of a bounded statement's scans are compared with, as GoogleSQL.

    Every row that the statement can use is between the least and the greatest of these values.
    Empty if no scan can have a row.

    Args:
        sql: One SELECT that :func:`require_bounds` passes with both bounds.
        partitioned: Partition column of the tables to consider.

    Returns:
        Expressions of literals, parameters and the current date; None if one of them is an array,
        whose values are not in the text.
    """
    constants = frozenset[str]()
    for scan in _walked(parse_script(sql), partitioned, {}, "start_date").scans():
        constants |= scan.sides.constants
    return None if ARRAY in constants else constants


def tables_read(query: exp.Query) -> frozenset[str]:
    """The tables and views that a parsed query names, lower case, as ``dataset.table``.

    Names are resolved by scope: a CTE hides a table only where the CTE is visible. An array named
    by a path, as in ``FROM t, t.parts``, counts as a table.
    """
    walk = Walk(Catalog({}), "start_date")
    walk_statement(walk, query)
    return frozenset(walk.tables)


def _walked(
    trees: list[exp.Expr],
    partitioned: Mapping[str, str],
    views: Mapping[str, str],
    start_parameter: str,
    broken: list[Exception] | None = None,
) -> Walk:
    catalog = Catalog({short_key(name): column.lower() for name, column in partitioned.items()})
    for name, text in views.items():
        parsed = parse_script(text)
        created = views_created(parsed)
        catalog.views[short_key(name)] = next(iter(created.values()), parsed[0])
    walk = Walk(catalog, start_parameter)
    for tree in trees:
        try:
            with deep_recursion():
                walk_statement(walk, tree)
        except Refused as error:
            if broken is None:
                raise
            broken.append(error)
    return walk


def _broken(error: Exception) -> Finding:
    """The finding for a statement that cannot be parsed, or is too long or too deep."""
    if isinstance(error, Refused):
        line = int(str(error.facts.get("line", 1)))
        return Finding("", line, 1, "size", "error", error.message, hint=error.hint)
    errors = error.errors if isinstance(error, ParseError) else []
    line = next((int(one["line"]) for one in errors if one.get("line")), 1)
    message = f"statement: cannot be parsed as GoogleSQL: {str(error).splitlines()[0]}"
    return Finding("", line, 1, "syntax", "error", message)


def _finding(scan: Scan, sql: str, upper: bool) -> Finding | None:
    sides = scan.sides
    if sides.lower and sides.upper:
        return None
    side: Side = "upper" if sides.lower else ("lower" if sides.upper else "both")
    where = f" in CTE {scan.cte}" if scan.cte else ""
    through = f" through view {scan.view}" if scan.view else ""
    missing = {"both": "lower and no upper", "lower": "lower", "upper": "upper"}[side]
    line, column = position(scan.node, sql)
    name = f"{scan.alias}.{scan.column}"
    predicate = {
        "both": f"{name} BETWEEN @start_date AND @end_date",
        "lower": f"{name} >= @start_date",
        "upper": f"{name} <= @end_date",
    }[side]
    near = f"; `{scan.near}` does not bound this scan: {_WHY}" if scan.near else ""
    place = f"CTE {scan.cte}" if scan.cte else "the statement"
    return Finding(
        path="",
        line=line,
        column=column,
        rule="unbounded",
        severity="error" if upper or not sides.lower else "warning",
        message=f"{scan.table}{where}{through}: no {missing} bound on {scan.column}",
        table=scan.table,
        cte=scan.cte,
        side=side,
        predicate=predicate,
        hint=f"add to {place}: {predicate}{near}",
    )


_WHY = "BigQuery prunes partitions only by the bare column compared with constants or parameters"


def _unreadable(tree: exp.Expr, sql: str, partitioned: Mapping[str, str]) -> Finding | None:
    """The finding for a statement of unknown syntax that names a partitioned table."""
    command = tree if isinstance(tree, exp.Command) else tree.find(exp.Command)
    if command is None:
        return None
    text = f"{command.this} {command.args.get('expression') or ''}".lower()
    for name in map(short_key, partitioned):
        if name.split(".")[-1] in text:
            line, column = position(command, sql)
            message = f"{name}: is in a statement that cannot be parsed"
            hint = "write the statement out, without EXECUTE IMMEDIATE"
            return Finding("", line, column, "unreadable", "error", message, name, hint=hint)
    return None
