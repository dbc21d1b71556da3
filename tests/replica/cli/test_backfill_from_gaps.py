"""``backfill --from-gaps``, the preflight and the plan, on the small workspace of four dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Run = Callable[..., Any]

SUMMARY = "nba_analytics.player_game_summary"
STORE = "nba_predictions.ml_feature_store_v2"
GAPS = "nba_predictions.feature_store_gaps"
MONTH = ("--start-date", "2025-01-01", "--end-date", "2025-01-31")


def gap(player: str, day: str, reason: str = "missing_sources") -> str:
    return f"""INSERT INTO {GAPS} (player_lookup, game_date, reason, detected_at, detected_by)
        VALUES ('{player}', DATE '{day}', '{reason}', TIMESTAMPTZ '2025-02-01', 'an audit')"""


def test_rows_without_sources_are_complete_after_a_backfill_of_their_gaps(
    ready: Run, sql: Any
) -> None:
    ready("backfill", *MONTH)
    complete = sql(f"SELECT * EXCLUDE (created_at, updated_at) FROM {STORE} ORDER BY ALL")
    sources = ", ".join(f"feature_{n}_source = NULL" for n in range(37))
    sql(
        f"UPDATE {STORE} SET {sources} WHERE game_date = DATE '2025-01-03'",
        *(gap(f"bosplayer{n}", "2025-01-03") for n in range(3)),
        gap("nobody", "2025-01-02", "upstream_incomplete"),
    )
    report = ready("backfill", *MONTH, "--from-gaps", "--force", "--json").json
    assert report["dates"] == {"start": "2025-01-02", "end": "2025-01-03"}
    assert report["computed"]["computed"] == ["2025-01-02", "2025-01-03"]
    assert report["pushed"]["pushed"] == ["2025-01-03"]
    assert report["gaps_resolved"] == 3
    columns = "player_lookup, backfill_attempt_count, last_backfill_error IS NOT NULL"
    left = sql(f"SELECT {columns} FROM {GAPS} WHERE resolved_at IS NULL")
    assert left == [("nobody", 1, True)]
    assert sql(f"SELECT * EXCLUDE (created_at, updated_at) FROM {STORE} ORDER BY ALL") == complete
    ready("backfill", *MONTH, "--from-gaps")
    assert sql(f"SELECT {columns} FROM {GAPS} WHERE resolved_at IS NULL") == [("nobody", 2, True)]


def test_the_error_that_stopped_a_backfill_stays_with_its_gaps(ready: Run, sql: Any) -> None:
    ready("backfill", *MONTH)
    sql(
        f"UPDATE {STORE} SET feature_0_source = NULL WHERE game_date = DATE '2025-01-03'",
        gap("bosplayer1", "2025-01-03", "no_such_row"),
        gap("nobody", "2025-01-03"),
    )
    answer = ready("backfill", *MONTH, "--from-gaps")
    assert answer.code == 5
    ((attempts, error),) = sql(
        f"""SELECT DISTINCT backfill_attempt_count, last_backfill_error FROM {GAPS}
        WHERE resolved_at IS NULL"""
    )
    assert attempts == 1
    assert "changed in the warehouse since" in error


def test_without_open_gaps_there_is_nothing_to_do(ready: Run) -> None:
    answer = ready("backfill", *MONTH, "--from-gaps")
    assert (answer.code, answer.out) == (0, "backfill 2025-01-01 to 2025-01-31: nothing to do\n")
    assert ready("backfill", *MONTH, "--from-gaps", "--json").json["computed"] is None
    assert ready("backfill", *MONTH, "--from-gaps", "--dry-run").out == "nothing to do\n"


def test_gaps_of_bootstrap_dates_need_the_option_that_includes_them(ready: Run, sql: Any) -> None:
    sql(gap("bosplayer1", "2024-10-25", "bootstrap"))
    words = ("--start-date", "2024-10-22", "--end-date", "2025-01-31", "--from-gaps", "--json")
    assert ready("backfill", *words).json["computed"] is None
    report = ready("backfill", *words, "--include-bootstrap").json
    assert report["computed"]["computed"] == ["2024-10-25"]


def test_a_date_whose_opponents_are_missing_stops_its_season(ready: Run, sql: Any) -> None:
    sql(f"DELETE FROM {SUMMARY} WHERE game_date = DATE '2025-01-03' AND team_abbr = 'NYK'")
    answer = ready("backfill", *MONTH)
    assert answer.code == 3
    assert "1 of 4 dates are incomplete: 2025-01-03" in answer.err
    assert "0 % of its opponents" in answer.err
    assert "--skip-preflight" in answer.err
    assert sql(f"SELECT count(*) FROM {STORE}") == [(0,)]
    shown = ready("backfill", *MONTH, "--status").out
    assert "failed" in shown
    assert "incomplete" in shown
    assert ready("backfill", *MONTH, "--skip-preflight").code == 0
    assert sql(f"SELECT count(*) FROM {STORE}") == [(21,)]
    assert "failed" not in ready("backfill", *MONTH, "--status").out


def test_an_incomplete_date_outside_the_request_stops_nothing(ready: Run, sql: Any) -> None:
    sql(f"DELETE FROM {SUMMARY} WHERE game_date = DATE '2025-01-03' AND team_abbr = 'NYK'")
    assert ready("backfill", "--dates", "2025-01-02,2025-01-04").code == 0
    assert ready("backfill", "--dates", "2025-01-02,2025-01-03").code == 3


def test_a_store_without_a_column_is_found_before_anything_is_computed(
    ready: Run, sql: Any
) -> None:
    sql(f"ALTER TABLE {STORE} DROP COLUMN feature_3_value")
    answer = ready("backfill", *MONTH)
    assert answer.code == 3
    assert "feature_3_value is missing" in answer.err


def test_a_full_disk_is_found_before_anything_is_computed(
    ready: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil
    from types import SimpleNamespace

    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    answer = ready("backfill", *MONTH)
    assert answer.code == 3
    assert "1 MB free" in answer.err


def test_dates_without_an_injury_report_are_noted_and_stop_nothing(ready: Run, sql: Any) -> None:
    sql(
        """INSERT INTO nba_raw.nbac_injury_report
            (report_date, report_hour, game_date, game_id, player_lookup, injury_status)
        VALUES (DATE '2025-01-02', 17, DATE '2025-01-02', 'g', 'bosplayer1', 'out')"""
    )
    answer = ready("backfill", *MONTH)
    assert answer.code == 0
    assert (
        "note: dates without an injury report (3): 2025-01-01, 2025-01-03..2025-01-04" in answer.out
    )


def test_a_dry_run_prints_the_plan_and_its_time_from_earlier_runs(ready: Run) -> None:
    before = ready("backfill", *MONTH, "--dry-run")
    assert "no earlier run" in before.out
    plan = ready("backfill", *MONTH, "--dry-run", "--json").json
    assert (plan["dates"], plan["rows"], plan["seconds"]) == (31, 24, None)
    assert [(t["rows"], len(t["fetched"])) for t in plan["pull"]] == [(24, 4), (0, 0)]
    ready("backfill", *MONTH)
    plan = ready("backfill", *MONTH, "--dry-run", "--json").json
    assert (plan["runs"], plan["pull"][0]["rows"]) == (1, 0)
    assert plan["seconds"] > 0
    assert "the median of 1 earlier run" in ready("backfill", *MONTH, "--dry-run").out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--dates", "2025-01-02", *MONTH), "cannot be combined with a range"),
        (("--dates", "2025-01-02", "--from-gaps"), "cannot be combined with a range"),
        (("--dates", "2025-01-02,tomorrow"), "not a date"),
        (("--dates", "2025-01-02,2125-01-01"), "is in the future"),
        ((*MONTH, "--from-gaps", "--stale"), "cannot be combined with --stale"),
        ((*MONTH, "--parallel", "0"), "--parallel"),
    ],
)
def test_options_that_do_not_go_together_are_a_usage_error(
    ready: Run, words: Sequence[str], message: str
) -> None:
    answer = ready("backfill", *words)
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err


def test_status_of_a_range_that_was_never_begun_says_so(ready: Run) -> None:
    assert (
        ready("backfill", *MONTH, "--status").out == "no backfill has started any of these dates\n"
    )
