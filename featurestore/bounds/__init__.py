"""Proves that every scan of a partitioned table is bounded, by constants, on its partition column.

BigQuery prunes partitions by what it knows before it reads a row: literals, parameters, the
current date. A bound that follows from a join or a correlation does not prune. Start with
``check``; ``scans`` walks queries, ``frame`` handles joins, ``predicates`` reads conditions. Pure.
"""

from featurestore.bounds.check import (
    bound_constants,
    check_bounds,
    lookback_days,
    require_bounds,
    tables_read,
)

__all__ = ["bound_constants", "check_bounds", "lookback_days", "require_bounds", "tables_read"]
