"""What is printed on terminals of 80 and 200 columns, in colour and without."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from terminal import on_screen

from featurestore.cli import output, table_layout
from featurestore.json_text import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SPAN = ("--start-date", "2025-01-01", "--end-date", "2025-01-04")
STORE = (
    f"FROM nba_predictions.ml_feature_store_v2 WHERE game_date BETWEEN '{SPAN[1]}' AND '{SPAN[3]}'"
)
TABLES = [
    ("status",),
    ("coverage", *SPAN),
    ("timings", "--start-date", "2020-01-01", "--end-date", "2030-01-01"),
    ("features", "list"),
    ("pull", *SPAN, "--dry-run"),
    ("push", *SPAN, "--dry-run"),
    ("mirror", *SPAN, "--dry-run"),
    ("gaps", "audit", *SPAN, "--local"),
    ("diff", *SPAN),
    ("query", f"SELECT player_lookup, game_date, feature_count, feature_0_value {STORE}"),
]
# Dates and whole numbers.
_VALUE = re.compile(r"(?<!\S)(?:\d{4}-\d\d-\d\d|[-+]?\d[\d,]*)(?!\S)")


@pytest.fixture(scope="module")
def folder(later: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("screen") / "work"
    shutil.copytree(later(("backfill", *SPAN)), path)
    return path


@pytest.mark.parametrize("words", TABLES, ids=lambda words: " ".join(words[:2]))
def test_each_table_fits_eighty_columns_and_no_date_or_number_is_broken(
    folder: Path, words: tuple[str, ...]
) -> None:
    narrow = on_screen(folder, 80, *words)
    assert narrow.code in (0, 1)
    assert max(map(len, narrow.lines)) <= 80
    wide = on_screen(folder, 200, *words)
    # Seconds differ from run to run.
    values = set(_VALUE.findall(wide.text))
    shown = [line for line in narrow.lines if not line.startswith("too narrow for")]
    assert [value for line in shown for value in _VALUE.findall(line) if value not in values] == []


def test_a_row_wider_than_the_screen_is_printed_with_one_column_per_line(folder: Path) -> None:
    screen = on_screen(folder, 80, "query", f"SELECT * {STORE} ORDER BY player_lookup, game_date")
    assert screen.code == 0
    assert "row 1" in screen.lines
    assert any(re.fullmatch(r"  game_date +2025-01-01", line) for line in screen.lines)
    assert screen.lines[-1] == "20 of 24 rows; --limit N prints more, --format csv all"
    more = on_screen(folder, 80, "query", f"SELECT * {STORE}", "--limit", "24")
    assert "row 24" in more.lines
    assert "--limit" not in more.text


def test_a_terminal_gets_colours_unless_no_color_is_set(folder: Path) -> None:
    words = ("coverage", *SPAN)
    assert "\x1b[32m█" in on_screen(folder, 80, *words).raw
    assert "\x1b[3" not in on_screen(folder, 80, *words, NO_COLOR="1").raw


def test_a_bar_says_what_it_counts(folder: Path) -> None:
    screen = on_screen(folder, 120, "compute", *SPAN, errors=True)
    assert screen.code == 0
    assert re.search(r"compute .*\d+ of \d+ relations", screen.text)


def test_columns_keep_their_order_and_names_are_shortened_before_anything_breaks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = ("table", "rows", "first", "as of")
    rows = [("dataset.a_table_whose_name_is_long", 1_234_567, "2024-10-22", "2025-01-01 10:00")]
    at = {}
    for width in (100, 66, 46, 30):
        monkeypatch.setattr(table_layout, "PIPE_WIDTH", width)
        output.print_table("", columns, rows, expendable=("as of", "first"))
        at[width] = capsys.readouterr().out
        assert width == 30 or max(map(len, at[width].splitlines()[:4])) <= width
        assert "1,234,567" in at[width]
    assert "left out" not in at[100]
    assert "too narrow for: as of;" in at[66]
    assert "too narrow for: as of, first;" in at[46]
    for width in (100, 66):
        assert "dataset.a_table_whose_name_is_long" in at[width]
    assert "…et.a_table_whose_name_is_long" in at[46]
    # Too narrow for a shortened name beside a number: one column a line.
    assert "row 1" in at[30]
    assert "dataset.a_table_whose_name_is_long" in at[30]


def test_arrays_structs_bytes_and_numerics_survive_json_and_csv(
    ready: Callable[..., object], tmp_path: Path
) -> None:
    sql = (
        "SELECT NUMERIC '12345678901234567890.123456789' AS long, NUMERIC '1.25' AS short,"
        " [1, 2] AS several, STRUCT(1 AS x, 'é' AS y) AS pair, b'\\xffa' AS raw"
    )
    answer = ready("query", sql, "--format", "json", "--engine", "reference")
    assert json.loads(answer.out) == [
        {
            "long": "12345678901234567890.123456789",
            "short": 1.25,
            "several": [1, 2],
            "pair": {"x": 1, "y": "é"},
            "raw": "/2E=",
        }
    ]
    answer = ready(
        "query", sql, "--format", "csv", "--engine", "reference", "--output", str(tmp_path / "x")
    )
    assert (tmp_path / "x").read_text(encoding="utf-8").splitlines()[1] == (
        '12345678901234567890.123456789,1.250000000,"[1, 2]","{""x"": 1, ""y"": ""é""}","/2E="'
    )


def test_errors_are_json_if_json_was_requested(ready: Callable[..., object]) -> None:
    for words in (("status", "--json"), ("query", "SELECT 1 AS n", "--format", "json")):
        answer = ready(*words, "--config", "missing.toml")
        document = json.loads(answer.err)
        assert (answer.code, answer.out) == (2, "")
        assert document["schema_version"] == SCHEMA_VERSION
        assert document["error"]["exit_code"] == 2
        assert "missing.toml" in document["error"]["message"]
        assert document["error"]["hint"]
