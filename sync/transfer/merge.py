"""The merge rules of mirrored tables, as SQL. Pure.

Both sides of a mirror may have changed. A merge takes all rows of both and keeps one for each
identity; every column of it is a minimum, a maximum, or the companion of one. So merging is
commutative, associative and idempotent: any order, any number of times, the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sync.duck.quoting import quote, quote_list, quote_literal
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class MergeRule:
    """How two versions of a row become one.

    Attributes:
        identity: Columns that identify a row; NULL equals NULL.
        earliest: Column to its companions: the smallest value that is not NULL, and the
            companions of the same row; of two such rows the smaller companion.
        newest: Likewise with the largest value, and of two the larger companion.
        newest_row: Columns that are taken together from one row: the one whose values are the
            largest, compared in this order; NULL is less than any value.

    Every other column becomes the largest of its values that are not NULL.
    """

    identity: tuple[str, ...]
    earliest: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    newest: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    newest_row: tuple[str, ...] = ()


def merge_sql(rule: MergeRule, columns: Sequence[str], relations: Sequence[Sql]) -> Sql:
    """SELECT of the merged rows of some relations that share ``columns``.

    Args:
        rule: The table's rule.
        columns: All columns, in output order.
        relations: SQL names or parenthesised queries; one or more.
    """
    chosen = {name: quote(name) for name in rule.identity}
    for lead, companions in rule.earliest.items():
        chosen |= _chosen(lead, companions, smallest=True)
    for lead, companions in rule.newest.items():
        chosen |= _chosen(lead, companions, smallest=False)
    together = {
        name: sql("struct_extract(newest_row, {})", quote_literal(name)) for name in rule.newest_row
    }
    inner = [
        sql("{} AS {}", chosen.get(name) or sql("max({})", quote(name)), quote(name))
        for name in columns
        if name not in together
    ]
    if together:
        inner.append(sql("{} AS newest_row", _newest_row_sql(rule.newest_row)))
    outputs = [sql("{} AS {}", together.get(name, quote(name)), quote(name)) for name in columns]
    rows = [sql("SELECT {} FROM {}", quote_list(columns), relation) for relation in relations]
    return sql(
        "SELECT {outputs} FROM (SELECT {inner} FROM ({rows}) GROUP BY {identity})",
        outputs=join(", ", outputs),
        inner=join(", ", inner),
        rows=join(" UNION ALL ", rows),
        identity=quote_list(rule.identity),
    )


def unmerged_sql(rule: MergeRule, columns: Sequence[str], merged: Sql, side: Sql) -> Sql:
    """SELECT of the merged rows that a side lacks, or has beside another row of that identity.

    Args:
        rule: The table's rule.
        columns: All columns.
        merged: SQL name of the merged rows.
        side: SQL name of a side's rows.
    """
    single = sql(
        "SELECT {} FROM {} QUALIFY count(*) OVER (PARTITION BY {}) = 1",
        quote_list(columns),
        side,
        quote_list(rule.identity),
    )
    return sql("SELECT {} FROM {} EXCEPT ({})", quote_list(columns), merged, single)


def _newest_row_sql(names: Sequence[str]) -> Sql:
    """The largest struct of the columns; whether a value is there counts before the value."""
    fields = [
        sql(
            "{flag}: {value} IS NOT NULL, {name}: {value}",
            flag=_flag(name),
            name=quote_literal(name),
            value=quote(name),
        )
        for name in names
    ]
    return sql("max({{{}}})", join(", ", fields))


def _chosen(lead: str, companions: tuple[str, ...], *, smallest: bool) -> dict[str, Sql]:
    """The lead column and its companions from the row with the extreme lead.

    A row orders by the lead, then by whether each companion is there, then by its value: rows
    without the lead are left out, and no tie is left to chance.
    """
    fields = [sql("{}: {}", quote_literal(lead), quote(lead))]
    for name in companions:
        # A companion that is there wins over NULL on either side: false sorts first.
        is_there = sql("{} IS NULL" if smallest else "{} IS NOT NULL", quote(name))
        fields += [
            sql("{}: {}", _flag(name), is_there),
            sql("{}: coalesce({}, '')", quote_literal(name), quote(name)),
        ]
    row = sql(
        "{pick}({{{fields}}}) FILTER (WHERE {lead} IS NOT NULL)",
        pick=Sql("min" if smallest else "max"),
        fields=join(", ", fields),
        lead=quote(lead),
    )
    picked = {lead: sql("struct_extract({}, {})", row, quote_literal(lead))}
    for name in companions:
        picked[name] = sql(
            "CASE WHEN {negation}struct_extract({row}, {flag}) THEN NULL"
            " ELSE struct_extract({row}, {name}) END",
            negation=Sql("" if smallest else "NOT "),
            row=row,
            flag=_flag(name),
            name=quote_literal(name),
        )
    return picked


def _flag(name: str) -> Sql:
    """The field that says whether a companion is there."""
    return quote_literal(f"has_{name}")
