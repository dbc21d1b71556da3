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
from sync.counted import counted
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
    """The least bytes that each statement would be billed in the warehouse; runs nothing."""
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

    All rows that ``compute`` could write, with any options, are compared; the store does not
    change. If the warehouse runs no queries, or a construct is unproven, no rows are compared.

    Args:
        replica: Holds the pulled input; its ledger records the result.
        warehouse: The other engine, if it runs queries.
        dates: Both ends included.
        now: Becomes ``checked_at``, and the time of the computed rows.
        run_id: Labels the warehouse's job.
        bootstrap_days: From the settings.
        progress: Called with the number of relations done, and of all relations.

    Raises:
        OverBudget: the query would cost more than is left; nothing was spent on it.
        Refused: a needed date was never pulled, or has changed in the warehouse.
        WarehouseFailed: the query failed, or its rows did not arrive.
    """
    statement = parity_history.state()
    if statement.unproven or warehouse.engine is None:
        parity = Parity(dates, None, statement)
    else:
        parameters = _request(dates, now, bootstrap_days).parameters()
        parity = _run_both(replica, warehouse, dates, statement, parameters, run_id, progress)
    with replica.write() as con:
        parity_history.record_parity(con, parity, now)
    return parity


def _request(
    dates: DateRange, now: datetime, bootstrap_days: int = DEFAULT_BOOTSTRAP_DAYS
) -> ComputeRequest:
    """A request for all rows that ``compute`` could write, with any options."""
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
    """Refuse if a pull would change anything: the engines would read different rows."""
    for report in pull_inputs(replica, warehouse, dates, dry_run=True):
        changed = sorted([*report.fetched, *report.emptied])
        if changed:
            raise Refused(
                f"{report.table}: the warehouse differs on {counted(len(changed), 'date')}, first"
                f" {changed[0]}; both engines must read the same rows",
                hint=f"featurestore pull --start-date {dates.start} --end-date {dates.end}",
                table=report.table,
                dates=[str(day) for day in changed],
            )
