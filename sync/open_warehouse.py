"""From a setting to a warehouse: a path is the embedded one, ``bigquery://`` the real one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sync.errors import BadInput

if TYPE_CHECKING:
    from sync.warehouse import Warehouse


def open_warehouse(url: str, *, lock_wait_seconds: float = 10.0) -> Warehouse:
    """The warehouse behind a setting; nothing is contacted yet.

    Raises:
        BadInput: the scheme is none of ours.
    """
    if url.startswith("bigquery://"):
        # Google's client takes a second to import: only who uses it pays for it.
        from sync.bigquery import BigQueryWarehouse

        return BigQueryWarehouse.from_url(url)
    if "://" in url:
        raise BadInput(
            f"warehouse {url}: neither bigquery:// nor the path of a DuckDB file",
            hint="set warehouse = 'data/warehouse.duckdb' in featurestore.toml",
            warehouse=url,
        )
    from sync.embedded.warehouse import EmbeddedWarehouse

    return EmbeddedWarehouse(Path(url), lock_wait_seconds=lock_wait_seconds)
