"""The pull through dlt: Arrow batches from the embedded warehouse into a new DuckDB file."""

from __future__ import annotations

import os
import shutil
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from benchmarks.measure import Contestant
from benchmarks.stage import SUMMARY, Stage, count
from sync.duck import connections
from sync.duck.quoting import quote_table
from sync.embedded.warehouse import BATCH_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa


def pull(stage: Stage) -> Contestant:
    """All seasons; dlt writes Parquet files, then loads them."""
    folder = stage.folder / "dlt"

    @contextmanager
    def fresh() -> Iterator[None]:
        folder.mkdir()
        try:
            yield
            assert count(folder / "pulled.duckdb", SUMMARY) == stage.rows
        finally:
            shutil.rmtree(folder)

    def run() -> None:
        os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
        import dlt

        @dlt.resource(name=SUMMARY.name, write_disposition="replace")
        def summary() -> Iterator[pa.RecordBatch]:
            with closing(connections.connect(stage.warehouse, read_only=True)) as con:
                rows = con.sql(f"SELECT * FROM {quote_table(SUMMARY)}")
                yield from rows.to_arrow_reader(BATCH_ROWS)

        pipeline = dlt.pipeline(
            "benchmark",
            pipelines_dir=str(folder),
            destination=dlt.destinations.duckdb(str(folder / "pulled.duckdb")),
            dataset_name=SUMMARY.dataset,
        )
        pipeline.run(summary())

    return Contestant("dlt", run, fresh)
