"""Finds patterns through which a feature could use the game it predicts. Pure.

The patterns are local and do not prove that there are no other leaks. The proof is dynamic:
results of a date are changed, and its features must not change.

- ``leak-frame``: a window over results that includes the row's own date or a later one.
- ``leak-join``: rows of two scans joined with ``<=`` on their dates.
- ``leak-aggregate``: results aggregated without a bound below the date they are used for.
- ``leak-clock``: rows read without a bound to those that were known before the game.

``-- lint: allow leak: REASON`` on a finding's line, or on the line above, silences it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.errors import SqlglotError

from featurestore.bounds.finding import Finding
from featurestore.bounds.relations import table_key
from featurestore.bounds.script import parse_script, position
from featurestore.lint.clocks import comparisons
from featurestore.lint.column_kinds import Lineage, dated_groups
from sync.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from featurestore.definitions.column_roles import ColumnRoles
    from featurestore.lint.shapes import ClockedScan, Kind, Place

# These number rows, whatever their frame.
_FRAMELESS = (
    exp.RowNumber,
    exp.Rank,
    exp.DenseRank,
    exp.PercentRank,
    exp.CumeDist,
    exp.Ntile,
)
_ALLOW = re.compile(r"(?:--|#)\s*lint:\s*allow leak(?P<reason>.*)$", re.IGNORECASE)


def check_leaks(
    sql: str,
    roles: ColumnRoles,
    *,
    origin: str = "query",
    line: int = 1,
    relations: Mapping[str, str] | None = None,
    is_relation: bool = False,
) -> list[Finding]:
    """Findings, in order of appearance; none for text that cannot be parsed.

    Args:
        sql: GoogleSQL, one statement or a script.
        roles: The roles of the columns of tables.
        origin: The file, for the findings.
        line: The line of that file where ``sql`` starts.
        relations: The SELECTs of relations that ``sql`` reads by their bare names, as files under
            ``sql/features`` do; results are traced through them.
        is_relation: Whether other files read the rows, so that even rows of one table alone must
            have been known before the game.
    """
    try:
        # The check of the bounds reports what cannot be parsed.
        trees = parse_script(sql, broken=[])
    except SqlglotError:
        return []
    parsed = {name.lower(): _relation(text) for name, text in (relations or {}).items()}
    known = {name: query for name, query in parsed.items() if query is not None}
    findings: set[Finding] = set()
    for tree in trees:
        lineage = Lineage(roles.tables, known, roles.clocks)
        own = {id(select) for select in tree.find_all(exp.Select)}
        late = [one for query in _queries(tree) for one in lineage.shape(query, {}).scans]
        places = [place for place in lineage.places if id(place.select) in own]
        for place in places:
            findings.update(_findings(place, sql))
        # A query of one table, unchanged, shows rows and does not use them for a game.
        is_used = is_relation or any(len(place.names) > 1 for place in places)
        scans = [*lineage.unbounded, *(late if is_used else [])]
        findings.update(_unbounded(one, sql) for one in scans if id(one.select) in own)
    return [
        finding.at(origin, line)
        for finding in sorted(_allowed(findings, sql), key=lambda one: (one.line, one.column))
    ]


@lru_cache(maxsize=256)
def _relation(text: str) -> exp.Expr | None:
    """A relation's query, cached because every file of a folder needs the same ones.

    None for text that cannot be parsed or is empty: that is reported for its own file.
    """
    try:
        return next(iter(parse_script(text)), None)
    except (SqlglotError, Refused):
        return None


def _queries(tree: exp.Expr) -> Iterator[exp.Expr]:
    """The outermost queries of a statement."""
    queries = tree.find_all(exp.Query)
    yield from (q for q in queries if q is tree or q.find_ancestor(exp.Query) is None)


def _findings(place: Place, sql: str) -> Iterator[Finding]:
    select = place.select
    for window in select.find_all(exp.Window):
        if window.parent_select is select and window.args.get("over"):
            reason = _frame_leak(window, place)
            results = _columns(window.this, place, "result")
            if reason and results:
                message = f"{results[0].name}: a window over results {reason}"
                hint = "end the frame at 1 PRECEDING"
                yield _finding("leak-frame", window, select, sql, message, hint)
    for predicate, earlier, later in _same_date(place):
        message = f"{earlier.sql()} <= {later.sql()}: the join includes rows of the same date"
        hint = f"write {earlier.sql()} < {later.sql()}"
        yield _finding("leak-join", predicate, select, sql, message, hint)
    yield from _aggregates(place, sql)


def _frame_leak(window: exp.Window, place: Place) -> str:
    """Why the window is not limited to earlier rows, or ``""`` if it is."""
    function = window.this
    while isinstance(function, (exp.IgnoreNulls, exp.RespectNulls)):
        function = function.this
    if isinstance(function, exp.Lead):
        return "reads following rows"
    if isinstance(function, exp.Lag):
        offset = function.args.get("offset")
        return "" if offset is None or _positive(offset) else "may read its own row"
    if isinstance(function, _FRAMELESS):
        return ""
    spec, order = _frame(window, place)
    if spec is None:
        return "ends at its own row" if order else "includes its whole partition"
    side, end = str(spec.args.get("end_side") or "").upper(), spec.args.get("end")
    if side == "PRECEDING" and isinstance(end, exp.Expr) and _positive(end):
        return ""
    return "reads following rows" if side == "FOLLOWING" else "ends at its own row"


def _frame(window: exp.Window, place: Place) -> tuple[exp.Expr | None, bool]:
    """The window's frame and whether it has an order, its own or those of a named window."""
    named = {item.name.lower(): item for item in place.select.args.get("windows") or ()}
    spec, order = window.args.get("spec"), window.args.get("order") is not None
    base = named.get((window.alias or "").lower())
    while base is not None:
        spec = spec or base.args.get("spec")
        order = order or base.args.get("order") is not None
        base = named.pop((base.alias or "").lower(), None)
    return spec, order


def _positive(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and node.is_int and int(node.name) >= 1


def _columns(node: exp.Expr, place: Place, kind: Kind) -> list[exp.Column]:
    """The columns of a kind in an expression, except those of subqueries."""
    return [
        column
        for column in node.find_all(exp.Column)
        if column.parent_select is place.select and place.kind_of(column) == kind
    ]


def _comparisons(place: Place) -> Iterator[tuple[exp.Expr, exp.Expr, exp.Expr, bool]]:
    """The comparisons of a SELECT's predicates as (predicate, smaller, larger, may be equal)."""
    for node in place.predicates():
        for smaller, larger, equal in comparisons(node):
            yield node, smaller, larger, equal


def _same_date(place: Place) -> Iterator[tuple[exp.Expr, exp.Column, exp.Column]]:
    """Comparisons that join rows with results to rows of the same date."""
    joins = []
    strict = set()
    for node, smaller, larger, equal in _comparisons(place):
        if not isinstance(smaller, exp.Column) or not isinstance(larger, exp.Column):
            continue
        ends = (place.source_of(smaller), place.source_of(larger))
        kinds = (place.kind_of(smaller), place.kind_of(larger))
        if kinds != ("date", "date") or ends[0] == ends[1]:
            continue
        if not equal:
            strict.add(ends)
        elif ends[0] is not None and "result" in _kinds(place, ends[0]):
            joins.append((ends, (node, smaller, larger)))
    # Another predicate with `<` between the same two sources excludes the same date.
    yield from (comparison for ends, comparison in joins if ends not in strict)


def _kinds(place: Place, index: int) -> set[Kind | None]:
    shape = place.shapes[index]
    return {*shape.kinds.values(), shape.rest}


def _aggregates(place: Place, sql: str) -> Iterator[Finding]:
    """Aggregates of results over sources whose date is neither a key nor bounded from above."""
    select = place.select
    bounded = dated_groups(place) | _bounded_above(place)
    for item in select.expressions:
        for aggregate in item.find_all(exp.AggFunc):
            if aggregate.parent_select is not select or aggregate.find_ancestor(exp.Window):
                continue
            for column in _columns(aggregate, place, "result"):
                if place.source_of(column) is not None and place.source_of(column) not in bounded:
                    message = (
                        f"{column.name}: results are aggregated without a bound below the date "
                        "they are used for"
                    )
                    hint = "add a predicate like game_date < the as-of date, or group by the date"
                    yield _finding("leak-aggregate", aggregate, select, sql, message, hint)
                    return


def _bounded_above(place: Place) -> set[int]:
    """Sources whose dates are bounded by ``<``; ``<=`` between two dates is a matter of the join.

    ``< DATE_ADD(d, INTERVAL 1 DAY)`` is ``<= d``, and does not count.
    """
    sources = set()
    for _, smaller, larger, equal in _comparisons(place):
        columns = [smaller] if isinstance(smaller, exp.Column) else []
        for column in columns:
            index = place.source_of(column)
            strict = not equal and not isinstance(larger, (exp.Add, exp.DateAdd))
            earlier = strict or _moves_back(larger) or _other_date(larger, place)
            if index is not None and place.kind_of(column) == "date" and earlier:
                sources.add(index)
    return sources


def _unbounded(scan: ClockedScan, sql: str) -> Finding:
    name, clock = table_key(scan.table), scan.clock
    message = f"{name}: {clock.column} is not bounded to before the game"
    hint = f"add a predicate like {clock.text}"
    return _finding("leak-clock", scan.table, scan.select, sql, message, hint)


def _other_date(node: exp.Expr, place: Place) -> bool:
    return isinstance(node, exp.Column) and place.kind_of(node) == "date"


def _moves_back(node: exp.Expr) -> bool:
    return isinstance(node, (exp.Sub, exp.DateSub))


def _finding(
    rule: str, node: exp.Expr, select: exp.Select, sql: str, message: str, hint: str
) -> Finding:
    line, column = position(node, sql)
    cte = select.find_ancestor(exp.CTE)
    name = cte.alias if cte is not None else ""
    text = f"{hint}; if the statement is right, allow it: -- lint: allow leak: REASON"
    return Finding("", line, column, rule, "error", message, cte=name, hint=text)


def _allowed(findings: set[Finding], sql: str) -> Iterator[Finding]:
    """The findings that no comment allows, and a finding for each comment without a reason."""
    allowed = set()
    for number, text in enumerate(sql.splitlines(), start=1):
        match = _ALLOW.search(text)
        if match is None:
            continue
        if match["reason"].strip(" :\t"):
            allowed |= {number, number + 1}
        else:
            message = "allow-comment: has no reason"
            hint = "write -- lint: allow leak: REASON"
            yield Finding("", number, 1, "allow-without-reason", "error", message, hint=hint)
    yield from (finding for finding in findings if finding.line not in allowed)
