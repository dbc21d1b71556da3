from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from featurestore.cli import errors, pull
from featurestore.cli.app import app
from sync.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Any

    Run = Callable[..., Any]

SUMMARY = "nba_analytics.player_game_summary"
RANGE = ("--start-date", "2025-01-01", "--end-date", "2025-01-04")


def state(folder: Path) -> dict[str, bytes]:
    """Every file but the locks."""
    files = (file for file in folder.rglob("*") if file.is_file() and file.suffix != ".lock")
    return {str(file): file.read_bytes() for file in files}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "no range"),
        (("--start-date", "2025-01-01"), "no range"),
        (("--end-date", "2025-01-01"), "no range"),
        (("--start-date", "2025-02-30", "--end-date", "2025-03-01"), "2025-02-30: not a date"),
        (("--start-date", "yesterday", "--end-date", "2025-03-01"), "yesterday: not a date"),
        (("--start-date", "2025-01-01", "--end-date", "20250301"), "20250301: not a date"),
        (("--start-date", "2025-1-5", "--end-date", "2025-03-01"), "2025-1-5: not YYYY-MM-DD"),
        (("--start-date", "2025-01-05", "--end-date", "2025-01-01"), "is after --end-date"),
        (("--season", "1999-00"), "season 1999-00: unknown; known are 2018-19"),
        (
            ("--season", "2024-25", "--start-date", "2025-01-01"),
            "--season: cannot be combined with",
        ),
        (("--start-date", "2999-01-01", "--end-date", "2999-01-02"), "starts after today"),
        ((*RANGE, "--bogus"), "No such option: --bogus"),
    ],
)
@pytest.mark.parametrize("verb", ["pull", "compute", "push", "mirror", "backfill"])
def test_an_invalid_range_is_refused(
    run: Run, tmp_path: Path, verb: str, words: Sequence[str], message: str
) -> None:
    answer = run(verb, *words)
    assert (answer.code, answer.out) == (2, "")
    error, hint = answer.err.splitlines()
    assert error.startswith("error: ")
    assert message in error
    assert hint.startswith("hint: ")
    assert list(tmp_path.iterdir()) == []


def test_a_date_without_its_zeros_is_shown_as_it_is_written(run: Run) -> None:
    answer = run("pull", "--start-date", "2025-01-01", "--end-date", "2025-1-05")
    assert answer.err == (
        "error: --end-date 2025-1-05: not YYYY-MM-DD\nhint: write it as 2025-01-05\n"
    )


def test_init_names_a_missing_folder_and_how_to_make_it(run: Run) -> None:
    answer = run("init", "--config", "no folder/store.toml")
    assert (answer.code, answer.err) == (
        2,
        "error: no folder/store.toml: the folder no folder does not exist\n"
        "hint: mkdir -p 'no folder'\n",
    )


def test_printed_commands_name_the_settings_file_that_was_given(run: Run, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    named = ("--config", "other/store.toml")
    missing = run("status", *named)
    assert missing.err.endswith("hint: featurestore init --config other/store.toml\n")
    run("init", *named)
    pull = f"featurestore pull --config other/store.toml {' '.join(RANGE)}"
    assert run("coverage", *RANGE, *named).err.splitlines()[1].startswith(f"hint: {pull}")
    (error,) = run("coverage", *RANGE, *named, "--json").err.splitlines()
    assert json.loads(error)["error"]["hint"].startswith(pull)
    gap = ("gaps", "explain", "bosplayer1", "2025-01-03", *named)
    fix = "featurestore pull --config other/store.toml --start-date 2025-01-03"
    assert f"fix: {fix}" in run(*gap).out
    assert run(*gap, "--json").json["fix"].startswith(fix)


def test_a_range_that_reaches_into_the_future_ends_today(
    ready: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEATURESTORE_TODAY", "2025-01-03")
    tables = ready("pull", "--season", "2024-25", "--json").json["tables"]
    assert tables[0]["dates"] == {"start": "2023-10-23", "end": "2025-01-03"}


def test_a_wrong_today_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEATURESTORE_TODAY", "tomorrow")
    answer = run("pull", *RANGE)
    assert (answer.code, "FEATURESTORE_TODAY tomorrow: not a date" in answer.err) == (2, True)


@pytest.mark.parametrize(
    ("sql", "code", "message"),
    [
        (f"DROP TABLE {SUMMARY}", 3, "DROP is not allowed, only SELECT"),
        (f"DELETE FROM {SUMMARY} WHERE game_date = '2025-01-01'", 3, "DELETE is not allowed"),
        ("SELECT 1; DROP TABLE x", 3, "2 statements"),
        ("", 2, "query: the statement is empty"),
        ("SELEC 1 FROM", 2, "query:1:1: Syntax error: Unexpected identifier"),
        ("SELECT CAST(1 AS FLOAT64 AS b", 2, "query:1:26: Syntax error: Expected"),
        ("SELECT TRUE = 1 AS a", 2, "query:1:8: No matching signature"),
        ("SELECT x FROM nope.nope", 2, f"table nope.nope: unknown; known are {SUMMARY}"),
        ("SELECT x FROM nope", 2, "table nope: unknown"),
        (f"SELECT nope FROM {SUMMARY} WHERE game_date = '2025-01-01'", 2, "nope"),
        (f"SELECT COUNT(*) AS n FROM {SUMMARY}", 3, f"{SUMMARY}: no lower"),
        (f"SELECT COUNT(*) AS n FROM {SUMMARY} WHERE game_date < '2025-01-01'", 3, SUMMARY),
        (
            f"WITH old AS (SELECT points FROM {SUMMARY} WHERE game_date < '2025-01-01')"
            " SELECT COUNT(*) AS n FROM old",
            3,
            "old",
        ),
        ("SELECT * FROM read_csv('rows.csv')", 2, "query:1:15: Table-valued function not found"),
        ("SELECT * FROM 'rows.parquet'", 2, "table rows.parquet: unknown"),
        ("SELECT APPROX_COUNT_DISTINCT(x) AS n FROM UNNEST([1]) AS x", 3, "not proven"),
        (
            "SELECT @@x AS a, '$$ AS b; SELECT path FROM featurestore.pushed --' AS c",
            2,
            "query:1:8: Unrecognized name: @@x",
        ),
        (f"SELECT COUNT(*) AS n FROM {SUMMARY} WHERE 1 = 1.0", 3, f"{SUMMARY}: no lower"),
        (
            "SELECT COUNT(*) AS n FROM featurestore.partitions",
            2,
            "featurestore.partitions: unknown",
        ),
        (
            "SELECT COUNT(*) AS n FROM featurestore.partitions"
            " WHERE EXISTS (SELECT 1 FROM UNNEST([1]) AS featurestore)",
            2,
            "featurestore.partitions: unknown",
        ),
        (
            "SELECT COUNT(*) AS n FROM featurestore.partitions"
            " WHERE EXISTS (SELECT 1 FROM (SELECT 1 AS a) AS featurestore)",
            3,
            "array featurestore.partitions in FROM",
        ),
        (
            "SELECT COUNT(*) AS n FROM duckdb_settings"
            " WHERE EXISTS (WITH duckdb_settings AS (SELECT 1 AS a) SELECT a FROM duckdb_settings)",
            2,
            "table duckdb_settings: unknown",
        ),
        (f"SELECT {'(' * 400}1{')' * 400} AS a", 3, "nested more than 100 levels deep"),
        (f"SELECT {' + '.join(['1'] * 3000)} AS a", 3, "more than 500 operators"),
        (" UNION ALL ".join(["SELECT 1 AS a"] * 3000), 3, "more than 500 arms in one UNION"),
        ("MERGE games AS g USING t ON TRUE WHEN MATCHED THEN DELETE", 3, "MERGE is not allowed"),
        (
            f"SELECT points FROM {SUMMARY} WHERE game_date = '2025-01-01' GROUP BY 9",
            2,
            "9",
        ),
    ],
)
def test_a_query_that_is_not_a_bounded_select_is_refused(
    ready: Run, tmp_path: Path, sql: str, code: int, message: str
) -> None:
    before = state(tmp_path)
    answer = ready("query", sql)
    assert (answer.code, answer.out) == (code, "")
    assert answer.err.startswith("error: ")
    assert message in answer.err
    assert state(tmp_path) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--format", "xml"), "--format xml: unknown; known are table, json, csv and parquet"),
        (("--format", "parquet"), "needs --output FILE"),
        (("--format", "table", "--output", "x"), "needs --format csv or parquet"),
        (
            ("--format", "csv", "--output", "no/x.csv"),
            "--output no/x.csv: the folder no does not exist",
        ),
        (("--format", "csv", "--output", "."), ".: cannot be written"),
    ],
)
def test_a_format_that_cannot_be_written_is_refused(
    ready: Run, words: Sequence[str], message: str
) -> None:
    answer = ready("query", "SELECT 1 AS n", *words)
    assert (answer.code, answer.out, message in answer.err) == (2, "", True)


def test_an_unknown_table_is_refused_with_the_known_ones(ready: Run) -> None:
    for words in (("pull", *RANGE, "--table", "nope"), ("warehouse", "load", "nope", "x.parquet")):
        answer = ready(*words)
        assert answer.code == 2
        assert f"table nope: unknown; known are {SUMMARY}" in answer.err


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.parquet", None, "no such file"),
        ("text.parquet", b"no Parquet at all", "not a complete Parquet file"),
        ("empty.parquet", b"", "the file is empty: 0 bytes"),
        ("rows.xlsx", b"x", ".parquet"),
        ("rows.csv", b"player_lookup,game_id\nbosplayer1,20250101_BOS_NYK\n", "game_date"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_refused(
    ready: Run, tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    before = state(tmp_path / "data")
    answer = ready("warehouse", "load", SUMMARY, name)
    assert (answer.code, name in answer.err, message in answer.err) == (2, True, True)
    assert state(tmp_path / "data") == before


@pytest.mark.parametrize("words", [("status",), ("query", "SELECT 1 AS n"), ("pull", *RANGE)])
def test_without_a_replica_the_hint_is_init(run: Run, words: Sequence[str]) -> None:
    answer = run(*words)
    assert answer.code == 2
    assert "replica data/replica.duckdb: no such file" in answer.err
    assert "hint: featurestore init" in answer.err


def test_without_a_replica_the_settings_of_the_demo_are_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "featurestore.toml").unlink(missing_ok=True)
    (tmp_path / "data" / "demo").mkdir(parents=True)
    (tmp_path / "data" / "demo" / "featurestore.toml").touch()
    answer = run("status")
    assert answer.code == 2
    assert "hint: export FEATURESTORE_CONFIG=data/demo/featurestore.toml, or make" in answer.err


def test_a_page_in_a_missing_folder_is_refused_before_anything_is_counted(ready: Run) -> None:
    answer = ready("coverage", *RANGE, "--html", "not there/page.html")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "error: --html not there/page.html: the folder not there does not exist\n"
        "hint: mkdir -p 'not there'\n"
    )


def test_a_file_that_is_not_a_replica_is_refused(ready: Run, tmp_path: Path) -> None:
    (tmp_path / "data" / "replica.duckdb").write_bytes(b"no database " * 1000)
    answer = ready("status")
    assert answer.code == 2
    assert answer.err.startswith("error: data/replica.duckdb: ")


def test_a_replica_held_by_another_process_is_named_with_its_holder(
    ready: Run, tmp_path: Path
) -> None:
    (tmp_path / "featurestore.toml").write_text("lock_wait_seconds = 0.1\n")
    replica = tmp_path / "data" / "replica.duckdb"
    before = replica.read_bytes()
    with FileLock(f"{replica}.lock"):
        (tmp_path / "data" / "replica.duckdb.pid").write_text("4711")
        answer = ready("pull", *RANGE)
        checks = ready("doctor")
    assert (answer.code, "locked by process 4711" in answer.err) == (7, True)
    assert (checks.code, "FAIL  lock" in checks.out) == (1, True)
    assert replica.read_bytes() == before


def test_compute_before_pull_is_refused_and_the_failed_run_is_recorded(ready: Run) -> None:
    answer = ready("compute", *RANGE)
    assert (answer.code, "never pulled" in answer.err) == (3, True)
    assert "hint: featurestore pull --start-date 2025-01-01 --end-date 2025-01-04" in answer.err
    runs = ready(
        "query",
        "--json",
        "SELECT status, JSON_VALUE(errors, '$[0].type') AS error"
        " FROM nba_reference.processor_run_history WHERE data_date >= CURRENT_DATE() - 7"
        " ORDER BY status",
    ).json
    assert runs == [{"status": "failed", "error": "Refused"}]


def test_unknown_settings_are_refused_by_every_verb(run: Run, tmp_path: Path) -> None:
    (tmp_path / "featurestore.toml").write_text('replcia = "x"\n')
    answer = run("status")
    assert (answer.code, "unknown setting replcia" in answer.err) == (2, True)


def test_init_keeps_a_settings_file_that_is_named_but_broken(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("replica = ")
    assert run("init", "--config", str(file)).code == 2
    assert file.read_text() == "replica = "


def test_a_group_without_a_verb_answers_with_its_help(run: Run) -> None:
    for words in ((), ("warehouse",), ("gaps",)):
        answer = run(*words)
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.startswith("Usage: ")


def test_an_interrupt_exits_with_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pull.options, "date_range", interrupted)
    answer = run("pull", *RANGE)
    assert (answer.code, answer.out) == (130, "")


def test_the_exit_code_is_that_of_the_failure(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def conflict(*_: object) -> None:
        raise Conflict("t 2025-01-01: changed")

    monkeypatch.setattr(pull.options, "date_range", conflict)
    answer = run("pull", *RANGE)
    assert (answer.code, answer.out, answer.err) == (5, "", "error: t 2025-01-01: changed\n")


def test_debug_keeps_the_traceback_in_any_position(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def conflict(*_: object) -> None:
        raise Conflict("t 2025-01-01: changed")

    monkeypatch.setattr(pull.options, "date_range", conflict)
    for words in (("--debug", "pull"), ("pull", "--debug")):
        with pytest.raises(Conflict):
            errors.run(app, words)


def test_a_defect_is_one_line_and_says_how_to_get_its_traceback(tmp_path: Path) -> None:
    program = (
        "import sys; from featurestore.cli import pull; from featurestore.cli import main;"
        "pull.options.date_range = lambda *_: 1 // 0; sys.argv[1:] = ['pull'] + sys.argv[1:];"
        "main()"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FEATURESTORE_")}

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", program, *words],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=environment,
        )

    short = call()
    assert (short.returncode, short.stderr.count("\n")) == (1, 2)
    assert short.stderr.startswith("error: ZeroDivisionError: ")
    assert "--debug" in short.stderr
    assert "Traceback" in call("--debug").stderr


NEEDED = (
    "game_id,player_lookup,game_date,season_year,team_abbr,opponent_team_abbr,starter_flag,win_flag,"
    "is_active"
)


def test_a_load_says_what_it_read_once_left_out_and_found_twice(ready: Run, tmp_path: Path) -> None:
    header = f"{NEEDED},points\n"
    row = "20250105_BOS_NYK,ann,2025-01-05,2024,BOS,NYK,true,false,true,"
    (tmp_path / "a.csv").write_text(f"{header}{row}1\n")
    (tmp_path / "b.csv").write_text(f"{header}{row}1\n{row}2\n")
    answer = ready("warehouse", "load", SUMMARY, "a.csv", "a.csv", "b.csv")
    assert (answer.code, answer.err) == (0, "")
    assert f"loaded 2 rows into {SUMMARY}: 1 date," in answer.out
    assert "named twice, read once: a.csv" in answer.out
    assert "duplicate rows left out: 1" in answer.out
    assert "keys with more than one row: 1, all rows loaded; first: game_id 20250105" in answer.out


def test_a_load_rounds_on_request(ready: Run, tmp_path: Path) -> None:
    row = "20250105_BOS_NYK,ann,2025-01-05,2024,BOS,NYK,true,false,true,34.68333"
    (tmp_path / "a.csv").write_text(f"{NEEDED},minutes_played\n{row}\n")
    answer = ready("warehouse", "load", SUMMARY, "a.csv")
    assert answer.code == 2
    assert "a.csv line 2: minutes_played: '34.68333' cannot be kept exactly" in answer.err
    assert "--round" in answer.err
    assert ready("warehouse", "load", SUMMARY, "a.csv", "--round").code == 0
