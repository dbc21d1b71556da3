"""Queries of a data team: each is bounded, translated, and has the same rows on both engines."""

from __future__ import annotations

import hashlib
import re
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from featurestore import dialect, query
from featurestore.evaluate.comparison import differences
from featurestore.googlesql.types import Typed, arrow_schema
from featurestore.query_parameters import bound
from sync.duck import connections
from sync.duck.quoting import quote_table
from sync.duck.types import split_top_level

FILE = Path(__file__).with_name("everyday_queries.sql")
QUERIES = [
    line.removesuffix(";")
    for line in FILE.read_text(encoding="utf-8").splitlines()
    if line.startswith(("SELECT", "WITH"))
]
FIRST, LAST, ROWS = date(2024, 11, 1), date(2024, 11, 14), 24
REPEATED = {
    "season_year": [2024],
    "player_lookup": ["ann", "bob", "cyd", "élise"],
    "game_id": ["20241103_BOS_LAL", "20241104_LAL_NYK", "20241105_NYK_BOS"],
    "team_abbr": ["BOS", "LAL", "NYK"],
    "status": ["success", "failed"],
    "injury_status": ["Out", "out ", "Questionable"],
    "reason": ["Injury/Illness; Left ankle; sprain", "Rest", None],
}


def number(*parts: object) -> int:
    """A number that depends only on the parts."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:4], "big")


def value(kind: str, name: str, row: int) -> object:
    """A value of a column: one in seven is NULL but for dates and keys, and many repeat."""
    chosen = number(name, row)
    if kind.startswith("ARRAY<"):
        return [value(kind[6:-1], f"{name}{i}", row) for i in range(1 + chosen % 4)]
    if kind.startswith("STRUCT<"):
        fields = [part.partition(" ") for part in split_top_level(kind[7:-1])]
        return {field: value(of, field, row) for field, _, of in fields}
    if name in REPEATED:
        return REPEATED[name][chosen % len(REPEATED[name])]
    if kind != "DATE" and chosen % 7 == 0 and not name[-1].isdigit():
        return None
    made = {
        "INT64": lambda: chosen % 41,
        "FLOAT64": lambda: chosen % 4001 / 100,
        "BOOL": lambda: chosen % 2 == 0,
        "STRING": lambda: f"{name[:3]} {chosen % 5}",
        "DATE": lambda: FIRST + timedelta(days=chosen % 14),
        "TIMESTAMP": lambda: (
            datetime(2024, 11, 1, 5, tzinfo=UTC) + timedelta(minutes=chosen % 20000)
        ),
        "JSON": lambda: f'{{"rows": {chosen % 9}}}',
    }
    return made[kind]() if kind in made else Decimal(chosen % 401) / 10


def in_utc(value: object) -> object:
    """A moment with the evaluator's time zone, which is another object than DuckDB's."""
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    """Rows of every table that a query may name."""
    return {
        table: pa.table(
            {
                name: [value(kind, name, row) for row in range(ROWS)]
                for name, kind in columns.items()
            },
            schema=arrow_schema([(name, kind.partition("(")[0]) for name, kind in columns.items()]),
        )
        for table, columns in query.schema().items()
    }


@pytest.fixture(scope="module")
def con(tables: dict[str, pa.Table]):
    with closing(connections.connect(None)) as con:
        for name, rows in tables.items():
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {name.partition('.')[0]}")
            con.register("incoming", rows)
            con.execute(f"CREATE TABLE {quote_table(name)} AS SELECT * FROM incoming")
            con.unregister("incoming")
        yield con


@pytest.mark.parametrize("sql", QUERIES, ids=lambda sql: sql[:70])
def test_a_query_has_the_same_rows_on_both_engines(
    evaluator, con, tables: dict[str, pa.Table], sql: str
) -> None:
    given = {
        name: bound(name, day) for name, day in (("a", FIRST), ("b", LAST)) if f"@{name}" in sql
    }
    values = query.analysed(sql, given)
    read = query.require_bounded(sql)
    types = {name: one.type for name, one in values.items()}
    translated = dialect.translate(sql, columns=query.schema(), parameters=types).sql
    bound_values = {name: one.value for name, one in values.items()}
    rows = con.sql(translated, params=bound_values or None).to_arrow_table().to_pylist()
    ours = [{name: in_utc(one) for name, one in row.items()} for row in rows]
    params = {name: Typed(one.type, one.value) for name, one in values.items()}
    judged = evaluator.rows(sql, params, {name: tables[name] for name in read}, query.schema())
    assert differences(ours, judged, frozenset()) == []


def test_the_share_that_the_documentation_states_is_that_of_the_file() -> None:
    text = (FILE.parents[2] / "docs" / "same-sql.md").read_text(encoding="utf-8")
    (share,) = re.findall(r"Of 130 queries [^;]*?\) (\d+) ", " ".join(text.split()))
    assert int(share) == len(QUERIES)
