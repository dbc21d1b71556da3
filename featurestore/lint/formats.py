"""Findings as text, as JSON, as GitHub annotations and as SARIF 2.1.0. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.json_text import document_text, json_text
from featurestore.lint.rules import CODES, SUMMARIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from featurestore.bounds.finding import Finding

FORMATS = ("text", "json", "github", "sarif")
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def written(findings: Sequence[Finding], form: str) -> str:
    """The findings as one text in one of ``FORMATS``, without a trailing line break."""
    if form == "json":
        found = [{"code": CODES[one.rule], **one.as_json()} for one in findings]
        return document_text({"findings": found})
    if form == "sarif":
        return json_text(_sarif(findings))
    if form == "github":
        return "\n".join(_annotation(finding) for finding in findings)
    return "\n".join(_line(finding) for finding in findings) or "no findings"


def _line(one: Finding) -> str:
    place = f"{one.path}:{one.line}:{one.column}"
    line = f"{place}: {one.severity}: {one.message} [{CODES[one.rule]} {one.rule}]"
    return f"{line}\n  hint: {one.hint}" if one.hint else line


def _annotation(one: Finding) -> str:
    """A workflow command, with the characters escaped that would end a value."""
    title = f"{CODES[one.rule]} {one.rule}"
    places = f"file={_property(one.path)},line={one.line},col={one.column}"
    text = f"{one.message}\nhint: {one.hint}" if one.hint else one.message
    return f"::{one.severity} {places},title={_property(title)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _sarif(findings: Sequence[Finding]) -> dict[str, object]:
    from importlib.metadata import version

    order = list(CODES)
    rules = [
        {
            "id": code,
            "name": rule,
            "shortDescription": {"text": SUMMARIES[rule]},
            # GitHub's code scanning needs each rule once.
            "fullDescription": {"text": SUMMARIES[rule]},
            "help": {"text": f"See docs/rules/{code}.md"},
        }
        for rule, code in CODES.items()
    ]
    results = [
        {
            "ruleId": CODES[one.rule],
            "ruleIndex": order.index(one.rule),
            "level": one.severity,
            "message": {"text": f"{one.message}; {one.hint}" if one.hint else one.message},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": _uri(one.path)},
                        "region": {"startLine": one.line, "startColumn": one.column},
                    }
                }
            ],
        }
        for one in findings
    ]
    driver = {"name": "featurestore lint", "version": version("featurestore"), "rules": rules}
    runs = [{"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}]
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": runs}


def _uri(path: str) -> str:
    """The path as SARIF requires it: relative, or with its scheme."""
    from pathlib import Path
    from urllib.parse import quote

    file = Path(path)
    return file.as_uri() if file.is_absolute() else quote(file.as_posix())
