"""What ``featurestore.testing`` offers, on its own and as other projects' pytest loads it."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from featurestore import testing
from featurestore.compute import plan
from sync.errors import BadInput

PAGE = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
DAY = date(2025, 1, 31)
ANN = {"player_lookup": "ann", "game_date": DAY, "points_avg_last_5": 20.0}
SUMMARY = "nba_analytics.player_game_summary"
BOUNDED = f"SELECT points FROM {SUMMARY} WHERE game_date BETWEEN @start_date AND @end_date"
RESULTS_OF_THE_DAY = f"""
    SELECT player_lookup, AVG(points) OVER (PARTITION BY player_lookup ORDER BY game_date) AS mean
    FROM {SUMMARY} WHERE game_date BETWEEN @start_date AND @end_date"""


def run_pytest(folder, *words):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def the_pages_tests():
    return "\n\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))


def test_the_tests_on_the_page_pass_in_two_processes_of_another_project(tmp_path):
    (tmp_path / "test_page.py").write_text(the_pages_tests(), encoding="utf-8")
    done = run_pytest(tmp_path, "-n", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout


def test_a_wrong_expectation_fails_with_the_message_on_the_page(tmp_path):
    wrong = the_pages_tests().replace('"points_avg_last_5": 20.0', '"points_avg_last_5": 25.0')
    (tmp_path / "test_page.py").write_text(wrong, encoding="utf-8")
    done = run_pytest(tmp_path, "-k", "mean_is_over")
    assert done.returncode == 1, done.stdout + done.stderr
    (shown,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    lines = [line.removeprefix("E").strip() for line in done.stdout.splitlines()]
    assert [line for line in map(str.strip, shown.splitlines()) if line not in lines] == []


def test_the_plugin_loads_without_slow_imports():
    program = "import sys; import featurestore.testing.plugin; print(' '.join(sys.modules))"
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    heavy = {"duckdb", "google", "pyarrow", "rich", "sqlglot", "typer", "wasmtime"}
    assert heavy & set(shown.stdout.split()) == set()


def test_the_functions_need_no_pytest():
    program = (
        "import sys; sys.modules['pytest'] = None; import featurestore.testing as t;"
        "print(all(getattr(t, name) for name in t.__all__))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "True"


def test_a_name_that_is_not_offered_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'make_match'"):
        _ = testing.make_match


@pytest.mark.parametrize(
    ("found", "expected", "said"),
    [
        ([], [ANN], "ann on 2025-01-31: no row was found"),
        ([ANN], [], "ann on 2025-01-31: the row is not expected"),
        ([ANN, ANN], [ANN], "ann on 2025-01-31: occurs more than once in the found rows"),
        ([ANN], [ANN, ANN], "ann on 2025-01-31: occurs more than once in the expected rows"),
        (
            [ANN | {"points_avg_last_5": None}],
            [ANN],
            "points_avg_last_5 of ann on 2025-01-31: None, expected 20.0",
        ),
        (
            [ANN],
            [ANN | {"points_avg_last_5": None}],
            "points_avg_last_5 of ann on 2025-01-31: 20.0, expected None",
        ),
        ([ANN], [ANN | {"pace": 1.0}], "pace of ann on 2025-01-31: no such column was found"),
    ],
)
def test_each_kind_of_difference_is_named(found, expected, said):
    with pytest.raises(AssertionError) as caught:
        testing.assert_features_equal(found, expected)
    assert str(caught.value) == f"1 difference, tolerance 1e-09:\n  {said}"


def test_a_difference_counts_only_beyond_the_tolerance():
    near = ANN | {"points_avg_last_5": 20.2}
    testing.assert_features_equal([near], [ANN], tolerance=0.011)
    with pytest.raises(AssertionError, match=r"tolerance 0\.009"):
        testing.assert_features_equal([near], [ANN], tolerance=0.009)


def test_a_number_of_a_numeric_column_is_compared_as_a_number():
    testing.assert_features_equal(
        [ANN | {"score": Decimal("41.620000000")}], [ANN | {"score": 41.62}]
    )
    with pytest.raises(AssertionError, match=r"score of ann on 2025-01-31: Decimal\('41\.63'\)"):
        testing.assert_features_equal([ANN | {"score": Decimal("41.63")}], [ANN | {"score": 41.62}])


def test_twenty_of_many_differences_are_shown_and_the_others_counted():
    rows = [ANN | {"player_lookup": f"player{n}"} for n in range(25)]
    with pytest.raises(AssertionError, match="25 differences") as caught:
        testing.assert_features_equal(rows, [])
    assert str(caught.value).endswith("\n  and 5 more")


def test_statements_without_a_lower_or_upper_bound_fail():
    testing.assert_bounded(BOUNDED)
    for condition in ("game_date >= @start_date", "game_date <= @end_date", "TRUE"):
        with pytest.raises(AssertionError, match="game_date"):
            testing.assert_bounded(f"SELECT points FROM {SUMMARY} WHERE {condition}")


def test_a_statement_that_googlesql_refuses_fails_with_its_message():
    testing.assert_googlesql(BOUNDED)
    with pytest.raises(AssertionError, match="Unrecognized name: pionts"):
        testing.assert_googlesql(BOUNDED.replace("points", "pionts"))


def test_a_window_that_includes_its_own_game_fails():
    testing.assert_no_leak_pattern(BOUNDED)
    with pytest.raises(AssertionError, match="leak-frame"):
        testing.assert_no_leak_pattern(RESULTS_OF_THE_DAY)


def test_features_that_use_their_own_game_fail_by_name(replica, league, monkeypatch):
    day = max(league.player_game_summary["game_date"].to_pylist())
    ends, now = "UNBOUNDED PRECEDING AND 1 PRECEDING", "UNBOUNDED PRECEDING AND CURRENT ROW"
    leaky = tuple(
        replace(step, sql=step.sql.replace(ends, now)) if step.name == "appearance" else step
        for step in plan.steps()
    )
    monkeypatch.setattr(plan, "steps", lambda: leaky)
    with pytest.raises(AssertionError, match=r"(?s)results leak.*points_avg_season changed for"):
        testing.assert_no_leak(replica, day)


def test_a_date_without_rows_proves_nothing(replica_from, league, tmp_path):
    from pyarrow import parquet

    days = sorted(set(league.player_game_summary["game_date"].to_pylist()))
    free = next(day + timedelta(days=1) for day, after in pairwise(days) if (after - day).days > 1)
    parquet.write_table(league.player_game_summary, tmp_path / f"{SUMMARY}.parquet")
    with pytest.raises(AssertionError, match="has no feature rows"):
        testing.assert_no_leak(replica_from(tmp_path), free)


def test_a_folder_without_games_is_refused(replica_from, tmp_path):
    with pytest.raises(BadInput, match=f"has no file {SUMMARY}"):
        replica_from(tmp_path)


def test_a_relation_refuses_an_input_that_it_does_not_read():
    with pytest.raises(BadInput, match="player_form: does not read roster") as caught:
        testing.run_relation("player_form", roster=[])
    assert "appearance" in caught.value.hint


def test_an_unknown_relation_and_an_unknown_column_are_named():
    with pytest.raises(BadInput, match="relation player_from: unknown"):
        testing.run_relation("player_from")
    with pytest.raises(BadInput, match="appearance: has no column pionts"):
        testing.run_relation("player_form", appearance=[{"pionts": 1}])


def test_a_relation_that_reads_a_table_takes_rows_under_its_short_name():
    rows = [testing.make_game(DAY, 7), testing.make_game(DAY - timedelta(days=1), 8)]
    result = testing.run_relation("summary", start=DAY, end=DAY, player_game_summary=rows)
    assert {(row["player_lookup"], row["points"]) for row in result} == {("ann", 7), ("ann", 8)}
