"""What a query costs. Pure."""

from __future__ import annotations

# On-demand price of one TiB in US regions, and the least that BigQuery bills: 10 MB for each
# table of a query.
DOLLARS_PER_TIB = 6.25
LEAST_BYTES = 10 * 1024 * 1024
DEFAULT_MAX_BYTES = 200 * 1024**3


def billed_bytes(scanned: int, tables: int = 1) -> int:
    """Bytes billed for a query that scans ``scanned`` bytes: whole MB, at least 10 a table."""
    mib = 1024 * 1024
    return max(-(-scanned // mib) * mib, LEAST_BYTES * tables)


def dollars(billed: int) -> float:
    """The on-demand price of ``billed`` bytes."""
    return billed / 1024**4 * DOLLARS_PER_TIB
