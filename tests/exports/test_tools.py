"""The exports in the tools themselves: ``make test-exports`` installs and runs them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from sqlglot.dialects.bigquery import BigQuery

from featurestore import league
from featurestore.compute.plan import PARAMETERS
from featurestore.definitions import sql_files, tables
from featurestore.definitions.features import feature_count, features
from featurestore.export import dbt, sqlmesh, write
from featurestore.testing import computing

if TYPE_CHECKING:
    from datetime import date

    import pyarrow as pa

DBT = os.environ.get("FEATURESTORE_DBT") or shutil.which("dbt")
SQLMESH = os.environ.get("FEATURESTORE_SQLMESH") or shutil.which("sqlmesh")
QUIET = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}


def run(folder: Path, *words: str) -> str:
    done = subprocess.run(
        words, cwd=folder, env=os.environ | QUIET, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tokens(sql: str) -> list[str]:
    return [token.text for token in BigQuery().tokenize(sql)]


@pytest.mark.skipif(not DBT, reason="dbt is not installed: make test-exports")
def test_dbt_compiles_every_model_to_the_relation_s_text(tmp_path):
    """Compiled only: DuckDB's adapter resolves names, and runs no GoogleSQL."""
    folder = tmp_path / "project"
    write.write(folder, dbt.project(PARAMETERS))
    (tmp_path / "profiles.yml").write_text(
        "featurestore:\n  target: duck\n  outputs:\n    duck:\n      type: duckdb\n"
        f"      path: {tmp_path / 'duck.db'}\n"
    )
    output = run(folder, str(DBT), "--warn-error", "compile", "--profiles-dir", str(tmp_path))
    relations = sql_files.load("features")
    assert f"Found {len(relations)} models, {len(relations)} data tests, 2 sources" in output
    compiled = folder / "target/compiled/featurestore/models"
    values = {"bootstrap_days": "14", "include_bootstrap": "False", "include_injured": "False",
              "start_date": "CAST('2024-10-22' AS DATE)", "end_date": "CAST('2025-06-22' AS DATE)",
              "computed_at": "CAST('2025-06-23 00:00:00' AS TIMESTAMP)"}  # fmt: skip
    for file in relations:
        text = (compiled / f"{file.name}.sql").read_text()
        text = re.sub(r'"duck"\."(\w+)"\."(\w+)"', lambda m: _named(*m.groups()), text)
        wanted = re.sub(r"@(\w+)", lambda match: values[match[1]], file.text)
        assert tokens(_plain(text)) == tokens(_plain(wanted)), file.name


def _named(schema: str, table: str) -> str:
    return table if schema == "main" else f"{schema}.{table}"


def _plain(text: str) -> str:
    """Without the repeated names that the export adds."""
    return re.sub(r"\b(FROM|JOIN) ((?:\w+\.)?(\w+)) AS \3\b", r"\1 \2", text)


@pytest.mark.skipif(not SQLMESH, reason="SQLMesh is not installed: make test-exports")
def test_a_sqlmesh_plan_on_duckdb_computes_the_same_values(tmp_path):
    made = league.generate(teams=4, games_per_team=20, seasons=(2024,), seed=9)
    sources = {tables.SUMMARY: made.player_game_summary, tables.INJURIES: made.injury_report}
    days = sorted(set(made.player_game_summary["game_date"].to_pylist()))
    start, end = days[-6], days[-1]

    folder = tmp_path / "project"
    write.write(folder, sqlmesh.project(PARAMETERS))
    config = (folder / "config.yaml").read_text()
    config = config[config.index("model_defaults:") :]
    for name, day in (("start_date", start), ("end_date", end)):
        config = re.sub(rf"feature_{name}: .*", f'feature_{name}: "{day}"', config)
    duck = "gateways:\n  duck:\n    connection:\n      type: duckdb\n      database: db.duckdb\n"
    (folder / "config.yaml").write_text(f"{duck}default_gateway: duck\n{config}")
    _load(folder, sources)
    run(folder, str(SQLMESH), "plan", "--auto-apply", "--no-prompts")
    theirs = _unload(folder)

    ours = {
        (row["player_lookup"], row["game_date"]): [row[name] for name in COLUMNS]
        for row in computing.store_rows(
            made.player_game_summary, made.injury_report, start, end, include_bootstrap=False
        ).to_pylist()
    }
    assert theirs.keys() == ours.keys()
    assert len(ours) > 100
    for key, values in ours.items():
        assert theirs[key] == [
            None if value is None else pytest.approx(value, rel=1e-9, abs=1e-9) for value in values
        ], key


# SQLMesh makes SUM of COUNTIF for DuckDB, which is NULL over a window without rows.
COUNTS = {
    f"feature_{one.feature_index}_value"
    for one in features()
    if one.feature_name == "games_in_last_7_days"
}
COLUMNS = [f"feature_{n}_value" for n in range(feature_count())]
# In SQLMesh's own environment, whose DuckDB may be an older one.
LOAD = """
import duckdb
con = duckdb.connect("db.duckdb")
for table in {tables}:
    con.execute("CREATE SCHEMA IF NOT EXISTS " + table.split(".")[0])
    con.execute(f"CREATE TABLE {{table}} AS FROM '{{table}}.parquet'")
"""
UNLOAD = """
import duckdb
duckdb.connect("db.duckdb").execute(
    "COPY (FROM featurestore.ml_feature_store_v2) TO 'store.parquet'")
"""


def _python(folder: Path, code: str) -> None:
    run(folder, str(Path(str(SQLMESH)).with_name("python")), "-c", code)


def _load(folder: Path, sources: dict[str, pa.Table]) -> None:
    for name, rows in sources.items():
        pq.write_table(rows, folder / f"{name}.parquet")
    _python(folder, LOAD.format(tables=list(sources)))


def _unload(folder: Path) -> dict[tuple[str, date], list[float | None]]:
    _python(folder, UNLOAD)
    return {
        (row["player_lookup"], row["game_date"]): [_number(name, row[name]) for name in COLUMNS]
        for row in pq.read_table(folder / "store.parquet").to_pylist()
    }


def _number(name: str, value: object) -> float | None:
    if value is None:
        return 0.0 if name in COUNTS else None
    assert isinstance(value, int | float | Decimal)
    return float(value)
