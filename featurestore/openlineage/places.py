"""Names of tables by OpenLineage's naming specification. Pure.

BigQuery: namespace ``bigquery``, name ``project.dataset.table``. The specification does not cover
DuckDB; ``duckdb://`` with the file's path, and ``database.schema.table``, are what OpenLineage's
dbt integration sends: a model in the same file is the same dataset.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sync.identity import with_datasets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from featurestore.config import Settings
    from featurestore.steps import Step

BIGQUERY = "bigquery"


@dataclass(frozen=True, slots=True)
class Place:
    """A replica or a warehouse.

    Attributes:
        namespace: Of its tables.
        prefix: Before ``dataset.table``: the project, or the file's name without its ending.
        location: Of a BigQuery project, such as ``US``; empty for a file.
        datasets: Declared dataset to its name there, where the two differ.
    """

    namespace: str
    prefix: str
    location: str
    datasets: Mapping[str, str]

    def table(self, full_name: str) -> str:
        """The name of a table by its declared ``dataset.table``."""
        dataset, _, name = full_name.partition(".")
        return f"{self.prefix}.{self.datasets.get(dataset, dataset)}.{name}"

    def query(self, job_id: str) -> str:
        """A BigQuery job's id with its project and location."""
        return f"{self.prefix}:{self.location}.{job_id}"


def replica_place(settings: Settings) -> Place:
    """The replica of the settings; its datasets have the declared names."""
    return _file_place(Path(settings.replica).resolve(), {})


def warehouse_place(identity: str, datasets: Mapping[str, str]) -> Place:
    """The warehouse of an identity; see :mod:`sync.identity`."""
    address = identity.removesuffix(with_datasets("", datasets))
    parts = urlsplit(address)
    if parts.scheme == "bigquery":
        location = parts.query.removeprefix("location=")
        return Place(BIGQUERY, parts.netloc, location, datasets)
    return _file_place(Path(address), datasets)


def _file_place(path: Path, datasets: Mapping[str, str]) -> Place:
    return Place(f"duckdb://{path}", path.stem, "", datasets)


def source_and_target(step: Step, replica: Place, warehouse: Place | None) -> tuple[Place, Place]:
    """Where a step reads, and where it writes."""
    there = warehouse or replica
    return {"pull": (there, replica), "compute": (there, replica), "push": (replica, there)}[
        step.verb
    ]
