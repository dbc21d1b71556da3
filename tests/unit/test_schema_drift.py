import pytest

from sync.errors import Refused
from sync.model import Column, Table
from sync.schema_drift import find_drift, refuse_required

DAY = Column("day", "DATE", required=True)
AMOUNT = Column("amount", "NUMERIC(5,1)")
PARTS = Column("parts", "ARRAY<STRUCT<n INT64,at TIMESTAMP>>")
TABLE = Table("lab", "reading", (DAY, AMOUNT, PARTS), "day", ("day",), "pulled")


def test_type_names_of_either_engine_are_not_drift():
    live = (Column("DAY", "DATE"), Column("amount", "DECIMAL(5,1)"))
    parts = Column("parts", "STRUCT(n BIGINT, at TIMESTAMP WITH TIME ZONE)[]")
    assert find_drift(TABLE, (*live, parts)).blocking() == ()
    assert find_drift(TABLE, (*live, parts)).missing == ()


@pytest.mark.parametrize("found", ["NUMERIC", "NUMERIC(38, 9)", "NUMERIC(7)"])
def test_more_digits_block_a_replica_but_not_a_warehouse(found):
    drift = find_drift(TABLE, (DAY, Column("amount", found), PARTS))
    assert drift.blocking() == (f"amount is {found}, declared NUMERIC(5,1)",)
    assert drift.blocking(digits=False) == ()


def test_another_type_and_a_missing_required_column_always_block():
    drift = find_drift(TABLE, (Column("amount", "FLOAT64"),))
    assert drift.missing == (DAY, PARTS)
    assert drift.blocking(digits=False) == (
        "amount is FLOAT64, declared NUMERIC(5,1)",
        "day is missing and is REQUIRED, DATE",
    )


def test_only_nullable_columns_can_be_added():
    refuse_required(TABLE, [AMOUNT, PARTS])
    with pytest.raises(Refused, match=r"lab\.reading: day is REQUIRED"):
        refuse_required(TABLE, [AMOUNT, DAY])
