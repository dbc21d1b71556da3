"""The schemas of docs/schemas, and which one each ``--json`` document has by docs/json.md."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DOCS = Path(__file__).parents[2] / "docs"
SCHEMAS: dict[str, Any] = {
    file.name: json.loads(file.read_text("utf-8"))
    for file in sorted((DOCS / "schemas").glob("*.schema.json"))
}
_ROW = re.compile(r"^\| (`[^|]+`) \| [^|]+ \| \[[^]]+\]\(schemas/([^)]+)\) \| `([^`]+)` \|$", re.M)
ROWS = _ROW.findall((DOCS / "json.md").read_text("utf-8"))
EXAMPLES = {example: schema for _, schema, example in ROWS}
# An interrupt and a closed pipe print no document.
_SILENT = {130, 141}
# A file takes the rows, and stdout is empty.
_TO_A_FILE = {"--output", "-o"}


def _documents() -> list[tuple[list[str], set[str], str]]:
    """Each command of the first column: its words, the options after them, the schema."""
    found = []
    for commands, schema, _ in ROWS:
        for command in re.findall(r"`([^`]+)`", commands):
            verb, *options = re.split(r" (?=-)", command)
            named = {word for option in options for word in option.split()}
            found.append((verb.split(), named, schema))
    return found


_DOCUMENTS = _documents()
_registry = jsonschema_rs.Registry(
    [(f"json-schema:///{name}", schema) for name, schema in SCHEMAS.items()]
)
_validators: dict[str, jsonschema_rs.Draft202012Validator] = {}


def schema_of(words: Sequence[str]) -> str:
    """The schema of what a command prints on stdout: the row with most of its options."""
    parts = [part for word in words for part in word.split("=", 1)]
    fitting = [
        (len(options), schema)
        for verb, options, schema in _DOCUMENTS
        if parts[: len(verb)] == verb and options <= set(parts)
    ]
    assert fitting, f"{' '.join(words)}: docs/json.md has no line for its document"
    return max(fitting)[1]


def errors(schema: str, document: object) -> list[str]:
    """What is wrong with a document, a line each; formats count."""
    if schema not in _validators:
        _validators[schema] = jsonschema_rs.Draft202012Validator(
            SCHEMAS[schema], registry=_registry, validate_formats=True
        )
    return [
        f"{schema}: {'/'.join(map(str, error.instance_path))}: {error.message}"
        for error in _validators[schema].iter_errors(document)
    ]


def parsed(text: str) -> Any:
    """A JSON text; what JSON has no number for is an error, unlike in Python's own reader."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    return json.loads(text, parse_constant=refuse)


def check(words: Sequence[str], code: int, out: str, err: str) -> Mapping[str, Any]:
    """Hold what a command with ``--json`` printed to its schemas.

    Args:
        words: The command, without ``featurestore``.
        code: Its exit code.
        out: What is on stdout.
        err: What is on stderr.

    Returns:
        The documents by the schema that each one has; nothing for a command without ``--json``.
    """
    documents: dict[str, Any] = {}
    if not _wants_json(words) or code in _SILENT:
        return documents
    if out:
        documents[schema_of(words)] = parsed(out)
    if code not in (0, 1) or (code == 1 and not out):
        documents["error.schema.json"] = parsed(err.splitlines()[-1])
    assert documents or _TO_A_FILE & set(words), f"{' '.join(words)}: printed no document"
    wrong = [line for schema, document in documents.items() for line in errors(schema, document)]
    assert not wrong, "\n".join([" ".join(words), *wrong])
    if "error.schema.json" in documents:
        assert documents["error.schema.json"]["error"]["exit_code"] == code, err
    return documents


def _wants_json(words: Sequence[str]) -> bool:
    text = " ".join(words).replace("--format=", "--format ")
    return "--json" in words or "--format json" in text
