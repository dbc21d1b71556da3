"""The store's rows through dbt-duckdb: a model a relation, of the same DuckDB SQL."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Contestant
from benchmarks.product import parameters
from featurestore.compute import plan
from featurestore.definitions import sql_files
from sync.duck import connections

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from benchmarks.stage import Stage

PROJECT = """
name: feature_store
profile: feature_store
model-paths: [models]
flags: {send_anonymous_usage_stats: false}
models: {+materialized: table}
"""
# No threads are set: dbt then runs a model at a time, and DuckDB uses all cores for each.
PROFILE = """
feature_store:
  target: local
  outputs:
    local:
      type: duckdb
      path: replica.duckdb
      settings:
        TimeZone: UTC
        default_null_order: nulls_first_on_asc_last_on_desc
        ieee_floating_point_ops: false
"""


class Dbt:
    """A project over a copy of the pulled replica."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.models_seconds = 0.0
        self.folder = stage.folder / "dbt"
        (self.folder / "models").mkdir(parents=True)
        (self.folder / "dbt_project.yml").write_text(PROJECT)
        (self.folder / "profiles.yml").write_text(PROFILE)
        inputs = {file.name: file.header.inputs for file in sql_files.load("features")}
        given = {**plan.DEFAULTS, **parameters(stage.span)}
        values = {name: _literal(value) for name, value in given.items()}
        for step in plan.steps():
            refs = [name for name in inputs[step.name] if "." not in name]
            listed = "".join(f"-- depends_on: {{{{ ref('{name}') }}}}\n" for name in refs)
            sql = re.sub(r"\$(\w+)", lambda match: values[match[1]], step.sql)
            model = f"{listed}{{% raw %}}\n{sql}\n{{% endraw %}}\n"
            (self.folder / "models" / f"{step.name}.sql").write_text(model)

    @property
    def database(self) -> Path:
        """The file that the models are made in."""
        return self.folder / "replica.duckdb"

    @contextmanager
    def fresh(self) -> Iterator[None]:
        """A database without the models, and a parsed project, until the block ends."""
        shutil.copyfile(self.stage.pulled, self.database)
        self._dbt("parse")
        try:
            yield
        finally:
            self.database.unlink()

    def whole(self) -> Contestant:
        """``dbt run``, as it is typed."""

        def run() -> None:
            self._dbt("run")
            results = json.loads((self.folder / "target" / "run_results.json").read_text())
            self.models_seconds = sum(one["execution_time"] for one in results["results"])

        return Contestant("dbt_run", run, self.fresh)

    def models(self) -> Contestant:
        """What the last run reports for its models alone, without dbt's own start."""
        return Contestant("dbt_models", lambda: self.models_seconds)

    def values(self) -> pa.Table:
        """The 37 values that a run makes."""
        names = ", ".join(f"feature_{n}_value AS f{n}" for n in range(37))
        with self.fresh():
            self._dbt("run")
            with closing(connections.connect(self.database, read_only=True)) as con:
                sql = f"SELECT player_lookup, game_date, {names} FROM {plan.STORE}"
                return con.execute(sql).to_arrow_table()

    def _dbt(self, verb: str) -> None:
        done = subprocess.run(
            [Path(sys.executable).with_name("dbt"), "--no-version-check", verb],
            cwd=self.folder,
            env={**os.environ, "DBT_PROFILES_DIR": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"dbt {verb}: {done.stdout[-2000:]}{done.stderr[-2000:]}")


def _literal(value: object) -> str:
    if isinstance(value, bool | int):
        return str(value).upper()
    kind = "TIMESTAMPTZ" if hasattr(value, "hour") else "DATE"
    return f"{kind} '{value}'"
