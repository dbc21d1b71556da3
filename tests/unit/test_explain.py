"""The steps of a row from the summary to the warehouse: the first failed step is the answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from featurestore.gaps.explain import Facts, StoreRow, explain

DAY = date(2025, 1, 15)


def at(hour):
    return datetime(2025, 1, 20, hour, tzinfo=UTC)


ROW = StoreRow(0, "v2_37features", None)
WELL = Facts(
    "ann",
    DAY,
    is_known=True,
    pulled_at=at(1),
    summary_rows=24,
    team="BOS",
    opponent="NYK",
    has_summary=True,
    is_team_playing=True,
    opponent_rows=12,
    season_day=85,
    computed_at=at(2),
    row=ROW,
    pushed_at=at(3),
    store_pulled_at=at(4),
    warehouse_row=ROW,
)
ABSENT = {"has_summary": False, "row": None, "opponent": None, "opponent_rows": 0}
SPAN = "--start-date 2025-01-15 --end-date 2025-01-15"


def test_every_step_succeeds():
    explanation = explain(WELL)
    assert (explanation.reason, explanation.fix) == ("well", "")
    assert explanation.held == (
        "pulled 2025-01-20 01:00 UTC: 24 game summary rows",
        "a game summary row of BOS against NYK",
        "computed 2025-01-20 02:00 UTC, version v2_37features",
        "pushed 2025-01-20 03:00 UTC",
        "the warehouse's row, seen 2025-01-20 04:00 UTC, is valid",
    )


CHAIN = [
    ("never_pulled", {"pulled_at": None}, "was never pulled", f"pull {SPAN}"),
    ("empty", {"summary_rows": 0}, "was empty", f"pull {SPAN}"),
    ("no_such_player", {"is_known": False, "alike": ("anne",)}, "did you mean anne", ""),
    ("stale_row", ABSENT | {"row": ROW}, "no game summary row", f"backfill --prune {SPAN}"),
    (
        "no_game_summary",
        ABSENT | {"listed_status": "out"},
        "listed out by the newest injury report",
        f"backfill --include-injured {SPAN}",
    ),
    ("not_on_roster", ABSENT, "BOS played, but no game summary row or injury report", ""),
    ("no_game", ABSENT | {"is_team_playing": False}, "had no game on 2025-01-15", ""),
    ("lookback_never_pulled", {"lookback_missing": 7}, "7 of the 365 dates", f"pull {SPAN}"),
    (
        "bootstrap",
        {"row": None, "season_day": 13},
        "day 13 of the season; features start on day 14",
        f"backfill --include-bootstrap {SPAN}",
    ),
    (
        "upstream_incomplete",
        {"row": None, "opponent_rows": 0},
        "no game summary row of the opponent NYK",
        f"backfill --skip-preflight {SPAN}",
    ),
    ("failed_check", {"failure": "disk full"}, "failed: disk full", f"backfill {SPAN}"),
    ("not_computed", {"computed_at": None, "row": None}, "never computed", f"backfill {SPAN}"),
    ("stale", {"is_stale": True}, "changed after 2025-01-20 02:00", f"backfill --stale {SPAN}"),
    ("missing_row", {"row": None}, "without this player", f"backfill --no-resume {SPAN}"),
    (
        "missing_sources",
        {"row": replace(ROW, missing_sources=37)},
        "37 of 37 sources",
        f"backfill --no-resume {SPAN}",
    ),
    ("old_version", {"is_same_sql": False}, "by different SQL", f"backfill {SPAN}"),
    ("not_pushed", {"pushed_at": None}, "never pushed", f"push {SPAN}"),
    ("changed_since_push", {"computed_at": at(4)}, "computed again", f"push {SPAN}"),
    ("changed_in_warehouse", {"warehouse_row": None}, "is gone", f"push --force {SPAN}"),
    (
        "changed_in_warehouse",
        {"warehouse_row": replace(ROW, missing_sources=37)},
        "lacks 37 of 37 sources",
        f"push --force {SPAN}",
    ),
]


@pytest.mark.parametrize(("reason", "changes", "text", "fix"), CHAIN, ids=[c[0] for c in CHAIN])
def test_each_failed_step_is_named_with_its_fix(reason, changes, text, fix):
    explanation = explain(replace(WELL, **changes))
    assert explanation.reason == reason
    assert text in explanation.text
    assert explanation.fix == (f"featurestore {fix}" if fix else "")


def test_the_first_failed_step_is_the_answer():
    """Every later fact may be wrong as well: the chain ends where it breaks first."""
    facts = WELL
    for reason, changes, _, _ in reversed([c for c in CHAIN if c[1].keys().isdisjoint(ABSENT)]):
        facts = replace(facts, **changes)
        assert explain(facts).reason == reason


def test_a_stored_bootstrap_row_is_valid():
    assert explain(replace(WELL, season_day=0)).reason == "well"
    assert explain(replace(WELL, season_day=0, bootstrap_days=0, row=None)).reason == "missing_row"


def test_a_row_for_a_listed_player_is_valid():
    row = StoreRow(0, "v2_37features", "no_game_summary: listed out")
    written = replace(WELL, **ABSENT | {"row": row, "listed_status": "out"})
    explanation = explain(written)
    assert explanation.reason == "well"
    assert "no game summary row; written because listed out" in explanation.held


def test_a_pull_before_the_push_does_not_count():
    old = replace(WELL, store_pulled_at=at(2), warehouse_row=None)
    assert explain(old).reason == "well"
    assert explain(replace(old, store_pulled_at=None)).reason == "well"


def test_a_listed_player_on_a_bootstrap_date_needs_both_flags():
    explanation = explain(replace(WELL, **ABSENT | {"listed_status": "out", "season_day": 3}))
    assert explanation.fix == f"featurestore backfill --include-injured --include-bootstrap {SPAN}"
