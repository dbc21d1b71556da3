"""docs/schemas: valid, described, closed, named by docs/json.md, with the code's own values."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import json_documents
import jsonschema_rs
import pytest
import typer
from json_documents import SCHEMAS

from featurestore.backfill import date_states
from featurestore.bounds import finding
from featurestore.cli.app import app
from featurestore.cli.features import ExportTo
from featurestore.definitions.features import features
from featurestore.gaps import audit, explain
from featurestore.json_text import SCHEMA_VERSION, document_text, json_text, plain
from featurestore.lint.rules import CODES
from featurestore.reports import coverage
from featurestore.verify import source_rows
from sync.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/json.md").read_text("utf-8")
EXIT_CODES = {Failure.exit_code, *(one.exit_code for one in Failure.__subclasses__())}


def schemas_in(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Each schema within a schema, with the path to it."""
    yield path, schema
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(schema.get(key), dict):
            yield from schemas_in(schema[key], f"{path}/{key}")
    for key in ("allOf", "anyOf", "prefixItems"):
        for number, part in enumerate(schema.get(key, ())):
            yield from schemas_in(part, f"{path}/{key}/{number}")
    for key in ("properties", "$defs"):
        for name, part in schema.get(key, {}).items():
            yield from schemas_in(part, f"{path}/{key}/{name}")


ALL = [
    (f"{file}{path}", part) for file, schema in SCHEMAS.items() for path, part in schemas_in(schema)
]


def values(file: str, *path: str) -> set[Any]:
    """The values of the enum at a path of a file."""
    place: Any = SCHEMAS[f"{file}.schema.json"]
    for step in path:
        place = place[step]
    allowed = place["enum"]
    assert len(set(allowed)) == len(allowed)
    return set(allowed)


def items(*names: str) -> list[str]:
    """The path to a property of the items of arrays."""
    *arrays, last = names
    return [
        *(step for name in arrays for step in ("properties", name, "items")),
        "properties",
        last,
    ]


def verbs_with(option: str) -> set[str]:
    top = typer.main.get_command(app)
    verbs = {}
    for name, command in top.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        verbs |= (
            {f"{name} {verb}": one for verb, one in below.items()} if below else {name: command}
        )
    return {name for name, one in verbs.items() if any(option in p.opts for p in one.params)}


@pytest.mark.parametrize("verb", sorted(verbs_with("--json")))
def test_each_verb_that_prints_json_has_a_line_with_a_schema_and_an_example(verb: str) -> None:
    assert json_documents.schema_of([*verb.split(), "--json"]) in SCHEMAS
    assert any(
        f"{example} ".startswith(f"featurestore {verb} ") for example in json_documents.EXAMPLES
    )


@pytest.mark.parametrize("verb", sorted(verbs_with("--dry-run")))
def test_a_dry_run_says_that_it_is_one(verb: str) -> None:
    for words in ([*verb.split(), "--json"], [*verb.split(), "--dry-run", "--json"]):
        assert "dry_run" in SCHEMAS[json_documents.schema_of(words)]["required"]


def test_the_page_links_each_schema_and_nothing_that_is_not_there() -> None:
    linked = set(re.findall(r"\(schemas/([^)]+)\)", PAGE))
    assert linked == set(SCHEMAS) == {file.name for file in (ROOT / "docs/schemas").iterdir()}
    assert all("--json" in example for example in json_documents.EXAMPLES)


def test_each_schema_is_one_of_2020_12_under_its_own_name() -> None:
    for name, schema in SCHEMAS.items():
        jsonschema_rs.meta.validate(schema)
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert (schema["$id"], bool(schema["title"])) == (name, True)
        # Every reference leads somewhere, or no validator is made.
        json_documents.errors(name, {})


def test_each_property_is_described_where_it_is_or_where_it_refers_to() -> None:
    shared = {
        f"common.schema.json#/$defs/{name}": part
        for name, part in SCHEMAS["common.schema.json"]["$defs"].items()
    }
    bare = [
        f"{path}/{name}"
        for path, schema in ALL
        for name, part in schema.get("properties", {}).items()
        if not (part.get("description") or shared.get(part.get("$ref"), {}).get("description"))
    ]
    assert bare == []


def test_each_object_says_which_properties_it_has_or_that_it_takes_any() -> None:
    """What documents extend is closed where it is used; the test of the examples holds that."""
    loose = {
        path
        for path, schema in ALL
        if "object" in str(schema.get("type"))
        and "additionalProperties" not in schema
        and "unevaluatedProperties" not in schema
    }
    extended = ("compute_report", "push_report", "backfill_report", "feature", "fixture")
    assert loose == {f"common.schema.json/$defs/{name}" for name in extended}


def test_optional_is_what_costs_and_nothing_else() -> None:
    optional = {
        (path, name)
        for path, schema in ALL
        for name in set(schema.get("properties", {})) - set(schema.get("required", []))
    }
    assert {name for _, name in optional} == {"cost"}


def test_enums_have_the_values_of_the_code() -> None:
    assert SCHEMAS["common.schema.json"]["$defs"]["schema_version"]["const"] == SCHEMA_VERSION
    assert values("common", "$defs", "exit_code") == EXIT_CODES
    assert values("common", "$defs", "gap_reason") == set(explain.FIXES)
    assert values("gaps-explain", *items("reason")) == set(get_args(explain.Reason))
    assert values("gaps-audit", *items("store")) == set(get_args(audit.Store))
    assert values("coverage", *items("store")) == set(get_args(coverage.Store))
    assert values("coverage", *items("by")) == set(get_args(coverage.By)) - {"all"}
    assert values("backfill-status", *items("dates", "state")) == set(get_args(date_states.State))
    assert values("lint", *items("findings", "code")) == set(CODES.values())
    assert values("lint", *items("findings", "rule")) == set(CODES)
    assert values("lint", *items("findings", "severity")) == set(get_args(finding.Severity))
    assert values("lint", *items("findings", "side")) == set(get_args(finding.Side))
    assert values("file-lint-baseline", *items("findings", "code")) == set(CODES.values())
    assert values("explain", *items("how")) == set(get_args(source_rows.How))
    assert values("features-export", *items("to")) == {tool.value for tool in ExportTo}
    counted = {feature.window_count for feature in features()}
    assert values("common", "$defs", "feature", "properties", "window_count") == counted


def test_the_reasons_of_a_gap_are_those_that_its_sql_explains() -> None:
    text = (ROOT / "sql/checks/store_gap.sql").read_text("utf-8")
    explained = set(re.findall(r"^--   (\w+)  +\w", text, re.MULTILINE))
    assert values("common", "$defs", "gap_reason") == explained


def test_a_document_says_its_version_first_and_knows_no_number_that_json_lacks() -> None:
    text = document_text({"values": [float("nan"), float("inf"), -float("inf"), 0.5]}, indent=None)
    assert text == '{"schema_version": 1, "values": ["NaN", "Infinity", "-Infinity", 0.5]}'
    assert json_text(plain([{"x": float("nan")}]), indent=None) == '[{"x": "NaN"}]'
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text([float("nan")])


def test_what_has_a_wrong_format_type_or_value_does_not_pass() -> None:
    def wrong(schema: str, document: object) -> bool:
        return bool(json_documents.errors(f"{schema}.schema.json", document))

    gap = {"game_date": "2025-01-05", "reason": "missing_row", "detail": None, "players": 2}
    right = {"schema_version": 1, "start_date": "2025-01-01", "end_date": "2025-01-31"}
    assert not wrong("gaps-list", {**right, "gaps": [gap]})
    for change in (
        {"game_date": "2025-02-30"},
        {"players": -1},
        {"players": "2"},
        {"reason": None},
    ):
        assert wrong("gaps-list", {**right, "gaps": [gap | change]})
    assert wrong("gaps-list", {**right, "schema_version": 2, "gaps": []})
    error = {"message": "m", "hint": None, "exit_code": 3, "facts": {"any": [1]}}
    assert not wrong("error", {"schema_version": 1, "error": error})
    assert wrong("error", {"schema_version": 1, "error": error | {"exit_code": 8}})
    assert wrong("error", {"schema_version": 1, "error": error, "more": 1})
