"""The merge rules of mirrored tables, as SQL. Pure.

Both sides of a mirror may have changed. A merge takes all rows of both and keeps one for each
identity; every column of it is a minimum, a maximum, or the companion of one. So merging is
commutative, associative and idempotent: any order, any number of times, the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.duck.quoting import quote, quote_list

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class MergeRule:
    """How two versions of a row become one.

    Attributes:
        identity: Columns that tell two rows apart; NULL is a value like any other.
        earliest: Column to its companions: the smallest value that is not NULL, and the
            companions that stand beside it; of two such rows the smaller companion.
        newest: Likewise with the largest value, and of two the larger companion.

    Every other column becomes the largest of its values that are not NULL.
    """

    identity: tuple[str, ...]
    earliest: Mapping[str, tuple[str, ...]]
    newest: Mapping[str, tuple[str, ...]]


GAPS = MergeRule(
    identity=("player_lookup", "game_date", "reason", "detected_at"),
    earliest={"resolved_at": ("resolved_by",)},
    newest={"last_backfill_attempt_at": ("last_backfill_error",)},
)
RUNS = MergeRule(
    identity=("processor_name", "data_date", "run_id", "status", "started_at", "processed_at"),
    earliest={},
    newest={},
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
    outputs = ", ".join(
        f"{chosen.get(name, f'max({quote(name)})')} AS {quote(name)}" for name in columns
    )
    rows = " UNION ALL ".join(f"SELECT {quote_list(columns)} FROM {r}" for r in relations)
    return f"SELECT {outputs} FROM ({rows}) GROUP BY {quote_list(rule.identity)}"


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
