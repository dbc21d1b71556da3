"""The merge rules of mirrored tables, as SQL. Pure.

Both sides of a mirror may have changed. A merge takes all rows of both and keeps one for each
identity; every column of it is a minimum, a maximum, or the companion of one. So merging is
commutative, associative and idempotent: any order, any number of times, the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sync.duck.quoting import quote, quote_list, quote_literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class MergeRule:
    """How two versions of a row become one.

    Attributes:
        identity: Columns that tell two rows apart; NULL is a value like any other.
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


GAPS = MergeRule(
    identity=("player_lookup", "game_date", "reason", "detected_at"),
    earliest={"resolved_at": ("resolved_by",)},
    newest={"last_backfill_attempt_at": ("last_backfill_error",)},
)
# The live table declares this primary key, not enforced: a second row of a run breaks what
# BigQuery may assume. Processors write one row when a run begins and one when it ends: how it
# ended is told by the newest, and of two at one moment by the one with a duration. What only the
# row of the beginning has, such as its trigger, is kept.
RUNS = MergeRule(
    identity=("processor_name", "data_date", "run_id"),
    newest_row=(
        "processed_at",
        "started_at",
        "duration_seconds",
        "status",
        "errors",
        "warnings",
        "summary",
        "failure_category",
        "skipped",
        "skip_reason",
        "timing_breakdown",
    ),
)
RULES = {
    "nba_predictions.feature_store_gaps": GAPS,
    "nba_reference.processor_run_history": RUNS,
}


def merge_sql(rule: MergeRule, columns: Sequence[str], relations: Sequence[str]) -> str:
    """SELECT of the merged rows of some relations that share ``columns``.

    Args:
        rule: The table's rule.
        columns: All columns, in output order.
        relations: SQL names or parenthesised queries; one or more.
    """
    chosen = {name: quote(name) for name in rule.identity}
    for lead, companions in rule.earliest.items():
        chosen |= _chosen(lead, companions, "min")
    for lead, companions in rule.newest.items():
        chosen |= _chosen(lead, companions, "max")
    together = {name: f"struct_extract(newest_row, {quote_literal(name)})"
                for name in rule.newest_row}  # fmt: skip
    inner = ", ".join(
        f"{chosen.get(name, f'max({quote(name)})')} AS {quote(name)}"
        for name in columns
        if name not in together
    )
    if together:
        inner += f", {_newest_row_sql(rule.newest_row)} AS newest_row"
    outputs = ", ".join(f"{together.get(name, quote(name))} AS {quote(name)}" for name in columns)
    rows = " UNION ALL ".join(f"SELECT {quote_list(columns)} FROM {r}" for r in relations)
    return (
        f"SELECT {outputs} FROM (SELECT {inner} FROM ({rows}) GROUP BY {quote_list(rule.identity)})"
    )


def unmerged_sql(rule: MergeRule, columns: Sequence[str], merged: str, side: str) -> str:
    """SELECT of the merged rows that a side lacks, or has beside another row of that identity.

    Args:
        rule: The table's rule.
        columns: All columns.
        merged: SQL name of the merged rows.
        side: SQL name of a side's rows.
    """
    single = (
        f"SELECT {quote_list(columns)} FROM {side}"
        f" QUALIFY count(*) OVER (PARTITION BY {quote_list(rule.identity)}) = 1"
    )
    return f"SELECT {quote_list(columns)} FROM {merged} EXCEPT ({single})"


def _newest_row_sql(names: Sequence[str]) -> str:
    """The largest struct of the columns; whether a value is there counts before the value."""
    fields = ", ".join(
        f"{quote_literal(f'has_{name}')}: {quote(name)} IS NOT NULL,"
        f" {quote_literal(name)}: {quote(name)}"
        for name in names
    )
    return f"max({{{fields}}})"


def _chosen(lead: str, companions: tuple[str, ...], pick: str) -> dict[str, str]:
    """The lead column and its companions from the row with the extreme lead.

    A row orders by the lead, then by whether each companion is there, then by its value: rows
    without the lead are left out, and no tie is left to chance.
    """
    fields = [f"'{lead}': {quote(lead)}"]
    for name in companions:
        # A companion that is there wins over NULL on either side: false sorts first.
        there = f"{quote(name)} IS {'' if pick == 'min' else 'NOT '}NULL"
        fields += [f"'has_{name}': {there}", f"'{name}': coalesce({quote(name)}, '')"]
    row = f"{pick}({{{', '.join(fields)}}}) FILTER (WHERE {quote(lead)} IS NOT NULL)"
    picked = {lead: f"struct_extract({row}, '{lead}')"}
    for name in companions:
        absent = "" if pick == "min" else "NOT "
        picked[name] = (
            f"CASE WHEN {absent}struct_extract({row}, 'has_{name}') THEN NULL"
            f" ELSE struct_extract({row}, '{name}') END"
        )
    return picked
