"""An empty warehouse, a mistyped path: said at once, and not as "no differences"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    Run = Callable[..., Any]

RANGE = ("--start-date", "2024-10-22", "--end-date", "2025-01-31")
SUMMER = ("--start-date", "2025-07-01", "--end-date", "2025-07-05")


@pytest.fixture
def empty(run: Run) -> Run:
    """A warehouse that ``init`` created, without rows."""
    assert run("init").code == 0
    return run


@pytest.mark.parametrize("more", [(), ("--dry-run",), ("--no-push",), ("--skip-preflight",)])
def test_a_backfill_over_an_empty_warehouse_says_that_there_is_nothing(
    empty: Run, more: tuple[str]
) -> None:
    answer = empty("backfill", *RANGE, *more)
    assert (answer.code, answer.out) == (2, "")
    error, hint = answer.err.splitlines()
    assert error.startswith("error: warehouse ")
    assert error.endswith(
        "data/warehouse.duckdb: nba_analytics.player_game_summary has no rows from 2024-10-22 to"
        " 2025-01-31, nor in the 365 days before"
    )
    assert hint.startswith("hint: correct warehouse in featurestore.toml")
    assert (
        empty("backfill", *RANGE, "--status").out == "no backfill has started any of these dates\n"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("compute",),
        ("gaps", "list"),
        ("gaps", "audit"),
        ("gaps", "audit", "--local"),
        ("coverage",),
    ],
    ids=" ".join,
)
def test_commands_over_its_pulled_rows_say_so_too(empty: Run, words: tuple[str]) -> None:
    assert empty("pull", *RANGE).code == 0
    answer = empty(*words, *RANGE)
    assert answer.code == 2
    assert "has no rows from 2024-10-22 to 2025-01-31" in answer.err
    assert "hint: " in answer.err


@pytest.mark.parametrize("words", [("diff",), ("coverage",), ("compute",)], ids=" ".join)
def test_without_a_pull_or_a_compute_nothing_is_the_same(empty: Run, words: tuple[str]) -> None:
    answer = empty(*words, *RANGE)
    assert (answer.code, answer.out) == (3, "")
    assert "hint: featurestore " in answer.err


def test_days_without_games_are_a_different_case(
    ready: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEATURESTORE_TODAY", "2025-08-01")
    assert ready("backfill", *SUMMER).code == 0
    for words in (("diff",), ("gaps", "list"), ("coverage",), ("gaps", "audit")):
        assert ready(*words, *SUMMER).code == 0, words


@pytest.mark.parametrize(
    "words",
    [
        ("pull", *RANGE),
        ("push", *RANGE),
        ("mirror", *RANGE),
        ("backfill", *RANGE),
        ("diff", *RANGE),
        ("parity", *RANGE),
        ("gaps", "audit", *RANGE),
    ],
    ids=lambda words: words[0],
)
def test_a_warehouse_that_does_not_exist_is_a_mistyped_path(
    ready: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str]
) -> None:
    monkeypatch.setenv("FEATURESTORE_WAREHOUSE", "data/warehuose.duckdb")
    answer = ready(*words)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("error: warehouse data/warehuose.duckdb: no such file\n")
    assert not (tmp_path / "data/warehuose.duckdb").exists()


def test_the_doctor_still_works_if_the_warehouse_does_not_exist(
    ready: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEATURESTORE_WAREHOUSE", "data/warehuose.duckdb")
    answer = ready("doctor")
    assert (answer.code, "not in the warehouse" in answer.out, answer.err) == (1, True, "")


@pytest.mark.parametrize(
    "words",
    [("init",), ("status",), ("doctor",), ("backfill", *RANGE), ("query", "SELECT 1 AS n")],
    ids=lambda words: words[0],
)
def test_a_replica_that_is_the_warehouse_is_refused_by_every_verb(
    ready: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str]
) -> None:
    (tmp_path / "link.duckdb").symlink_to(tmp_path / "data/replica.duckdb")
    before = (tmp_path / "data/replica.duckdb").read_bytes()
    monkeypatch.setenv("FEATURESTORE_WAREHOUSE", "link.duckdb")
    answer = ready(*words)
    assert (answer.code, "are the same file" in answer.err) == (2, True)
    assert (tmp_path / "data/replica.duckdb").read_bytes() == before
