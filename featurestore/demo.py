"""The demonstration: a generated league through the whole main job, then a late correction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from featurestore import league, run_history
from featurestore.backfill.run import BackfillReport, backfill
from featurestore.compute import store_views
from featurestore.config import Settings
from featurestore.definitions import tables
from featurestore.definitions.seasons import season_range
from sync.embedded.load import load_files
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.model import DateRange
from sync.replica.file import Replica

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SEASONS = (2023, 2024)


@dataclass(frozen=True, slots=True)
class DemoReport:
    """The backfill of everything, and the one after three dates were corrected upstream."""

    full: BackfillReport
    corrected: BackfillReport


def play(folder: Path, *, seed: int, say: Callable[[str], None]) -> DemoReport:
    """Generate, load, backfill; then correct three dates upstream and backfill again.

    Args:
        folder: Holds the files, the warehouse and the replica.
        seed: Of the league.
        say: Called with a line before each step.
    """
    say("generating a league of two seasons ...")
    generated = league.generate(seed=seed, seasons=SEASONS)
    files = generated.write(folder)
    (folder / ".featurestore_demo").touch()
    declared = tables.tables()
    settings = Settings()
    replica = Replica(folder / "replica.duckdb")
    replica.create(list(declared.values()))
    store_views.create_views(replica)
    with EmbeddedWarehouse(folder / "warehouse.duckdb") as warehouse:
        for table in declared.values():
            warehouse.create(table)
        summary = declared[tables.SUMMARY]
        say("loading it into the embedded warehouse ...")
        load_files(warehouse, summary, [files["player_game_summary"]])
        load_files(warehouse, declared[tables.INJURIES], [files["injury_report"]])
        days = generated.player_game_summary["game_date"].to_pylist()
        dates = DateRange(season_range("2023-24").start, max(days))
        say(f"backfill of {dates.start} to {dates.end}, bootstrap dates left out ...")
        full = _backfill(replica, warehouse, dates, settings, include_bootstrap=False)
        say("three dates are corrected upstream; the same backfill, bootstrap dates included ...")
        load_files(warehouse, summary, [files["corrections"]])
        corrected = _backfill(replica, warehouse, dates, settings, include_bootstrap=True)
    return DemoReport(full, corrected)


def _backfill(
    replica: Replica,
    warehouse: EmbeddedWarehouse,
    dates: DateRange,
    settings: Settings,
    *,
    include_bootstrap: bool,
) -> BackfillReport:
    with run_history.record(replica, "backfill", dates) as run:
        return backfill(
            replica, warehouse, dates, settings, run, include_bootstrap=include_bootstrap
        )
