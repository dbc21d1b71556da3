"""Comparisons of the engines in the replica's ledger: the statement that ran, and the result."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

from featurestore import dialect
from featurestore.compute import plan
from sync.counted import counted
from sync.replica import ledger
from sync.sql_text import sql

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    import duckdb

    from featurestore.verify.comparison import Comparison
    from sync.model import DateRange


@dataclass(frozen=True, slots=True)
class Statement:
    """The statement of the features, with the versions that translate and run it.

    Attributes:
        sql_digest: Digest of the composed GoogleSQL.
        sqlglot_version: Version of the translator.
        duckdb_version: Version of the local engine.
        constructs: Names of the GoogleSQL constructs that the statement uses.
        unproven: Those without a golden case.
    """

    sql_digest: str
    sqlglot_version: str
    duckdb_version: str
    constructs: tuple[str, ...]
    unproven: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parity:
    """A statement, and the comparison of both engines' rows over a range.

    Attributes:
        dates: Both ends included.
        warehouse_url: The warehouse whose engine ran; None without a second engine.
        statement: The statement.
        comparison: Local rows against the warehouse's; None without a second engine.
        seconds: By engine.
    """

    dates: DateRange
    warehouse_url: str | None
    statement: Statement
    comparison: Comparison | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether every construct is proven and no row differs."""
        return not self.statement.unproven and (self.comparison is None or self.comparison.is_same)


@dataclass(frozen=True, slots=True)
class Last:
    """The last stored comparison of the two engines.

    Attributes:
        checked_at: In UTC.
        dates: Both ends included.
        warehouse_url: The warehouse whose engine ran.
        rows: Number of compared rows.
        is_same: Whether no row differed.
        changed: What has changed since, in words; if anything, the result is stale.
    """

    checked_at: datetime
    dates: tuple[date, date]
    warehouse_url: str
    rows: int
    is_same: bool
    changed: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Whether it still shows that both engines return the same rows."""
        return self.is_same and not self.changed

    def __str__(self) -> str:
        outcome = "the same" if self.is_same else "DIFFERENT"
        start, end = self.dates
        line = (
            f"last compared {self.checked_at:%Y-%m-%d %H:%M} UTC over {start}..{end}:"
            f" {counted(self.rows, 'row')}, {outcome}"
        )
        if self.changed:
            line += f"; stale, changed since then: {', '.join(self.changed)}"
        return line


def state() -> Statement:
    """The statement of the shipped features; nothing is run."""
    used = dialect.constructs(plan.features_sql())
    return Statement(
        plan.sql_digest(),
        version("sqlglot"),
        version("duckdb"),
        tuple(sorted(used)),
        tuple(sorted(used - dialect.PROVEN.keys())),
    )


def record_parity(con: duckdb.DuckDBPyConnection, parity: Parity, now: datetime) -> None:
    """Record a result in the ledger, even one without a comparison."""
    statement, comparison = parity.statement, parity.comparison
    con.execute(
        sql(
            """INSERT INTO {} (checked_at, start_date, end_date, sql_digest,
            sqlglot_version, duckdb_version, warehouse_url, constructs, unproven, rows,
            differences)
        VALUES ($at, $start, $end, $digest, $sqlglot, $duckdb, $url, $constructs, $unproven,
            $rows, $differences)""",
            ledger.PARITY,
        ),
        {
            "at": now,
            "start": parity.dates.start,
            "end": parity.dates.end,
            "digest": statement.sql_digest,
            "sqlglot": statement.sqlglot_version,
            "duckdb": statement.duckdb_version,
            "url": parity.warehouse_url,
            "constructs": len(statement.constructs),
            "unproven": list(statement.unproven),
            "rows": comparison.rows_here if comparison else None,
            "differences": None
            if comparison is None or comparison.is_same
            else json.dumps(asdict(comparison), default=str),
        },
    )


def last(con: duckdb.DuckDBPyConnection) -> Last | None:
    """The last comparison of the two engines in the replica's ledger, if any."""
    row = con.execute(
        sql(
            """SELECT checked_at, start_date, end_date, warehouse_url, rows, differences IS NULL,
            sql_digest, sqlglot_version, duckdb_version
        FROM {} WHERE rows IS NOT NULL
        ORDER BY checked_at DESC, rowid DESC LIMIT 1""",
            ledger.PARITY,
        )
    ).fetchone()
    if row is None:
        return None
    at, start, end, url, rows, is_same, digest, *versions = row
    changed = ["the SQL"] if digest != plan.sql_digest() else []
    changed += [
        f"{name} ({then}, now {version(name)})"
        for name, then in zip(("sqlglot", "duckdb"), versions, strict=True)
        if then != version(name)
    ]
    return Last(at, (start, end), url, rows, is_same, tuple(changed))
