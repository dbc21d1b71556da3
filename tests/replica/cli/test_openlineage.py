"""OpenLineage events of whole commands, as a receiver gets them; the library is the real one."""

from __future__ import annotations

import copy
import json
import os
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from unittest import mock

import duckdb
import openlineage_events
import pytest
from embedded_engine import EmbeddedEngine

import featurestore
from featurestore.openlineage import places, sender
from sync.budget import Account, Spent
from sync.duck import connections
from sync.embedded.warehouse import EmbeddedWarehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


SUMMARY = "nba_analytics.player_game_summary"
INJURIES = "nba_raw.nbac_injury_report"
STORE = "nba_predictions.ml_feature_store_v2"
PULLS = [f"featurestore.pull.{SUMMARY}", f"featurestore.pull.{INJURIES}"]
COMPUTE, PUSH = f"featurestore.compute.{STORE}", f"featurestore.push.{STORE}"
OUTER = "scheduler/nightly.features/0197c3a4-7c1e-7d3f-8c54-3f1c6f0f2d11"
ROOT = "scheduler/nightly/0197c3a4-7c1e-7d3f-8c54-3f1c6f0f2d00"


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """The library writes into the environment."""
    with mock.patch.dict(os.environ):
        for name in [name for name in os.environ if name.startswith("OPENLINEAGE")]:
            del os.environ[name]
        yield


@contextmanager
def sent_to(receiver: openlineage_events.Receiver, **more: str) -> Iterator[None]:
    """Events go to the receiver, which is asked once an event."""
    transport = {"type": "http", "url": receiver.url, "retry": {"total": 0}, "timeout": 30}
    found = {f"OPENLINEAGE__TRANSPORT__{name.upper()}": value for name, value in transport.items()}
    texts = {name: one if isinstance(one, str) else json.dumps(one) for name, one in found.items()}
    with mock.patch.dict(
        os.environ, {**texts, "FEATURESTORE_OPENLINEAGE_NAMESPACE": "nba", **more}
    ):
        yield


@contextmanager
def receiving(
    *, silent: bool = False, seconds: float = 0.0, **more: str
) -> Iterator[openlineage_events.Receiver]:
    with (
        openlineage_events.Receiver(silent=silent, seconds=seconds).running() as receiver,
        sent_to(receiver, **more),
    ):
        yield receiver


def states(events: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(event["job"]["name"], event["eventType"]) for event in events]


def ended(events: Sequence[dict[str, Any]], job: str) -> dict[str, Any]:
    (found,) = [one for one in events if one["job"]["name"] == job and one["eventType"] != "START"]
    return found


@pytest.fixture(scope="module")
def backfilled(
    template: Path, tmp_path_factory: pytest.TempPathFactory, prepare: Callable[..., Path]
) -> tuple[Path, list[dict[str, Any]]]:
    """The folder of a backfill, and its events."""
    folder = tmp_path_factory.mktemp("sent")
    shutil.copytree(template, folder, dirs_exist_ok=True)
    with receiving() as receiver:
        prepare(folder, ("backfill", "--start-date", "2025-01-01", "--end-date", "2025-01-04"))
    return folder, receiver.events


def test_a_backfill_is_the_parent_of_its_pulls_computation_and_push(
    backfilled: tuple[Path, list[dict[str, Any]]],
) -> None:
    _, events = backfilled
    steps = [*PULLS, COMPUTE, PUSH]
    each = [(job, state) for job in steps for state in ("START", "COMPLETE")]
    whole = ("featurestore.backfill", "START"), ("featurestore.backfill", "COMPLETE")
    assert states(events) == [whole[0], *each, whole[1]]
    assert {event["path"] for event in events} == {"/api/v1/lineage"}
    assert {event["job"]["namespace"] for event in events} == {"nba"}
    runs = [event["run"]["runId"] for event in events]
    assert runs[1::2][:-1] == runs[2::2], "start and end are of one run"
    assert runs[0] == runs[-1]
    assert len(set(runs)) == 5
    times = [event["eventTime"] for event in events]
    assert times == sorted(times)
    parents = [event["run"]["facets"].get("parent") for event in events]
    assert (parents[0], parents[-1]) == (None, None)
    for parent in parents[1:-1]:
        assert parent["run"]["runId"] == runs[0]
        assert parent["job"]["name"] == "featurestore.backfill"
        assert parent["root"]["run"]["runId"] == runs[0]


def test_each_event_is_what_the_library_s_classes_describe(
    backfilled: tuple[Path, list[dict[str, Any]]],
) -> None:
    for event in backfilled[1]:
        openlineage_events.require_valid(copy.deepcopy(event))
    wrong = copy.deepcopy(backfilled[1][0])
    wrong["run"]["facets"]["nominalTime"]["nominalEndTime"] = 1
    with pytest.raises(AssertionError, match=r"nominalTime\.nominalEndTime: 1 is no"):
        openlineage_events.require_valid(wrong)


def test_datasets_are_named_by_their_files_and_carry_columns_and_rows(
    backfilled: tuple[Path, list[dict[str, Any]]],
) -> None:
    folder, events = backfilled
    here, there = (f"duckdb://{folder}/data/{name}.duckdb" for name in ("replica", "warehouse"))
    moves = {}
    for job in (*PULLS, COMPUTE, PUSH):
        event = ended(events, job)
        read = [(one["namespace"], one["name"]) for one in event["inputs"]]
        moves[job] = (read, [(one["namespace"], one["name"]) for one in event["outputs"]])
    for job, table in zip(PULLS, (SUMMARY, INJURIES), strict=True):
        assert moves[job] == ([(there, f"warehouse.{table}")], [(here, f"replica.{table}")])
    inputs = [(here, f"replica.{table}") for table in (SUMMARY, INJURIES)]
    assert moves[COMPUTE] == (inputs, [(here, f"replica.{STORE}")])
    assert moves[PUSH] == ([(here, f"replica.{STORE}")], [(there, f"warehouse.{STORE}")])

    # Two teams of three players on four dates; the first fourteen days of a season get no rows.
    pulled = ended(events, PULLS[0])["outputs"][0]
    assert pulled["outputFacets"]["outputStatistics"]["rowCount"] == 24
    assert pulled["outputFacets"]["outputStatistics"]["size"] > 24
    columns = pulled["facets"]["schema"]["fields"]
    assert columns[0]["name"] == "player_lookup"
    assert columns[0]["type"] == "STRING"
    assert columns[0]["ordinal_position"] == 1
    lineage = pulled["facets"]["columnLineage"]["fields"]
    assert list(lineage) == sorted(column["name"] for column in columns)
    (source,) = lineage["points"]["inputFields"]
    assert (source["name"], source["field"]) == (f"warehouse.{SUMMARY}", "points")
    assert source["transformations"] == [{"type": "DIRECT", "subtype": "IDENTITY"}]
    for job in (COMPUTE, PUSH):
        written = ended(events, job)["outputs"][0]["outputFacets"]["outputStatistics"]
        assert written["rowCount"] == 24


def test_runs_carry_their_range_their_engine_and_the_id_of_the_run_history(
    backfilled: tuple[Path, list[dict[str, Any]]],
) -> None:
    _, events = backfilled
    run = ended(events, COMPUTE)["run"]["facets"]
    times = run["nominalTime"]
    assert times["nominalStartTime"] == "2025-01-01T00:00:00Z"
    assert times["nominalEndTime"] == "2025-01-05T00:00:00Z"
    engine = run["processing_engine"]
    assert (engine["name"], engine["version"]) == ("DuckDB", duckdb.__version__)
    tags = {tag["key"]: tag["value"] for tag in run["tags"]["tags"]}
    assert tags["featurestore_run"].startswith("backfill_")
    # A pull reaches back as far as the features do.
    pulled = ended(events, PULLS[0])["run"]["facets"]["nominalTime"]
    assert pulled["nominalStartTime"] == "2024-01-02T00:00:00Z"
    job = ended(events, COMPUTE)["job"]["facets"]
    assert (job["jobType"]["processingType"], job["jobType"]["jobType"]) == ("BATCH", "COMPUTE")
    assert "FROM nba_analytics.player_game_summary" in job["sql"]["query"]
    assert {event["producer"].rpartition(":")[0] for event in events} == {"urn:featurestore"}


# From docs/features.md: of what the value is made, and what the rows are chosen by.
PLAYED = {(SUMMARY, name) for name in ("points", "is_dnp", "minutes_played")}
ROW = {(SUMMARY, name) for name in ("player_lookup", "game_date", "season_year", "game_id")}
REPORT = {(INJURIES, name) for name in ("player_lookup", "game_date", "report_date", "report_hour")}
LINEAGE = {
    # points_avg_last_5: mean points of the newest five played games of the season.
    "feature_0_value": ({(SUMMARY, "points")}, PLAYED | ROW),
    # injury_risk: the status of the newest report, by date and hour, on the player and the game.
    "feature_10_value": ({(INJURIES, "injury_status")}, REPORT | {(SUMMARY, "player_lookup")}),
    # opponent_def_rating: 100 * points / (FGA + 0.44 FTA - OREB + TOV) of the opponent's games, in
    # sums that ask of each row whether it was played.
    "feature_13_value": (
        {
            (SUMMARY, name)
            for name in ("points", "fg_attempts", "ft_attempts", "offensive_rebounds", "turnovers")
        }
        | PLAYED,
        {(SUMMARY, "team_abbr"), (SUMMARY, "opponent_team_abbr")},
    ),
    # vegas_line_move: the points line of the row itself less its opening line.
    "feature_27_value": ({(SUMMARY, "points_line"), (SUMMARY, "opening_line")}, ROW),
}


@pytest.mark.parametrize("column", LINEAGE)
def test_a_feature_s_column_lineage_is_what_the_contract_says(
    backfilled: tuple[Path, list[dict[str, Any]]], column: str
) -> None:
    facet = ended(backfilled[1], COMPUTE)["outputs"][0]["facets"]["columnLineage"]
    inputs: dict[str, set[tuple[str, str]]] = {"DIRECT": set(), "INDIRECT": set()}
    for field in facet["fields"][column]["inputFields"]:
        (transformation,) = field["transformations"]
        inputs[transformation["type"]].add((field["name"].removeprefix("replica."), field["field"]))
    made_of, chosen_by = LINEAGE[column]
    assert inputs["DIRECT"] == made_of
    assert chosen_by <= inputs["INDIRECT"]
    # Nothing that only other features read.
    assert not {(SUMMARY, "usage_rate"), (SUMMARY, "paint_attempts")} & inputs["INDIRECT"]
    rows = {(one["name"].removeprefix("replica."), one["field"]) for one in facet["dataset"]}
    assert rows >= ROW
    assert "features" not in facet["fields"]
    assert "feature_0_quality" not in facet["fields"]


def test_a_verb_alone_is_a_part_of_the_scheduler_s_run(ready: Callable[..., Any], span) -> None:
    with receiving(OPENLINEAGE_PARENT_ID=OUTER, OPENLINEAGE_ROOT_PARENT_ID=ROOT) as receiver:
        assert ready("pull", *span).code == 0
    assert [job for job, state in states(receiver.events) if state == "COMPLETE"] == PULLS
    for event in receiver.events:
        openlineage_events.require_valid(copy.deepcopy(event))
        parent = event["run"]["facets"]["parent"]
        assert parent["job"]["name"] == "nightly.features"
        assert parent["run"]["runId"] == OUTER.rpartition("/")[2]
        assert parent["root"]["run"]["runId"] == ROOT.rpartition("/")[2]


def test_the_python_interface_sends_them_too(
    ready: Callable[..., Any], span, capsys: pytest.CaptureFixture[str]
) -> None:
    with receiving(OPENLINEAGE_PARENT_ID="nonsense") as receiver:
        store = featurestore.open()
        store.pull(span[1], span[3])
        store.compute(span[1], span[3])
        store.push(span[1], span[3])
    assert [job for job, state in states(receiver.events) if state == "COMPLETE"] == [
        *PULLS,
        COMPUTE,
        PUSH,
    ]
    # A parent that nobody can find is none; there is one warning for each run.
    assert not any("parent" in event["run"]["facets"] for event in receiver.events)
    warning = "OPENLINEAGE_PARENT_ID nonsense: is not NAMESPACE/JOB/RUN with a UUID as RUN"
    assert capsys.readouterr().err == f"warning: OpenLineage events: {warning}\n" * 3


def test_a_computation_in_bigquery_reads_there_and_names_its_last_query(
    ready: Callable[..., Any], span, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The embedded warehouse answers, under the name and with the jobs of one in BigQuery.
    place = places.Place("bigquery", "my-project", "US", {})
    monkeypatch.setattr(places, "warehouse_place", lambda *_: place)
    engine = property(lambda warehouse: EmbeddedEngine(warehouse.path))
    monkeypatch.setattr(EmbeddedWarehouse, "engine", engine)
    jobs = [("fs_run_1", "query"), ("fs_run_2", "query"), ("fs_read_1", "read")]
    at = datetime(2025, 1, 10, tzinfo=UTC)
    account = Account(entries=[Spent(job, kind, "", 0, 0, 0.1, at) for job, kind in jobs])
    monkeypatch.setattr(EmbeddedWarehouse, "account", account)
    with receiving() as receiver:
        assert ready("compute", *span, "--engine", "bigquery", "--include-bootstrap").code == 0
    begun, computed = receiver.events
    openlineage_events.require_valid(copy.deepcopy(computed))
    assert (begun["eventType"], computed["eventType"]) == ("START", "COMPLETE")
    assert [one["name"] for one in computed["inputs"]] == [
        f"my-project.{SUMMARY}",
        f"my-project.{INJURIES}",
    ]
    (written,) = computed["outputs"]
    assert written["name"] == f"replica.{STORE}"
    assert written["outputFacets"]["outputStatistics"]["rowCount"] == 24
    external = computed["run"]["facets"]["externalQuery"]
    assert external["externalQueryId"] == "my-project:US.fs_run_2"


def test_a_failure_is_sent_without_the_values_in_its_message(
    ready: Callable[..., Any], sql: Callable[..., Any], span
) -> None:
    sql(
        "ALTER TABLE nba_analytics.player_game_summary ALTER points TYPE DOUBLE",
        "UPDATE nba_analytics.player_game_summary SET points = 20.5"
        " WHERE player_lookup = 'bosplayer0' AND game_date = '2025-01-02'",
    )
    silent = ready("pull", *span)
    assert silent.code == 3
    assert "bosplayer0" in silent.err
    with receiving() as receiver:
        refused = ready("backfill", *span)
    assert refused.code == 3
    assert states(receiver.events) == [
        ("featurestore.backfill", "START"),
        (PULLS[0], "START"),
        (PULLS[0], "FAIL"),
        ("featurestore.backfill", "FAIL"),
    ]
    for event in receiver.events:
        openlineage_events.require_valid(copy.deepcopy(event))
    message = ended(receiver.events, PULLS[0])["run"]["facets"]["errorMessage"]["message"]
    assert message.startswith(f"{PULLS[0]} 2024-01-02..2025-01-04: Refused (exit code 3); ")
    assert "bosplayer" not in json.dumps(receiver.events)
    assert "20.5" not in json.dumps(receiver.events)


def test_an_interrupted_computation_and_its_backfill_are_aborted(
    ready: Callable[..., Any], span, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("featurestore.compute.stages.compute", interrupted)
    with receiving() as receiver:
        assert ready("backfill", *span).code == 130
    assert states(receiver.events)[-3:] == [
        (COMPUTE, "START"),
        (COMPUTE, "ABORT"),
        ("featurestore.backfill", "ABORT"),
    ]
    # No row of it was written, so nothing is said of columns.
    assert (
        "facets" not in ended(receiver.events, COMPUTE)["outputs"][0]
        or not ended(receiver.events, COMPUTE)["outputs"][0]["facets"]
    )


def test_a_receiver_that_is_down_changes_nothing_but_one_line(
    ready: Callable[..., Any], span
) -> None:
    with openlineage_events.Receiver().running() as receiver:
        pass
    with sent_to(receiver):
        found = ready("backfill", *span, "--json")
    assert found.code == 0
    assert found.json["pushed"]["rows"] == 24
    (line,) = found.err.splitlines()
    assert line.startswith(
        "warning: 10 of 10 OpenLineage events were not delivered; the run is not affected: "
        "ConnectionError: "
    )


def test_a_receiver_that_never_answers_is_not_waited_for(
    ready: Callable[..., Any], span, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "PATIENCE_SECONDS", 0.1)
    # It answers only when the command has ended.
    with receiving(silent=True) as receiver:
        found = ready("pull", *span)
        assert receiver.asked.is_set()
    assert found.code == 0
    assert found.err == (
        "warning: 4 of 4 OpenLineage events were not delivered; the run is not affected:"
        " the receiver took longer than 0.1 seconds\n"
    )


def test_a_command_ends_after_a_slow_receiver_has_every_event(
    ready: Callable[..., Any], span, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "PATIENCE_SECONDS", 60.0)
    with receiving(seconds=0.1) as receiver:
        found = ready("pull", *span)
        assert len(receiver.events) == 4
    assert found.err == ""


def test_a_dry_run_sends_nothing(ready: Callable[..., Any], span) -> None:
    with receiving() as receiver:
        for verb in ("pull", "backfill"):
            assert ready(verb, *span, "--dry-run").code == 0
    assert not receiver.asked.is_set()


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "no transport is configured; set OPENLINEAGE_URL"),
        ({"OPENLINEAGE__TRANSPORT__TYPE": "pigeon"}, "pigeon"),
        ({"OPENLINEAGE__TRANSPORT__TYPE": "console"}, ""),
        ({"OPENLINEAGE_DISABLED": "true"}, ""),
    ],
)
def test_what_the_library_s_configuration_says_decides(
    ready: Callable[..., Any], span, variables: dict[str, str], said: str
) -> None:
    switched_on = {"FEATURESTORE_OPENLINEAGE_NAMESPACE": "nba"}
    with mock.patch.dict(os.environ, {**variables, **switched_on}):
        found = ready("pull", "--table", "player_game_summary", *span)
    assert found.code == 0
    lines = found.err.splitlines()
    if said:
        (line,) = lines
        assert line.startswith("warning: 2 of 2 OpenLineage events were not delivered;")
        assert said in line
    else:
        shown = [json.loads(line)["eventType"] for line in lines]
        assert shown == (
            ["START", "COMPLETE"] if "OPENLINEAGE__TRANSPORT__TYPE" in variables else []
        )


def test_without_the_library_a_run_is_refused_before_it_begins(
    ready: Callable[..., Any], span, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FEATURESTORE_OPENLINEAGE_NAMESPACE", "nba")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for verb in ("pull", "compute", "push", "backfill"):
        found = ready(verb, *span)
        assert found.code == 2
        assert "openlineage-python, which is not installed" in found.err
        assert " 'featurestore[openlineage]'" in found.err
    with connections.opened(tmp_path / "data/replica.duckdb") as con:
        runs = con.execute("SELECT count(*) FROM nba_reference.processor_run_history").fetchall()
    assert runs == [(0,)]
