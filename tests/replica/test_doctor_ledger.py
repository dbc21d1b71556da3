"""What the doctor reads from the replica's ledger: money spent, and the last comparison."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import pytest

from featurestore import doctor
from featurestore.cli import options
from featurestore.clock import utc_now
from featurestore.compute.plan import sql_digest
from featurestore.config import Settings
from featurestore.definitions import tables
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.prices import Prices
from sync.replica import jobs
from sync.replica.file import Replica

BIGQUERY = Settings(warehouse="bigquery://project")


@pytest.fixture
def ledger(tmp_path):
    """A replica with the declared tables."""
    new_replica = Replica(tmp_path / "ledger.duckdb")
    new_replica.create(list(tables.tables().values()))
    return new_replica


@pytest.fixture
def told(ledger, tmp_path):
    """One check by name."""

    def run(name, settings=BIGQUERY):
        warehouse = EmbeddedWarehouse(tmp_path / "none.duckdb")
        checks = {c.name: c for c in doctor.examine(settings, ledger, warehouse)}
        return checks.get(name)

    return run


@pytest.fixture
def spend(ledger):
    def run(job_id, kind, billed, days_ago, url="bigquery://project"):
        at = utc_now() - timedelta(days=days_ago)
        values = [job_id, url, "run", kind, "s", billed, billed, 1.0, at]
        with ledger.write() as con:
            con.execute("INSERT INTO featurestore.jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)

    return run


@pytest.fixture
def compare(ledger):
    def run(digest=None, sqlglot=None, duckdb=None, days_ago=1):
        at = utc_now() - timedelta(days=days_ago)
        versions = [sqlglot or version("sqlglot"), duckdb or version("duckdb")]
        values = [at, "2025-01-01", "2025-01-31", digest or sql_digest(), *versions]
        with ledger.write() as con:
            con.execute(
                """INSERT INTO featurestore.parity
                VALUES (?, ?, ?, ?, ?, ?, NULL, 5, [], 100, NULL)""",
                values,
            )

    return run


def test_a_table_and_a_column_that_the_replica_lacks_are_named(told, ledger):
    with ledger.write() as con:
        con.execute(f"DROP TABLE {tables.GAPS}")
        con.execute(f"ALTER TABLE {tables.SUMMARY} DROP COLUMN points")
    check = told("replica")
    assert (check.is_ok, check.hint) == (False, "featurestore init")
    assert check.detail == f"lacks {tables.SUMMARY}.points, {tables.GAPS}"
    assert ledger.create(list(tables.tables().values())) is True
    assert told("replica").is_ok


def test_a_replica_without_costs_says_so(told):
    assert told("spending").detail.startswith("no jobs of")


def test_bytes_of_the_last_thirty_days_are_priced_by_kind(told, spend):
    spend("a", "query", 2**40, 1)
    spend("b", "query", 2**40, 29)
    spend("c", "read", 2**40, 2)
    spend("old", "query", 2**40, 31)
    spend("local", "query", 2**40, 1, url="data/warehouse.duckdb")
    check = told("spending")
    assert check.is_ok
    assert check.detail == (
        "$13.60 in 30 days"
        " (2 query, 2,199,023,255,552 bytes, 1 read, 1,099,511,627,776 bytes),"
        " queries at 6.25 a TiB"
    )
    dear = told("spending", Settings(warehouse="bigquery://project?query_price=11"))
    assert dear.detail.startswith("$23.10 in 30 days")
    slots = told("spending", Settings(warehouse="bigquery://project?pricing=slots"))
    assert slots.detail.startswith("$1.10 in 30 days")
    assert "their bytes have no price" in slots.detail


def test_the_free_quota_is_that_of_the_month_of_the_bill(ledger):
    """A bill's month begins at midnight of Pacific time; reads and loads are not of the quota."""
    with ledger.write() as con:
        for job_id, kind, at in (
            ("last month", "query", "2025-03-01 07:59:59+00"),
            ("this month", "query", "2025-03-01 08:00:00+00"),
            ("a read", "read", "2025-03-10 00:00:00+00"),
        ):
            con.execute(
                "INSERT INTO featurestore.jobs"
                " VALUES (?, 'bigquery://project', 'run', ?, 's', 1, 1000, 1.0, ?)",
                [job_id, kind, at],
            )
    now = datetime(2025, 3, 20, tzinfo=UTC)
    with ledger.read() as con:
        assert jobs.free_bytes(con, Prices(free_tib=1), now) == 2**40 - 1000
        assert jobs.free_bytes(con, Prices(free_tib=1e-12), now) == 0
        assert jobs.free_bytes(con, Prices(), now) == 0


def test_the_doctor_and_an_estimate_know_what_is_left_of_the_free_quota(ledger, told, spend):
    spend("a", "query", 2**39, 0)
    url = "bigquery://project?free_tib=1"
    assert (
        f"{2**39:,} bytes of them are left this month"
        in told("spending", Settings(warehouse=url)).detail
    )
    opened = options.open_warehouse(Settings(replica=str(ledger.path), warehouse=url))
    assert opened.account.free_bytes == 2**39


def test_without_bigquery_no_costs_are_shown(told):
    assert told("spending", Settings()) is None


def test_engines_that_were_never_compared_are_not_a_finding(told):
    check = told("parity")
    assert check.is_ok
    assert "have not been compared" in check.detail


def test_engines_that_differed_are_a_finding_with_the_command_to_compare_again(
    told, compare, ledger
):
    compare()
    with ledger.write() as con:
        con.execute("UPDATE featurestore.parity SET differences = '{}'")
    check = told("parity")
    assert not check.is_ok
    assert check.hint == "featurestore parity --start-date 2025-01-01 --end-date 2025-01-31"


def test_a_comparison_is_valid_while_the_sql_and_the_versions_are_the_same(told, compare):
    compare(digest="another", days_ago=2)
    compare()
    check = told("parity")
    assert check.is_ok
    assert "over 2025-01-01..2025-01-31" in check.detail


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"digest": "another"}, "changed since then: the SQL"),
        ({"sqlglot": "1.0"}, f"changed since then: sqlglot (1.0, now {version('sqlglot')})"),
        ({"duckdb": "1.0"}, f"changed since then: duckdb (1.0, now {version('duckdb')})"),
    ],
)
def test_a_comparison_of_another_sql_or_version_is_a_finding(told, compare, changed, message):
    compare(days_ago=2)
    compare(**changed)
    check = told("parity")
    assert not check.is_ok
    assert message in check.detail
