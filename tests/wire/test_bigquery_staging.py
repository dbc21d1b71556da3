"""Rows staged for BigQuery are read back unchanged, or are refused by name."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from pyarrow import parquet

from sync.bigquery.staging import write_staged
from sync.errors import Refused
from sync.model import Column, Replacement, Table

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2024, 1, 1)
RUNS = Table(
    "nba",
    "runs",
    columns=(Column("run_id", "STRING"), Column("game_date", "DATE"), Column("facts", "JSON")),
    partition_column="game_date",
    key=("run_id",),
    direction="mirrored",
)


def stage(tmp_path: Path, *facts: str | None) -> list[str | None]:
    path, staged = tmp_path / "rows.parquet", tmp_path / "staged.parquet"
    rows = {"run_id": list(map(str, range(len(facts)))), "game_date": [DAY] * len(facts)}
    parquet.write_table(pa.table({**rows, "facts": pa.array(facts, pa.string())}), path)
    what = Replacement(RUNS, (DAY,), path, len(facts), ("run_id",), False, {}, "job", "digest")
    write_staged(what, RUNS.columns, staged)
    result: list[str | None] = parquet.read_table(staged).column("facts").to_pylist()
    return result


def test_json_whose_numbers_fit_a_double_is_staged(tmp_path: Path) -> None:
    facts = ('{"share": 0.421764}', None, '{"rows": 18446744073709551615, "text": "1e400"}')
    assert stage(tmp_path, *facts) == list(facts)


@pytest.mark.parametrize(
    ("facts", "lost"),
    [
        ('{"rows": [1, 18446744073709551616]}', "18446744073709551616"),
        ('{"share": 0.1234567890123456789}', "0.1234567890123456789"),
        ('{"share": 1e400}', "1e400"),
        ('{"share": NaN}', "NaN"),
        ("{share: 1}", "{share: 1}"),
    ],
)
def test_json_that_bigquery_would_change_is_refused_by_column_and_value(
    tmp_path: Path, facts: str, lost: str
) -> None:
    with pytest.raises(Refused, match=r"nba\.runs\.facts") as caught:
        stage(tmp_path, "{}", facts)
    assert caught.value.facts["value"] == lost
