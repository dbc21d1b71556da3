"""What a query costs. Pure."""

from __future__ import annotations

# On-demand price of one TiB in US regions (2025), and the least that BigQuery bills: 10 MB for
# each table of a query.
DOLLARS_PER_TIB = 6.25
# Storage Read API, US regions (2025). Load jobs are free.
READ_DOLLARS_PER_TIB = 1.10
LEAST_BYTES = 10 * 1024 * 1024
DEFAULT_MAX_BYTES = 200 * 1024**3


def billed_bytes(scanned: int, tables: int = 1) -> int:
    """Bytes billed for a query that scans ``scanned`` bytes: whole MB, at least 10 a table."""
    mib = 1024 * 1024
    return max(-(-scanned // mib) * mib, LEAST_BYTES * tables)


def dollars(billed: int, kind: str = "query") -> float:
    """The on-demand price of ``billed`` bytes of a job's kind: query, load or read."""
    price = {"query": DOLLARS_PER_TIB, "read": READ_DOLLARS_PER_TIB, "load": 0.0}[kind]
    return billed / 1024**4 * price
