"""The pull over BigQuery's protocol, against a local emulator, and what people use instead."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Contestant
from benchmarks.stage import SUMMARY, query
from sync.duck.quoting import quote_literal
from sync.model import Replacement
from sync.transfer.pull import pull

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.product import Product
    from sync.bigquery import BigQueryWarehouse
    from sync.model import DateRange

ROOT = Path(__file__).resolve().parents[1]
WIRE = ROOT / "tests" / "wire"
PYTHON = ROOT / ".venv-emulator" / "bin" / "python"


class Emulated:
    """A season of the summary in an emulated warehouse."""

    def __init__(self, product: Product, warehouse: BigQueryWarehouse, dates: DateRange) -> None:
        self.product = product
        self.warehouse = warehouse
        self.dates = dates
        self.rows = _load(product, warehouse, dates)

    def pull(self, tokens: str) -> Contestant:
        """The product's pull into an empty replica, by one of the two kinds of tokens."""
        settings = replace(self.warehouse.settings, tokens=tokens)
        warehouse = type(self.warehouse)(settings, self.warehouse.clients)

        def run() -> None:
            report = pull(self.product.replica, warehouse, SUMMARY, self.dates)
            assert report.rows == self.rows

        return Contestant(f"emulated_pull_{tokens}", run, self.product.empty)

    def drain(self) -> Contestant:
        """Read the same Arrow stream, and throw it away."""

        def run() -> None:
            with (
                self.warehouse.snapshot() as snapshot,
                snapshot.read(SUMMARY, SUMMARY.column_names, list(self.dates)) as reader,
            ):
                assert sum(batch.num_rows for batch in reader) == self.rows

        return Contestant("emulated_drain", run)

    def to_dataframe(self) -> Contestant:
        """``list_rows().to_dataframe()`` by the Storage Read API, into pandas; no file."""

        def run() -> None:
            clients = self.warehouse.clients
            table = f"{clients.rest.project}.{SUMMARY.full_name}"
            frame = clients.rest.list_rows(table).to_dataframe(bqstorage_client=clients.storage)
            assert len(frame) == self.rows

        return Contestant("to_dataframe", run)


@contextmanager
def started() -> Iterator[BigQueryWarehouse]:
    """A warehouse on an emulator of its own, with empty tables."""
    from sync.bigquery import BigQueryWarehouse, Settings
    from sync.bigquery.client import REST_VARIABLE, STORAGE_VARIABLE, connect

    # The same environment and start as the tests over the wire have.
    subprocess.run(
        [sys.executable, WIRE.with_name("support") / "make_emulator_venv.py"], check=True
    )
    with subprocess.Popen(
        [PYTHON, WIRE / "emulator_server.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        ports = json.loads(next(line for line in process.stdout if line.startswith('{"rest"')))
        settings = Settings("benchmark", timeout_seconds=600)
        environment = {REST_VARIABLE: ports["rest"], STORAGE_VARIABLE: ports["grpc"]}
        with BigQueryWarehouse(settings, connect(settings, environment)) as warehouse:
            warehouse.create(SUMMARY)
            yield warehouse
        process.stdin.close()
        process.wait(30)


def _load(product: Product, warehouse: BigQueryWarehouse, dates: DateRange) -> int:
    """Write the season's rows into the emulator; gives their number."""
    file = product.stage.folder / "season.parquet"
    between = f"game_date BETWEEN DATE '{dates.start}' AND DATE '{dates.end}'"
    sql = f"FROM {SUMMARY.full_name} WHERE {between}"
    query(
        product.stage.warehouse,
        f"COPY ({sql}) TO {quote_literal(str(file))} (FORMAT parquet)",
    )
    days = query(product.stage.warehouse, f"SELECT DISTINCT game_date {sql} ORDER BY 1")
    (rows,) = query(product.stage.warehouse, f"SELECT count(*) {sql}")[0]
    warehouse.replace(
        Replacement(
            table=SUMMARY,
            days=tuple(day for (day,) in days),
            parquet=file,
            rows=rows,
            key=SUMMARY.key,
            prune=True,
            expected={},
            job_id="benchmark_load",
            digest=hashlib.sha256(file.read_bytes()).hexdigest(),
        )
    )
    return int(rows)
