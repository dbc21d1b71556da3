"""What bytes cost: by the list, by the address, in slots, and within a free quota."""

from __future__ import annotations

import pytest

from featurestore import cost_estimate
from sync.bigquery import BigQueryWarehouse
from sync.budget import Account
from sync.errors import BadInput
from sync.prices import TIB, Prices

BILLED = [("query", 2 * TIB), ("read", TIB), ("load", 9 * TIB)]


def test_bytes_cost_the_list_price_and_loads_nothing():
    prices = Prices.from_url("bigquery://project?location=US")
    assert prices.dollars(BILLED) == pytest.approx(2 * 6.25 + 1.10)
    assert prices.basis == "queries at 6.25 a TiB"


def test_prices_of_a_region_are_those_of_the_address():
    prices = Prices.from_url("bigquery://p?location=southamerica-east1&query_price=11&read_price=2")
    assert prices.dollars(BILLED) == pytest.approx(2 * 11 + 2)
    assert prices.basis == "queries at 11 a TiB"


def test_a_region_without_a_price_is_counted_at_the_list_price_and_says_so():
    prices = Prices.from_url("bigquery://p?location=southamerica-east1")
    assert prices.dollars([("query", TIB)]) == 6.25
    assert prices.basis.endswith("the price of US and EU: set ?query_price= to your region's")
    assert Prices.from_url("bigquery://p?location=eu").is_listed


def test_with_slots_queries_have_no_price_per_byte_but_reads_have():
    prices = Prices.from_url("bigquery://p?pricing=slots")
    assert prices.dollars(BILLED) == pytest.approx(1.10)
    assert "run in slots, their bytes have no price" in prices.basis


def test_only_bytes_of_queries_are_free():
    assert Prices().dollars(BILLED, free_bytes=TIB // 2) == pytest.approx(1.5 * 6.25 + 1.10)
    assert Prices().dollars(BILLED, free_bytes=5 * TIB) == pytest.approx(1.10)


@pytest.mark.parametrize(
    "option",
    ["query_price=much", "query_price=-1", "read_price=nan", "free_tib=inf", "pricing=flat"],
)
def test_an_invalid_price_is_refused_by_name(option):
    with pytest.raises(BadInput, match=option.partition("=")[0]):
        BigQueryWarehouse.from_url(f"bigquery://project?{option}")


def test_an_estimate_says_by_which_prices_it_counts():
    """The options name no other data: the identity stays."""
    url = "bigquery://project?location=US&query_price=8&free_tib=2"
    warehouse = BigQueryWarehouse.from_url(url)
    assert warehouse.url == "bigquery://project?location=US"
    warehouse.account.free_bytes = TIB
    cost = cost_estimate.of_queries(warehouse.account, [3 * TIB])
    assert cost.dollars == pytest.approx(2 * 8)
    assert cost.basis == (
        f"queries at 8 a TiB; {TIB:,} bytes of the month's 2 TiB are free, by this replica's ledger"
    )
    assert "free" not in cost_estimate.of_queries(Account(), [1]).basis
