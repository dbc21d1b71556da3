"""The main job as Dagster's assets: each stage is one command over a range of dates.

A backfill of many dates is one run, and each stage one command: what it costs is in the number of
commands, hardly in the number of dates.
"""

# Dagster reads the annotations of `context`: no `from __future__ import annotations` here.
import json
import shlex
import subprocess
from typing import Any

import dagster as dg

# The warehouse failed, or another process has the replica: the same command may succeed later.
WORTH_A_RETRY = (6, 7)
# Gaps, with a document on stdout; any other error ends with 1 too, without one.
GAPS = 1

each_date = dg.DailyPartitionsDefinition("2023-10-24", timezone="America/New_York")
stage: dict[str, Any] = {
    "partitions_def": each_date,
    "backfill_policy": dg.BackfillPolicy.single_run(),
    "retry_policy": dg.RetryPolicy(max_retries=3, delay=60, backoff=dg.Backoff.EXPONENTIAL),
    # One file, one writer: runs wait for each other.
    "pool": "replica",
}


class Featurestore(dg.ConfigurableResource):
    """The command line, of this environment or another one.

    Attributes:
        command: The program, such as ``.venv/bin/featurestore``, and its first arguments.
        config: The settings file.
    """

    command: str = "featurestore"
    config: str = "featurestore.toml"

    def run(self, context: dg.AssetExecutionContext, *words: str) -> dict[str, Any]:
        """The JSON document that a verb prints of the run's dates.

        Raises:
            Failure: the verb failed; with its message and hint, and retried where that may help.
        """
        dates = context.partition_key_range
        done = subprocess.run(
            [
                *shlex.split(self.command),
                *words,
                "--json",
                *("--config", self.config),
                *("--start-date", dates.start),
                *("--end-date", dates.end),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        for line in done.stderr.splitlines():
            context.log.info(line)
        if done.returncode not in (0, GAPS) or not done.stdout:
            raise failure(words, done.returncode, done.stderr)
        document: dict[str, Any] = json.loads(done.stdout)
        return document


def failure(words: tuple[str, ...], code: int, stderr: str) -> dg.Failure:
    """What Dagster shows: the command, what is wrong, and what to do."""
    error: dict[str, Any] = {"message": stderr.strip() or "no message", "hint": None}
    for line in stderr.splitlines():
        if line.startswith('{"schema_version"'):
            error = json.loads(line)["error"]
    hint = f"\nhint: {error['hint']}" if error["hint"] else ""
    return dg.Failure(
        f"featurestore {' '.join(words)}: {error['message']}{hint}",
        metadata={"exit_code": code, "facts": error.get("facts", {})},
        allow_retries=code in WORTH_A_RETRY,
    )


@dg.asset(**stage)
def player_game_summary(
    context: dg.AssetExecutionContext, featurestore: Featurestore
) -> dg.MaterializeResult:
    """The warehouse's rows in the replica: the dates, and those before them that features read."""
    pulled = featurestore.run(context, "pull")["tables"]
    return dg.MaterializeResult(
        metadata={
            "rows": sum(table["rows"] for table in pulled),
            "partitions": sum(len(table["fetched"]) + len(table["emptied"]) for table in pulled),
            "unchanged": sum(table["unchanged"] for table in pulled),
            "bytes": sum(table["bytes"] for table in pulled),
            "seconds": sum(table["seconds"] for table in pulled),
        }
    )


@dg.asset(deps=[player_game_summary], **stage)
def features(context: dg.AssetExecutionContext, featurestore: Featurestore) -> dg.MaterializeResult:
    """The features, computed into the replica."""
    computed = featurestore.run(context, "compute")
    return dg.MaterializeResult(
        metadata={
            "rows": computed["rows"],
            "dates": len(computed["computed"]),
            "bootstrap_dates_left_out": len(computed["skipped"]),
            "gaps": computed["gaps_logged"],
            "seconds": sum(computed["seconds"].values()),
        }
    )


@dg.asset(
    deps=[features],
    check_specs=[dg.AssetCheckSpec("no_gaps", asset="ml_feature_store_v2")],
    **stage,
)
def ml_feature_store_v2(
    context: dg.AssetExecutionContext, featurestore: Featurestore
) -> dg.MaterializeResult:
    """The features in the warehouse: all dates or none; what is there already is not sent again."""
    pushed = featurestore.run(context, "push")
    audit = featurestore.run(context, "gaps", "audit")
    return dg.MaterializeResult(
        metadata={
            "rows": pushed["rows"],
            "dates": len(pushed["pushed"]),
            "unchanged": pushed["unchanged"],
            "jobs": pushed["job_ids"],
            "seconds": pushed["seconds"],
        },
        check_results=[
            # Every player of a date has a row in the warehouse, and no row is wrong.
            dg.AssetCheckResult(
                check_name="no_gaps",
                passed=not audit["rows"],
                severity=dg.AssetCheckSeverity.WARN,
                metadata={
                    "gaps": audit["rows"],
                    "store_rows": audit["store_rows"],
                    "found": audit["found"],
                },
            )
        ],
    )


main_job = dg.define_asset_job(
    "main_job", dg.AssetSelection.assets(player_game_summary, features, ml_feature_store_v2)
)

defs = dg.Definitions(
    assets=[player_game_summary, features, ml_feature_store_v2],
    jobs=[main_job],
    schedules=[dg.build_schedule_from_partitioned_job(main_job, hour_of_day=9)],
    # Each stage is a process already, and one follows the other.
    executor=dg.in_process_executor,
    resources={
        "featurestore": Featurestore(
            command=dg.EnvVar("FEATURESTORE"), config=dg.EnvVar("FEATURESTORE_CONFIG")
        )
    },
)
