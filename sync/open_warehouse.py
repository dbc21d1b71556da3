"""Opens the warehouse of a setting: a path is the embedded one, ``bigquery://`` BigQuery."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync.warehouse import Warehouse


def open_warehouse(
    url: str,
    *,
    lock_wait_seconds: float = 10.0,
    datasets: Mapping[str, str] | None = None,
    max_bytes: int | None = None,
) -> Warehouse:
    """The warehouse behind a setting; nothing is contacted yet.

    Args:
        url: A file's path, or ``bigquery://PROJECT``.
        lock_wait_seconds: How long to wait for another writer of a file.
        datasets: Declared dataset to its name in the warehouse, if the two differ.
        max_bytes: Bytes that the run may be billed for; None without a limit.

    Raises:
        BadInput: the scheme is unknown.
    """
    if url.startswith("bigquery://"):
        # Google's client takes a second to import.
        from sync.bigquery import BigQueryWarehouse

        warehouse = BigQueryWarehouse.from_url(url, datasets)
        warehouse.account.limit = max_bytes
        return warehouse
    if "://" in url:
        raise BadInput(
            f"warehouse {url}: neither bigquery:// nor the path of a DuckDB file",
            hint="set warehouse = 'data/warehouse.duckdb' in featurestore.toml",
            warehouse=url,
        )
    from sync.embedded.warehouse import EmbeddedWarehouse

    return EmbeddedWarehouse(Path(url), lock_wait_seconds=lock_wait_seconds, datasets=datasets)
