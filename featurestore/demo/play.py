"""The demo: a backfill of a generated league, then another one after a late correction."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from featurestore import league, run_history
from featurestore.backfill.run import BackfillReport, backfill
from featurestore.compute import store_views
from featurestore.config import FILE_NAME, Settings
from featurestore.definitions import tables
from featurestore.definitions.seasons import season_range
from sync.embedded.load import load_files
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.errors import BadInput
from sync.model import DateRange
from sync.replica.file import Replica

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    Announce = Callable[[str], Callable[[int, int], None] | None]
    Step = Callable[[str], AbstractContextManager[Announce]]

SEASONS = (2023, 2024)
# Names a folder as the demonstration's; holds the seed once it is whole.
MARKER = ".featurestore_demo"
WAREHOUSE, REPLICA = "warehouse.duckdb", "replica.duckdb"
SETTINGS = """\
# Settings of the demonstration. Paths start at this file's folder.
replica = "replica.duckdb"
warehouse = "warehouse.duckdb"
"""


@dataclass(frozen=True, slots=True)
class DemoReport:
    """The backfill of both seasons, and the one after three dates were corrected upstream."""

    full: BackfillReport
    corrected: BackfillReport


def is_whole(folder: Path) -> bool:
    """Whether a demonstration was made there, to its end, and is there still.

    Raises:
        BadInput: the folder holds files, and no demonstration made it.
    """
    marker = folder / MARKER
    if not marker.exists() and folder.exists() and (folder.is_file() or any(folder.iterdir())):
        raise BadInput(
            f"{folder}: holds files, and is not a folder that featurestore demo made; nothing was"
            " changed",
            hint="featurestore demo --folder FOLDER, with a folder that is new or empty",
            folder=str(folder),
        )
    files = (folder / name for name in (FILE_NAME, WAREHOUSE, REPLICA))
    return marker.exists() and marker.read_text() != "" and all(file.exists() for file in files)


def play(
    folder: Path,
    *,
    seed: int,
    step: Step,
) -> DemoReport:
    """Generate, load, backfill; then correct three dates upstream and backfill again.

    What an earlier demonstration left in the folder is removed first.

    Args:
        folder: Where files, warehouse, replica and ``featurestore.toml`` are written.
        seed: Seed of the league.
        step: Entered with a description of each step; yields a function that is called with each
            stage's name and returns the stage's progress callback.

    Raises:
        BadInput: the folder holds files of something else.
    """
    is_whole(folder)
    _clear(folder)
    with step("generating a league of two seasons") as announce:
        announce("generate")
        generated = league.generate(seed=seed, seasons=SEASONS)
        files = generated.write(folder)
    (folder / FILE_NAME).write_text(SETTINGS, encoding="utf-8")
    declared = tables.tables()
    replica = Replica(folder / REPLICA)
    store_views.create_store(replica)
    with EmbeddedWarehouse(folder / WAREHOUSE) as warehouse:
        for table in declared.values():
            warehouse.create(table)
        summary = declared[tables.SUMMARY]
        with step("loading it into the embedded warehouse") as announce:
            announce("load")
            load_files(warehouse, summary, [files["player_game_summary"]])
            load_files(warehouse, declared[tables.INJURIES], [files["injury_report"]])
        days = generated.player_game_summary["game_date"].to_pylist()
        dates = DateRange(season_range("2023-24").start, max(days))
        shown_dates = f"{dates.start} to {dates.end}"
        with step(f"backfill of {shown_dates}, bootstrap dates left out") as announce:
            full = _backfill(replica, warehouse, dates, announce, include_bootstrap=False)
        with step(
            "three dates are corrected upstream; the same backfill, bootstrap dates included"
        ) as announce:
            load_files(warehouse, summary, [files["corrections"]])
            corrected = _backfill(replica, warehouse, dates, announce, include_bootstrap=True)
    (folder / MARKER).write_text(f"seed {seed}\n", encoding="utf-8")
    return DemoReport(full, corrected)


def _clear(folder: Path) -> None:
    """Remove the folder's files, except the marker that says whose they are."""
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / MARKER
    marker.write_text("", encoding="utf-8")
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path != marker:
            path.unlink()


def _backfill(
    replica: Replica,
    warehouse: EmbeddedWarehouse,
    dates: DateRange,
    announce: Announce,
    *,
    include_bootstrap: bool,
) -> BackfillReport:
    with run_history.record(replica, "backfill", dates) as run:
        return backfill(
            replica,
            warehouse,
            dates,
            Settings(),
            run,
            include_bootstrap=include_bootstrap,
            announce=announce,
        )
