"""The bytes that a query is billed. Pure; see `sync.prices` for the prices."""

from __future__ import annotations

# The least that BigQuery bills: 10 MB for each table of a query.
LEAST_BYTES = 10 * 1024 * 1024
DEFAULT_MAX_BYTES = 200 * 1024**3


def billed_bytes(scanned: int, tables: int = 1) -> int:
    """Bytes billed for a query that scans ``scanned`` bytes: whole MB, at least 10 a table."""
    mib = 1024 * 1024
    return max(-(-scanned // mib) * mib, LEAST_BYTES * tables)
