"""``gaps audit`` on the small workspace of four dates, and on a warehouse with 3,594 bad rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pyarrow import parquet

from featurestore import league

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., Any]

SUMMARY = "nba_analytics.player_game_summary"
STORE = "nba_predictions.ml_feature_store_v2"
GAPS = "nba_predictions.feature_store_gaps"
REPORTS = "nba_raw.nbac_injury_report"
MONTH = ("--start-date", "2025-01-01", "--end-date", "2025-01-31")
NO_SOURCES = ", ".join(f"feature_{n}_source = NULL" for n in range(37))
OPEN = f"SELECT player_lookup, game_date::VARCHAR, reason FROM {GAPS} WHERE resolved_at IS NULL"


@pytest.fixture
def kept(ready_after: Callable[..., Run]) -> Run:
    """Four dates computed and pushed."""
    return ready_after(("backfill", *MONTH))


def found(answer: Any) -> dict[str, int]:
    return {one["reason"]: one["rows"] for one in answer.json["found"]}


def test_a_complete_store_has_no_gap(kept: Run) -> None:
    answer = kept("gaps", "audit", *MONTH)
    assert answer.code == 0, answer.err
    assert answer.out == (
        "audit of 24 rows of the warehouse store, 2025-01-01 to 2025-01-31: no gaps\n"
        "gaps opened 0, already open 0, closed 0\n"
    )


def test_what_an_audit_has_read_again_is_not_pushed_again(kept: Run, sql: Any) -> None:
    # The workspace is a copy, whose warehouse is another one to the replica.
    assert kept("push", *MONTH).code == 0
    assert kept("gaps", "audit", *MONTH).code == 0
    again = kept("push", "--json", *MONTH).json
    assert (again["pushed"], again["unchanged"], again["job_ids"]) == ([], 31, [])
    # A row that the audit has seen change is put right.
    sql(f"UPDATE {STORE} SET feature_1_value = -1 WHERE game_date = '2025-01-03'")
    kept("gaps", "audit", *MONTH)
    again = kept("push", "--json", *MONTH).json
    assert (again["pushed"], again["unchanged"]) == (["2025-01-03"], 30)


def test_each_way_of_being_wrong_is_a_gap_with_its_reason(kept: Run, sql: Any) -> None:
    day = "game_date = DATE '2025-01-0"
    sql(
        f"DELETE FROM {STORE} WHERE {day}1' AND player_lookup = 'bosplayer0'",
        f"UPDATE {STORE} SET {NO_SOURCES} WHERE {day}1' AND player_lookup = 'bosplayer1'",
        f"""UPDATE {STORE} SET feature_version = 'v1_33features'
            WHERE {day}2' AND player_lookup = 'bosplayer1'""",
        f"""INSERT INTO {STORE} BY NAME SELECT * REPLACE ('gone' AS player_lookup) FROM {STORE}
            WHERE {day}3' AND player_lookup = 'bosplayer1'""",
        f"""INSERT INTO {STORE} FROM {STORE}
            WHERE {day}3' AND player_lookup = 'bosplayer2'""",
        f"""UPDATE {STORE} SET required_default_count = 33
            WHERE {day}4' AND player_lookup = 'nykplayer0'""",
    )
    answer = kept("gaps", "audit", *MONTH, "--json")
    assert answer.code == 1
    assert found(answer) == dict.fromkeys(
        ["duplicate_row", "missing_row", "missing_sources", "old_version", "stale_row",
         "upstream_incomplete"], 1
    )  # fmt: skip
    assert (answer.json["opened"], answer.json["already_open"]) == (6, 0)
    assert sorted(sql(OPEN)) == [
        ("bosplayer0", "2025-01-01", "missing_row"),
        ("bosplayer1", "2025-01-01", "missing_sources"),
        ("bosplayer1", "2025-01-02", "old_version"),
        ("bosplayer2", "2025-01-03", "duplicate_row"),
        ("gone", "2025-01-03", "stale_row"),
        ("nykplayer0", "2025-01-04", "upstream_incomplete"),
    ]
    details = dict(sql(f"SELECT reason, reason_detail FROM {GAPS}"))
    assert details["missing_sources"] == "37 of 37 sources are NULL"
    assert details["old_version"] == "version v1_33features, now v2_37features"
    assert details["duplicate_row"] == "2 rows of one key"
    again = kept("gaps", "audit", *MONTH, "--json")
    assert (again.code, again.json["opened"], again.json["already_open"]) == (1, 0, 6)
    assert sql(f"SELECT count(*) FROM {GAPS}") == [(6,)]
    assert answer.json["mixed_versions"] == ["2025-01-02"]
    shown = kept("gaps", "audit", *MONTH).out
    assert "1 date with rows of several feature versions: 2025-01-02" in shown
    assert "fix stale_row: featurestore backfill --prune --start-date 2025-01-01" in shown


def test_the_named_commands_fix_the_gaps(kept: Run, sql: Any) -> None:
    sql(
        f"UPDATE {STORE} SET {NO_SOURCES} WHERE game_date = DATE '2025-01-02'",
        f"""INSERT INTO {STORE} BY NAME SELECT * REPLACE ('gone' AS player_lookup) FROM {STORE}
            WHERE player_lookup = 'bosplayer1' AND game_date = DATE '2025-01-03'""",
    )
    assert kept("gaps", "audit", *MONTH).code == 1
    assert kept("backfill", *MONTH, "--from-gaps", "--force").code == 0
    answer = kept("gaps", "audit", *MONTH, "--json")
    assert found(answer) == {"stale_row": 1}
    assert kept("backfill", *MONTH, "--prune", "--force", "--no-resume").code == 0
    answer = kept("gaps", "audit", *MONTH, "--json")
    assert (answer.code, answer.json["closed"]) == (0, 1)
    assert sql(OPEN) == []


def test_equal_rows_of_a_copied_warehouse_count_as_pushed_once_a_push_has_seen_them(
    kept: Run,
) -> None:
    games = ("--start-date", "2025-01-01", "--end-date", "2025-01-04")
    # The fixture is a copy, so that its warehouse has another path than the one that was pushed to.
    assert kept("compute", *games).code == 0
    assert "computed dates not pushed 4;" in kept("status").out
    assert kept("push", *games, "--json").json["unchanged"] == 4
    assert "computed dates not pushed 0;" in kept("status").out


def test_a_dry_run_pulls_and_logs_nothing(ready: Run, sql: Any) -> None:
    ready("pull", *MONTH)
    answer = ready("gaps", "audit", *MONTH, "--dry-run")
    assert answer.code == 3
    assert f"hint: featurestore pull --table {STORE}" in answer.err
    ready("pull", *MONTH, "--table", STORE)
    answer = ready("gaps", "audit", *MONTH, "--dry-run")
    assert answer.code == 1
    assert "gaps would be opened 24" in answer.out
    assert sql(f"SELECT count(*) FROM {GAPS}") == [(0,)]
    assert ready("gaps", "list", *MONTH).code == 0


def test_local_rows_are_audited_without_a_warehouse(ready: Run, tmp_path: Path) -> None:
    ready("pull", *MONTH)
    (tmp_path / "data/warehouse.duckdb").unlink()
    answer = ready("gaps", "audit", *MONTH, "--local", "--json")
    assert (answer.code, found(answer)) == (1, {"missing_row": 24})
    ready("compute", *MONTH)
    answer = ready("gaps", "audit", *MONTH, "--local", "--json")
    assert (answer.code, answer.json["closed"], answer.json["store_rows"]) == (0, 24, 24)
    assert not (tmp_path / "data/warehouse.duckdb").exists()


def test_gaps_that_others_logged_are_not_logged_twice(kept: Run, sql: Any) -> None:
    sql(
        f"UPDATE {STORE} SET {NO_SOURCES} WHERE game_date = DATE '2025-01-02'",
        f"""INSERT INTO {GAPS} (player_lookup, game_date, reason, detected_at, detected_by)
            SELECT player_lookup, game_date, 'missing_sources', TIMESTAMPTZ '2025-01-05', 'another'
            FROM {STORE} WHERE game_date = DATE '2025-01-02'""",
    )
    answer = kept("gaps", "audit", *MONTH, "--json")
    assert (answer.json["opened"], answer.json["already_open"]) == (0, 6)
    assert sql(f"SELECT DISTINCT detected_by FROM {GAPS}") == [("another",)]


def test_gaps_whose_rows_are_valid_are_closed_and_others_are_left(kept: Run, sql: Any) -> None:
    sql(
        f"""INSERT INTO {GAPS} (player_lookup, game_date, reason, detected_at, detected_by) VALUES
            ('bosplayer1', DATE '2025-01-02', 'processing_error', TIMESTAMPTZ '2025-01-05', 'x'),
            ('nobody', DATE '2025-01-02', 'processing_error', TIMESTAMPTZ '2025-01-05', 'x')"""
    )
    answer = kept("gaps", "audit", *MONTH, "--json")
    assert (answer.code, answer.json["closed"]) == (0, 1)
    assert sql(OPEN) == [("nobody", "2025-01-02", "processing_error")]


def listed(player: str, status: str, day: str = "2025-01-02") -> str:
    return f"""INSERT INTO {REPORTS}
        (report_date, report_hour, game_date, game_id, team, player_lookup, injury_status)
        VALUES (DATE '{day}', 17, DATE '{day}', 'g', 'BOS', '{player}', '{status}')"""


def test_listed_players_are_logged_by_every_verb_that_skips_them(ready: Run, sql: Any) -> None:
    sql(listed("hurt", "Out"), listed("bosplayer1", "Probable"))
    report = ready("backfill", *MONTH, "--json").json
    assert report["computed"]["gaps_logged"] == 1
    assert sql(f"SELECT player_lookup, reason, reason_detail, team_abbr FROM {GAPS}") == [
        (
            "hurt",
            "no_game_summary",
            "listed out by the newest injury report, and no game summary row",
            "BOS",
        )
    ]
    answer = ready("gaps", "audit", *MONTH, "--json")
    assert (answer.code, found(answer)) == (1, {"no_game_summary": 1})
    assert answer.json["opened"] == 0
    line = ready("coverage", *MONTH, "--json").json["total"]
    assert (line["listed_rows"], line["missing_rows"]) == (1, 0)


def test_rows_for_listed_players_are_valid_and_close_their_gaps(ready: Run, sql: Any) -> None:
    sql(listed("hurt", "Out"))
    ready("backfill", *MONTH)
    report = ready("compute", *MONTH, "--include-injured", "--json").json
    assert (report["rows"], report["gaps_logged"]) == (25, 0)
    ready("push", *MONTH)
    reason = f"SELECT processing_decision_reason, is_training_ready FROM {STORE}"
    assert sql(f"{reason} WHERE player_lookup = 'hurt'") == [("no_game_summary: listed out", False)]
    answer = ready("gaps", "audit", *MONTH, "--json")
    assert (answer.code, answer.json["closed"], answer.json["store_rows"]) == (0, 1, 25)
    line = ready("coverage", *MONTH, "--json").json["total"]
    assert (line["injured_rows"], line["stale_rows"], line["listed_rows"]) == (1, 0, 0)


@pytest.fixture
def two_seasons(run: Run, tmp_path: Path) -> Run:
    """A league of two seasons in the warehouse, its store complete, 3,594 rows without sources."""
    made = league.generate(teams=6, games_per_team=40, seasons=(2023, 2024), seed=7)
    parquet.write_table(made.player_game_summary, tmp_path / "rows.parquet")
    parquet.write_table(made.injury_report, tmp_path / "reports.parquet")
    run("init")
    run("warehouse", "load", SUMMARY, "rows.parquet")
    run("warehouse", "load", REPORTS, "reports.parquet")
    return run


def test_a_warehouse_with_3594_rows_without_sources_is_complete_after_one_command(
    two_seasons: Run, sql: Any, tmp_path: Path
) -> None:
    run = two_seasons
    span = ("--start-date", "2023-10-24", "--end-date", "2025-06-30")
    assert run("backfill", *span, "--include-bootstrap").code == 0
    sql(f"DELETE FROM {GAPS}")
    complete = f"SELECT * EXCLUDE (created_at, updated_at) FROM {STORE} ORDER BY ALL"
    before = sql(complete)
    sql(
        f"""UPDATE {STORE} SET {NO_SOURCES} WHERE (player_lookup, game_date) IN (
            SELECT (player_lookup, game_date) FROM {STORE}
            WHERE game_date NOT BETWEEN DATE '2023-10-24' AND DATE '2023-11-06'
                AND game_date NOT BETWEEN DATE '2024-10-22' AND DATE '2024-11-04'
            ORDER BY hash(player_lookup, game_date) LIMIT 3594)"""
    )
    # The rows are older than this replica.
    for file in tmp_path.glob("data/replica*"):
        file.unlink() if file.is_file() else None
    run("init")
    answer = run("gaps", "audit", *span, "--json")
    assert answer.code == 1
    (gap,) = [one for one in answer.json["found"] if one["reason"] == "missing_sources"]
    assert gap["rows"] == 3594
    listed = sum(one["rows"] for one in answer.json["found"]) - 3594
    assert answer.json["opened"] == 3594 + listed
    seasons = sql(
        f"SELECT season_year, count(*) FROM {GAPS} WHERE reason = 'missing_sources' GROUP BY ALL"
    )
    assert len(seasons) == 2
    assert run("backfill", *span, "--from-gaps").code == 0
    assert sql(complete) == before
    assert sql(f"{OPEN} AND reason = 'missing_sources'") == []
    answer = run("gaps", "audit", *span, "--json")
    assert found(answer) == ({"no_game_summary": listed} if listed else {})
    assert answer.json["opened"] == 0
