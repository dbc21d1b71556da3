"""Each ``--json`` document has the schema that docs/json.md names, in several states of a replica.

The fixture ``run`` holds every document to its schema, in the other tests of this folder as well.
"""

from __future__ import annotations

import copy
import json
import re
import shlex
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import json_documents
import jsonschema_rs
import pyarrow as pa
import pytest
from embedded_engine import EmbeddedEngine
from pyarrow import parquet

import featurestore
from featurestore.backfill.run import BackfillReport
from featurestore.cli import backfill_report, errors, pull
from featurestore.compute.report import ComputeReport
from featurestore.demo import damage, play
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.errors import Failure
from sync.model import DateRange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Answer

    Run = Callable[..., Answer]

# Objects with properties of any name: keys of these are data, and a key less is right, too.
MAPS = {
    *("seconds", "detail", "reasons", "versions", "other_versions", "scanned_bytes"),
    *("row", "counts", "duckdb", "reference"),
}
# Those of them whose values are of any type, too.
OPEN = {"row", "counts", "duckdb", "reference"}
# Objects of any properties and maps of maps: what is in them is not looked at.
WITHIN = {"file-manifest.schema.json": {"options", "partitions"}}
# A dry run of these takes little time, and they have one document for both.
DRY = {
    f"{name}.schema.json"
    for name in (
        *("init", "warehouse-load", "pull", "compute", "push", "push-undo", "mirror"),
        "gaps-audit",
    )
}
# What a replica does not change, or changes only in rows.
SAME_EVERYWHERE = (
    *("demo", "parity.", "query-proof.", "rows.", "lint."),
    *("features-list.", "features-check.", "features-export.", "features-generate."),
)
# The demonstration takes seconds; its backfills report as any other, and demo/test_damage has
# real damage.
RANGE = DateRange(date(2025, 1, 1), date(2025, 1, 5))
NOTHING = BackfillReport(RANGE, (), ComputeReport(RANGE, (), (), 0, 0), None, (), 0)

DAMAGED = damage.DamageReport(
    "warehouse.duckdb",
    datetime(2025, 7, 1, tzinfo=UTC),
    True,
    (damage.Damaged("stale_row", "gaps audit", 0, 0, None, None),),
)


@pytest.fixture
def workspace(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """What the page's examples name: five dates of two teams, a folder of queries, an engine."""
    monkeypatch.setattr(play, "play", lambda *_, **__: play.DemoReport(NOTHING, NOTHING))
    monkeypatch.setattr(damage, "damage", lambda *_, **__: DAMAGED)
    engine = property(lambda warehouse: EmbeddedEngine(warehouse.path))
    monkeypatch.setattr(EmbeddedWarehouse, "engine", engine)
    rows = [
        {
            "player_lookup": player,
            "game_id": f"{day:%Y%m%d}_BOS_NYK",
            "game_date": day,
            "team_abbr": team,
            "opponent_team_abbr": other,
            "season_year": 2024,
            "points": points,
            "minutes_played": 30.5,
            "starter_flag": True,
            "win_flag": False,
            "processed_at": datetime(2025, 1, 10, tzinfo=UTC),
            "is_active": True,
            "is_dnp": False,
        }
        for day in (date(2025, 1, 1) + timedelta(days=n) for n in range(5))
        for player, team, other, points in (
            ("rosanbrookton", "BOS", "NYK", 20 + day.day),
            ("doranbrookwell", "NYK", "BOS", 12),
        )
    ]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "summary.parquet")
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries/a.sql").write_text("SELECT points FROM nba_analytics.player_game_summary")
    return run


def printed(run: Run, example: str, job: str = "push_1") -> dict[str, Any]:
    words = shlex.split(example.replace("JOB", job))[1:]
    answer = run(*words)
    return dict(json_documents.check(words, answer.code, answer.out, answer.err))


def places(document: Any, stop: set[str], path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of the objects in a document; of a list, in its first item."""
    if isinstance(document, dict):
        yield path
        for name, value in document.items():
            if name not in stop:
                yield from places(value, stop, (*path, name))
    elif isinstance(document, list) and document:
        yield from places(document[0], stop, (*path, 0))


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def changed(document: Any, path: tuple[Any, ...], change: Callable[[Any], None]) -> Any:
    other = copy.deepcopy(document)
    change(at(other, path))
    return other


def mutations(schema: str, document: Any) -> Iterator[tuple[str, Any]]:
    """A document with a property more, and with one less, in each of its objects."""
    for path in places(document, WITHIN.get(schema, set())):
        where, last = "/".join(map(str, path)), path[-1] if path else ""
        if last not in OPEN:
            unknown = changed(document, path, lambda it: it.update(unknown={"a": []}))
            yield f"{where}: unknown", unknown
        for name in () if last in MAPS else at(document, path):
            yield f"{where}: no {name}", changed(document, path, lambda it, n=name: it.pop(n))


def test_each_example_prints_the_document_of_its_line_and_no_other_shape_passes(
    workspace: Run, tmp_path: Path
) -> None:
    job, seen = "", {}
    for example, schema in json_documents.EXAMPLES.items():
        shown = printed(workspace, example, job)
        assert set(shown) == {schema}, (example, shown)
        seen[schema] = shown[schema]
        if schema in DRY:
            assert printed(workspace, f"{example} --dry-run", job)[schema]["dry_run"] is True
        if schema == "push.schema.json":
            (job,) = shown[schema]["job_ids"]
    read_the_page(workspace, tmp_path)
    seen |= files(workspace, tmp_path)
    assert set(json_documents.SCHEMAS) - set(seen) == {"common.schema.json", "error.schema.json"}
    passed = [
        f"{schema}: {what}"
        for schema, document in seen.items()
        if schema != "rows.schema.json"
        for what, mutation in mutations(schema, document)
        if not json_documents.errors(schema, mutation)
    ]
    assert passed == []


def read_the_page(run: Run, folder: Path) -> None:
    """Run the commands before the table, and the program below it, which validates their output."""
    page = (json_documents.DOCS / "json.md").read_text("utf-8")
    (console,) = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    for line in console.splitlines():
        command, _, file = line.partition(" > ")
        answer = run(*shlex.split(command)[2:])
        assert answer.out, line
        if file:
            (folder / file).write_text(answer.out, encoding="utf-8")
    (folder / "docs").symlink_to(json_documents.DOCS)
    names: dict[str, Any] = {}
    exec(program, names)
    with pytest.raises(jsonschema_rs.ValidationError, match="required property"):
        names["validator"].validate({})


def files(run: Run, folder: Path) -> dict[str, Any]:
    """What is written besides documents, by schema."""
    words = shlex.split("lint queries --write-baseline --baseline known.json --json")
    assert len(run(*words).json["findings"]) == 1
    with featurestore.open() as store:
        manifest = store.features("2025-01-02", "2025-01-05").manifest
    document = {
        "file-fixture.schema.json": json.loads((folder / "slice/fixture.json").read_text("utf-8")),
        "file-lint-baseline.schema.json": json.loads((folder / "known.json").read_text("utf-8")),
        "file-manifest.schema.json": json.loads(manifest.to_json()),
    }
    assert [
        line for name, one in document.items() for line in json_documents.errors(name, one)
    ] == []
    return document


def test_a_replica_that_holds_nothing_prints_documents_or_errors(run: Run) -> None:
    assert run("init").code == 0
    seen: set[str] = set()
    for example, schema in json_documents.EXAMPLES.items():
        if not schema.startswith(SAME_EVERYWHERE):
            seen |= set(printed(run, example))
    assert {"error.schema.json", "status.schema.json", "timings.schema.json"} <= seen


def test_a_backfill_with_nothing_to_do_has_whole_documents(
    capsys: pytest.CaptureFixture[str],
) -> None:
    backfill_report.print_nothing(RANGE, json=True)
    json_documents.check(("backfill", "--json"), 0, capsys.readouterr().out, "")
    backfill_report.print_plan(None, None, json=True)
    json_documents.check(("backfill", "--dry-run", "--json"), 0, capsys.readouterr().out, "")


@pytest.mark.parametrize("kind", [Failure, *Failure.__subclasses__()])
def test_an_error_of_each_exit_code_is_a_document_on_stderr(
    run: Run, monkeypatch: pytest.MonkeyPatch, kind: type[Failure]
) -> None:
    def fail(*_: object) -> None:
        raise kind("d.t 2025-01-05: changed", days=(date(2025, 1, 5),), rows=2)

    monkeypatch.setattr(pull.options, "date_range", fail)
    answer = run("pull", "--season", "2024-25", "--json")
    assert (answer.code, answer.out) == (kind.exit_code, "")
    assert json.loads(answer.err) == {
        "schema_version": 1,
        "error": {
            "message": "d.t 2025-01-05: changed",
            "hint": None,
            "exit_code": kind.exit_code,
            "facts": {"days": ["2025-01-05"], "rows": 2},
        },
    }


def test_what_the_runner_prints_is_held_to_its_schema(run: Run) -> None:
    """The check of the other tests can fail: on stdout, on stderr, and where nothing is printed."""
    answer = run("features", "list", "--json")
    words = ("features", "list", "--json")
    for out, err, code in (
        (answer.out.replace('"unit"', '"units"'), "", 0),
        (answer.out.replace("[", "[NaN, ", 1), "", 0),
        (f"done\n{answer.out}", "", 0),
        ("", "", 0),
        ("", "error: text\n", 2),
        ("", answer.out.replace("\n", " "), 1),
    ):
        with pytest.raises((AssertionError, ValueError)):
            json_documents.check(words, code, out, err)
    with pytest.raises(AssertionError, match=r"docs/json.md has no line"):
        json_documents.check(("tell", "--json"), 0, "{}", "")


def test_a_defect_and_a_full_disk_are_documents_too(capsys: pytest.CaptureFixture[str]) -> None:
    printer = errors.Printer(is_json=True)
    printer.unexpected(KeyError, KeyError("points"), None)
    json_documents.check(("status", "--json"), 1, "", capsys.readouterr().err)
    code = printer.show_system_error(OSError(28, "No space left on device", "rows.csv"))
    json_documents.check(("status", "--json"), code, "", capsys.readouterr().err)
