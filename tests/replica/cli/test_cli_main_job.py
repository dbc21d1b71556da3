from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from pyarrow import parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Any

    import pytest

    Run = Callable[..., Any]

SUMMARY = "nba_analytics.player_game_summary"
TIMINGS = """
    SELECT processor_name, duration_seconds,
      JSON_VALUE(timing_breakdown, '$.extract_time') AS extract_s,
      JSON_VALUE(timing_breakdown, '$.save_time') AS save_s
    FROM nba_reference.processor_run_history
    WHERE data_date >= CURRENT_DATE() - 7 AND status = 'success'
    ORDER BY duration_seconds DESC
"""
STORED = (
    "SELECT player_lookup, feature_4_value FROM nba_predictions.ml_feature_store_v2"
    " WHERE game_date = DATE '2025-01-04' AND player_lookup = 'bosplayer1'"
)


def counts(ready: Run, span: Sequence[str]) -> dict[str, int]:
    return {
        table: ready(
            "query",
            "--json",
            f"SELECT COUNT(*) AS n FROM {table} WHERE {column}"
            " BETWEEN '2025-01-01' AND '2025-01-04'",
        ).json[0]["n"]
        for table, column in (
            (SUMMARY, "game_date"),
            ("nba_predictions.ml_feature_store_v2", "game_date"),
        )
    }


def test_init_creates_everything_once(run: Run, tmp_path: Path) -> None:
    planned = run("init", "--dry-run")
    assert (planned.code, list(tmp_path.iterdir())) == (0, [])
    first = run("init")
    assert first.out.count("created ") == 7
    assert planned.out == first.out.replace("created ", "would create ")
    assert (tmp_path / "featurestore.toml").is_file()
    again = run("init")
    assert (again.code, "nothing to do" in again.out) == (0, True)
    assert run("init", "--json").json == {
        "schema_version": 1,
        "created": [],
        "missing_columns": [],
        "dry_run": False,
    }


def test_init_keeps_and_uses_an_edited_settings_file(run: Run, tmp_path: Path) -> None:
    text = 'replica = "mine/r.duckdb"\nwarehouse = "mine/w.duckdb"\n'
    (tmp_path / "featurestore.toml").write_text(text)
    assert run("init").code == 0
    assert (tmp_path / "featurestore.toml").read_text() == text
    assert {file.suffix for file in (tmp_path / "mine").iterdir()} >= {".duckdb"}
    assert not (tmp_path / "data").exists()


def test_init_creates_the_replica_named_in_its_settings_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    config = ("--config", "below/mine.toml")
    assert "created replica below/data/replica.duckdb" in run("init", *config).out
    assert run("status", *config).code == 0
    assert "nothing to do" in run("init", *config).out
    assert [file.name for file in tmp_path.iterdir()] == ["below"]


def test_init_writes_no_second_settings_file_beside_a_project_file_with_settings(
    run: Run, tmp_path: Path
) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text('[tool.featurestore]\nreplica = "mine.duckdb"\n')
    assert "created replica mine.duckdb" in run("init").out
    assert not (tmp_path / "featurestore.toml").exists()
    assert run("status").code == 0


def test_each_verb_does_its_part_and_records_its_run(ready: Run, span: Sequence[str]) -> None:
    pulled = ready("pull", *span, "--json").json
    assert [(t["table"], len(t["fetched"]), t["rows"]) for t in pulled["tables"]] == [
        (SUMMARY, 4, 24),
        ("nba_raw.nbac_injury_report", 0, 0),
    ]
    assert pulled["tables"][0]["dates"] == {"start": "2024-01-02", "end": "2025-01-04"}
    assert ready("compute", *span, "--json").json["rows"] == 24
    assert ready("push", *span, "--json").json["rows"] == 24
    assert ready("mirror", *span).code == 0
    rows = ready("query", "--json", TIMINGS).json
    assert {row["processor_name"] for row in rows} == {
        f"featurestore.{verb}" for verb in ("pull", "compute", "push", "mirror")
    }
    assert all(float(row["extract_s"]) >= 0 and float(row["save_s"]) >= 0 for row in rows)
    assert counts(ready, span) == {SUMMARY: 24, "nba_predictions.ml_feature_store_v2": 24}


def test_a_second_pull_and_push_move_nothing(ready: Run, span: Sequence[str]) -> None:
    for verb in ("pull", "compute", "push"):
        assert ready(verb, *span).code == 0
    tables = ready("pull", *span, "--json").json["tables"]
    assert [(t["fetched"], t["emptied"], t["rows"]) for t in tables] == [([], [], 0)] * 2
    again = ready("push", *span, "--json").json
    assert (again["pushed"], again["rows"], again["unchanged"]) == ([], 0, 4)


def test_a_dry_run_changes_nothing_and_leaves_no_run(ready: Run, span: Sequence[str]) -> None:
    assert ready("pull", *span).code == 0
    before = ready("query", "--json", TIMINGS).json
    for verb in ("pull", "compute", "push", "mirror", "backfill"):
        answer = ready(verb, *span, "--dry-run")
        assert (verb, answer.code, answer.err) == (verb, 0, "")
    assert ready("query", "--json", TIMINGS).json == before
    assert counts(ready, span)["nba_predictions.ml_feature_store_v2"] == 0


def test_backfill_does_all_four(ready: Run, span: Sequence[str]) -> None:
    report = ready("backfill", *span, "--json").json
    assert (report["computed"]["rows"], report["pushed"]["rows"]) == (24, 24)
    assert set(report["seconds"]) == {"pull", "compute", "push", "mirror"}
    assert ready("query", "--json", STORED).json == [
        {"player_lookup": "bosplayer1", "feature_4_value": 3.0}
    ]


def test_backfill_prints_a_line_per_stage(ready: Run, span: Sequence[str]) -> None:
    shown = ready("backfill", *span).out
    for stage in ("pull", "compute", "push", "mirror"):
        assert stage in shown
    assert "gaps logged 0, gaps resolved 0" in shown


def test_a_query_is_written_in_each_format(ready: Run, span: Sequence[str], tmp_path: Path) -> None:
    ready("backfill", *span)
    assert "bosplayer1" in ready("query", STORED).out
    expected = [{"player_lookup": "bosplayer1", "feature_4_value": 3.0}]
    assert ready("query", STORED, "--format", "json").json == expected
    shown = list(csv.DictReader(io.StringIO(ready("query", STORED, "--format", "csv").out)))
    assert shown == [{"player_lookup": "bosplayer1", "feature_4_value": "3"}]
    file = tmp_path / "rows.parquet"
    answer = ready("query", STORED, "--format", "parquet", "--output", str(file))
    assert (answer.code, answer.out) == (0, "")
    assert parquet.read_table(file).to_pylist() == expected


def test_a_query_pasted_with_its_project_runs_as_it_is(ready: Run, span: Sequence[str]) -> None:
    ready("pull", *span)
    sql = (
        f"SELECT MAX(points) AS most FROM `my-project.{SUMMARY}`"
        " WHERE game_date >= DATE_SUB(DATE '2025-01-08', INTERVAL 7 DAY)"
    )
    assert ready("query", sql, "--json").json == [{"most": 22}]


def test_status_and_doctor_describe_the_replica(
    ready: Run, span: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A day of a season that the calendar has.
    monkeypatch.setenv("FEATURESTORE_TODAY", "2026-01-10")
    ready("backfill", *span)
    document = ready("status", "--json").json
    assert (document["computed"]["rows"], document["unpushed_dates"], document["open_gaps"]) == (
        24,
        0,
        0,
    )
    assert "nba_predictions.ml_feature_store_v2" in ready("status").out
    checks = ready("doctor", "--json")
    assert (checks.code, {c["is_ok"] for c in checks.json["checks"]}) == (0, {True})


def test_json_is_the_only_thing_on_stdout(
    ready: Run, span: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEATURESTORE_TODAY", "2026-01-10")
    for words in (
        ("pull", *span),
        ("compute", *span),
        ("push", *span),
        ("mirror", *span),
        ("backfill", *span),
        ("status",),
        ("doctor",),
    ):
        answer = ready(*words, "--json")
        assert (answer.code, answer.err) == (0, "")
        assert answer.json is not None


def test_a_warehouse_with_other_dataset_names_is_used(
    ready: Run, span: Sequence[str], tmp_path: Path
) -> None:
    renamed = tmp_path / "renamed.toml"
    renamed.write_text(
        'replica = "other/r.duckdb"\nwarehouse = "other/w.duckdb"\n'
        '[datasets]\nnba_analytics = "dev_analytics"\nnba_predictions = "dev_predictions"\n'
    )
    config = ("--config", str(renamed))
    created = ready("init", *config, "--json").json["created"]
    assert f"replica {tmp_path}/other/r.duckdb" in created
    loaded = ready("warehouse", "load", SUMMARY, "rows.parquet", *config)
    assert "dev_analytics.player_game_summary: 4 dates" in loaded.out
    report = ready("backfill", *span, *config, "--json").json
    assert (report["computed"]["rows"], report["pushed"]["rows"]) == (24, 24)
    stored = ready("query", STORED, "--json", *config)
    assert [row["player_lookup"] for row in stored.json] == ["bosplayer1"]
    again = ready("push", *span, *config, "--json").json
    assert again["unchanged"] == 4
