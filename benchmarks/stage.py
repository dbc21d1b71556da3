"""The files of a run: warehouses and replicas, made once by the product's own verbs."""

from __future__ import annotations

import shutil
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from benchmarks import seasons
from featurestore.compute.inputs import pull_inputs
from featurestore.compute.local import compute
from featurestore.compute.request import ComputeRequest
from featurestore.definitions import tables
from sync.duck import connections
from sync.duck.quoting import quote, quote_literal, quote_table
from sync.duck.types import create_table_sql
from sync.embedded.load import load_files
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.model import DateRange
from sync.replica.file import Replica

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

    import duckdb

    from sync.model import Table

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SUMMARY = tables.tables()[tables.SUMMARY]
STORE = tables.tables()[tables.STORE]


@dataclass(frozen=True, slots=True)
class Stage:
    """Some seasons in a warehouse, pulled, and computed.

    Attributes:
        folder: Scratch copies go here.
        files: The Parquet files of the warehouse's tables.
        warehouse: Holds the summary, and an empty store.
        pulled: A replica that holds the inputs of all dates.
        computed: The same with the store's rows.
        whole: A DuckDB file with the store's rows in a table of all their columns.
        days: The dates with games, ascending.
        rows: Summary rows.
    """

    folder: Path
    files: dict[str, Path]
    warehouse: Path
    pulled: Path
    computed: Path
    whole: Path
    days: tuple[date, ...]
    rows: int

    @property
    def span(self) -> DateRange:
        """All dates with games."""
        return DateRange(self.days[0], self.days[-1])

    @contextmanager
    def scratch(self, *sources: Path) -> Iterator[tuple[Path, ...]]:
        """Copies that may be written to, until the block ends."""
        copies = tuple(self.folder / "scratch" / source.name for source in sources)
        (self.folder / "scratch").mkdir()
        try:
            for source, copy in zip(sources, copies, strict=True):
                shutil.copyfile(source, copy)
            yield copies
        finally:
            shutil.rmtree(self.folder / "scratch")


def build(source: seasons.Seasons, folder: Path, count: int, say: Callable[[str], None]) -> Stage:
    """Write ``count`` seasons, load, pull and compute them."""
    say(f"{count} seasons: writing, loading, pulling, computing")
    folder.mkdir(parents=True)
    files = seasons.write(source, folder / "files", count)
    days = seasons.days_of(files["summary"])
    declared = tables.tables()
    warehouse = EmbeddedWarehouse(folder / "warehouse.duckdb")
    for table in declared.values():
        warehouse.create(table)
    rows = load_files(warehouse, SUMMARY, [files["summary"]], ignore_unknown=True).rows
    if "injuries" in files:
        load_files(warehouse, declared[tables.INJURIES], [files["injuries"]])
    replica = Replica(folder / "pulled.duckdb")
    replica.create(list(declared.values()))
    span = DateRange(days[0], days[-1])
    pull_inputs(replica, warehouse, span)
    shutil.copyfile(replica.path, folder / "computed.duckdb")
    done = Replica(folder / "computed.duckdb")
    compute(done, ComputeRequest(span, NOW, include_bootstrap=True))
    whole = folder / "whole.duckdb"
    with closing(connections.connect(whole)) as con:
        con.execute(f"ATTACH {quote_literal(str(done.path))} AS done (READ_ONLY)")
        con.execute(f"CREATE SCHEMA {quote(STORE.dataset)}")
        con.execute(create_table_sql(STORE))
        con.execute(f"INSERT INTO {quote_table(STORE)} FROM done.{quote_table(STORE)}")
    return Stage(folder, files, warehouse.path, replica.path, done.path, whole, days, rows)


def stored_share(stage: Stage) -> float:
    """Bytes that the store's rows take in a replica, by those of a table of all their columns."""
    pulled, computed, whole = (
        path.stat().st_size for path in (stage.pulled, stage.computed, stage.whole)
    )
    return (computed - pulled) / whole


class Unit:
    """One sort of the summary table: what every ratio is measured in."""

    def __init__(self, stage: Stage) -> None:
        path = stage.folder / "unit.duckdb"
        shutil.copyfile(stage.pulled, path)
        self.con: duckdb.DuckDBPyConnection = connections.connect(path)

    def __call__(self) -> None:
        """Sort the whole table, all columns, into a table of its own in memory."""
        self.make(f"SELECT * FROM {quote_table(SUMMARY)} ORDER BY player_lookup, game_date")

    def make(self, sql: str) -> None:
        """Make a temporary table of any SELECT, and drop the last one."""
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE unit AS {sql}")


def empty_replica(path: Path) -> Replica:
    """A new replica with the declared tables."""
    replica = Replica(path)
    replica.create(list(tables.tables().values()))
    return replica


def query(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a statement over a DuckDB file that is only read."""
    with closing(connections.connect(path, read_only=True)) as con:
        return con.execute(sql).fetchall()


def count(path: Path, table: Table) -> int:
    """Rows of a table in a DuckDB file."""
    return int(query(path, f"SELECT count(*) FROM {quote_table(table)}")[0][0])
