"""How two versions of a row of a mirrored table become one."""

from __future__ import annotations

from featurestore.definitions import tables
from sync.errors import BadInput
from sync.transfer.merge import MergeRule

GAPS = MergeRule(
    identity=("player_lookup", "game_date", "reason", "detected_at"),
    earliest={"resolved_at": ("resolved_by",)},
    newest={"last_backfill_attempt_at": ("last_backfill_error",)},
)
# The live table declares this primary key, not enforced: a second row of a run breaks what
# BigQuery may assume. Processors write one row when a run begins and one when it ends: the newest
# row has the outcome; of two rows with one time, the one with a duration. Values that only the
# first row has, such as the trigger, are kept.
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
_RULES = {tables.GAPS: GAPS, tables.RUNS: RUNS}


def merge_rule(name: str) -> MergeRule:
    """The rule of a table by its full name.

    Raises:
        BadInput: the table is not mirrored.
    """
    if name not in _RULES:
        raise BadInput(f"{name}: is not mirrored", hint="featurestore pull", table=name)
    return _RULES[name]
