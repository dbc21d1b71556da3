"""Computes a range in the warehouse, and reads its rows into the replica.

One script runs the relations of ``sql/features`` unchanged, in the order of the local plan, each
into a temporary table. The rows are then treated like those computed here: ledger, gaps, and the
usual push.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING

from featurestore import bounds
from featurestore.compute import plan, store_views, unlisted_seasons
from featurestore.compute.columns import require_schema
from featurestore.compute.local import (
    log_gaps,
    record_computed,
    require_types,
)
from featurestore.compute.report import ComputeReport
from featurestore.definitions import compose, sql_files, tables
from sync.duck.quoting import quote
from sync.errors import BadInput
from sync.query_engine import Statement
from sync.sql_text import sql

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import duckdb
    import pyarrow as pa

    from featurestore.compute.request import ComputeRequest
    from sync.query_engine import QueryEngine
    from sync.replica.file import Replica
    from sync.warehouse import Warehouse

_KEPT = (plan.FEATURE_QUALITY, plan.STORED_ROW)


def require_engine(warehouse: Warehouse) -> QueryEngine:
    """The warehouse's query engine.

    Raises:
        BadInput: the warehouse is a file, which runs no queries.
    """
    if warehouse.engine is None:
        raise BadInput(
            f"--engine bigquery: warehouse {warehouse.url} is a file and runs no queries",
            hint="set warehouse = 'bigquery://PROJECT?location=US', or use --engine duckdb",
            warehouse=warehouse.url,
        )
    return warehouse.engine


@lru_cache(maxsize=4)
def statements(*roots: str) -> tuple[Statement, ...]:
    """The relations that the roots read, and the roots, each after its inputs, unchanged.

    Raises:
        Refused: one reads a partitioned table without constant bounds.
    """
    files = compose.by_name(sql_files.load("features"))
    ordered = []
    for file in compose.dependency_order(roots, files):
        bounds.require_bounds(file.text, tables.partitioned(), upper=True, origin=file.path)
        reads_tables = any("." in name for name in file.header.inputs)
        ordered.append(Statement(file.name, file.text, reads_tables))
    return tuple(ordered)


def roots_of(request: ComputeRequest) -> tuple[str, ...]:
    """The relations whose rows a computation needs: the kept rows, and the gaps."""
    bootstrap = () if request.include_bootstrap else (plan.BOOTSTRAP_GAP,)
    return (plan.FEATURE_QUALITY, plan.STORED_ROW, *bootstrap, plan.LISTED_GAP)


def prices(engine: QueryEngine, request: ComputeRequest) -> dict[str, int]:
    """The least bytes that each statement of a run would be billed; runs nothing."""
    script = statements(*roots_of(request))
    return engine.price(script, request.parameters(), subject="compute")


def compute_in_warehouse(
    replica: Replica,
    engine: QueryEngine,
    request: ComputeRequest,
    *,
    run_id: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> ComputeReport:
    """Compute every store row of the request in the warehouse, and swap them into the replica.

    Nothing has to be pulled. The replica changes in one transaction, after all rows have been read.
    See :func:`featurestore.compute.local.compute` for the arguments.

    Raises:
        OverBudget: a query would cost more than is left; nothing was spent on it.
        Refused: a column does not have the type of its target.
        WarehouseFailed: a query failed, or took too long and was cancelled.
    """
    dates, now = request.dates, request.computed_at
    labels = {"featurestore_run": run_id, "featurestore_verb": "compute"}
    roots = roots_of(request)
    with engine.run(
        statements(*roots),
        roots,
        request.parameters(),
        dataset=tables.tables()[tables.STORE].dataset,
        subject="compute",
        labels=labels,
    ) as ran:
        detail = dict(ran.seconds)
        began = time.perf_counter()
        relations = {}
        for number, name in enumerate(roots, start=1):
            relations[name] = ran.results[name].reader().read_all()
            if progress:
                progress(number, len(roots))
        extract = time.perf_counter() - began
    began = time.perf_counter()
    with replica.write() as con:
        for name, rows in relations.items():
            _hold(con, name, rows)
        require_schema()
        for name in _KEPT:
            described = con.execute(sql("DESCRIBE {}", quote(name))).fetchall()
            require_types(name, described, "the replica", plan.step(name).columns)
        kept = sql("SELECT * FROM {}", quote(plan.STORED_ROW))
        con.execute(sql("CREATE TEMP VIEW roster AS {}", kept))
        skipped = set() if request.include_bootstrap else _dates(con, plan.BOOTSTRAP_GAP)
        computed = tuple(day for day in dates if day not in skipped)
        con.execute("BEGIN")
        rows = store_views.swap_rows(con, computed, kept, {})
        record_computed(con, request, computed, run_id)
        logged = sum(log_gaps(con, name, now) for name in roots if name not in _KEPT)
        con.execute("COMMIT")
    seconds = {
        "extract_time": extract,
        "calculate_time": sum(detail.values()),
        "save_time": time.perf_counter() - began,
    }
    # The seasons of the games are in the warehouse; the dates are the next best.
    notes = unlisted_seasons.in_range(dates)
    return ComputeReport(
        dates, computed, tuple(sorted(skipped)), rows, logged, seconds, detail, notes
    )


def _hold(con: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    con.register("incoming", rows)
    con.execute(sql("CREATE TEMP TABLE {} AS FROM incoming", quote(name)))
    con.unregister("incoming")


def _dates(con: duckdb.DuckDBPyConnection, name: str) -> set[date]:
    return {
        row[0]
        for row in con.execute(sql("SELECT DISTINCT game_date FROM {}", quote(name))).fetchall()
    }
