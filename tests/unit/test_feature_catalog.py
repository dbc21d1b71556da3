"""Definitions, what is generated from them, versions, formulas: all of it agrees, or is refused."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from pathlib import Path

import pytest
import sqlglot

from featurestore.catalog import check, formula, generate, regions, versions, write
from featurestore.definitions import compose, ddl, feature_sets, sql_files
from featurestore.definitions.features import RELATION, features, parse, version_name
from featurestore.definitions.seasons import parse_calendar
from featurestore.definitions.trees import parse_tree
from sync.errors import BadInput, Refused

ROOT = Path(__file__).parents[2]
FILES = compose.by_name(sql_files.load("features"))


@pytest.fixture
def copy(tmp_path):
    for folder in ("sql", "docs"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def changed(number, **values):
    """The shipped definitions with one feature changed."""
    known = list(features())
    known[number] = dataclasses.replace(known[number], **values)
    return tuple(known)


def definitions(old, new):
    file = FILES[RELATION]
    assert file.text.count(old) == 1
    return dataclasses.replace(file, text=file.text.replace(old, new))


def test_every_generated_file_is_byte_for_byte_as_generated():
    assert write.outdated(ROOT) == ()


def test_a_generated_file_that_was_edited_is_found_and_written_back(copy):
    path = "sql/checks/stored_key.sql"
    shipped = (copy / path).read_text()
    (copy / path).write_text(shipped.replace("IF(feature_0_source IS NULL, 1, 0)", "0"))
    assert write.outdated(copy) == (path,)
    assert write.write(copy) == (path,)
    assert (copy / path).read_text() == shipped
    assert write.write(copy) == ()


def test_a_refusal_writes_nothing(copy, monkeypatch):
    monkeypatch.setattr(write, "features", lambda: changed(3, default_value=6.0))
    shipped = {file: file.read_text() for file in copy.rglob("*.*")}
    with pytest.raises(Refused, match="v2_37features"):
        write.write(copy)
    assert {file: file.read_text() for file in copy.rglob("*.*")} == shipped


@pytest.mark.parametrize(
    "change",
    [
        {"default_value": 6.0},
        {"is_required": False},
        {"category": "matchup"},
        {"full_window": 9},
        {"least_games": 3},
        {"feature_name": "other"},
    ],
    ids=str,
)
def test_a_changed_definition_needs_a_new_version(change):
    recorded = json.loads((ROOT / versions.PATH).read_text())
    with pytest.raises(Refused, match="but have the same version") as caught:
        versions.require_own_meaning(recorded, changed(3, **change))
    assert caught.value.hint.startswith("set since_version of the changed feature to 3")
    raised = changed(3, **change, since_version=3)
    versions.require_own_meaning(recorded, raised)
    text = versions.recorded_with(json.dumps(recorded), raised)
    assert list(json.loads(text)) == ["v2_37features", "v3_37features"]


def test_descriptions_and_plausible_ranges_change_no_version():
    recorded = json.loads((ROOT / versions.PATH).read_text())
    worded = changed(3, description="other words", unit="points a game", low=None, high=99.0)
    versions.require_own_meaning(recorded, worded)


def test_the_version_in_sql_is_the_one_in_python():
    """The statement is evaluated by hand: the largest since_version, and the number of rows."""
    text = FILES["feature_version"].text
    assert "MAX(since_version)" in text
    assert "COUNT(*)" in text
    known = features()
    assert f"'{version_name(known)}' AS feature_version" in FILES["ml_feature_store_v2"].text


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("(4, 'games_in", "(5, 'games_in", "games_in_last_7_days has number 5 in place 4"),
        ("(2, 'points_avg_season'", "(2, 'points_avg_last_5'", "points_avg_last_5 is defined 2"),
        ("NULL, NULL, NULL, 'games', 0.0, 7.0", "NULL, NULL, 'games', 0.0, 7.0", "has 12 values"),
    ],
)
def test_a_broken_row_of_definitions_is_named(old, new, message):
    with pytest.raises(BadInput, match=message):
        parse(definitions(old, new))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"category": "Weather 2"}, "category 'Weather 2' names columns"),
        ({"full_window": None}, "go together"),
        ({"window_count": "minutes"}, "games or rows"),
        ({"window_count": "rows", "full_window": 20}, "a full window of 20 rows"),
    ],
)
def test_definitions_that_the_relations_do_not_support_are_refused(change, message):
    with pytest.raises(BadInput, match=message):
        generate.require_sound(changed(3, **change))


def test_a_new_category_gets_its_columns_everywhere(copy, monkeypatch):
    """In the grading, the store's row, its DDL and the contract; nothing else lists categories."""
    weather = changed(36, category="weather", since_version=3)
    monkeypatch.setattr(write, "features", lambda: weather)
    written = write.generated_texts(copy)
    for path, text in (
        ("sql/features/feature_quality.sql", "AVG(IF(category = 'weather', quality, NULL))"),
        ("sql/features/ml_feature_store_v2.sql", "feature_quality.weather_default_count,"),
        ("sql/schema/nba_predictions.ml_feature_store_v2.sql", "weather_quality_pct FLOAT64"),
        ("docs/features.md", "  - weather: 36"),
    ):
        assert text in written[path]
    for path in (ROOT / "featurestore").rglob("*.py"):
        assert not re.search(r"team_context|game_context\b(?!\.)", path.read_text("utf-8")), path


def test_no_module_repeats_the_number_of_features():
    """Neither 37 as a number, nor a list of names: they follow from the definitions."""
    names = "|".join(one.feature_name for one in features())
    for root in ("featurestore", "sync"):
        for path in (ROOT / root).rglob("*.py"):
            # Points and minutes of games made up for the tests are any number.
            if path.parent.name == "league":
                continue
            text = path.read_text("utf-8")
            number = len(features())
            counted = rf"range\({number}|= ?{number}\b|\b{number} ?(?:features|values)"
            assert not re.search(counted, text), path
            assert len(set(re.findall(rf"[\"'](?:{names})[\"']", text))) < 2, path


def test_more_features_than_fit_the_pattern_are_refused():
    one = features()[0]
    many = [dataclasses.replace(one, feature_index=number) for number in range(64)]
    with pytest.raises(BadInput, match="64 features: the mask of missing ones has 63 bits"):
        generate.require_sound(many)
    generate.require_sound(many[:63])


def test_each_feature_has_one_formula_and_a_line_that_names_it():
    for one in features():
        (definition,) = formula.formulas(one.feature_name)
        line = (ROOT / definition.path).read_text().splitlines()[definition.line - 1]
        assert re.search(rf"\bAS {one.feature_name}\b", line)
        sqlglot.parse_one(definition.sql, read="bigquery")


def test_the_shipped_repository_has_no_finding():
    assert [*check.in_repository(ROOT), *check.in_translation()] == []


def test_a_feature_without_a_formula_and_one_with_two_are_found(monkeypatch):
    known = (*features(), dataclasses.replace(features()[0], feature_index=37, feature_name="none"))
    monkeypatch.setattr(check, "features", lambda: known)
    assert any("none has 0 formulas" in finding.message for finding in check.in_sql())
    text = FILES["vegas"].text.replace(
        "1.0) AS has_vegas_line", "1.0) AS has_vegas_line, 1.0 AS pace_score"
    )
    twice = [
        dataclasses.replace(file, text=text) if file.name == "vegas" else file
        for file in FILES.values()
    ]
    monkeypatch.setattr(formula.sql_files, "load", lambda kind: twice if kind == "features" else ())
    messages = [finding.message for finding in check.in_sql()]
    assert any("pace_score has 2 formulas: sql/features/" in message for message in messages)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\n", "region x is missing"),
        (f"-- generated y by `{regions.COMMAND}`\n", "region y is unknown"),
        (f"-- generated x by `{regions.COMMAND}`\nold\n", "region x has no line"),
    ],
)
def test_a_file_whose_marks_are_broken_is_refused(text, message):
    with pytest.raises(BadInput, match=message):
        regions.regenerated(text, "a.sql", {"x": ["new"]})


def test_a_region_keeps_what_is_around_it_and_its_indentation():
    begin, end = f"  -- generated x by `{regions.COMMAND}`", "  -- end of generated x"
    text = f"before\n{begin}\n  old\n{end}\nafter\n"
    made = regions.regenerated(text, "a.sql", {"x": ["new", "", "newer"]})
    assert made == f"before\n{begin}\n  new\n\n  newer\n{end}\nafter\n"


def test_no_number_of_seven_digits_is_in_the_sql():
    for file in (ROOT / "sql").rglob("*.*"):
        assert not re.search(r"[0-9]{7,}", file.read_text("utf-8")), file


@pytest.mark.parametrize(
    ("name", "formula_text"),
    [
        ("has_vegas_line", "IF(points_line IS NULL, 0.0, 1.0)"),
        ("minutes_avg_last_10", "AVG(court_minutes_tenths) / 10"),
        (
            "breakout_flag",
            "CASE\n  WHEN points_above_breakout IS NULL THEN NULL\n"
            "  WHEN ROUND(points_above_breakout, 6) > 0 THEN 1.0\n  ELSE 0.0\nEND",
        ),
    ],
)
def test_a_formula_is_shown_as_it_is_written(name, formula_text):
    (definition,) = formula.formulas(name)
    assert definition.sql == formula_text
    assert definition.sql.splitlines()[0] in (ROOT / definition.path).read_text()


@pytest.mark.parametrize(
    ("path", "old", "new", "place"),
    [
        ("features/feature_definition.sql", "FROM UNNEST(", "FRM UNNEST(", ":17:"),
        ("features/matchup.sql", "FROM met", "FROM met WHERE (", ":"),
        # The parser trips over this one, rather than refuse it.
        (
            "features/matchup.sql",
            "FROM met",
            "FROM met UNION ALL SELECT 2 |> UNION ALL SELECT 3",
            ":",
        ),
        ("features/season_calendar.sql", "UNION ALL", "UNION ALL (", ":"),
        ("feature_sets/points_baseline.sql", "UNNEST(", "UNNEST((", ":"),
        ("schema/nba_raw.nbac_injury_report.sql", "CREATE TABLE", "CREATE TABL", ":"),
        ("schema/nba_raw.nbac_injury_report.sql", "PARTITION BY", "-- PARTITION BY", ":"),
    ],
)
def test_a_file_that_is_not_sql_is_named_and_is_not_a_defect(path, old, new, place, capsys):
    """Whatever reads it: a developer edits these files every day."""
    file = next(
        one for one in sql_files.load(path.split("/")[0]) if path.endswith(f"{one.name}.sql")
    )
    assert old in file.text
    broken = dataclasses.replace(file, text=file.text.replace(old, new))
    read = {
        "features": {
            "feature_definition": lambda: parse(broken),
            "season_calendar": lambda: parse_calendar(broken.text),
        },
        "feature_sets": {"points_baseline": lambda: feature_sets._members(broken)},
        "schema": {file.name: lambda: ddl.parse_table(broken)},
    }[file.kind].get(file.name, lambda: parse_tree(broken.text, broken.path))
    with pytest.raises(BadInput) as caught:
        read()
    assert caught.value.message.startswith(f"sql/{path}{place}")
    assert capsys.readouterr().err == ""


def test_the_check_names_a_file_that_is_not_sql(monkeypatch):
    files = [
        dataclasses.replace(file, text=file.text.replace("FROM met", "FRM met"))
        if file.name == "matchup"
        else file
        for file in FILES.values()
    ]
    monkeypatch.setattr(formula.sql_files, "load", lambda kind: files if kind == "features" else ())
    finding = next(iter(check.in_sql()))
    assert re.fullmatch(r"sql/features/matchup\.sql:\d+:\d+", finding.place)
    assert finding.hint == "featurestore lint sql/features/matchup.sql"
