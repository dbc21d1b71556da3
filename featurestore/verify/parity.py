"""Runs one SQL on two engines over the same input, and compares the rows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from featurestore.compute import plan
from featurestore.compute.inputs import pull_inputs
from featurestore.compute.local import (
    require_pulled,
    run_steps,
    store_rows_sql,
)
from featurestore.compute.request import DEFAULT_BOOTSTRAP_DAYS, ComputeRequest
from featurestore.compute.warehouse import require_engine, statements
from featurestore.definitions import tables
from featurestore.verify import parity_history, row_diff
from featurestore.verify.parity_history import Parity
from sync.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from featurestore.verify.parity_history import Statement
    from sync.model import Column, DateRange
    from sync.query_engine import QueryEngine
    from sync.replica.file import Replica
    from sync.warehouse import Warehouse


def price(engine: QueryEngine, dates: DateRange, now: datetime) -> dict[str, int]:
    """Bytes that each statement would be billed at least in the warehouse; runs nothing."""
    parameters = _request(dates, now).parameters()
    return engine.price(statements(plan.STORE), parameters, subject="parity")


def check(
    replica: Replica,
    warehouse: Warehouse,
    dates: DateRange,
    *,
    now: datetime,
    run_id: str = "",
    bootstrap_days: int = DEFAULT_BOOTSTRAP_DAYS,
    progress: Callable[[int, int], None] | None = None,
) -> Parity:
    """Run the store's statement on both engines over the same input, compare, and record it.

    The rows that any option of ``compute`` would write are compared. The store is not touched.
    A warehouse that runs no queries, or a construct without proof, leaves the statement alone.

    Args:
        replica: Holds the pulled input; takes the result into its ledger.
        warehouse: The other engine, if it runs queries.
        dates: Both ends included.
        now: Becomes ``checked_at``, and the computed rows' time.
        run_id: Labels the warehouse's job.
        bootstrap_days: As the settings have it.
        progress: Called with relations done and relations in all.

    Raises:
        OverBudget: the query would cost more than is left; nothing was spent on it.
        Refused: a needed date was never pulled, or changed in the warehouse since.
        WarehouseFailed: the query failed, or its rows did not arrive.
    """
    statement = parity_history.state()
    if statement.unproven or warehouse.engine is None:
        found = Parity(dates, None, statement)
    else:
        parameters = _request(dates, now, bootstrap_days).parameters()
        found = _run_both(replica, warehouse, dates, statement, parameters, run_id, progress)
    with replica.write() as con:
        parity_history.record_parity(con, found, now)
    return found


def _request(
    dates: DateRange, now: datetime, bootstrap_days: int = DEFAULT_BOOTSTRAP_DAYS
) -> ComputeRequest:
    """The rows that any option of ``compute`` would write."""
    return ComputeRequest(
        dates, now, include_bootstrap=True, include_injured=True, bootstrap_days=bootstrap_days
    )


def _columns() -> list[Column]:
    """The store's columns that are computed."""
    computed = plan.steps()[-1].columns
    return [column for column in tables.tables()[tables.STORE].columns if column.name in computed]


def _run_both(
    replica: Replica,
    warehouse: Warehouse,
    dates: DateRange,
    statement: Statement,
    parameters: Mapping[str, object],
    run_id: str,
    progress: Callable[[int, int], None] | None,
) -> Parity:
    with replica.read() as con:
        require_pulled(con, dates)
    _require_same_input(replica, warehouse, dates)
    store, columns = tables.tables()[tables.STORE], _columns()
    labels = {"featurestore_run": run_id, "featurestore_verb": "parity"}
    with (
        require_engine(warehouse).run(
            statements(plan.STORE),
            [plan.STORE],
            parameters,
            dataset=store.dataset,
            subject="parity",
            labels=labels,
        ) as ran,
        replica.read() as con,
    ):
        row_diff.hold_stream(con, row_diff.REMOTE, store, columns, ran.results[plan.STORE].reader())
        began = time.perf_counter()
        run_steps(con, parameters, progress)
        row_diff.hold(con, row_diff.LOCAL, store, columns, *store_rows_sql(parameters))
        seconds = {"duckdb": time.perf_counter() - began, "bigquery": sum(ran.seconds.values())}
        return Parity(
            dates, warehouse.url, statement, row_diff.compare(con, store, columns), seconds
        )


def _require_same_input(replica: Replica, warehouse: Warehouse, dates: DateRange) -> None:
    """Refuse when a pull would change anything: two inputs tell nothing of two engines."""
    for report in pull_inputs(replica, warehouse, dates, dry_run=True):
        changed = sorted([*report.fetched, *report.emptied])
        if changed:
            raise Refused(
                f"{report.table}: {len(changed)} dates are not as in the warehouse, first"
                f" {changed[0]}; both engines must read the same rows",
                hint=f"featurestore pull --start-date {dates.start} --end-date {dates.end}",
                table=report.table,
                dates=[str(day) for day in changed],
            )
