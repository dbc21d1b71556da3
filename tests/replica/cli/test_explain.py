"""``featurestore explain``: one value, and the mistakes one makes with its words."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

import featurestore

WHO = ("explain", "bosplayer1", "2025-01-04")
DAYS = ("--start-date", "2025-01-01", "--end-date", "2025-01-04")
STORE = "nba_predictions.ml_feature_store_v2"
SUMMARY = "nba_analytics.player_game_summary"


@pytest.fixture
def pulled(ready):
    assert ready("pull", *DAYS).code == 0
    return ready


def test_a_value_is_shown_with_its_games_its_formula_and_the_proof(pulled):
    answer = pulled(*WHO, "points_avg_last_5")
    assert answer.code == 0, answer.err
    assert answer.out.startswith("points_avg_last_5 (0) of bosplayer1 on 2025-01-04\n")
    assert "  value             21\n" in answer.out
    assert "3 of 5 games, so that its quality is 87 instead of 100" in answer.out
    assert "AVG(IF(games_later <= 5, points, NULL))" in answer.out
    games = [line.split() for line in answer.out.splitlines() if line.startswith("  2025-")]
    assert games == [
        ["2025-01-04", "BOS", "against", "NYK", "-"],
        ["2025-01-03", "BOS", "against", "NYK", "21"],
        ["2025-01-02", "BOS", "against", "NYK", "21"],
        ["2025-01-01", "BOS", "against", "NYK", "21"],
    ]
    assert answer.out.endswith("computed again from only these rows: the same value, bit for bit\n")


def test_a_feature_can_be_named_by_its_number_or_column(pulled):
    named = pulled(*WHO, "points_avg_season", "--json").json
    assert named["value"] == 21.0
    assert named["is_proven"] is True
    for word in ("2", "feature_2_value"):
        assert pulled(*WHO, word, "--json").json == named


def test_the_steps_are_in_the_order_of_computation_with_their_windows(pulled):
    document = pulled(*WHO, "points_avg_season", "--json").json
    steps = {step["column"]: step for step in document["steps"]}
    assert list(steps)[-1] == "points_avg_season"
    assert steps["points_season"]["value"] == 63.0
    assert steps["points_season"]["windows"] == [
        "earlier AS (by_date ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)",
        "by_date AS (PARTITION BY player_season_id ORDER BY day_number)",
    ]
    assert steps["points_avg_season"]["sql"] == "SAFE_DIVIDE(points_season, season_games)"
    assert steps["points_avg_season"]["place"].startswith("sql/features/player_history.sql:")


def test_a_step_shows_the_branch_of_the_union_that_its_row_came_through(pulled):
    """The calendar has a branch a season, and the roster one for players without a summary row."""
    steps = pulled(*WHO, "playoff_game", "--json").json["steps"]
    shown = [(step["column"], step["sql"], step["value"]) for step in steps]
    assert ("playoff_day", "DATE '2025-04-19'", "2025-04-19") in shown
    assert [column for column, *_ in shown].count("playoff_day") == 1
    assert not [sql for _, sql, _ in shown if "listed_player" in sql]


def test_a_missing_value_says_which_step_is_null_and_what_arrays_hold(pulled):
    document = pulled(*WHO, "pts_slope_10g", "--json").json
    assert (document["value"], document["in_array"]) == (None, 0.0)
    assert "pts_slope_10g is NULL" in document["missing"]
    assert "at least 5 games are needed; arrays hold its default, 0" in document["missing"]
    line = pulled("explain", "bosplayer1", "2025-01-04", "vegas_points_line", "--json").json
    assert line["missing"].endswith("it has no default, arrays hold 0")


def test_rows_of_many_players_are_shown_by_game(pulled):
    answer = pulled(*WHO, "team_pace", "--limit", "2")
    assert answer.code == 0, answer.err
    assert f"{SUMMARY}: 10 rows of 4 games\n" in answer.out
    games = [line.split() for line in answer.out.splitlines() if line.startswith("  2025-")]
    assert games[1] == ["2025-01-03", "20250103_BOS_NYK", "3", "3"]
    assert "  and 2 more games; --json has all\n" in answer.out


def test_the_warehouse_s_value_is_compared_and_the_changed_input_named(pulled, sql):
    assert "no row; featurestore compute" in pulled(*WHO, "0").out
    assert pulled("compute", *DAYS, "--include-bootstrap").code == 0
    assert pulled("push", *DAYS).code == 0
    sql(
        f"""UPDATE {SUMMARY} SET points = 51, processed_at = now() + INTERVAL 1 DAY
        WHERE player_lookup = 'bosplayer1' AND game_date = DATE '2025-01-02'""",
        f"UPDATE {STORE} SET feature_3_value = 5, feature_35_value = 1",
    )
    assert pulled("pull", *DAYS).code == 0
    pulled("gaps", "audit", *DAYS)
    mean = pulled(*WHO, "points_avg_last_10", "--json").json
    assert (mean["value"], mean["stored"]["value"], mean["warehouse"]["value"]) == (
        31.0,
        21.0,
        21.0,
    )
    assert mean["stored"]["differs"] == ["its inputs changed since it was computed"]
    (changed,) = mean["warehouse"]["differs"]
    assert changed.startswith("bosplayer1 2025-01-02: processed ")
    score = pulled(*WHO, "pts_vs_season_zscore", "--json").json
    assert "points_std_last_10: here 17.3205, there 5" in score["warehouse"]["differs"]
    assert pulled(*WHO, "games_in_last_7_days", "--json").json["warehouse"]["is_same"]


def in_the_warehouse(answer):
    """The line of the warehouse's row, with the moment left out."""
    (line,) = [one for one in answer.out.splitlines() if "in the warehouse" in one]
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "AT", line.split("warehouse", 1)[1].strip())


def test_after_a_push_the_warehouse_has_the_pushed_value(pulled, sql):
    day = "--start-date 2025-01-04 --end-date 2025-01-04"
    assert in_the_warehouse(pulled(*WHO, "0")) == (
        f"never pulled, never pushed; featurestore gaps audit {day}"
    )
    pulled("compute", *DAYS, "--include-bootstrap")
    pulled("push", *DAYS)
    assert in_the_warehouse(pulled(*WHO, "0")) == "the same, as pushed AT"
    # Another writer's change is not visible before it is pulled, and then counts.
    sql(f"UPDATE {STORE} SET feature_0_value = 5")
    assert in_the_warehouse(pulled(*WHO, "0")) == "the same, as pushed AT"
    pulled("pull", *DAYS, "--table", STORE)
    assert in_the_warehouse(pulled(*WHO, "0")).startswith("5, as pulled AT: ")
    # A push counts again when it is the newest.
    assert pulled("push", *DAYS, "--force").code == 0
    assert in_the_warehouse(pulled(*WHO, "0")) == "the same, as pushed AT"
    there = pulled(*WHO, "0", "--json").json["warehouse"]
    assert (there["value"], there["seen"], there["is_same"]) == (21.0, "pushed", True)


def test_a_date_computed_again_since_its_push_refers_to_diff(pulled, sql):
    pulled("compute", *DAYS, "--include-bootstrap")
    pulled("push", *DAYS)
    sql(f"UPDATE {SUMMARY} SET points = 51 WHERE game_date = DATE '2025-01-02'")
    pulled("pull", *DAYS)
    # The row that was pushed is here: the new input is the difference.
    assert in_the_warehouse(pulled(*WHO, "0")).startswith("21, as pushed AT: ")
    pulled("compute", *DAYS, "--include-bootstrap")
    day = "--start-date 2025-01-04 --end-date 2025-01-04"
    assert in_the_warehouse(pulled(*WHO, "0")) == (
        f"pushed AT; the rows here have changed since; featurestore diff {day}"
    )
    (job,) = pulled("push", *DAYS, "--json").json["job_ids"]
    assert in_the_warehouse(pulled(*WHO, "0")) == "the same, as pushed AT"
    # A push that was undone does not count.
    assert pulled("push", "--undo", job).code == 0
    assert in_the_warehouse(pulled(*WHO, "0")).startswith("never pulled, never pushed; ")


@pytest.mark.parametrize(
    ("words", "code", "message", "hint"),
    [
        (
            ("bosplayr1", "2025-01-04", "0"),
            2,
            "player bosplayr1: unknown",
            "did you mean bosplayer1",
        ),
        (("bosplayer1", "2025-01-04", "point_avg_last_5"), 2, "unknown", "points_avg_last_5"),
        (
            ("bosplayer1", "2025-01-04", "99"),
            2,
            "feature 99: unknown",
            "featurestore features list",
        ),
        (("bosplayer1", "2025-01-05", "0"), 3, "never pulled", "featurestore pull --start-date"),
        (("bosplayer1", "04.01.2025", "0"), 2, "DATE 04.01.2025", "YYYY-MM-DD"),
    ],
)
def test_a_mistake_is_named_with_the_next_command(pulled, words, code, message, hint):
    answer = pulled("explain", *words)
    assert answer.code == code
    assert message in answer.err
    assert hint in answer.err.partition("hint: ")[2]


def test_a_date_without_a_game_names_the_nearest_one(pulled):
    assert pulled("pull", "--start-date", "2025-01-05", "--end-date", "2025-01-06").code == 0
    answer = pulled("explain", "bosplayer1", "2025-01-06", "dnp_rate")
    assert answer.code == 2
    assert answer.err.endswith("featurestore explain bosplayer1 2025-01-04 dnp_rate\n")


def test_the_python_interface_explains_the_same(pulled):
    with featurestore.open() as store:
        explanation = store.explain("bosplayer1", "2025-01-04", 2)
    assert (explanation.feature, explanation.value, explanation.is_proven) == (
        "points_avg_season",
        21.0,
        True,
    )
    shown = json.loads(pulled(*WHO, "2", "--json").out)
    assert [row["row"]["game_date"] for row in shown["rows"]] == [
        str(row.row["game_date"]) for row in explanation.rows
    ]


def test_threads_that_explain_at_once_get_the_same_answers(pulled):
    asked = [
        ("bosplayer1", day, feature)
        for feature in ("points_avg_last_5", "points_avg_season", "dnp_rate")
        for day in ("2025-01-03", "2025-01-04")
    ]
    with featurestore.open() as store, ThreadPoolExecutor(4) as threads:
        expected = [store.explain(*one) for one in asked]
        assert list(threads.map(lambda one: store.explain(*one), asked)) == expected
