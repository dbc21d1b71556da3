"""``gaps explain``: the steps of one player and date, in a replica in each state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]

SUMMARY = "nba_analytics.player_game_summary"
STORE = "nba_predictions.ml_feature_store_v2"
DAYS = ("--start-date", "2025-01-01", "--end-date", "2025-01-05")
WHO = ("gaps", "explain", "bosplayer1", "2025-01-03")


def reason(ready: Run, *words: str) -> str:
    return str(ready("gaps", "explain", *words, "--json").json["reason"])


def test_a_row_is_traced_from_the_summary_to_the_warehouse(ready: Run, sql: Any) -> None:
    assert reason(ready, *WHO[2:]) == "never_pulled"
    ready("pull", *DAYS)
    assert reason(ready, *WHO[2:]) == "not_computed"
    ready("compute", *DAYS)
    assert reason(ready, *WHO[2:]) == "not_pushed"
    ready("push", *DAYS)
    answer = ready(*WHO)
    assert answer.code == 0
    assert "there is a valid store row here and in the warehouse (well)" in answer.out
    sql(f"UPDATE {STORE} SET feature_0_source = NULL WHERE game_date = DATE '2025-01-03'")
    ready("gaps", "audit", *DAYS)
    answer = ready(*WHO)
    assert answer.code == 1
    assert "lacks 1 of 37 sources (changed_in_warehouse)" in answer.out
    assert "gap missing_sources, open: 1 of 37 sources are NULL" in answer.out
    assert answer.out.endswith(
        "  fix: featurestore push --force --start-date 2025-01-03 --end-date 2025-01-03\n"
    )
    assert ready(*answer.out.rpartition("fix: featurestore ")[2].split()).code == 0
    ready("gaps", "audit", *DAYS)
    answer = ready(*WHO)
    assert answer.code == 0
    assert "gap missing_sources, resolved" in answer.out
    sql(f"UPDATE {SUMMARY} SET points = 50 WHERE game_date = DATE '2025-01-02'")
    ready("pull", *DAYS)
    assert reason(ready, *WHO[2:]) == "stale"
    assert reason(ready, "bosplayer1", "2025-01-01") == "well"
    ready("compute", *DAYS)
    assert reason(ready, *WHO[2:]) == "changed_since_push"


def test_a_player_who_did_not_play_has_the_reason(ready: Run, sql: Any) -> None:
    sql(
        f"""DELETE FROM {SUMMARY}
            WHERE game_date = DATE '2025-01-03' AND player_lookup = 'bosplayer1'""",
        f"DELETE FROM {SUMMARY} WHERE game_date = DATE '2025-01-04' AND team_abbr = 'BOS'",
    )
    ready("pull", *DAYS)
    ready("compute", *DAYS)
    assert reason(ready, "bosplayer1", "2025-01-03") == "not_on_roster"
    assert reason(ready, "bosplayer1", "2025-01-04") == "no_game"
    assert reason(ready, "bosplayer1", "2025-01-05") == "empty"
    answer = ready("gaps", "explain", "bosplayr1", "2025-01-03")
    assert "player bosplayr1 is unknown; did you mean bosplayer1, " in answer.out
    sql(
        """INSERT INTO nba_raw.nbac_injury_report
            (report_date, report_hour, game_date, game_id, player_lookup, injury_status)
        VALUES (DATE '2025-01-03', 17, DATE '2025-01-03', 'g', 'bosplayer1', 'Out')"""
    )
    ready("pull", *DAYS)
    answer = ready("gaps", "explain", "bosplayer1", "2025-01-03")
    assert "listed out by the newest injury report" in answer.out
    ready("compute", *DAYS, "--include-injured")
    assert reason(ready, "bosplayer1", "2025-01-03") == "not_pushed"


def test_a_failed_check_and_missing_opponents_are_reported(ready: Run, sql: Any) -> None:
    sql(f"DELETE FROM {SUMMARY} WHERE game_date = DATE '2025-01-03' AND team_abbr = 'NYK'")
    assert ready("backfill", *DAYS).code == 3
    assert reason(ready, *WHO[2:]) == "upstream_incomplete"
    assert "the last backfill of 2025-01-02 failed: preflight" in (
        ready("gaps", "explain", "bosplayer1", "2025-01-02").out
    )
    answer = ready(*WHO)
    assert "no game summary row of the opponent NYK" in answer.out
    assert ready(*answer.out.rpartition("fix: featurestore ")[2].split()).code == 0
    assert reason(ready, *WHO[2:]) == "well"


def test_an_invalid_date_is_a_usage_error(ready: Run) -> None:
    answer = ready("gaps", "explain", "bosplayer1", "yesterday")
    assert (answer.code, answer.out) == (2, "")
    assert "yesterday: not a date" in answer.err
