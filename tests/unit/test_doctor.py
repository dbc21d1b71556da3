from sync.model import Column, Table
from sync.schema_drift import compare_columns

TABLE = Table(
    dataset="lab",
    name="reading",
    columns=(
        Column("day", "DATE"),
        Column("amount", "NUMERIC(5,1)"),
        Column("parts", "STRUCT<n INT64,days ARRAY<DATE>>"),
        Column("made_at", "TIMESTAMP"),
    ),
    partition_column="day",
    key=("day",),
    direction="pulled",
)


def test_a_live_table_may_use_either_engine_s_type_names() -> None:
    google = (
        Column("day", "DATE"),
        Column("amount", "NUMERIC(5, 1)"),
        Column("parts", "STRUCT<n INT64, days ARRAY<DATE>>"),
        Column("made_at", "TIMESTAMP"),
    )
    duck = (
        Column("day", "DATE"),
        Column("amount", "DECIMAL(5,1)"),
        Column("parts", "STRUCT(n BIGINT, days DATE[])"),
        Column("made_at", "TIMESTAMP WITH TIME ZONE"),
    )
    assert compare_columns(TABLE, google) == []
    assert compare_columns(TABLE, duck) == []


def test_more_columns_in_another_order_are_not_a_finding() -> None:
    live = (Column("extra", "STRING"), *reversed(TABLE.columns))
    assert compare_columns(TABLE, live) == []


def test_a_missing_column_and_a_drifted_type_are_named() -> None:
    live = (Column("day", "DATE"), Column("amount", "FLOAT64"), *TABLE.columns[3:])
    assert compare_columns(TABLE, live) == [
        "amount is FLOAT64, declared NUMERIC(5,1)",
        "parts is missing",
    ]
