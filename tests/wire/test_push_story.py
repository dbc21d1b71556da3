"""A team's store in BigQuery, with its own columns and versions: conflict, force, undo."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import crash_lab as lab
import json_documents
import pytest

from featurestore.definitions import tables
from sync.errors import Conflict, WarehouseFailed
from sync.model import Column, DateRange, Replacement

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sync.bigquery import BigQueryWarehouse

STORE = tables.tables()[tables.STORE]
ALL = DateRange(date(2024, 10, 1), date(2025, 4, 30))
WIDE = replace(
    STORE,
    columns=(
        *STORE.columns,
        Column("odds", "FLOAT64"),
        Column("tags", "ARRAY<STRING>"),
        Column("detail", "JSON"),
    ),
)
SCRIPT = ["POST", "/jobs", "BEGIN TRANSACTION"]
UNDO_POINTS: dict[str, dict[str, Any]] = {
    "COMMIT sent, reply lost": {"http": SCRIPT, "when": "after"},
    "not marked": {"call": "sync.replica.outbox:mark_undone"},
}


@pytest.fixture
def team(states: Any, warehouse: BigQueryWarehouse, tmp_path: Path) -> Path:
    """A folder with computed rows, and most of them in the warehouse as another version."""
    folder: Path = states.copy("computed", tmp_path / "work")
    file = tmp_path / "team.parquet"
    with closing(
        lab.connections.connect(folder / "data" / "replica.duckdb", read_only=True)
    ) as con:
        con.execute(
            f"""COPY (SELECT * REPLACE ('v2_54features' AS feature_version),
                length(player_lookup) / 4 AS odds, [game_id] AS tags, '{{"a":1}}' AS detail
            FROM {tables.STORE}
            QUALIFY row_number() OVER (ORDER BY player_lookup, game_date) % 3 > 0)
            TO '{file}' (FORMAT parquet)"""
        )
        days, rows = con.execute(
            f"SELECT list(DISTINCT game_date ORDER BY game_date), count(*) FROM '{file}'"
        ).fetchall()[0]
    warehouse.create(WIDE)
    warehouse.replace(
        Replacement(WIDE, tuple(days), file, rows, WIDE.key, False, {}, "team", "team")
    )
    return folder


def stored(warehouse: BigQueryWarehouse) -> list[str]:
    with warehouse.snapshot() as snapshot:
        days = sorted(snapshot.partitions(WIDE, ALL))
        with snapshot.read(WIDE, WIDE.column_names, days) as reader:
            return sorted(map(repr, reader.read_all().to_pylist()))


def told(capsys: pytest.CaptureFixture[str], folder: Path, *words: str, **there: str) -> Any:
    capsys.readouterr()
    code = lab.command(folder, *words, "--json", **there)
    out, err = capsys.readouterr()
    json_documents.check([*words, "--json"], code, out, err)
    assert code == 0
    return json.loads(out)


def test_a_teams_rows_are_a_conflict_then_overwritten_then_restored_bit_for_bit(
    team: Path,
    warehouse: BigQueryWarehouse,
    emulator: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    there = {**emulator, "FEATURESTORE_WAREHOUSE": f"{warehouse.url}&parallel=4"}
    before = stored(warehouse)
    assert lab.command(team, "push", *lab.SPAN, **there) == 5
    assert "v2_54features" in capsys.readouterr().err
    assert stored(warehouse) == before
    words = ("push", *lab.SPAN, "--force")
    plan = told(capsys, team, *words, "--dry-run", **there)
    done = told(capsys, team, *words, **there)
    names = ("rows", "added", "replaced", "pruned", "kept", "other_versions", "undeclared")
    assert {name: plan[name] for name in names} == {name: done[name] for name in names}
    assert (done["replaced"], done["undeclared"]) == (len(before), ["odds", "tags", "detail"])
    after = stored(warehouse)
    assert len(after) == done["rows"] == 50
    assert not any("v2_54features" in row for row in after)
    cells = sorted(row.partition("'odds': ")[2] for row in before)
    assert sorted(c for row in after if (c := row.partition("'odds': ")[2])[:4] != "None") == cells
    there["FEATURESTORE_WAREHOUSE"] = warehouse.url
    undone = told(capsys, team, "push", "--undo", *done["job_ids"], **there)
    assert (undone["removed"], undone["restored"]) == (50, len(before))
    assert stored(warehouse) == before


@pytest.mark.parametrize("point", UNDO_POINTS.values(), ids=UNDO_POINTS)
def test_a_killed_undo_is_finished_by_the_same_command(
    team: Path,
    warehouse: BigQueryWarehouse,
    emulator: dict[str, str],
    executioner: Any,
    capsys: pytest.CaptureFixture[str],
    point: dict[str, Any],
) -> None:
    there = {**emulator, "FEATURESTORE_WAREHOUSE": warehouse.url}
    before = stored(warehouse)
    done = told(capsys, team, "push", *lab.SPAN, "--force", **there)
    after = stored(warehouse)
    words = ("push", "--undo", *done["job_ids"])
    executioner.kill(team, point, *words, **there)
    assert stored(warehouse) in (before, after)
    assert lab.command(team, *words, **there) == 0
    assert stored(warehouse) == before


def games(tmp_path: Path) -> Replacement:
    import pyarrow as pa
    from pyarrow import parquet

    day = date(2024, 1, 1)
    columns = (Column("player", "STRING", required=True), Column("game_date", "DATE"))
    table = replace(
        STORE, dataset="nba", name="games", columns=columns, unwritten=(), key=("player",)
    )
    path = tmp_path / "rows.parquet"
    parquet.write_table(pa.table({"player": ["a", "b"], "game_date": pa.array([day, day])}), path)
    return Replacement(table, (day,), path, 2, ("player",), False, {day: None}, "job", "digest")


def meddle(warehouse: BigQueryWarehouse, monkeypatch: pytest.MonkeyPatch, statement: str) -> None:
    """Another writer's statement between COMMIT and the check of the written rows."""
    from sync.bigquery.writing import Writer

    original = Writer._answer

    def answer(self: Writer, job: Any, *, repeated: bool) -> Any:
        warehouse.clients.rest.query(statement).result()
        return original(self, job, repeated=repeated)

    monkeypatch.setattr(Writer, "_answer", answer)


def test_a_key_that_another_writer_inserted_meanwhile_is_a_conflict(
    warehouse: BigQueryWarehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = games(tmp_path)
    warehouse.create(write.table)
    meddle(warehouse, monkeypatch, "INSERT INTO nba.games VALUES ('a', DATE '2024-01-01')")
    with pytest.raises(Conflict, match="1 keys are in it twice") as caught:
        warehouse.replace(write)
    assert (caught.value.facts["doubled"], caught.value.facts["rows"]) == (1, 1)


def test_another_row_that_was_inserted_meanwhile_is_not_a_conflict(
    warehouse: BigQueryWarehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = games(tmp_path)
    warehouse.create(write.table)
    meddle(warehouse, monkeypatch, "INSERT INTO nba.games VALUES ('c', DATE '2024-01-01')")
    assert warehouse.replace(write).inserted == 2


DOUBLED = "INSERT INTO nba.games VALUES ('a', DATE '2024-01-01')"
DELETED = "DELETE FROM nba.games WHERE player = 'a'"
CHANGED = "UPDATE nba.games SET player = 'c' WHERE player = 'a'"


@pytest.mark.parametrize(
    ("statement", "is_kept"),
    [(DOUBLED, False), (DELETED, False), (DOUBLED, True), (DELETED, True), (CHANGED, True)],
    ids=["doubled", "deleted", "doubled, kept", "deleted, kept", "changed, kept"],
)
def test_a_write_found_by_its_job_id_is_not_a_success_if_its_rows_were_changed(
    warehouse: BigQueryWarehouse, tmp_path: Path, statement: str, is_kept: bool
) -> None:
    write = games(tmp_path)
    if is_kept:
        write = replace(write, undo=tmp_path / "undo.parquet")
    warehouse.create(write.table)
    warehouse.replace(write)
    assert warehouse.replace(write).repeated
    warehouse.clients.rest.query(statement).result()
    with pytest.raises(Conflict):
        warehouse.replace(write)


def test_rows_that_are_gone_after_a_write_are_a_failure_that_names_the_expiration(
    warehouse: BigQueryWarehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = games(tmp_path)
    warehouse.create(write.table)
    meddle(warehouse, monkeypatch, "DELETE FROM nba.games WHERE player = 'a'")
    from sync.bigquery.reading import BigQuerySnapshot

    warning = "partitions expire after 60 days"
    monkeypatch.setattr(BigQuerySnapshot, "expirations", lambda *_: (warning,))
    with pytest.raises(WarehouseFailed, match=f"has 1 row of .* 2 were written.*{warning}"):
        warehouse.replace(write)


def test_expirations_are_reported(scripted: Any, fault: Callable[..., Any], tmp_path: Path) -> None:
    warehouse, wire = scripted
    table = games(tmp_path).table
    body = {
        "tableReference": {"projectId": "project", "datasetId": "nba", "tableId": "games"},
        "expirationTime": "1767225600000",
        "timePartitioning": {"type": "DAY", "field": "game_date", "expirationMs": "5184000000"},
    }
    wire.add(fault("GET", "/tables/games", body=body))
    with warehouse.snapshot() as snapshot:
        assert snapshot.warnings(table) == (
            "partitions expire after 60 days: older dates are deleted when written",
            "the table expires on 2026-01-01 00:00 UTC",
        )
