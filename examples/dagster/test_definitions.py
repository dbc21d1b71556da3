"""The assets in Dagster itself, over the embedded warehouse: ``pytest`` in its environment."""

import os
import shlex
import subprocess
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import definitions
import pytest

ROWS = Path(__file__).parents[1] / "ci/tests/fixture/nba_analytics.player_game_summary.csv"
COMMAND = os.environ.get("FEATURESTORE", "featurestore")
ASSETS = [
    definitions.player_game_summary,
    definitions.features,
    definitions.ml_feature_store_v2,
]
# A player whom the report lists as doubtful, and who has no row of the game.
DOUBTFUL = """\
report_date,report_hour,game_date,game_id,team,player_lookup,injury_status,processed_at
2025-01-05,17,2025-01-05,20250105_AAA_BBB,AAA,carl,Doubtful,2025-01-10 00:00:00+00
"""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> definitions.Featurestore:
    """The four games of two players in an embedded warehouse, nothing pulled."""
    monkeypatch.chdir(tmp_path)
    run("init")
    run("warehouse", "load", "nba_analytics.player_game_summary", str(ROWS))
    return definitions.Featurestore(command=COMMAND, config=str(tmp_path / "featurestore.toml"))


def run(*words: str) -> str:
    command = [*shlex.split(COMMAND), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def materialize(
    store: definitions.Featurestore, first: str, last: str
) -> dg.ExecuteInProcessResult:
    """As a backfill of these partitions runs them."""
    return dg.materialize(
        ASSETS,
        resources={"featurestore": store},
        tags={
            "dagster/asset_partition_range_start": first,
            "dagster/asset_partition_range_end": last,
        },
        instance=dg.DagsterInstance.ephemeral(),
        raise_on_error=False,
    )


def metadata(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, object]:
    """What the UI shows of an asset; the same of each partition of the range."""
    events = result.asset_materializations_for_node(asset)
    assert len(events) == 7
    return {name: value.value for name, value in events[0].metadata.items()}


def test_a_range_is_pulled_computed_and_pushed_in_one_run(store: definitions.Featurestore) -> None:
    first = materialize(store, "2025-01-01", "2025-01-07")
    assert first.success
    pulled = metadata(first, "player_game_summary")
    # 365 days before, and two tables, one of them without a row.
    assert (pulled["rows"], pulled["partitions"]) == (8, 2 * (365 + 7))
    computed = metadata(first, "features")
    assert (computed["rows"], computed["dates"], computed["gaps"]) == (8, 7, 0)
    pushed = metadata(first, "ml_feature_store_v2")
    assert (pushed["rows"], pushed["dates"], pushed["unchanged"]) == (8, 7, 0)
    (check,) = first.get_asset_check_evaluations()
    assert (check.passed, check.metadata["store_rows"].value) == (True, 8)
    # Once more: nothing is pulled or pushed again.
    again = materialize(store, "2025-01-01", "2025-01-07")
    assert metadata(again, "player_game_summary")["unchanged"] == 2 * (365 + 7)
    assert metadata(again, "ml_feature_store_v2")["unchanged"] == 7


def test_a_gap_is_a_warning_of_the_check(store: definitions.Featurestore, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    report.write_text(DOUBTFUL)
    run("warehouse", "load", "nba_raw.nbac_injury_report", str(report))
    result = materialize(store, "2025-01-01", "2025-01-07")
    assert result.success
    (check,) = result.get_asset_check_evaluations()
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert check.metadata["gaps"].value == 1
    assert "no_game_summary" in str(check.metadata["found"].value)


def test_a_failure_says_what_to_do_and_is_not_tried_in_vain(
    store: definitions.Featurestore, tmp_path: Path
) -> None:
    warehouse = tmp_path / "data/warehouse.duckdb"
    warehouse.rename(tmp_path / "moved.duckdb")
    result = materialize(store, "2025-01-01", "2025-01-07")
    assert not result.success
    (failed,) = result.get_step_failure_events()
    error = failed.event_specific_data.user_failure_data
    message, hint = error.description.splitlines()
    assert message == f"featurestore pull: warehouse {warehouse}: no such file"
    assert hint.startswith("hint: correct warehouse in featurestore.toml")
    assert error.metadata["exit_code"].value == 2
    assert not [one for one in result.all_events if one.is_step_up_for_retry]


def test_only_what_may_go_away_by_itself_is_tried_again() -> None:
    locked = '{"schema_version": 1, "error": {"message": "locked", "hint": null, "facts": {}}}'
    allowed = {
        code: definitions.failure(("push",), code, locked).allow_retries for code in range(2, 8)
    }
    assert allowed == {2: False, 3: False, 4: False, 5: False, 6: True, 7: True}
    assert definitions.failure(("push",), 1, "killed").description == "featurestore push: killed"


def test_an_error_that_ends_with_1_is_none_of_the_gaps(
    store: definitions.Featurestore, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.sh"
    broken.write_text("echo 'free disk space' >&2; exit 1\n")
    store = definitions.Featurestore(command=f"sh {broken}", config=store.config)
    (failed,) = materialize(store, "2025-01-01", "2025-01-07").get_step_failure_events()
    error = failed.event_specific_data.user_failure_data
    assert error.description == "featurestore pull: free disk space"


def test_each_morning_the_schedule_takes_the_date_before() -> None:
    schedule = definitions.defs.get_repository_def().get_schedule_def("main_job_schedule")
    morning = datetime(2025, 1, 8, 9, tzinfo=ZoneInfo("America/New_York"))
    context = dg.build_schedule_context(
        scheduled_execution_time=morning, repository_def=definitions.defs.get_repository_def()
    )
    (request,) = schedule.evaluate_tick(context).run_requests or ()
    assert request.partition_key == "2025-01-07"
