"""A local replica of a BigQuery feature store: the same GoogleSQL, computed in DuckDB.

import featurestore

store = featurestore.open("data/replica.duckdb")
rows = store.features("2025-01-01", "2025-01-31", names=["points_avg_last_5"]).to_arrow()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from featurestore.api import (
        BadInput,
        Conflict,
        Explanation,
        Failure,
        HistoricalFeatures,
        Manifest,
        OverBudget,
        Refused,
        ReplicaLocked,
        Result,
        Store,
        WarehouseFailed,
        open,
    )

__all__ = [
    "BadInput",
    "Conflict",
    "Explanation",
    "Failure",
    "HistoricalFeatures",
    "Manifest",
    "OverBudget",
    "Refused",
    "ReplicaLocked",
    "Result",
    "Store",
    "WarehouseFailed",
    "open",
]


def __getattr__(name: str) -> Any:
    """The Python interface, imported on first use, so that commands start without it."""
    if name in __all__:
        from featurestore import api

        return getattr(api, name)
    raise AttributeError(f"module 'featurestore' has no attribute {name!r}")
