"""`query`: where the statement and its parameters come from."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

from featurestore.googlesql import analyzer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SQL = """
    SELECT COUNT(*) AS n, @name AS name, MAX(game_date) = @Last AS is_last
    FROM nba_analytics.player_game_summary
    WHERE game_date BETWEEN @first AND @last AND player_lookup = @name
"""
PARAMETERS = [
    f"--param={one}" for one in ("first=2025-01-02", "LAST=2025-01-03", "name=bosplayer1")
]
EXPECTED = [{"n": 2, "name": "bosplayer1", "is_last": True}]


def test_a_statement_is_read_from_the_argument_a_file_or_stdin(
    ready: Callable, span: Sequence[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ready("pull", *span).code == 0
    file = tmp_path / "q.sql"
    file.write_text(SQL, encoding="utf-8")
    assert ready("query", SQL, "--json", *PARAMETERS).json == EXPECTED
    assert ready("query", "-f", str(file), "--json", *PARAMETERS).json == EXPECTED
    monkeypatch.setattr(sys, "stdin", io.StringIO(SQL))
    assert ready("query", "-", "--json", *PARAMETERS).json == EXPECTED


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "query: needs one statement"),
        (["SELECT 1 AS a", "-f", "q.sql"], "query: needs one statement"),
        (["-f", "none.sql"], "none.sql: cannot be read"),
        (["SELECT @a AS a"], "parameter @a has no value"),
        (["SELECT 1 AS a", "--param", "b=1"], "the statement has no @b; its parameters: none"),
        (["SELECT @a + 1 AS a", "--param", "a=true"], "query:1:8: No matching signature"),
        (["SELECT DATE_ADD(@a, INTERVAL 1 DAY) AS a", "--param", "a=x"], "is not of type DATE"),
        (["SELECT @a + 1 AS a", "--param", "a:DATE=x"], "--param a=x: is not of type DATE"),
        (["SELECT @a + 1 AS a", "--param", "a:BOOL=true"], "query:1:8: No matching signature"),
    ],
)
def test_what_cannot_be_run_is_named(ready: Callable, words: list[str], message: str) -> None:
    answer = ready("query", *words)
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err


def test_a_statement_that_passed_before_starts_nothing(
    ready: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ready("query", SQL, "--json", *PARAMETERS)

    def start() -> None:
        raise AssertionError("started")

    monkeypatch.setattr(analyzer, "analyzer", start)
    assert ready("query", SQL, "--json", *PARAMETERS).json == first.json
    with pytest.raises(AssertionError, match="started"):
        ready("query", SQL + "-- another", "--json", *PARAMETERS)
