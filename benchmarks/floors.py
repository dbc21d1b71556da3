"""What no program of this kind goes below: reading, one sort, one window, writing the rows."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from benchmarks.measure import Contestant
from benchmarks.stage import STORE, SUMMARY
from sync.duck import connections
from sync.duck.quoting import quote_list, quote_literal, quote_table
from sync.embedded.warehouse import EmbeddedWarehouse

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.product import Product
    from benchmarks.stage import Unit


def read_parquet(unit: Unit, file: Path) -> Contestant:
    """The summary's Parquet file, all columns, into a table in memory."""
    sql = f"SELECT * FROM read_parquet({quote_literal(str(file))})"
    return Contestant("read_parquet", lambda: unit.make(sql))


def sort(unit: Unit) -> Contestant:
    """The unit itself, timed like any other: how much a ratio of 1 wavers."""
    return Contestant("sort", unit)


def window(unit: Unit) -> Contestant:
    """A mean over a player's last ten games, and the keys."""
    sql = f"""SELECT player_lookup, game_date, avg(points) OVER (
            PARTITION BY player_lookup, season_year ORDER BY game_date
            ROWS BETWEEN 10 PRECEDING AND 1 PRECEDING) AS points
        FROM {quote_table(SUMMARY)}"""
    return Contestant("window", lambda: unit.make(sql))


def write_store(product: Product) -> Contestant:
    """Rows that are computed already, into a table of all their columns."""

    def run() -> None:
        with product.replica.write() as con:
            con.execute(f"ATTACH {quote_literal(str(product.warehouse))} AS done (READ_ONLY)")
            con.execute("BEGIN")
            con.execute(f"CREATE TABLE main.whole AS FROM done.{quote_table(STORE)}")
            con.execute("COMMIT")
            con.execute("DETACH done")

    stage = product.stage
    return Contestant("write_store", run, lambda: product.copy(stage.pulled, stage.whole))


def insert(product: Product) -> Contestant:
    """The stream that a pull reads, into an empty DuckDB file: nothing is checked or recorded."""
    stage = product.stage

    def run() -> None:
        assert product.path is not None
        source = EmbeddedWarehouse(stage.warehouse)
        with (
            connections.opened(product.path.with_name("plain.duckdb")) as con,
            source.snapshot() as snapshot,
            snapshot.read(SUMMARY, SUMMARY.column_names, list(stage.span)) as reader,
        ):
            con.register("incoming", reader)
            con.execute("CREATE TABLE held AS FROM incoming")

    return Contestant("insert", run, product.empty)


def write_and_load(product: Product) -> Contestant:
    """A season's rows into a Parquet file, and that file into the warehouse in one transaction."""
    dates = product.season()
    store = quote_table(STORE)
    bounds = f"game_date BETWEEN DATE '{dates.start}' AND DATE '{dates.end}'"

    def run() -> None:
        assert product.path is not None
        file = quote_literal(str(product.path.with_suffix(".parquet")))
        with closing(connections.connect(product.path, read_only=True)) as con:
            con.execute(
                f"""COPY (SELECT {quote_list(STORE.column_names)} FROM {store} WHERE {bounds}
                    ORDER BY game_date, player_lookup)
                TO {file} (FORMAT parquet, COMPRESSION zstd)"""
            )
        assert product.warehouse is not None
        with EmbeddedWarehouse(product.warehouse).writer() as con:
            con.execute(f"CREATE TEMP TABLE staged AS FROM read_parquet({file})")
            con.execute(
                f"""DELETE FROM {store} AS held WHERE {bounds} AND EXISTS (FROM staged
                    WHERE staged.player_lookup = held.player_lookup
                    AND staged.game_date = held.game_date)"""
            )
            con.execute(f"INSERT INTO {store} BY NAME FROM staged")

    stage = product.stage
    return Contestant("write_and_load", run, lambda: product.copy(stage.computed, stage.warehouse))
