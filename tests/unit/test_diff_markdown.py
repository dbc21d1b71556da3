"""``diff --format markdown``: what a Markdown parser reads of it, and that a comment holds it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from markdown_it import MarkdownIt

from featurestore.cli import diff_markdown
from featurestore.cli.markdown import MOST, Table, code, document
from featurestore.verify.comparison import ColumnDifference, Comparison, DateDifference
from featurestore.verify.feature_stats import FeatureChange, Move
from featurestore.verify.store_diff import Diff
from featurestore.verify.version_changes import VersionDiff
from sync.model import DateRange

DAY = date(2025, 1, 5)
DATES = DateRange(date(2025, 1, 1), date(2025, 1, 31))
CHANGE = FeatureChange(
    "points_avg_last_5", 5288, 3, 0, -0.02049, 9.0, None, 0.0142786, DAY,
    (Move("ann", DAY, 21.0, 12.0), Move("b|o`b <b>@team</b>\n", DAY, None, 1234.5)),
    ("player_form",),
)  # fmt: skip
VERSIONS = VersionDiff(
    "origin/main", DATES, 5958, 0, 2, ("player_form",), ("fresh",), (), (CHANGE,)
)
HOSTILE = ["a|b", r"a\|b", "a`b", "``", "<img src=x>", "*a* _b_ [c](d)", "@team #12 &amp;", "a\nb"]


def tables(text: str) -> list[list[list[str]]]:
    """The cells of each table as a parser reads them; code is its text."""
    parsed: list[list[list[str]]] = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "table_open":
            parsed.append([])
        elif token.type == "tr_open":
            parsed[-1].append([])
        elif token.type == "inline" and parsed and token.level == 4:
            parts = token.children or []
            parsed[-1][-1].append(
                "".join(one.content for one in parts if one.type != "html_inline")
            )
    return parsed


def test_features_that_differ_are_a_table_and_the_rows_that_move_most_are_folded():
    text = diff_markdown.versions(VERSIONS)
    lines = text.splitlines()
    assert lines[:3] == [
        "### 1 feature differs",
        "",
        "2025-01-01 to 2025-01-31, the working tree against `origin/main`: 5,958 rows in both.",
    ]
    assert [line for line in lines if line.startswith("- ")] == [
        "- Changed relations: `player_form`",
        "- New features: `fresh`",
        "- Rows only in `origin/main`: 2",
    ]
    changes, moves = tables(text)
    assert changes == [
        ["feature", "rows", "NULLs +", "NULLs -", "mean", "largest", "PSI", "first", "because"],
        ["points_avg_last_5", "5,288", "3", "0", "-0.02049", "9", "0.0142786", "2025-01-05",
         "player_form"],
    ]  # fmt: skip
    assert moves[1:] == [
        ["points_avg_last_5", "ann", "2025-01-05", "21", "12"],
        ["points_avg_last_5", r"b|o`b <b>@team</b>\n", "2025-01-05", "NULL", "1234.5"],
    ]
    folded = text[text.index("<details>") : text.index("</details>")]
    assert "ann" in folded
    assert "5,288" not in folded


@pytest.mark.parametrize("text", HOSTILE)
def test_no_character_of_a_text_is_markup(text):
    expected = text.replace("\n", r"\n")
    ((_, row),) = tables(document(["x"], [Table("rows", ("a", "b"), [(text, 1)])]))
    assert row == [expected, "1"]
    inline = MarkdownIt("commonmark").parseInline(code(text))[0].children or []
    assert {one.type for one in inline} <= {"text", "code_inline", "html_inline", "text_special"}
    tags = [one.content for one in inline if one.type == "html_inline"]
    assert tags in ([], ["<code>", "</code>"])


def test_features_that_are_new_or_gone_are_a_difference_without_a_table():
    text = diff_markdown.versions(replace(VERSIONS, changes=()))
    assert text.startswith("### The features differ\n")
    assert tables(text) == []


def test_a_difference_of_no_rows_is_not_called_the_same():
    nothing = VersionDiff("main", DATES, 0, 0, 0, (), (), (), ())
    assert diff_markdown.versions(nothing).startswith("### No row was compared\n")
    same = replace(nothing, rows=3)
    assert diff_markdown.versions(same).splitlines()[0] == "### The features are the same"


@pytest.mark.parametrize("features", [120, 3000])
def test_a_comment_holds_the_longest_difference_and_says_what_was_left_out(features):
    moves = tuple(Move(f"player{n}", DAY, float(n), n / 7) for n in range(10))
    changes = [replace(CHANGE, feature=f"f{n}", moves=moves) for n in range(features)]
    added = tuple(f"a_new_feature_of_a_long_name_{n}" for n in range(features))
    text = diff_markdown.versions(replace(VERSIONS, changes=tuple(changes), added=added))
    assert MOST - 500 < len(text) <= MOST
    assert text.startswith(f"### {features:,} features differ\n")
    assert text.count("<details>") == text.count("</details>")
    shown = [len(rows) - 1 for rows in tables(text)] + [0]
    left = [int(n.replace(",", "")) for n in re.findall(r"^([\d,]+) more (?:f|r)", text, re.M)]
    if features == 120:
        assert shown[0] == 120
        assert left == [1200 - shown[1]]
    else:
        assert "more characters were left out" in text
        assert left == [3000 - shown[0], 30_000]


def test_the_warehouse_s_rows_are_compared_in_markdown_too():
    columns = (ColumnDifference("feature_1_value", 6, "player_lookup ann", "20.0", None),)
    days = (DateDifference(DAY, 1, 0, 6),)
    compared = Comparison(24, 23, 1, 0, 6, "player_lookup bob", None, columns, days)
    comparison = Diff(DATES, 4, 27, ("feature_37_value",), compared, prune=False)
    text = diff_markdown.warehouse(comparison)
    assert text.splitlines()[0] == "### The store here and in the warehouse differ"
    assert [line for line in text.splitlines() if line.startswith("- ")] == [
        "- Rows only here: 1, such as `player_lookup bob`",
        "- Rows in both that differ: 6",
        "- Dates left out because they were never computed here: 27",
        "- Columns that the warehouse lacks: `feature_37_value`",
    ]
    by_column, by_date = tables(text)
    assert by_column[1] == ["feature_1_value", "6", "player_lookup ann", "20.0", "NULL"]
    assert by_date[1] == ["2025-01-05", "1", "0", "6"]
    compared = replace(compared, only_here=0, different=0, columns=(), dates=(), row_only_here=None)
    same = diff_markdown.warehouse(replace(comparison, comparison=compared))
    assert same.startswith("### The store here and in the warehouse is the same\n")
    none = diff_markdown.warehouse(replace(comparison, comparison=compared, compared=0))
    assert none.startswith("### No date was compared\n")
