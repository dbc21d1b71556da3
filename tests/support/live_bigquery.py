"""What the tests over real BigQuery share: the dataset, fresh job ids, two calls at once."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import warehouse_contract as contract
from google.api_core import exceptions as google
from pyarrow import parquet

from sync.errors import Failure
from sync.model import Replacement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from google.cloud import bigquery
    from google.cloud.bigquery import QueryJob

    from sync.bigquery import BigQueryWarehouse
    from sync.model import Replaced, Table, Undo, Undone


class Unrepeated:
    """A warehouse whose job ids were never used before: BigQuery remembers them for months.

    Attributes:
        prefix: Comes before each job id.
    """

    def __init__(self, inner: BigQueryWarehouse, prefix: str = "") -> None:
        self._inner = inner
        self.prefix = prefix or f"live_{uuid.uuid4().hex[:12]}_"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def replace(self, what: Replacement) -> Replaced:
        done = self._inner.replace(replace(what, job_id=self.prefix + what.job_id))
        return replace(done, job_id=what.job_id)

    def undo(self, what: Undo) -> Undone:
        return self._inner.undo(replace(what, job_id=self.prefix + what.job_id))


@dataclass(frozen=True)
class Scratch:
    """The dataset that the tests fill, and two ways to it: ours and Google's client.

    Attributes:
        inner: The project's warehouse, under the datasets' real names.
        dataset: Stands for the dataset ``contract`` of the declared tables.
    """

    inner: BigQueryWarehouse
    dataset: bigquery.Dataset

    @property
    def rest(self) -> bigquery.Client:
        """Google's client."""
        return self.inner.clients.rest

    def warehouse(self, prefix: str = "") -> Unrepeated:
        """The dataset as the warehouse of `contract.TABLE`, with new job ids."""
        names = {contract.TABLE.dataset: self.dataset.dataset_id}
        return Unrepeated(self.named(names), prefix)

    def named(self, datasets: dict[str, str]) -> BigQueryWarehouse:
        """The project under other dataset names, with the same connections and account."""
        new_warehouse = type(self.inner)(
            replace(self.inner.settings, datasets=datasets), self.inner.clients
        )
        new_warehouse.account = self.inner.account
        return new_warehouse

    def id(self, name: str) -> str:
        """``project.dataset.name``."""
        return f"{self.dataset.project}.{self.dataset.dataset_id}.{name}"

    def query(self, sql: str) -> QueryJob:
        """A finished job of another user; ``{dataset}`` is replaced by the dataset."""
        path = f"`{self.dataset.project}`.`{self.dataset.dataset_id}`"
        job = self.rest.query(sql.replace("{dataset}", path))
        job.result()
        return job

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query."""
        return [dict(row) for row in self.query(sql).result()]


def replacement(path: Path, rows: list[dict[str, Any]], **changes: Any) -> Replacement:
    """A write of ``rows`` of the wide contract table, or of ``changes["table"]``, by a new id."""
    name = uuid.uuid4().hex[:8]
    table: Table = changes.pop("table", contract.TABLE)
    content = pa.Table.from_pylist(
        rows, pa.schema([field for field in contract.WIDE_SCHEMA if field.name in rows[0]])
    )
    return replacement_of(path / f"{name}.parquet", table, content, **changes)


def replacement_of(path: Path, table: Table, content: pa.Table, **changes: Any) -> Replacement:
    """A write of an Arrow table, which is put into ``path``."""
    parquet.write_table(content, path)
    fields: dict[str, Any] = {
        "table": table,
        "days": tuple(sorted(set(content[table.partition_column].to_pylist()))),
        "parquet": path,
        "rows": content.num_rows,
        "key": table.key,
        "prune": False,
        "expected": {},
        "job_id": f"write_{path.stem}",
        "digest": path.stem,
    }
    return Replacement(**fields | changes)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each of the calls returned, or the failure it ended with; all begin together."""
    ready = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        ready.wait()
        try:
            return call()
        except (Failure, google.GoogleAPICallError) as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def points(rows: Iterable[dict[str, Any]]) -> dict[tuple[str, Any], int]:
    """Points by player and date; a key that occurs twice is an error."""
    values: dict[tuple[str, Any], int] = {}
    for row in rows:
        key = (row["player"], row["game_date"])
        assert key not in values, f"{key} occurs twice"
        values[key] = row["points"]
    return values
