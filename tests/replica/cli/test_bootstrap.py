"""A season's first days: skipped and logged by default, flagged and never training-ready."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyarrow import parquet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., Any]

STORE = "nba_predictions.ml_feature_store_v2"
GAPS = "nba_predictions.feature_store_gaps"
FIRST = date(2024, 10, 22)
SPAN = ("--start-date", "2024-10-22", "--end-date", "2024-11-10")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, prepare: Callable[..., Path]) -> Path:
    """Two teams meet on each of the season's first 20 days."""
    folder = tmp_path_factory.mktemp("season")
    rows = [
        {
            "player_lookup": f"{team.lower()}player",
            "game_id": f"{day:%Y%m%d}_BOS_NYK",
            "game_date": day,
            "team_abbr": team,
            "opponent_team_abbr": "NYK" if team == "BOS" else "BOS",
            "season_year": 2024,
            "points": 20,
            "minutes_played": 30.5,
            "starter_flag": True,
            "win_flag": False,
            "is_active": True,
            "processed_at": datetime(2024, 12, 1, tzinfo=UTC),
        }
        for day in (FIRST + timedelta(days=n) for n in range(20))
        for team in ("BOS", "NYK")
    ]
    parquet.write_table(pa.Table.from_pylist(rows), folder / "rows.parquet")
    load = ("warehouse", "load", "nba_analytics.player_game_summary", "rows.parquet")
    return prepare(folder, ("init",), load)


@pytest.fixture
def season(run: Run, loaded: Path, tmp_path: Path) -> Run:
    """``run`` in a copy of the folder."""
    shutil.copytree(loaded, tmp_path, dirs_exist_ok=True)
    return run


def test_days_0_to_13_are_skipped_and_logged(season: Run, sql: Any) -> None:
    report = season("backfill", *SPAN, "--json").json["computed"]
    assert (report["rows"], report["gaps_logged"], len(report["skipped"])) == (12, 28, 14)
    assert (report["skipped"][-1], report["computed"][0]) == ("2024-11-04", "2024-11-05")
    assert sql(f"SELECT min(game_date)::VARCHAR FROM {STORE}") == [("2024-11-05",)]
    logged = f"SELECT reason, reason_detail FROM {GAPS} WHERE game_date = DATE '2024-11-04'"
    assert set(sql(logged)) == {("bootstrap", "day 13 of the season; features start on day 14")}
    assert season("backfill", *SPAN, "--no-resume", "--json").json["computed"]["gaps_logged"] == 0
    assert season("backfill", *SPAN, "--from-gaps").out.endswith("nothing to do\n")


def test_included_days_are_flagged_and_never_training_ready(season: Run, sql: Any) -> None:
    season("backfill", *SPAN)
    report = season("backfill", *SPAN, "--include-bootstrap", "--json").json
    assert (report["computed"]["rows"], report["gaps_resolved"]) == (40, 28)
    flags = f"""SELECT early_season_flag, data_source, is_training_ready, count(*),
        max(game_date)::VARCHAR FROM {STORE} GROUP BY ALL ORDER BY ALL"""
    rows = sql(flags)
    assert ("early_season" in {row[1] for row in rows}) and len(rows) == 2
    assert (True, "early_season", False, 28, "2024-11-04") in rows
    assert sql(f"SELECT count(*) FROM {GAPS} WHERE resolved_at IS NULL") == [(0,)]


def test_rows_of_included_days_are_kept_and_are_not_gaps_in_a_later_default_run(
    season: Run, sql: Any
) -> None:
    season("backfill", *SPAN, "--include-bootstrap")
    report = season("backfill", *SPAN, "--no-resume", "--json").json
    assert report["computed"]["gaps_logged"] == 0
    assert sql(f"SELECT count(*) FROM {STORE}") == [(40,)]
    assert sql(f"SELECT count(*) FROM {GAPS}") == [(0,)]
    assert season("gaps", "audit", *SPAN).code == 0


def test_coverage_and_audit_count_them_separately(season: Run) -> None:
    season("backfill", *SPAN)
    answer = season("coverage", *SPAN, "--json")
    line = answer.json["total"]
    assert answer.code == 0
    assert (line["bootstrap_rows"], line["missing_rows"], line["coverage_pct"]) == (28, 0, 100)
    answer = season("gaps", "audit", *SPAN, "--json")
    assert answer.code == 1
    (gap,) = answer.json["found"]
    assert (gap["reason"], gap["rows"], answer.json["opened"]) == ("bootstrap", 28, 0)


@pytest.mark.parametrize(("days", "rows"), [("7", 26), ("0", 40)])
def test_the_number_of_days_is_a_setting(
    season: Run, monkeypatch: pytest.MonkeyPatch, sql: Any, days: str, rows: int
) -> None:
    monkeypatch.setenv("FEATURESTORE_BOOTSTRAP_DAYS", days)
    assert season("backfill", *SPAN, "--json").json["computed"]["rows"] == rows
    assert sql(f"SELECT count(*) FROM {STORE} WHERE early_season_flag") == [(0,)]
    answer = season("gaps", "audit", *SPAN, "--json")
    assert sum(one["rows"] for one in answer.json["found"]) == 40 - rows
    day = "2024-10-22"
    explained = season("gaps", "explain", "bosplayer", day, "--json").json["reason"]
    assert explained == ("bootstrap" if days == "7" else "well")


def test_another_number_of_days_computes_dates_again_that_were_done(
    season: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    season("backfill", *SPAN)
    monkeypatch.setenv("FEATURESTORE_BOOTSTRAP_DAYS", "7")
    report = season("backfill", *SPAN, "--json").json
    assert (report["computed"]["rows"], report["gaps_resolved"]) == (26, 14)


def test_a_listed_player_of_a_skipped_day_is_logged_though_injured_are_included(
    season: Run, sql: Any, tmp_path: Path
) -> None:
    report = [
        {
            "report_date": day,
            "report_hour": 9,
            "game_date": day,
            "team": "BOS",
            "player_lookup": "hurt",
            "injury_status": "Out",
        }
        for day in (FIRST, FIRST + timedelta(days=19))
    ]
    parquet.write_table(pa.Table.from_pylist(report), tmp_path / "reports.parquet")
    season("warehouse", "load", "nba_raw.nbac_injury_report", "reports.parquet")
    season("pull", *SPAN)
    document = season("compute", *SPAN, "--include-injured", "--json").json
    assert (document["rows"], document["gaps_logged"]) == (13, 29)
    document = season("compute", *SPAN, "--include-injured", "--include-bootstrap", "--json").json
    assert (document["rows"], document["gaps_logged"]) == (42, 0)
    season("push", *SPAN)
    decided = f"SELECT count(*) FROM {STORE} WHERE processing_decision_reason IS NOT NULL"
    assert sql(decided) == [(2,)]
