"""What a season's backfill costs in BigQuery, by arithmetic: bytes and jobs, nothing is run.

``python -m benchmarks.cost`` prints the table of ``docs/performance.md``. Pure but for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.contract import COLUMNS
from featurestore.definitions import tables
from sync.bigquery.cost import LEAST_BYTES
from sync.prices import Prices

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sync.model import Column, Table

# https://cloud.google.com/bigquery/pricing#data: logical bytes of a value that is not NULL.
FIXED_BYTES = {"INT64": 8, "FLOAT64": 8, "BOOL": 1, "DATE": 8, "TIMESTAMP": 8, "NUMERIC": 16}
# A STRING has 2 bytes and its UTF-8. Names, keys and hashes of this warehouse have about 14.
TEXT_BYTES = 2 + 14
ARRAY_LENGTH = 37
# A season as the league plays it: dates with games, rows a date, rows of its injury reports.
DATES, ROWS, REPORTS = 213, 34_600, 60_000
LOOKBACK_SEASONS = 1
SEASONS = 8


@dataclass(frozen=True, slots=True)
class Job:
    """Some equal jobs.

    Attributes:
        what: What one does.
        count: How many there are.
        tables: Bytes that one scans, by table; BigQuery bills 10 MB for each at least.
        read: Bytes that one reads by the Storage Read API.
    """

    what: str
    count: int
    tables: tuple[float, ...] = ()
    read: float = 0.0

    @property
    def billed(self) -> float:
        """Bytes that all of them are billed for."""
        return self.count * sum(max(LEAST_BYTES, scanned) for scanned in self.tables)

    @property
    def dollars(self) -> float:
        """On-demand price of the queries and of what is read."""
        billed = [("query", int(self.billed)), ("read", int(self.count * self.read))]
        return Prices().dollars(billed)


def column_bytes(kind: str) -> float:
    """Logical bytes of a GoogleSQL type's value; an upper bound where NULLs occur, which have none.

    Arrays count as many elements as there are features.
    """
    if kind.startswith("ARRAY<"):
        return ARRAY_LENGTH * column_bytes(kind[6:-1])
    if kind.startswith("STRUCT<"):
        return sum(column_bytes(part) for part in _fields(kind[7:-1]))
    return float(FIXED_BYTES.get(kind.split("(")[0], TEXT_BYTES))


def _fields(text: str) -> list[str]:
    """Types of a STRUCT's fields: what follows each name, split at the commas on top."""
    parts, depth = [""], 0
    for letter in text:
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip().split(" ", 1)[1] for part in parts]


def row_bytes(columns: Sequence[Column], only: Collection[str] = ()) -> float:
    """Logical bytes of a row, of all columns or of ``only`` some."""
    return sum(column_bytes(c.type) for c in columns if not only or c.name in only)


def _table(name: str) -> Table:
    return tables.tables()[name]


def _summary(seasons: float, *, whole_rows: bool = False) -> float:
    only = () if whole_rows else tuple(COLUMNS)
    return seasons * ROWS * row_bytes(_table(tables.SUMMARY).columns, only)


def _reports(seasons: float) -> float:
    return seasons * REPORTS * row_bytes(_table(tables.INJURIES).columns)


def _store(seasons: float, only: Collection[str] = ()) -> float:
    return seasons * ROWS * row_bytes(_table(tables.STORE).columns, only)


def _write(times: int, seasons: float) -> list[Job]:
    """A push: how many of them, and the part of a season that one writes.

    The target holds as much already: the first write of a season is cheaper. Each statement of
    the script counts as a job.
    """
    key = _store(seasons, _table(tables.STORE).key)
    stored = _store(seasons)
    return [
        Job("count the staged rows", 2 * times, (0.0,)),
        Job("compare the target's partitions, before, within and after", 4 * times, (stored,)),
        Job("count what is deleted", times, (key, key)),
        # A DELETE is billed for all columns of the partitions it changes.
        Job("delete by key", times, (stored, key)),
        Job("insert", times, (stored,)),
    ]


def by_date(*, bounded: bool = True) -> list[Job]:
    """The composed statement once a date, each with a push of its own.

    Args:
        bounded: Each reads its lookback; else all of the table, as before it had a lower bound.
    """
    seasons = float(LOOKBACK_SEASONS if bounded else SEASONS)
    tables = (_summary(seasons), _reports(1 / DATES))
    return [Job("compute a date", DATES, tables), *_write(DATES, 1 / DATES)]


def by_bigquery() -> list[Job]:
    """``--engine bigquery``: the same statement once over the season, into the staging table."""
    tables = (_summary(1 + LOOKBACK_SEASONS), _reports(1.0))
    return [Job("compute the season", 1, tables), *_write(1, 1.0)]


def by_replica(*, first: bool = True) -> list[Job]:
    """The local engine: pulls are compared and read, the load of a file is free.

    Args:
        first: Nothing was pulled before: the lookback is read, too.
    """
    seasons = 1 + LOOKBACK_SEASONS if first else 1
    held = _summary(seasons, whole_rows=True)
    return [
        Job("ask for the snapshot time", 2),
        Job("look for rows without a date", 2, (0.0,)),
        Job("compare the summary's partitions", 1, (held,)),
        Job("compare the reports' partitions", 1, (_reports(seasons),)),
        Job("read the summary", 1, (), held),
        Job("read the reports", 1, (), _reports(seasons)),
        Job("load the file (free)", 1),
        *_write(1, 1.0),
    ]


WAYS = {
    "date by date, the table unbounded": lambda: by_date(bounded=False),
    "date by date": by_date,
    "`--engine bigquery`, a season": by_bigquery,
    "local engine, first season": by_replica,
    "local engine, the lookback is held": lambda: by_replica(first=False),
}


def table() -> str:
    """The ways as a markdown table."""
    summary = _table(tables.SUMMARY).columns
    lines = [
        f"A row of `player_game_summary` has {row_bytes(summary):,.0f} logical bytes at most,"
        f" {row_bytes(summary, tuple(COLUMNS)):,.0f} of them in the columns that features read;"
        f" a row of the store {row_bytes(_table(tables.STORE).columns):,.0f}.",
        "",
        "| a season's backfill | jobs | GiB billed | dollars | against date by date |",
        "|---|---|---|---|---|",
    ]
    worst = sum(job.dollars for job in by_date())
    for name, way in WAYS.items():
        jobs = way()
        count, cost = sum(job.count for job in jobs), sum(job.dollars for job in jobs)
        billed = sum(job.billed for job in jobs) / 1024**3
        share = f"{cost / worst:.2f}"
        lines.append(f"| {name} | {count:,} | {billed:.2f} | {cost:.4f} | {share} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
