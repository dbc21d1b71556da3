"""Folders in known states, commands that die in them, and both databases afterwards.

A ``conftest.py`` that imports ``states`` and ``executioner`` has both as fixtures.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import pyarrow.compute as pc
import pytest
from pyarrow import parquet
from whole_store import make_whole

from featurestore import league
from featurestore.cli import errors
from featurestore.cli.app import app
from featurestore.definitions import tables
from sync.duck import connections
from sync.embedded.load import load_files
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.replica import migrations
from sync.replica.file import Replica

DRIVER = Path(__file__).with_name("crash_driver.py")
TODAY = "2025-01-10"
SPAN = ("--start-date", "2024-10-22", "--end-date", "2024-12-31")
CORRECTED = (date(2024, 10, 29), date(2024, 11, 6))
VANISHED = date(2024, 10, 22)

# Times, random ids and file names: different in each run, whether it was killed or not; so are a
# folder's path, which is the warehouse's identity, and the job ids that are made from it. Tokens
# and etags of the embedded warehouse are made from them; that they are right is seen by a second
# pull and push, which must find nothing to do.
VOLATILE = {
    "featurestore.meta": ("created_at",),
    "featurestore.partitions": ("pulled_at", "job_id"),
    "featurestore.sources": ("etag", "checked_at", "warehouse_url"),
    "featurestore.computed": ("computed_at", "run_id"),
    "featurestore.outbox": (
        "job_id",
        "warehouse_url",
        "created_at",
        "finished_at",
        "parquet_path",
        "expected",
    ),
    "featurestore.pushed": ("pushed_at", "token", "warehouse_url", "job_id"),
    "featurestore.backfill_dates": ("attempts", "run_id", "updated_at"),
    "nba_predictions.ml_feature_store_v2": ("created_at", "updated_at"),
    "nba_predictions.feature_store_gaps": ("detected_at", "resolved_at"),
    "_featurestore.jobs": ("job_id", "partitions", "done_at"),
}
KEPT = ("featurestore.kept_rows_", "featurestore.kept_store_")
RUNS = "nba_reference.processor_run_history"
# The bill: what a run that was killed had cost stays on it.
COSTS = "featurestore.jobs"


def table_rows(con, name):
    """All rows of a table, sorted, without what differs from run to run."""
    if name == RUNS:
        # A run that was killed leaves only the row of its start.
        sql = f"SELECT DISTINCT processor_name, status FROM {name} WHERE status <> 'running'"
        return con.execute(f"{sql} ORDER BY ALL").fetchall()
    left_out = ", ".join(VOLATILE.get(name, ()))
    columns = f"* EXCLUDE ({left_out})" if left_out else "*"
    # A mirror's job carries the ids of its runs.
    where = "WHERE job_id NOT LIKE 'fs_mirror%'" if name == "_featurestore.jobs" else ""
    return con.execute(f"SELECT {columns} FROM {name} {where} ORDER BY ALL").fetchall()


def contents(path):
    """Table name to rows, of one database file; {} for one that is not there."""
    if not path.exists():
        return {}
    with closing(connections.connect(path, read_only=True)) as con:
        # What is kept of the store's rows is seen in its view, without what differs.
        names = con.execute(
            """SELECT schema_name || '.' || table_name AS name FROM duckdb_tables()
            UNION ALL
            SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal
            ORDER BY 1"""
        ).fetchall()
        names = [(name,) for (name,) in names if not name.startswith(KEPT)]
        return {name: table_rows(con, name) for (name,) in names if name != COSTS}


def end_state(folder):
    """The contents of a folder's replica and warehouse."""
    return {name: contents(folder / "data" / f"{name}.duckdb") for name in ("replica", "warehouse")}


@contextmanager
def settings(folder, point=None, **environment):
    """This process as if it had been started in the folder, with the point's settings."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("FEATURESTORE_")]:
            patch.delenv(name)
        for name, value in {"FEATURESTORE_TODAY": TODAY, **environment}.items():
            patch.setenv(name, value)
        for path, value in (point or {}).get("set", {}).items():
            patch.setattr(path.replace(":", "."), value)
        patch.setattr(sys, "excepthook", sys.excepthook)
        patch.chdir(folder)
        yield


def command(folder, *words, point=None, **environment):
    """Run a command to its end; returns its exit code."""
    with settings(folder, point, **environment):
        return errors.run(app, words)


def start(folder, point, *words, **environment):
    """A separate process that runs the command up to the point."""
    return subprocess.Popen(
        [sys.executable, DRIVER, json.dumps(point), *words],
        cwd=folder,
        env={**_outside(), "FEATURESTORE_TODAY": TODAY, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _outside():
    return {k: v for k, v in os.environ.items() if not k.startswith("FEATURESTORE_")}


class Executioner:
    """Runs commands, each in a separate process, which must die."""

    def __init__(self):
        self._driver = subprocess.Popen(
            [sys.executable, DRIVER, "--serve"],
            env=_outside(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def kill(self, folder, point, *words, **environment):
        """Run the command in the folder; it must meet the point and die there of SIGKILL."""
        output = folder / "killed.txt"
        task = {
            "point": point,
            "words": words,
            "folder": str(folder),
            "environment": {"FEATURESTORE_TODAY": TODAY, **environment},
            "output": str(output),
        }
        self._driver.stdin.write(json.dumps(task) + "\n")
        self._driver.stdin.flush()
        code = int(self._driver.stdout.readline())
        assert code == -signal.SIGKILL, f"exit code {code}:\n{output.read_text()}"

    def close(self):
        self._driver.stdin.close()
        self._driver.wait(30)
        self._driver.stdout.close()


class States:
    """Folders by name, each made once from another one by a few steps."""

    def __init__(self, root):
        self.root = root
        generated = league.generate(teams=2, games_per_team=12, seasons=(2024,), seed=9)
        self.summary = root / "summary.parquet"
        self.injuries = root / "injuries.parquet"
        self.corrections = root / "corrections.parquet"
        rows = generated.player_game_summary
        parquet.write_table(rows, self.summary)
        parquet.write_table(generated.injury_report, self.injuries)
        changed = rows.filter(pc.is_in(rows["game_date"], pc.cast(list(CORRECTED), "date32")))
        place = changed.schema.get_field_index("points")
        more = pc.add(changed["points"], 3)
        parquet.write_table(
            changed.set_column(place, changed.schema.field("points"), more), self.corrections
        )
        self._ends = {}

    def folder(self, name):
        """The state's own folder: to be copied, never used."""
        made = self.root / name
        if not made.exists():
            draft = self.root / f"{name}.draft"
            getattr(self, f"_{name}")(draft)
            draft.rename(made)
        return made

    def copy(self, name, target):
        """A folder in this state, to work in."""
        shutil.copytree(self.folder(name), target)
        return target

    def undisturbed(self, name, words, point=None):
        """The contents of a state's databases after the command, with the settings of the point."""
        key = (name, words, str((point or {}).get("set")))
        if key not in self._ends:
            folder = self.copy(name, self.root / f"end{len(self._ends)}")
            assert command(folder, *words, point=point) == 0
            self._ends[key] = end_state(folder)
        return self._ends[key]

    def _nothing(self, folder):
        folder.mkdir()

    def _loaded(self, folder):
        self.copy("nothing", folder)
        assert command(folder, "init") == 0
        for name, file in ((tables.SUMMARY, self.summary), (tables.INJURIES, self.injuries)):
            self._load(folder, name, file)

    def _pulled(self, folder):
        self._after("loaded", folder, "pull")

    def _corrected(self, folder):
        """Pulled; then two dates were corrected upstream, and one was deleted."""
        self.copy("pulled", folder)
        self._correct(folder)

    def _computed(self, folder):
        self._after("pulled", folder, "compute")

    def _recomputed(self, folder):
        """Pushed; then corrected, pulled and computed again."""
        self._after("computed", folder, "push")
        self._correct(folder)
        for verb in ("pull", "compute"):
            assert command(folder, verb, *SPAN) == 0

    def _gaps_on_both_sides(self, folder):
        """Computed; and the warehouse has a gap that the replica lacks."""
        self.copy("computed", folder)
        with EmbeddedWarehouse(folder / "data" / "warehouse.duckdb").writer() as con:
            con.execute(
                f"INSERT INTO {tables.GAPS} (player_lookup, game_date, reason, detected_at)"
                " VALUES ('somebody', DATE '2024-11-06', 'elsewhere', now())"
            )

    def _foreign(self, folder):
        """Computed; and a team's store: undeclared columns, rows of another version."""
        self.copy("computed", folder)
        data = folder / "data"
        with EmbeddedWarehouse(data / "warehouse.duckdb").writer() as con:
            for change in (
                "ADD COLUMN odds DOUBLE",
                "ADD COLUMN label VARCHAR DEFAULT 'none'",
                "ALTER COLUMN label SET NOT NULL",
                "ADD COLUMN tags VARCHAR[]",
                "ADD COLUMN detail JSON",
            ):
                con.execute(f"ALTER TABLE {tables.STORE} {change}")
            con.execute(f"ATTACH '{data / 'replica.duckdb'}' AS here (READ_ONLY)")
            row = """* REPLACE ('v2_54features' AS feature_version, 0.25 AS feature_0_value),
                hash(player_lookup) / 3.0 AS odds, player_lookup AS label,
                [game_id, NULL] AS tags, '{"b": 1.50, "a": [1]}'::JSON AS detail"""
            con.execute(
                f"INSERT INTO {tables.STORE} BY NAME SELECT {row} FROM here.{tables.STORE}"
                " QUALIFY row_number() OVER (ORDER BY player_lookup, game_date) % 3 > 0"
            )
            con.execute(
                f"INSERT INTO {tables.STORE} BY NAME SELECT * REPLACE ('nobody' AS player_lookup)"
                f" FROM {tables.STORE} LIMIT 1"
            )

    def _forced(self, folder):
        """The team's store, written over."""
        self.copy("foreign", folder)
        assert command(folder, "push", *SPAN, "--force") == 0

    def _older(self, folder):
        """A replica of the first version, with one pulled table."""
        self.copy("loaded", folder)
        path = folder / "data" / "replica.duckdb"
        path.unlink()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(migrations, "VERSION", 1)
            patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
            Replica(path).create([tables.tables()[tables.SUMMARY]])
        with closing(connections.connect(path)) as con:
            con.execute(
                "INSERT INTO featurestore.partitions VALUES"
                " ('a.b', DATE '2024-11-06', 1, 'd', 't', NULL, now(), 'j')"
            )
            con.execute(
                "INSERT INTO featurestore.computed VALUES"
                " (DATE '2024-11-06', 1, 's', 'i', now(), 'r')"
            )

    def _whole(self, folder):
        """Computed, by a program that kept the store's rows with all columns."""
        self.copy("computed", folder)
        make_whole(folder / "data" / "replica.duckdb")

    def _after(self, name, folder, verb):
        self.copy(name, folder)
        assert command(folder, verb, *SPAN) == 0

    def _correct(self, folder):
        self._load(folder, tables.SUMMARY, self.corrections)
        with EmbeddedWarehouse(folder / "data" / "warehouse.duckdb").writer() as con:
            con.execute(f"DELETE FROM {tables.SUMMARY} WHERE game_date = ?", [VANISHED])

    def _load(self, folder, name, file):
        warehouse = EmbeddedWarehouse(folder / "data" / "warehouse.duckdb")
        load_files(warehouse, tables.tables()[name], [file])


@pytest.fixture(scope="session")
def states(tmp_path_factory):
    return States(tmp_path_factory.mktemp("states"))


@pytest.fixture(scope="session")
def executioner():
    with closing(Executioner()) as new_executioner:
        yield new_executioner
