"""Two processes push at once, and a push larger than one job: one result, no mixture."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import crash_lab as lab
import pytest

from featurestore.definitions import tables
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.errors import WarehouseFailed
from sync.model import Column, DateRange, Table
from sync.replica.file import Replica
from sync.transfer import push as push_module
from sync.transfer.push import push

FIRST = ("--start-date", "2024-10-22", "--end-date", "2024-11-30")
SECOND = ("--start-date", "2024-11-01", "--end-date", "2024-12-31")
# Both have decided what to send before one of them has sent it.
WAIT = {"call": "sync.replica.outbox:enqueue", "pause": 1.0}


def store_rows(path, columns="*", table=tables.STORE):
    with closing(lab.connections.connect(path, read_only=True)) as con:
        return con.execute(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall()


def both(folders, spans, point, **environment):
    """Run both pushes at once; returns their exit codes."""
    processes = [
        lab.start(folder, point, "push", *span, **environment)
        for folder, span in zip(folders, spans, strict=True)
    ]
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    return [process.returncode for process in processes], outputs


def test_two_replicas_that_push_overlapping_dates_at_once_do_not_mix_rows(states, tmp_path):
    folders = [states.copy("computed", tmp_path / name) for name in ("one", "two")]
    # The second machine computed at another moment: its rows differ from the first one's.
    assert lab.command(folders[1], "compute", *lab.SPAN) == 0
    shared = str(folders[0] / "data" / "warehouse.duckdb")
    codes, outputs = both(folders, (FIRST, SECOND), WAIT, FEATURESTORE_WAREHOUSE=shared)
    assert sorted(codes) == [0, 5], outputs
    winner = folders[codes.index(0)]
    start, _, end = (FIRST, SECOND)[codes.index(0)][1:]
    here = [
        row for row in store_rows(winner / "data" / "replica.duckdb", "game_date, *")
        if start <= str(row[0]) <= end
    ]  # fmt: skip
    assert store_rows(Path(shared), "game_date, *") == here
    assert len(here) > 10
    loser = folders[codes.index(5)]
    assert "changed" in outputs[codes.index(5)]
    with closing(lab.connections.connect(loser / "data" / "replica.duckdb", read_only=True)) as con:
        assert con.execute("SELECT count(*) FROM featurestore.pushed").fetchall() == [(0,)]


def test_two_pushes_of_one_replica_at_once_send_each_row_once(states, tmp_path):
    folder = states.copy("computed", tmp_path / "one")
    codes, outputs = both([folder, folder], (lab.SPAN, lab.SPAN), WAIT)
    assert codes == [0, 0], outputs
    data = folder / "data"
    assert store_rows(data / "warehouse.duckdb") == store_rows(data / "replica.duckdb")
    with closing(lab.connections.connect(data / "warehouse.duckdb", read_only=True)) as con:
        assert con.execute("SELECT count(*) FROM _featurestore.jobs").fetchall() == [(1,)]


LONG = DateRange(date(2012, 1, 1), date(2012, 1, 1) + timedelta(days=4_001))
GAMES = Table(
    "d",
    "games",
    columns=(Column("player", "STRING", required=True), Column("game_date", "DATE", required=True)),
    partition_column="game_date",
    key=("player", "game_date"),
    direction="pushed",
)


@pytest.fixture
def long_range(tmp_path):
    """A replica with one row on each of 4,002 computed dates, and an empty warehouse."""
    replica = Replica(tmp_path / "replica.duckdb")
    replica.create([GAMES])
    with replica.write() as con:
        con.execute(
            """INSERT INTO d.games SELECT 'ann', day::DATE
            FROM range(?::DATE, ?::DATE + 1, INTERVAL 1 DAY) AS r(day)""",
            [LONG.start, LONG.end],
        )
        con.execute(
            """INSERT INTO featurestore.computed
            SELECT game_date, 1, 'sql', 'input', now(), '', NULL FROM d.games"""
        )
    warehouse = EmbeddedWarehouse(tmp_path / "warehouse.duckdb")
    warehouse.create(GAMES)
    return replica, warehouse


def test_more_than_4000_partitions_take_two_jobs_and_the_second_is_resumed(long_range, monkeypatch):
    replica, warehouse = long_range
    assert push_module.MAX_DATES == 4_000
    original, sizes = EmbeddedWarehouse.replace, []

    def fail_second(self, what):
        sizes.append(len(what.days))
        if len(sizes) == 2:
            raise WarehouseFailed("the second half fails")
        return original(self, what)

    monkeypatch.setattr(EmbeddedWarehouse, "replace", fail_second)
    with pytest.raises(WarehouseFailed):
        push(replica, warehouse, GAMES, LONG)
    assert sizes == [4_000, 2]
    assert len(store_rows(warehouse.path, table="d.games")) == 4_000
    again = push(replica, warehouse, GAMES, LONG)
    assert (again.rows, again.unchanged, sizes[2:]) == (2, 4_002, [2])
    assert len(store_rows(warehouse.path, table="d.games")) == 4_002
    assert push(replica, warehouse, GAMES, LONG).pushed == ()
