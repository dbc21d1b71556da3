"""A workspace in which the command line is run in this process, as a user would run it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import json_documents
import pyarrow as pa
import pytest
from pyarrow import parquet

from featurestore.cli import errors
from featurestore.cli.app import app
from sync.duck import connections

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

FIRST = date(2025, 1, 1)
DATES = 4


@dataclass(frozen=True)
class Answer:
    """What one command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def summary_rows(points: int = 20) -> list[dict[str, object]]:
    """Two teams of three players that meet on four dates in a row."""
    return [
        {
            "player_lookup": f"{team.lower()}player{number}",
            "game_id": f"{day:%Y%m%d}_BOS_NYK",
            "game_date": day,
            "team_abbr": team,
            "opponent_team_abbr": "NYK" if team == "BOS" else "BOS",
            "season_year": 2024,
            "points": points + number,
            "minutes_played": 30.5,
            "starter_flag": True,
            "win_flag": False,
            "is_active": True,
            "is_dnp": False,
            "processed_at": datetime(2025, 1, 10, tzinfo=UTC),
        }
        for day in (FIRST + timedelta(days=n) for n in range(DATES))
        for team in ("BOS", "NYK")
        for number in range(3)
    ]


def write_rows(file: Path, rows: list[dict[str, object]]) -> Path:
    parquet.write_table(pa.Table.from_pylist(rows), file)
    return file


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Answer]:
    """Run ``featurestore`` with these words in an empty folder, without a terminal.

    What is printed under ``--json`` must have the schema of docs/json.md.
    """
    for name in [name for name in os.environ if name.startswith("FEATURESTORE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)

    def call(*words: str) -> Answer:
        capsys.readouterr()
        answer = Answer(errors.run(app, words), *capsys.readouterr())
        json_documents.check(words, answer.code, answer.out, answer.err)
        return answer

    return call


@pytest.fixture
def sql(tmp_path: Path) -> Callable[..., list[tuple[Any, ...]]]:
    """Run SQL in the embedded warehouse; returns the last statement's rows."""

    def run(*statements: str) -> list[tuple[Any, ...]]:
        with connections.opened(tmp_path / "data/warehouse.duckdb") as con:
            for statement in statements:
                rows = con.execute(statement).fetchall()
        return rows

    return run


@pytest.fixture(scope="session")
def prepare() -> Callable[..., Path]:
    """``prepare(folder, *commands)``: run commands there, all of which succeed."""

    def make(folder: Path, *commands: Sequence[str]) -> Path:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            patch.setattr(sys, "excepthook", sys.excepthook)
            for words in commands:
                assert errors.run(app, list(words)) == 0
        return folder

    return make


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, prepare: Callable[..., Path]) -> Path:
    """A folder after ``init``, with four dates in the embedded warehouse."""
    folder = tmp_path_factory.mktemp("template")
    rows = write_rows(folder / "rows.parquet", summary_rows())
    load = ("warehouse", "load", "nba_analytics.player_game_summary", rows.name)
    return prepare(folder, ("init",), load)


@pytest.fixture
def ready(run: Callable[..., Answer], template: Path, tmp_path: Path) -> Callable[..., Answer]:
    """``run`` in a copy of the template."""
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    return run


@pytest.fixture(scope="session")
def later(
    tmp_path_factory: pytest.TempPathFactory, template: Path, prepare: Callable[..., Path]
) -> Callable[..., Path]:
    """``later(*commands)``: the template after these commands too, which are run only once."""
    made: dict[tuple[Sequence[str], ...], Path] = {}

    def find(*commands: Sequence[str]) -> Path:
        if commands not in made:
            folder = tmp_path_factory.mktemp("later")
            shutil.copytree(template, folder, dirs_exist_ok=True)
            made[commands] = prepare(folder, *commands)
        return made[commands]

    return find


@pytest.fixture
def ready_after(
    run: Callable[..., Answer], later: Callable[..., Path], tmp_path: Path
) -> Callable[..., Callable[..., Answer]]:
    """``ready_after(*commands)``: ``run`` in a copy of the template after these commands."""

    def copy(*commands: Sequence[str]) -> Callable[..., Answer]:
        shutil.copytree(later(*commands), tmp_path, dirs_exist_ok=True)
        return run

    return copy


@pytest.fixture
def span() -> Sequence[str]:
    return ("--start-date", "2025-01-01", "--end-date", "2025-01-04")
