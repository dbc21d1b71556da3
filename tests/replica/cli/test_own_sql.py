"""The user's own relations: computed, shown and checked like the shipped ones."""

from __future__ import annotations

import csv
import hashlib
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from pyarrow import parquet

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples/ci/features"
PAGE = (ROOT / "docs/own-sql.md").read_text("utf-8")
RANGE = ("--start-date", "2025-01-02", "--end-date", "2025-01-04")
HEADER = """-- {name}: a row.
--
-- grain:    player_lookup, game_date
-- inputs:   {inputs}
-- lookback: {lookback}
-- nulls:    none

"""


@pytest.fixture
def own(ready_after, span, tmp_path):
    """``run`` in a folder with a pulled replica and the example's relations."""
    run = ready_after(("pull", *span), ("compute", *span, "--include-bootstrap"))
    shutil.copytree(EXAMPLE, tmp_path / "features")
    settings = tmp_path / "featurestore.toml"
    settings.write_text(settings.read_text() + '\nsql = ["features/"]\n')
    return run


@pytest.fixture
def write(tmp_path):
    """Write a relation; returns its path as messages name it."""

    def file(name, body, inputs="roster", lookback="none"):
        text = HEADER.format(name=name, inputs=inputs, lookback=lookback) + body + "\n"
        (tmp_path / "features" / f"{name}.sql").write_text(text)
        return f"features/{name}.sql"

    return file


def test_a_relation_is_computed_over_a_range_and_nothing_is_stored(own, tmp_path):
    before = hashlib.sha256((tmp_path / "data/replica.duckdb").read_bytes()).digest()
    answer = own("compute", "--relation", "recent_minutes", *RANGE, "--json")
    assert answer.code == 0, answer.err
    # By hand: 30.5 minutes each date, at most three dates before, ordered by player and date.
    columns = ("game_date", "minutes_avg_last_3", "game_count")
    rows = [tuple(row[name] for name in columns) for row in answer.json]
    assert rows == [(f"2025-01-0{day}", 30.5, day - 1) for day in (2, 3, 4)] * 6
    assert hashlib.sha256((tmp_path / "data/replica.duckdb").read_bytes()).digest() == before


def test_a_relation_may_read_another_one_and_the_stored_features(own):
    answer = own("show", "minutes_trend", "--date", "2025-01-04", "--json")
    assert answer.code == 0, answer.err
    assert [row["minutes_difference"] for row in answer.json] == [0.0] * 6


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_the_rows_are_written_to_a_file(own, tmp_path, suffix):
    file = tmp_path / f"rows.{suffix}"
    answer = own("compute", "--relation", "recent_minutes", *RANGE, "-o", str(file))
    assert (answer.code, answer.out, answer.err) == (0, "", f"wrote 18 rows to {file}\n")
    if suffix == "parquet":
        rows = parquet.read_table(file).to_pylist()
    else:
        rows = list(csv.DictReader(file.read_text().splitlines()))
    assert len(rows) == 18
    assert {float(row["minutes_avg_last_3"]) for row in rows} == {30.5}


def test_a_file_with_another_suffix_is_refused_before_anything_is_computed(own):
    answer = own("compute", "--relation", "recent_minutes", *RANGE, "-o", "rows.txt")
    assert (answer.code, "neither .parquet nor .csv" in answer.err) == (2, True)
    answer = own("compute", *RANGE, "-o", "rows.csv")
    assert (answer.code, "--output: needs --relation" in answer.err) == (2, True)


def test_a_shipped_relation_is_computed_the_same_way(own):
    answer = own("compute", "--relation", "target", *RANGE, "--json")
    assert (answer.code, len(answer.json)) == (0, 18)


def test_own_sql_leaves_the_stored_rows_current(own, write):
    stale = ("backfill", "--stale", *RANGE, "--no-push", "--dry-run", "--json")
    before = own(*stale)
    write("constant", "SELECT player_lookup, game_date FROM roster")
    own("show", "constant", "--date", "2025-01-04")
    after = own(*stale)
    assert (before.code, after.code, after.json["dates"]) == (0, 0, 0)
    assert after.out == before.out


def test_an_unknown_relation_has_the_nearest_names(own):
    answer = own("show", "recent_minute", "--date", "2025-01-04")
    assert answer.code == 2
    assert "did you mean recent_minutes" in answer.err


@pytest.mark.parametrize(
    ("body", "inputs", "code", "message", "hint"),
    [
        ("SELECT 1 AS one\nFROM rooster", "rooster", 2, ":4: input rooster", "mean roster?"),
        ("SELECT 1 AS one\nFROM rooster", "none", 2, ":9: FROM rooster", "mean roster?"),
        (
            "SELECT game_date FROM nba_analytics.player_game_summary",
            "nba_analytics.player_game_summary",
            3,
            ":8: nba_analytics.player_game_summary: no lower and no upper bound on game_date",
            "BETWEEN @start_date AND @end_date",
        ),
        (
            "SELECT game_date FROM nba_analytics.player_game_summary\n"
            "WHERE game_date BETWEEN @start_date - 30 AND @end_date",
            "nba_analytics.player_game_summary",
            3,
            ":5: header: says no days of lookback, the statement reads 30",
            "write 30 days",
        ),
        ("SELEKT 1", "none", 2, ":8:1: Syntax error", "featurestore lint features/wrong.sql"),
        ("SELECT TRUE + 1 AS x", "none", 2, ":8:8: No matching signature", "featurestore lint"),
        (
            "SELECT SOUNDEX(player_lookup) AS s FROM roster",
            "roster",
            3,
            "is not proven",
            "featurestore lint",
        ),
    ],
)  # fmt: skip
def test_a_wrong_relation_is_refused_with_its_file_and_line(
    own, write, body, inputs, code, message, hint
):
    path = write("wrong", body, inputs)
    for verb in (
        ("show", "wrong", "--date", "2025-01-04"),
        ("compute", "--relation", "wrong", *RANGE),
    ):
        answer = own(*verb)
        assert answer.code == code, answer.err
        assert path in answer.err
        assert message in answer.err
        assert hint in answer.err
        assert "defect" not in answer.err
    # Lint finds it, too, without being asked for a path.
    checked = own("lint")
    assert checked.code == 1
    assert path in checked.out


def test_lint_follows_own_and_shipped_relations(own, write):
    assert own("lint").out == "no findings\n"
    path = write(
        "leaking",
        "SELECT player_lookup, game_date,\n"
        "  AVG(points) OVER (PARTITION BY player_lookup ORDER BY day_number) AS mean\n"
        "FROM summary",
        "summary",
    )
    answer = own("lint", "--format", "json")
    assert answer.code == 1
    assert [(one["path"], one["line"], one["code"]) for one in answer.json["findings"]] == [
        (path, 9, "FS201")
    ]


def test_lint_lists_every_problem_of_every_file(own, write, tmp_path):
    write("first", "SELECT 1 AS one FROM second", "second")
    write("second", "SELECT 1 AS one FROM first", "first")
    write("roster", "SELECT 1 AS one", "none")
    (tmp_path / "features/bare.sql").write_text("SELECT 1 AS one\n")
    (tmp_path / "features/empty.sql").write_text("")
    answer = own("lint", "--select", "relation")
    assert answer.code == 1
    for line in (
        "features/bare.sql:1:1: error: the first line must start with '-- bare: '",
        "features/empty.sql:1:1: error: the first line must start with '-- empty: '",
        "features/first.sql:4:1: error: relation first: reads itself: first -> second -> first",
        "features/roster.sql:1:1: error: relation roster: has the name of sql/features/roster.sql",
    ):
        assert line in answer.out


def test_lint_reports_only_what_a_commit_did_not_have(own, write, tmp_path):
    write("old", "SELECT 1 AS one FROM rooster", "none")
    (tmp_path / ".gitignore").write_text("data/\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *words], cwd=tmp_path, check=True)
    assert own("lint").code == 1
    assert own("lint", "--diff-from", "HEAD").out == "no findings\n"
    path = write("new", "SELECT 1 AS one FROM rooster", "none")
    answer = own("lint", "--diff-from", "HEAD", "--format", "json")
    assert {one["path"] for one in answer.json["findings"]} == {path}


def test_a_missing_folder_is_named_with_its_setting_and_what_to_do(own, tmp_path):
    shutil.rmtree(tmp_path / "features")
    for words in (("lint",), ("show", "roster", "--date", "2025-01-04")):
        answer = own(*words)
        assert (answer.code, answer.out) == (2, "")
        assert "features: no such folder, named by sql in the settings" in answer.err
        assert "hint: mkdir -p features, or correct sql in featurestore.toml" in answer.err


def test_lint_without_a_path_and_without_own_folders_says_what_to_write(ready):
    answer = ready("lint")
    assert answer.code == 2
    assert 'sql = ["features/"] in featurestore.toml' in answer.err


def test_an_edit_of_one_relation_affects_the_one_that_reads_it(own, tmp_path):
    file = tmp_path / "features/recent_minutes.sql"
    own("show", "minutes_trend", "--date", "2025-01-04")
    file.write_text(file.read_text().replace("/ 10 AS", "/ 5 AS"))
    answer = own("show", "minutes_trend", "--date", "2025-01-04", "--json")
    assert [row["minutes_difference"] for row in answer.json] == [30.5] * 6


def test_columns_have_googlesql_s_types(own, write):
    # In DuckDB alone these would be an INTEGER and a HUGEINT.
    write("typed", "SELECT 1 AS one, SUM(day_number) AS days, '1' || '2' AS text FROM roster")
    write("reader", "SELECT one + days AS total FROM typed", "typed")
    assert own("compute", "--relation", "typed", *RANGE, "-o", "typed.parquet").code == 0
    schema = parquet.read_schema("typed.parquet")
    assert [str(kind) for kind in schema.types] == ["int64", "int64", "string"]
    assert own("show", "reader", "--date", "2025-01-04").code == 0


QUERY = "SELECT COUNT(*) AS n FROM features.recent_minutes WHERE "


@pytest.mark.parametrize(
    ("condition", "words", "rows"),
    [
        ("game_date = '2025-01-04'", (), 6),
        ("game_date BETWEEN @first AND @last", ("first=2025-01-02", "last:DATE=2025-01-03"), 12),
        ("game_date >= '2025-01-01' AND game_date < DATE '2025-01-04'", (), 12),
        ("game_date IN ('2025-01-02', '2025-01-04')", (), 12),
        ("game_date = '2025-01-02' OR game_date = DATE_ADD('2025-01-02', INTERVAL 2 DAY)", (), 12),
        ("game_date IN UNNEST(GENERATE_DATE_ARRAY('2025-01-02', '2025-01-03'))", (), 12),
        ("game_date IN UNNEST([DATE '2025-01-02'])", (), 6),
        ("game_date IS NULL", (), 0),
        ("FALSE", (), 0),
    ],
)  # fmt: skip
def test_a_query_reads_a_relation_for_its_dates(own, condition, words, rows):
    parameters = [part for word in words for part in ("--param", word)]
    answer = own("query", QUERY + condition, *parameters, "--json")
    assert (answer.code, answer.json) == (0, [{"n": rows}]), answer.err


def test_a_query_joins_own_and_shipped_relations_with_tables(own):
    answer = own(
        "query",
        """
        WITH recent AS (SELECT * FROM features.recent_minutes)
        SELECT recent.player_lookup, recent.game_count, target.season_year, game.points
        FROM recent
        JOIN features.target AS target
          ON target.player_lookup = recent.player_lookup AND target.game_date = recent.game_date
        JOIN nba_analytics.player_game_summary AS game
          ON game.player_lookup = recent.player_lookup AND game.game_date = recent.game_date
        WHERE recent.game_date = '2025-01-03' AND target.game_date <= '2025-01-03'
          AND target.game_date >= '2025-01-01' AND game.game_date = '2025-01-03'
        ORDER BY player_lookup LIMIT 1
        """,
        "--json",
    )
    assert answer.code == 0, answer.err
    assert answer.json == [
        {"player_lookup": "bosplayer0", "game_count": 2, "season_year": 2024, "points": 20}
    ]


@pytest.mark.parametrize(
    ("sql", "code", "message", "hint"),
    [
        (
            "SELECT 1 AS one\nFROM features.recent_minute WHERE game_date = '2025-01-02'",
            2,
            "query:2: features.recent_minute: unknown relation",
            "did you mean recent_minutes",
        ),
        (QUERY + "game_date >= '2025-01-02'", 3, "no upper bound on game_date", "<= @end_date"),
        (QUERY + "TRUE", 3, "no lower and no upper bound on game_date", "BETWEEN @start_date"),
        (QUERY + "game_date = '2024-12-01'", 3, "were never pulled", "featurestore pull"),
        (
            "SELECT COUNT(*) AS n FROM features.appearance",
            3,
            "features.appearance: cannot be computed for a range",
            "featurestore compute --relation appearance",
        ),
    ],
)
def test_a_query_of_a_relation_that_cannot_be_answered_is_refused(own, sql, code, message, hint):
    answer = own("query", sql)
    assert answer.code == code, answer.err
    assert message in answer.err
    assert hint in answer.err


def test_a_view_named_features_is_not_a_relation(own):
    answer = own(
        "query",
        "SELECT COUNT(features.points_avg_last_5) AS n FROM featurestore.features"
        " WHERE game_date = '2025-01-04'",
        "--json",
    )
    assert (answer.code, answer.json) == (0, [{"n": 6}])


def test_a_relation_is_proven_to_use_no_result_and_a_leak_is_found(own, tmp_path):
    proof = ("lint", "--prove-no-leak", "--date", "2025-01-04", "--relation")
    for name in ("recent_minutes", "minutes_trend"):
        answer = own(*proof, name)
        assert answer.code == 0, answer.out
        assert f"no leak; 6 rows of {name} compared" in answer.out
    file = tmp_path / "features/recent_minutes.sql"
    file.write_text(file.read_text().replace("game.game_date < roster", "game.game_date <= roster"))
    # All minutes are equal: the leak shows in the number of games, while there are fewer than 3.
    answer = own("lint", "--prove-no-leak", "--date", "2025-01-02", *proof[4:], "recent_minutes")
    assert answer.code == 1
    assert "error: game_count changed for bosplayer0" in answer.out


def test_the_page_shows_the_examples_file_and_its_commands_run(own):
    shown = re.findall(r"<!-- features/(\S+) -->\n```sql\n(.*?)```", PAGE, re.DOTALL)
    assert [(EXAMPLE / name).read_text() for name, _ in shown] == [text for _, text in shown]
    assert shown
    commands = re.findall(r"^\$ featurestore (.*)$", PAGE, re.MULTILINE)
    answers = [own(*shlex.split(words)) for words in commands]
    assert [answer.code for answer in answers] == [0] * len(commands), answers
    assert answers[0].out == "no findings\n"
    assert parquet.read_table("minutes.parquet").num_rows == 18
