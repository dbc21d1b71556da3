"""The guard on bounds: every reading of a partitioned table has a constant lower bound.

The incident behind it: a CTE with ``game_date < X`` and no lower bound made one query take 17
minutes instead of 3 seconds. BigQuery prunes partitions by constant expressions alone, so a
bound counts only if it is made of literals, parameters and the current date. Pure.
"""

from featurestore.bounds.check import check_bounds, lookback_days, require_bounds

__all__ = ["check_bounds", "lookback_days", "require_bounds"]
