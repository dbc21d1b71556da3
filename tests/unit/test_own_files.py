"""Relations of another repository: what is wrong with a file is said with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from featurestore import config
from featurestore.compute import plan
from featurestore.definitions import own_files, sql_files
from featurestore.lint.relation_inputs import input_findings
from sync.errors import BadInput

EXAMPLE = Path(__file__).parents[2] / "examples/ci/features"


def relation(name: str, inputs: str = "roster", body: str = "") -> str:
    return f"""-- {name}: a row.
--
-- grain:    player_lookup, game_date
-- inputs:   {inputs}
-- lookback: none
-- nulls:    none

{body or f"SELECT player_lookup, game_date FROM {inputs}"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "features"
    path.mkdir()
    return path


def refused(folder: Path, **files: str) -> BadInput:
    for name, text in files.items():
        (folder / f"{name}.sql").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        own_files.relation_files([str(folder)])
    assert caught.value.hint
    return caught.value


def test_own_relations_come_after_the_shipped_ones_and_do_not_change_their_digest() -> None:
    before = plan.sql_digest()
    files = own_files.relation_files([str(EXAMPLE)])
    shipped = sql_files.load("features")
    assert files[: len(shipped)] == shipped
    assert [file.name for file in files[len(shipped) :]] == ["minutes_trend", "recent_minutes"]
    plan.sql_digest.cache_clear()
    assert plan.sql_digest() == before


def test_without_folders_there_are_only_the_shipped_relations() -> None:
    assert own_files.relation_files(()) == sql_files.load("features")


def test_an_input_that_does_not_exist_is_named_with_its_line_and_the_nearest_names(
    folder: Path,
) -> None:
    text = relation("a", "summary,\n--           rooster")
    error = refused(folder, a=text)
    assert (
        error.message
        == f"{folder}/a.sql:5: input rooster: neither a relation nor a table of the replica"
    )
    assert error.hint == "did you mean roster?"


def test_without_a_near_name_the_tables_are_listed(folder: Path) -> None:
    error = refused(folder, a=relation("a", "qqqqqqqq"))
    assert error.hint.startswith("tables are nba_analytics.player_game_summary, ")
    assert error.hint.endswith("featurestore.features")


def test_a_table_may_be_misspelled_too(folder: Path) -> None:
    error = refused(folder, a=relation("a", "nba_analytics.player_game_sumary"))
    assert error.hint.startswith("did you mean nba_analytics.player_game_summary")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("roster", "relation roster: has the name of sql/features/roster.sql"),
        ("player_game_summary", "has the name of table nba_analytics.player_game_summary"),
        ("features", "has the name of table featurestore.features"),
        ("Minutes", "relation Minutes: not a lower-case name of letters, digits and _"),
    ],
)
def test_a_name_that_hides_another_relation_is_refused(
    folder: Path, name: str, message: str
) -> None:
    error = refused(folder, **{name: relation(name, "summary")})
    assert message in error.message
    assert error.message.startswith(f"{folder}/{name}.sql:1: ")


def test_a_name_in_two_folders_is_refused(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for one in (folder, other):
        (one / "a.sql").write_text(relation("a"), encoding="utf-8")
    with pytest.raises(
        BadInput, match=rf"{other}/a\.sql:1: relation a: also defined in {folder}/a"
    ):
        own_files.relation_files([str(folder), str(other)])


def test_relations_that_read_each_other_are_refused_with_the_cycle(folder: Path) -> None:
    error = refused(folder, a=relation("a", "b"), b=relation("b", "c"), c=relation("c", "a"))
    assert error.message == f"{folder}/a.sql:4: relation a: reads itself: a -> b -> c -> a"


def test_a_relation_that_reads_itself_is_refused(folder: Path) -> None:
    assert "relation a: reads itself: a -> a" in refused(folder, a=relation("a", "a")).message


def test_a_file_without_a_header_is_refused_with_what_to_write(folder: Path) -> None:
    error = refused(folder, a="SELECT 1 AS one\n")
    assert error.message == f"{folder}/a.sql:1: the first line must start with '-- a: '"
    assert error.hint.startswith("begin with -- a: WHAT A ROW IS, then -- grain:")


def test_a_header_that_lacks_a_field_is_refused(folder: Path) -> None:
    error = refused(folder, a="-- a: b.\n--\n-- grain: x\n-- inputs: none\n\nSELECT 1 AS x\n")
    assert error.message == f"{folder}/a.sql:1: the header lacks lookback, nulls"


def test_a_file_that_is_not_text_is_refused(folder: Path) -> None:
    (folder / "a.sql").write_bytes(b"\xff\xfe-\x00")
    assert "a.sql:1: cannot be read as UTF-8" in refused(folder).message


def test_a_folder_that_is_missing_or_empty_is_refused_with_the_setting(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    with pytest.raises(BadInput, match="missing: no such folder, named by sql") as caught:
        own_files.relation_files([str(missing)])
    assert f"mkdir -p {missing}" in caught.value.hint
    missing.mkdir()
    with pytest.raises(BadInput, match=r"has no \.sql file"):
        own_files.relation_files([str(missing)])
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="file: not a folder"):
        own_files.relation_files([str(tmp_path / "file")])


def findings(text: str) -> list[tuple[int, str, str]]:
    file = sql_files.parse_file("a.sql", text, "features/a.sql")
    known = own_files.known_names([file])
    return [(one.line, one.message, one.hint) for one in input_findings(file, known)]


def test_the_shipped_headers_name_what_the_statements_read() -> None:
    known = own_files.known_names(())
    assert [input_findings(file, known) for file in sql_files.load("features")] == [
        [] for _ in sql_files.load("features")
    ]


def test_what_from_names_must_exist_and_be_in_the_header() -> None:
    body = "SELECT 1 AS one\nFROM rooster\nCROSS JOIN matchup\nCROSS JOIN roster"
    assert findings(relation("a", "roster", body)) == [
        (9, "FROM rooster: neither a relation nor a table of the replica", "did you mean roster?"),
        (
            10,
            "reads matchup, which the header's inputs do not name",
            "write in the header: inputs: roster, matchup",
        ),
    ]


def test_an_input_that_is_not_read_is_found_on_its_line() -> None:
    text = relation("a", "roster,\n--           summary", "SELECT 1 AS one FROM roster")
    assert findings(text) == [
        (
            5,
            "input summary: the statement does not read it",
            "take summary out of the header's inputs",
        )
    ]


def test_ctes_aliases_and_arrays_are_not_inputs() -> None:
    body = """WITH mine AS (SELECT player_lookup, [1, 2] AS parts FROM roster)
    SELECT mine.player_lookup
    FROM mine, mine.parts AS part
    JOIN roster AS other USING (player_lookup)
    """
    assert findings(relation("a", "roster", body)) == []


@pytest.mark.parametrize("body", ["SELECT 1; SELECT 2", "DELETE FROM roster WHERE TRUE", ";"])
def test_a_relation_is_one_select(body: str) -> None:
    ((line, message, _),) = findings(relation("a", "roster", body))
    assert (line, "must be one SELECT" in message) == (1, True)


def test_folders_are_taken_from_the_settings_files_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "featurestore.toml"
    file.write_text('sql = ["features/", "more"]\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert config.load(environment={}).sql == ("features", "more")
    assert config.load(file, {}).sql == (f"{tmp_path}/features", f"{tmp_path}/more")
    assert config.load(file, {"FEATURESTORE_SQL": "here, there"}).sql == ("here", "there")


def test_a_project_file_may_have_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "pyproject.toml"
    monkeypatch.chdir(tmp_path)
    project.write_text("[project]\nname = 'featurestore-user'\n", encoding="utf-8")
    assert config.load(environment={}) == config.Settings()
    project.write_text("[tool.featurestore]\nsql = ['features']\nthreads = 2\n", encoding="utf-8")
    settings = config.load(environment={})
    assert (settings.sql, settings.threads) == (("features",), 2)
    assert config.load(project, {}).threads == 2
    (tmp_path / "featurestore.toml").write_text("threads = 1\n", encoding="utf-8")
    with pytest.raises(BadInput, match="both have settings"):
        config.load(environment={})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('sql = "features"', "sql must be a list of folders, got 'features'"),
        ("sql = [1]", "must be a list of folders"),
        ('sql = [""]', "must be a list of folders"),
    ],
)
def test_a_value_of_sql_that_is_not_a_list_of_folders_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "featurestore.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=message.replace("[", r"\[")):
        config.load(file, {})


def test_a_section_that_is_not_a_table_is_refused(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text("[tool]\nfeaturestore = 1\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"tool\.featurestore must be a table"):
        config.load(project, {})
