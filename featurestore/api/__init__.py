"""The Python interface: a replica as an object, results as Arrow, polars, pandas."""

from featurestore.api.manifest import Manifest
from featurestore.api.result import HistoricalFeatures, Result
from featurestore.api.store import Store, open

__all__ = ["HistoricalFeatures", "Manifest", "Result", "Store", "open"]
