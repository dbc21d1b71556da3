"""The features computed in BigQuery: a script of temporary tables, empty and over a season."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from live_bigquery import Unrepeated, replacement_of

from featurestore import league
from featurestore.compute import plan
from featurestore.compute.request import ComputeRequest
from featurestore.compute.warehouse import require_engine, statements
from featurestore.definitions import tables
from featurestore.testing import store_rows
from sync.model import DateRange

DATES = DateRange(date(2024, 12, 10), date(2024, 12, 12))
NOW = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture
def stores(scratch, warehouse):
    """All declared tables, empty, each dataset being the scratch dataset."""
    declared = tables.tables()
    datasets = {table.dataset: scratch.dataset.dataset_id for table in declared.values()}
    new_warehouse = scratch.named(datasets)
    for table in declared.values():
        new_warehouse.create(table)
    return new_warehouse


def computed(warehouse):
    """The store's rows of `DATES`, and bytes by statement as priced and as billed."""
    request = ComputeRequest(DATES, NOW, include_bootstrap=True)
    engine = require_engine(warehouse)
    script = statements(plan.STORE)
    priced = engine.price(script, request.parameters(), subject="live")
    with engine.run(
        script,
        [plan.STORE],
        request.parameters(),
        dataset=tables.tables()[tables.STORE].dataset,
        subject="live",
        labels={},
    ) as ran:
        assert set(ran.seconds) == {one.name for one in script}
        rows = ran.results[plan.STORE].reader().read_all().to_pylist()
        return rows, sum(priced.values()), ran.billed_bytes


def test_the_script_over_empty_tables_returns_no_row(stores):
    """The service takes each statement, and names each one's job.

    Costs about 0.02 dollars: some sixty statements of at least 10 MB a table.
    """
    rows, priced, billed = computed(stores)
    assert rows == []
    # A dry run prices what a statement reads of the warehouse; temporary tables are billed, too.
    assert priced > 0
    assert 0 < billed < 20 * 2**30


def test_the_script_over_a_season_returns_the_rows_computed_by_duckdb(stores, tmp_path):
    """A season of thirty teams, three dates of it, beside the same rows by DuckDB.

    Costs about 0.06 dollars: two loads, and the script over about 30 MB.
    """
    season = league.generate(seasons=(2024,), seed=9)
    source = {
        tables.SUMMARY: season.player_game_summary,
        tables.INJURIES: season.injury_report,
    }
    fresh = Unrepeated(stores)
    for full_name, rows in source.items():
        table = tables.tables()[full_name]
        # Several hourly reports share a key of the declared table.
        key = tuple(rows.column_names)
        file = tmp_path / f"{table.name}.parquet"
        fresh.replace(replacement_of(file, table, rows, key=key, prune=True))
    rows, _, _ = computed(stores)
    expected = store_rows(*source.values(), DATES.start, DATES.end).to_pylist()
    assert len(expected) > 100

    def by_key(table):
        return {
            (row["player_lookup"], row["game_date"]): {
                name: value
                for name, value in row.items()
                if name not in ("created_at", "updated_at")
            }
            for row in table
        }

    ours, theirs = by_key(expected), by_key(rows)
    assert theirs.keys() == ours.keys()
    assert len(rows) == len(theirs)
    differing = {
        (key, name): (theirs[key][name], value)
        for key, row in ours.items()
        for name, value in row.items()
        if not same(theirs[key][name], value)
    }
    assert differing == {}


def same(theirs, ours):
    """Equal, floats to one part in a billion: the order of a sum is undefined."""
    if isinstance(ours, float) and isinstance(theirs, float):
        return theirs == pytest.approx(ours, rel=1e-9, abs=1e-12, nan_ok=True)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, theirs, ours))
    return theirs == ours
