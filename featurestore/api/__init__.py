"""The Python interface: a replica as an object, results as Arrow, polars, pandas; its errors."""

from featurestore.api.manifest import Manifest
from featurestore.api.result import HistoricalFeatures, Result
from featurestore.api.store import Store, open
from featurestore.explain.value import Explanation
from sync.errors import (
    BadInput,
    Conflict,
    Failure,
    OverBudget,
    Refused,
    ReplicaLocked,
    WarehouseFailed,
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
