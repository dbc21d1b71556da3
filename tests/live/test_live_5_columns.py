"""Columns added by another user, and values at the limits of their types."""

from __future__ import annotations

import math
from decimal import Decimal

from live_bigquery import replacement
from warehouse_contract import DATES, FIRST, SECOND, TABLE, row


def tokens(warehouse):
    with warehouse.snapshot() as snapshot:
        return {
            day: partition.token for day, partition in snapshot.partitions(TABLE, DATES).items()
        }


def test_a_column_added_between_two_pushes_is_not_a_conflict(scratch, warehouse, tmp_path):
    """Tokens are made over the declared columns; the new cells stay.

    Costs about 0.008 dollars: two pushes, an UPDATE and three small queries.
    """
    warehouse.create(TABLE)
    warehouse.replace(replacement(tmp_path, [row("ann", FIRST), row("bob", SECOND)]))
    seen = tokens(warehouse)
    scratch.query("ALTER TABLE {dataset}.games ADD COLUMN odds FLOAT64")
    scratch.query("UPDATE {dataset}.games SET odds = 2.5 WHERE game_date >= DATE '2024-01-01'")
    assert tokens(warehouse) == seen
    write = replacement(tmp_path, [row("ann", FIRST, 8)], expected={FIRST: seen[FIRST]})
    assert warehouse.replace(write).replaced == 1
    assert scratch.rows("SELECT player, points, odds FROM {dataset}.games ORDER BY player") == [
        {"player": "ann", "points": 8, "odds": 2.5},
        {"player": "bob", "points": 1, "odds": 2.5},
    ]


def test_numbers_at_the_limits_of_their_types_are_read_back_bit_for_bit(warehouse, tmp_path):
    """INT64, FLOAT64 with -0.0 and the smallest number, NUMERIC(5, 1); their tokens differ.

    Costs about 0.003 dollars: a push and a read of one date.
    """
    warehouse.create(TABLE)
    shares = [-0.0, 0.0, 5e-324, -1.7976931348623157e308, 0.1 + 0.2, math.inf, -math.inf]
    rows = [
        row(
            f"p{number}",
            FIRST,
            -(2**63) if number % 2 else 2**63 - 1,
            share=share,
            minutes=Decimal("9999.9") if number % 2 else Decimal("-9999.9"),
            lines=[share, -0.0],
        )
        for number, share in enumerate(shares)
    ]
    warehouse.replace(replacement(tmp_path, rows))
    names = ["player", "points", "share", "minutes", "lines"]
    with warehouse.snapshot() as snapshot, snapshot.read(TABLE, names, [FIRST]) as reader:
        result = sorted(reader.read_all().to_pylist(), key=lambda one: one["player"])
    # As texts: -0.0 equals 0.0, and its text does not.
    assert [str(one) for one in result] == [str({n: one[n] for n in names}) for one in rows]
