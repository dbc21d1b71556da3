from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from featurestore.definitions import sql_files
from featurestore.definitions.sql_files import parse_header
from sync.errors import BadInput

TEXT = """\
-- form: how a player scored lately.
--
-- grain:    player_lookup, game_date
-- inputs:   summary, nba_raw.nbac_injury_report
-- lookback: 365 days, the date itself excluded
-- nulls:    no game played this season:
--           every column is NULL

-- A remark on the statement, not part of the header: 12 days
SELECT 1
"""


def test_a_header_has_grain_inputs_and_lookback() -> None:
    header = parse_header(TEXT, "form", "sql/features/form.sql")
    assert header.summary == "how a player scored lately."
    assert header.grain == ("player_lookup", "game_date")
    assert header.inputs == ("summary", "nba_raw.nbac_injury_report")
    assert header.lookback_days == 365


def test_a_field_goes_on_over_lines_and_ends_with_the_comment() -> None:
    fields = parse_header(TEXT, "form", "form.sql").fields
    assert fields["nulls"] == "no game played this season: every column is NULL"
    assert set(fields) == {"grain", "inputs", "lookback", "nulls"}


def test_none_means_no_inputs_and_no_lookback() -> None:
    header = parse_header("-- a: b\n-- inputs: none\n-- lookback: none\n", "a", "a.sql")
    assert (header.inputs, header.lookback_days) == ((), 0)


@pytest.mark.parametrize("text", ["", "SELECT 1", "-- other: b", "--form: b"])
def test_a_first_line_without_the_name_is_refused_with_file_and_line(text: str) -> None:
    with pytest.raises(BadInput, match=r"^sql/features/form\.sql:1: .*'-- form: '"):
        parse_header(text, "form", "sql/features/form.sql")


@pytest.mark.parametrize("lookback", ["a year", "365", "nonesuch", ""])
def test_a_lookback_that_cannot_be_read_is_refused_with_file_and_line(lookback: str) -> None:
    text = f"-- a: b\n--\n-- grain: x\n-- lookback: {lookback}\n"
    with pytest.raises(BadInput, match=r"^a\.sql:4: lookback"):
        parse_header(text, "a", "a.sql")


def test_a_header_without_a_required_field_is_refused() -> None:
    with pytest.raises(BadInput, match=r"^a\.sql:1: the header lacks key, direction$"):
        parse_header("-- a: b\n-- grain: x\n", "a", "a.sql", ("grain", "key", "direction"))


def test_files_are_found_by_kind_with_a_path_for_messages() -> None:
    features = sql_files.load("features")
    assert [file.name for file in features] == sorted(file.name for file in features)
    summary = next(file for file in features if file.name == "summary")
    assert summary.path == "sql/features/summary.sql"
    assert summary.header.inputs == ("nba_analytics.player_game_summary",)


def test_the_longest_lookback_of_all_features_counts() -> None:
    assert sql_files.lookback_days() == 365


def test_files_inside_an_installed_package_come_before_those_of_a_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "featurestore"
    package.mkdir()
    monkeypatch.setattr(sql_files, "__file__", str(package / "definitions" / "sql_files.py"))
    assert sql_files.sql_root() == tmp_path / "sql"
    (package / "_sql").mkdir()
    assert sql_files.sql_root() == package / "_sql"


@pytest.mark.parametrize("kind", ["features", "checks", "reports"])
def test_a_header_names_exactly_the_tables_that_its_statement_reads(kind) -> None:
    for file in sql_files.load(kind):
        tree = sqlglot.parse_one(file.text, read="bigquery")
        own = {cte.alias for cte in tree.find_all(exp.CTE)}
        read = {
            f"{table.db}.{table.name}" if table.db else table.name
            for table in tree.find_all(exp.Table)
            if isinstance(table.this, exp.Identifier)
        }
        assert read - own == set(file.header.inputs), file.path
