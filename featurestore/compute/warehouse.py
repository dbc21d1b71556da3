"""Computes a range in the warehouse, and takes its rows into the replica.

The composed SQL runs as it is; from there on the rows take the same way as those that are computed
here: ledger, gaps, and a push that knows what it sends.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from featurestore import bounds
from featurestore.compute import plan
from featurestore.compute.local import log_gaps, record_computed, require_types, swap_rows
from featurestore.compute.report import ComputeReport
from featurestore.definitions import tables
from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from datetime import date

    import duckdb
    import pyarrow as pa

    from featurestore.compute.request import ComputeRequest
    from sync.replica.file import Replica

_ROWS = "warehouse_rows"


class Ran(Protocol):
    """A query that was run in a warehouse."""

    seconds: float
    rows: int

    def reader(self) -> pa.RecordBatchReader:
        """All rows, or an error from the iteration."""


class Engine(Protocol):
    """A warehouse that runs queries."""

    def run(
        self,
        sql: str,
        parameters: Mapping[str, object],
        *,
        subject: str,
        labels: Mapping[str, str],
    ) -> AbstractContextManager[Ran]:
        """Run one query as it is; its rows can be read inside the context."""

    def price(self, sql: str, parameters: Mapping[str, object], *, subject: str) -> int:
        """Bytes that the query would read; runs nothing."""


def require_engine(warehouse: object, url: str) -> Engine:
    """The warehouse, if it runs queries.

    Raises:
        BadInput: it is a file, which holds rows and computes nothing.
    """
    if not hasattr(warehouse, "run"):
        raise BadInput(
            f"--engine bigquery: warehouse {url} is a file and runs no queries",
            hint="set warehouse = 'bigquery://PROJECT?location=US', or use --engine duckdb",
            warehouse=url,
        )
    return warehouse  # type: ignore[return-value]


def statements(*, include_bootstrap: bool) -> tuple[tuple[str, str], ...]:
    """Each relation that a run needs, with its composed GoogleSQL: the store's rows, the gaps.

    Raises:
        Refused: a statement reads a partitioned table without bounds.
    """
    wanted = [plan.STORE]
    wanted += [] if include_bootstrap else [plan.BOOTSTRAP_GAP]
    wanted.append(plan.LISTED_GAP)
    return tuple((name, bounded_sql(name)) for name in wanted)


@lru_cache(maxsize=4)
def bounded_sql(name: str) -> str:
    """The composed GoogleSQL of a relation, as a warehouse may run it.

    Raises:
        Refused: it reads a partitioned table without bounds.
    """
    sql = plan.features_sql(name)
    bounds.require_bounds(sql, tables.partitioned(), upper=True, origin=name)
    return sql


def prices(engine: Engine, request: ComputeRequest) -> dict[str, int]:
    """Bytes that each query of a run would read, by relation; runs nothing."""
    composed = statements(include_bootstrap=request.include_bootstrap)
    parameters = request.parameters()
    return {name: engine.price(sql, parameters, subject=name) for name, sql in composed}


def compute_in_warehouse(
    replica: Replica,
    engine: Engine,
    request: ComputeRequest,
    *,
    run_id: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> ComputeReport:
    """Compute every store row of the request in the warehouse, and swap them into the replica.

    Nothing needs to be pulled. The replica changes in one transaction, after all rows are here.
    See :func:`featurestore.compute.local.compute` for the arguments.

    Raises:
        OverBudget: a query would cost more than is left; nothing was spent on it.
        Refused: a column has not the type of its target.
        WarehouseFailed: a query failed, or took too long and was cancelled.
    """
    dates, now, parameters = request.dates, request.computed_at, request.parameters()
    include_bootstrap = request.include_bootstrap
    labels = {"featurestore_run": run_id, "featurestore_verb": "compute"}
    composed = statements(include_bootstrap=include_bootstrap)
    detail, extract, found = {}, 0.0, {}
    for number, (name, sql) in enumerate(composed, start=1):
        with engine.run(sql, parameters, subject=name, labels=labels) as ran:
            began = time.perf_counter()
            found[name] = ran.reader().read_all()
            extract += time.perf_counter() - began
            detail[name] = ran.seconds
        if progress:
            progress(number, len(composed))
    began = time.perf_counter()
    with replica.write() as con:
        for name, rows in found.items():
            _hold(con, _ROWS if name == plan.STORE else name, rows)
        require_types(con.execute(f"DESCRIBE {_ROWS}").fetchall())
        con.execute(f"CREATE TEMP VIEW roster AS SELECT game_date FROM {_ROWS}")
        skipped = set() if include_bootstrap else _dates(con, plan.BOOTSTRAP_GAP)
        computed = tuple(day for day in dates if day not in skipped)
        con.execute("BEGIN")
        rows = swap_rows(con, dates, computed, f"SELECT * FROM {_ROWS}", {})
        record_computed(con, dates, computed, now, run_id)
        gaps = [name for name, _ in composed if name != plan.STORE]
        logged = sum(log_gaps(con, name, now) for name in gaps)
        con.execute("COMMIT")
    seconds = {
        "extract_time": extract,
        "calculate_time": sum(detail.values()),
        "save_time": time.perf_counter() - began,
    }
    return ComputeReport(dates, computed, tuple(sorted(skipped)), rows, logged, seconds, detail)


def _hold(con: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    con.register("incoming", rows)
    con.execute(f"CREATE TEMP TABLE {name} AS FROM incoming")
    con.unregister("incoming")


def _dates(con: duckdb.DuckDBPyConnection, name: str) -> set[date]:
    return {row[0] for row in con.execute(f"SELECT DISTINCT game_date FROM {name}").fetchall()}
