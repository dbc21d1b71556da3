"""The package's own SQL is known to pass the analyzer, so that a fresh machine starts nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import shipped_relations

from featurestore.compute.analysis import require_relations
from featurestore.definitions import sql_files, tables
from featurestore.googlesql import analyzer, passed
from sync.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

    from featurestore.definitions.sql_files import SqlFile


@pytest.fixture
def starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often the analyzer was asked for; nothing passed before."""
    monkeypatch.setattr(passed, "_file", lambda: tmp_path / "passed.txt")
    started, real = [], analyzer.analyzer
    monkeypatch.setattr(analyzer, "analyzer", lambda: started.append("asked") or real())
    return started


def test_nothing_is_started_for_the_package_s_own_sql(starts: list[str]) -> None:
    shipped_relations.analyse_all()
    assert starts == [], "sql/ changed: run `make analysed`"


def test_the_digests_that_are_shipped_are_those_of_sql_that_passes(tmp_path: Path) -> None:
    assert shipped_relations.analysed(tmp_path) == passed.shipped(), "run `make analysed`"


def calendar(old: str, new: str) -> SqlFile:
    """The calendar's file with a change."""
    (file,) = [file for file in sql_files.load("features") if file.name == "season_calendar"]
    assert old in file.text
    return replace(file, text=file.text.replace(old, new, 1))


def test_a_changed_file_is_analysed_once(starts: list[str]) -> None:
    changed = [calendar("2018-10-16", "2018-10-17")]
    require_relations(changed, tables.column_types(), {})
    assert starts == ["asked"]
    require_relations(changed, tables.column_types(), {})
    assert starts == ["asked"]


def test_what_the_analyzer_refuses_is_named_with_file_line_and_column(starts: list[str]) -> None:
    broken = calendar("DATE '2018-10-16' AS", "DATE '2018-10-16' + TRUE AS")
    for _ in range(2):
        with pytest.raises(BadInput) as caught:
            require_relations([broken], tables.column_types(), {})
        assert caught.value.message.startswith("sql/features/season_calendar.sql:10:3: No matching")
    assert starts == ["asked", "asked"]
