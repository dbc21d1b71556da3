"""Events that need no run: names in BigQuery, its jobs, the lineage that `features show` has."""

from __future__ import annotations

import copy
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openlineage_events
from openlineage.client.serde import Serde

from featurestore.catalog.lineage import lineage
from featurestore.config import Settings
from featurestore.definitions import tables
from featurestore.definitions.features import features
from featurestore.openlineage import columns, places
from featurestore.openlineage.events import event
from featurestore.openlineage.transition import Job, Transition
from featurestore.steps import Outcome, Step
from sync.identity import identity, with_datasets
from sync.model import DateRange

MOMENT = datetime(2025, 1, 10, 8, tzinfo=UTC)
DATES = DateRange(date(2025, 1, 1), date(2025, 1, 4))
RUN = "0197c3a4-7c1e-4d3f-8c54-3f1c6f0f2d11"
RENAMED = {"nba_predictions": "predictions_dev"}
BIGQUERY = with_datasets(identity("bigquery://my-project?location=eu&query_price=5"), RENAMED)


def made(verb: Any, table: str, warehouse: str | None, job_id: str = "") -> dict[str, Any]:
    """A complete step over the renamed datasets, as it is sent."""
    transition = Transition(
        state="COMPLETE",
        at=MOMENT,
        job=Job("nba", f"featurestore.{verb}.{table}", RUN),
        run_id=f"{verb}_0123456789abcdef",
        verb=verb,
        dates=DATES,
        step=Step(verb, table, DATES, warehouse),
        outcome=Outcome(rows=7, job_id=job_id),
    )
    settings = Settings(replica="/srv/nba/replica.duckdb", datasets=RENAMED)
    found = Serde.to_dict(event(transition, settings))
    openlineage_events.require_valid(copy.deepcopy(found))
    return found


def test_a_push_to_bigquery_names_the_project_the_dataset_and_the_job() -> None:
    found = made("push", tables.STORE, BIGQUERY, "fs_push_1")
    (read,), (written,) = found["inputs"], found["outputs"]
    assert (read["namespace"], read["name"]) == (
        "duckdb:///srv/nba/replica.duckdb",
        "replica.nba_predictions.ml_feature_store_v2",
    )
    assert (written["namespace"], written["name"]) == (
        "bigquery",
        "my-project.predictions_dev.ml_feature_store_v2",
    )
    external = found["run"]["facets"]["externalQuery"]
    assert external["externalQueryId"] == "my-project:EU.fs_push_1"
    assert external["source"] == "bigquery"
    assert found["run"]["facets"]["processing_engine"]["name"] == "BigQuery"


def test_a_computation_in_bigquery_reads_there_and_writes_here() -> None:
    found = made("compute", tables.STORE, BIGQUERY, "fs_run_1")
    assert [one["name"] for one in found["inputs"]] == [
        "my-project.nba_analytics.player_game_summary",
        "my-project.nba_raw.nbac_injury_report",
    ]
    (written,) = found["outputs"]
    assert written["name"] == "replica.nba_predictions.ml_feature_store_v2"
    (points,) = [
        one
        for one in written["facets"]["columnLineage"]["fields"]["feature_0_value"]["inputFields"]
        if one["transformations"][0]["type"] == "DIRECT"
    ]
    assert (points["namespace"], points["name"]) == (
        "bigquery",
        "my-project.nba_analytics.player_game_summary",
    )


def test_a_job_of_an_embedded_warehouse_is_no_external_query() -> None:
    found = made("push", tables.STORE, with_datasets("/srv/nba/upstream.db", RENAMED), "fs_push_1")
    assert "externalQuery" not in found["run"]["facets"]
    (written,) = found["outputs"]
    assert written["namespace"] == "duckdb:///srv/nba/upstream.db"
    assert written["name"] == "upstream.predictions_dev.ml_feature_store_v2"


def test_the_namespace_of_a_file_is_its_path_even_with_a_hash_in_it() -> None:
    assert places.warehouse_place("/srv/a#b.duckdb", {}).namespace == "duckdb:///srv/a#b.duckdb"


def test_the_lineage_of_each_feature_is_the_one_that_features_show_has() -> None:
    found = columns.store_lineage().columns
    for one in features():
        expected = lineage(one.feature_name)
        inputs = found[f"feature_{one.feature_index}_value"]
        assert (inputs.made_of, inputs.chosen_by) == (expected.made_of, expected.chosen_by)


def test_the_extra_that_the_hint_names_is_what_the_tests_run_with() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    extras = tomllib.loads(text)["project"]["optional-dependencies"]
    assert set(extras["openlineage"]) <= set(extras["dev"])


def test_the_tables_that_are_read_are_those_of_the_lineage() -> None:
    found = columns.store_lineage()
    names = {*found.rows, *(name for one in found.columns.values() for name in one.made_of)}
    assert {name.rpartition(".")[0] for name in names} == set(columns.read_tables())
