"""`query --engine reference` and `query --prove`, over pulled rows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from featurestore import dialect
from featurestore.dialect import refuse, rules
from featurestore.evaluate import reference, slices
from featurestore.googlesql import passed
from featurestore.query_parameters import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SUMMARY = "nba_analytics.player_game_summary"
UNPROVEN = f"""
    SELECT player_lookup, CONCAT(player_lookup, '!') AS word, points
    FROM `my-project.{SUMMARY}` AS s
    WHERE game_date BETWEEN '2025-01-02' AND '2025-01-03' AND player_lookup = 'bosplayer1'
    ORDER BY game_date
"""
EXPECTED = [
    {"player_lookup": "bosplayer1", "word": "bosplayer1!", "points": 21},
    {"player_lookup": "bosplayer1", "word": "bosplayer1!", "points": 21},
]


@pytest.fixture
def pulled(
    ready: Callable, span: Sequence[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable:
    """Rows of four dates; no proof is remembered, and CONCAT of two texts has none."""
    monkeypatch.setattr(passed, "_file", lambda: tmp_path / "passed.txt")
    proven = {name: case for name, case in dialect.PROVEN.items() if name != "CONCAT"}
    monkeypatch.setattr(refuse, "PROVEN", proven)
    assert ready("pull", *span).code == 0
    return ready


def test_what_has_no_proven_rule_runs_on_the_reference_evaluator(pulled: Callable) -> None:
    refused = pulled("query", UNPROVEN)
    assert refused.code == 3
    assert "featurestore query --engine reference" in refused.err
    assert pulled("query", UNPROVEN, "--engine", "reference", "--json").json == EXPECTED


def test_both_engines_return_the_same_values_of_every_type(pulled: Callable) -> None:
    sql = f"""
        SELECT @day AS day, @at AS moment, CAST(1.25 AS NUMERIC) AS n, b'\\x00\\xff' AS raw,
          JSON '{{"a":[1]}}' AS js, [1, 2] AS list, STRUCT(1 AS a, 'x' AS b) AS pair, 0.5 AS f,
          [STRUCT(DATE '2025-01-01' AS d)] AS nested, TRUE AS yes, MAX(minutes_played) AS most
        FROM {SUMMARY} WHERE game_date >= @day
    """
    words = ["--param", "day:DATE=2025-01-01", "--param", "at:TIMESTAMP=2025-01-01 12:00:00.5"]
    (row,) = pulled("query", sql, "--engine", "reference", "--json", *words).json
    assert row == {
        "day": "2025-01-01",
        "moment": "2025-01-01T12:00:00.500000+00:00",
        "n": 1.25,
        "raw": row["raw"],
        "js": '{"a":[1]}',
        "list": [1, 2],
        "pair": {"a": 1, "b": "x"},
        "f": 0.5,
        "nested": [{"d": "2025-01-01"}],
        "yes": True,
        "most": 30.5,
    }


def test_only_the_columns_and_dates_that_the_statement_needs_are_read(
    pulled: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    real = reference.run

    def run(sql, values, rows):
        seen.append(rows)
        return real(sql, values, rows)

    monkeypatch.setattr(reference, "run", run)
    pulled("query", UNPROVEN, "--engine", "reference")
    (rows,) = seen
    table = rows.rows[SUMMARY]
    assert sorted(table.column_names) == ["game_date", "player_lookup", "points"]
    assert set(table["game_date"].to_pylist()) == {date(2025, 1, 2), date(2025, 1, 3)}


def test_too_many_rows_are_refused_with_their_number_and_nothing_is_run(pulled: Callable) -> None:
    answer = pulled("query", UNPROVEN, "--engine", "reference", "--max-rows", "11")
    assert answer.code == 3
    assert "12 rows are selected from 2025-01-02 to 2025-01-03" in answer.err
    assert "--max-rows 12" in answer.err
    assert pulled("query", UNPROVEN, "--engine", "reference", "--max-rows", "12").code == 0


@pytest.mark.parametrize(
    ("select", "code", "message"),
    [
        ("1 / (points - points) AS x", 2, "division by zero"),
        ("APPROX_QUANTILES(points, 2) AS x", 3, "the reference evaluator lacks a function"),
        ("nope AS x", 2, "query:1:8: Unrecognized name: nope"),
        ("points AS x, points AS X", 2, "Duplicate column names"),
    ],
)
def test_what_the_evaluator_cannot_run_is_named(
    pulled: Callable, select: str, code: int, message: str
) -> None:
    sql = f"SELECT {select} FROM {SUMMARY} WHERE game_date >= '2025-01-01'"
    answer = pulled("query", sql, "--engine", "reference")
    assert answer.code == code
    assert message in answer.err


def test_an_unbounded_statement_is_refused_on_each_engine(pulled: Callable) -> None:
    sql = f"SELECT points FROM {SUMMARY} WHERE points > 3"
    for words in (("--engine", "reference"), ("--prove",)):
        answer = pulled("query", sql, *words)
        assert answer.code == 3
        assert "no lower" in answer.err


def test_only_a_statement_proven_on_the_user_s_rows_runs_with_a_note(
    pulled: Callable,
) -> None:
    proof = pulled("query", UNPROVEN, "--prove")
    assert proof.code == 0
    assert "12 rows in, 2025-01-02 to 2025-01-03; 2 rows out; 0 differ" in proof.out
    assert "not proven in general: CONCAT" in proof.out
    answer = pulled("query", UNPROVEN, "--json")
    assert answer.json == EXPECTED
    assert "not proven in general" in answer.err
    assert "on 12 of your rows" in answer.err
    assert pulled("query", UNPROVEN.replace("01-03", "01-04")).code == 3
    assert "CONCAT" not in refuse.PROVEN


def test_a_statement_without_rows_proves_nothing(pulled: Callable) -> None:
    sql = UNPROVEN.replace("bosplayer1", "nobody")
    proof = pulled("query", sql, "--prove")
    assert (proof.code, "nothing was compared" in proof.out) == (0, True)
    assert pulled("query", sql).code == 3


def test_differing_rows_are_shown_side_by_side_and_nothing_is_recorded(
    pulled: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tuple(rule for rule in rules.RULES if rule.__name__ != "day_of_week")
    monkeypatch.setattr(rules, "RULES", kept)
    sql = UNPROVEN.replace("points\n", "EXTRACT(DAYOFWEEK FROM game_date) AS number, game_date\n")
    proof = pulled("query", sql, "--prove")
    assert proof.code == 1
    assert "2 differ" in proof.out
    assert "  duckdb     number=4\n  reference  number=5" in proof.out
    assert pulled("query", sql).code == 3


def test_the_proof_takes_the_newest_rows_if_there_are_more(pulled: Callable) -> None:
    sql = (
        f"SELECT game_date, COUNT(*) AS n FROM {SUMMARY} WHERE game_date >= '2025-01-01' GROUP BY 1"
    )
    proof = pulled("query", sql, "--prove", "--max-rows", "7", "--json").json
    assert (proof["input_rows"], proof["output_rows"], proof["differences"]) == (7, 2, [])


@pytest.mark.parametrize(
    ("where", "first", "last"),
    [
        ("game_date = '2025-01-02'", date(2025, 1, 2), date(2025, 1, 2)),
        ("game_date > DATE_SUB(@d, INTERVAL 1 WEEK)", date(2025, 1, 8), None),
        ("game_date BETWEEN @d AND @d + 3", date(2025, 1, 15), date(2025, 1, 18)),
        ("game_date IN (@d, '2025-01-02')", date(2025, 1, 2), date(2025, 1, 15)),
        (
            "game_date IN UNNEST(GENERATE_DATE_ARRAY('2025-01-01', @d))",
            date(2025, 1, 1),
            date(2025, 1, 15),
        ),
        ("game_date >= @d OR game_date = '2024-12-31'", date(2024, 12, 31), None),
        ("game_date >= @d AND points > 5 AND player_lookup = 'ann'", date(2025, 1, 15), None),
        ("game_date >= TIMESTAMP '2025-01-02 05:00:00'", date(2025, 1, 2), None),
    ],
)
def test_no_date_that_a_bounded_scan_needs_is_left_out(where, first, last) -> None:
    sql = f"SELECT points FROM {SUMMARY} WHERE {where}"
    values = {"d": Value("DATE", date(2025, 1, 15))}
    assert slices.date_range(sql, values) == (first, last)
