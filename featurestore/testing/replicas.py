"""Small replicas for tests, filled by a real pull."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.compute import store_views
from featurestore.definitions import tables
from featurestore.testing import own_sql
from sync.duck.quoting import quote_table
from sync.embedded.load import load_files
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.errors import BadInput
from sync.model import DateRange
from sync.replica.file import Replica
from sync.sql_text import sql

if TYPE_CHECKING:
    from pathlib import Path

    from featurestore.api.store import Store
    from featurestore.league import League

_SUFFIXES = (".parquet", ".csv")


def league_replica(league: League, folder: Path) -> Store:
    """A replica with a league's rows, pulled and computed, including bootstrap dates."""
    files = league.write(folder)
    store, dates = _pulled(
        folder,
        {
            tables.SUMMARY: files["player_game_summary"],
            tables.INJURIES: files["injury_report"],
        },
    )
    store.compute(dates.start, dates.end, include_bootstrap=True)
    return store


def replica_of(path: Path, folder: Path) -> Store:
    """A replica in ``folder`` with the rows of ``path``, pulled and not computed.

    Args:
        path: A folder of files named after their tables, such as
            ``nba_analytics.player_game_summary.parquet`` or ``.csv``, as ``featurestore fixture
            make`` writes them. Files of the store, which are for comparison, are left out.
        folder: The folder for the replica and its warehouse.

    Raises:
        BadInput: there is no such folder, or it has no file of ``player_game_summary``.
    """
    files = {
        table: file
        for table in (tables.SUMMARY, tables.INJURIES)
        for suffix in _SUFFIXES
        if (file := path / f"{table}{suffix}").is_file()
    }
    if tables.SUMMARY not in files:
        raise BadInput(
            f"{path}: has no file {tables.SUMMARY}.parquet or .csv",
            hint=f"featurestore fixture make -o {path} --dates DATE",
            path=str(path),
        )
    store, _ = _pulled(folder, files)
    return store


def _pulled(folder: Path, files: dict[str, Path]) -> tuple[Store, DateRange]:
    """A replica that has pulled the files, and the dates from first to last summary row."""
    declared = tables.tables()
    replica = Replica(folder / "replica.duckdb")
    store_views.create_store(replica)
    with EmbeddedWarehouse(folder / "warehouse.duckdb") as warehouse:
        for table in declared.values():
            warehouse.create(table)
        for name, file in files.items():
            load_files(warehouse, declared[name], [file])
        with warehouse.writer() as con:
            (bounds,) = con.execute(
                sql("SELECT min(game_date), max(game_date) FROM {}", quote_table(tables.SUMMARY))
            ).fetchall()
    store = own_sql.opened(replica.path, folder / "warehouse.duckdb")
    dates = DateRange(*bounds)
    store.pull(dates.start, dates.end)
    return store, dates
