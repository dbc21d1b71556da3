"""A replica whose declared tables have got columns, or other types, since it was made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.errors import Refused
from sync.model import Column

RATING = Column("rating", "NUMERIC(5,1)", default="1")
TEAM = Column("team", "STRING", required=True)


def columns_of(replica, name):
    with replica.read() as con:
        return [row[:2] for row in con.execute(f"DESCRIBE {name}").fetchall()]


def test_new_nullable_columns_are_appended_and_rows_stay(replica, table, rows_of):
    with replica.write() as con:
        con.execute("INSERT INTO d.games VALUES ('ann', '2025-01-01', 1, 1, 1, NULL)")
    before = columns_of(replica, "d.games")
    wider = replace(table, columns=(RATING, *table.columns))
    assert replica.create([wider]) is True
    assert replica.create([wider]) is False
    assert columns_of(replica, "d.games") == [*before, ("rating", "DECIMAL(5,1)")]
    with replica.read() as con:
        assert con.execute("SELECT player, rating FROM d.games").fetchall() == [("ann", None)]


def test_both_copies_of_a_pushed_table_get_the_column(replica, table):
    pushed = replace(table, name="store", direction="pushed")
    replica.create([pushed])
    wider = replace(pushed, columns=(*pushed.columns, RATING))
    assert replica.create([wider]) is True
    assert columns_of(replica, "d.store")[-1] == ("rating", "DECIMAL(5,1)")
    assert columns_of(replica, "upstream.store")[-1] == ("rating", "DECIMAL(5,1)")


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (Column("share", "STRING"), "d.games: share is DOUBLE, declared STRING"),
        (TEAM, "d.games: team is missing and is REQUIRED, STRING"),
    ],
)
def test_what_cannot_be_fixed_is_refused_before_anything_is_changed(
    replica, table, column, message
):
    kept = tuple(known for known in table.columns if known.name != column.name)
    other = replace(table, name="other")
    changed = replace(table, columns=(*kept, RATING, column))
    before = replica.path.read_bytes()
    with pytest.raises(Refused, match=message):
        replica.create([other, changed])
    assert replica.path.read_bytes() == before
