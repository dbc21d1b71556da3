"""Finds and reads the files under ``sql/``, in a checkout and in an installed wheel.

A file is one relation or table; its stem is its name; its header says what a row is and what the
file reads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["schema", "features", "feature_sets", "checks", "reports"]

_FIELD = re.compile(r"^--\s+(\w+):\s*(.*)$")
_MORE = re.compile(r"^--\s{2,}(.*)$")
_LOOKBACK = re.compile(r"none\b|(\d+) days\b")
# The location of ``sql/`` in a wheel, inside the package.
_INSTALLED = "_sql"
_REQUIRED: dict[Kind, tuple[str, ...]] = {
    "schema": ("grain", "key", "direction"),
    "features": ("grain", "inputs", "lookback", "nulls"),
    "feature_sets": ("grain", "inputs", "nulls"),
    "checks": (),
    "reports": (),
}


@dataclass(frozen=True, slots=True)
class Header:
    """The comment at the top of a file.

    Attributes:
        summary: What a row is, in one sentence.
        fields: Every other ``name: text`` line, continued lines joined.
    """

    summary: str
    fields: Mapping[str, str] = field(default_factory=dict)

    def names(self, name: str) -> tuple[str, ...]:
        """The comma-separated names of a field; empty for ``none`` and for a missing field."""
        text = self.fields.get(name, "none")
        return () if text == "none" else tuple(part.strip() for part in text.split(","))

    @property
    def grain(self) -> tuple[str, ...]:
        """The columns that identify a row."""
        return self.names("grain")

    @property
    def inputs(self) -> tuple[str, ...]:
        """Relations by bare name, warehouse tables as ``dataset.table``."""
        return self.names("inputs")

    @property
    def lookback_days(self) -> int:
        """How many days before the first date the relation reads; 0 for ``none``."""
        match = _LOOKBACK.match(self.fields.get("lookback", ""))
        return int(match[1]) if match and match[1] else 0


@dataclass(frozen=True, slots=True)
class SqlFile:
    """One file.

    Attributes:
        name: The stem.
        kind: The folder below ``sql/``.
        path: For messages, such as ``sql/features/summary.sql``.
        text: The whole text, including the header.
        header: The parsed header.
    """

    name: str
    kind: Kind
    path: str
    text: str
    header: Header


def sql_root() -> Path:
    """The folder ``sql/``: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parents[1]
    inside = package / _INSTALLED
    return inside if inside.is_dir() else package.parent / "sql"


def is_installed(root: Path) -> bool:
    """Whether the folder ``sql/`` is a wheel's copy, not that of a checkout."""
    return root.name == _INSTALLED


@lru_cache
def load(kind: Kind) -> tuple[SqlFile, ...]:
    """All files of a folder, by name."""
    paths = sorted((sql_root() / kind).glob("*.sql"))
    return tuple(_read(path, kind) for path in paths)


def _read(path: Path, kind: Kind) -> SqlFile:
    text = path.read_text(encoding="utf-8")
    return parse_file(path.name, text, f"sql/{kind}/{path.name}", kind)


def parse_file(file_name: str, text: str, path: str, kind: Kind = "features") -> SqlFile:
    """A file from its text. Pure.

    Raises:
        BadInput: the header is wrong; ``path`` and the line are named.
    """
    name = file_name.removesuffix(".sql")
    return SqlFile(name, kind, path, text, parse_header(text, name, path, _REQUIRED[kind]))


def parse_header(text: str, name: str, path: str, required: tuple[str, ...] = ()) -> Header:
    """The header of a file's text. Pure.

    Raises:
        BadInput: the first line is not ``-- <name>: <summary>``, a required field is missing, or
            the lookback is neither ``none`` nor a number of days; file and line are named.
    """
    lines = text.splitlines()
    prefix = f"-- {name}: "
    if not lines or not lines[0].startswith(prefix):
        raise BadInput(f"{path}:1: the first line must start with {prefix!r}", path=path)
    fields: dict[str, str] = {}
    last = ""
    for number, line in enumerate(lines[1:], start=2):
        if not line.startswith("--"):
            break
        if match := _FIELD.match(line):
            last = match[1]
            fields[last] = match[2].strip()
            # Read as 0 days, a typo would silently compute from too few games.
            if last == "lookback" and not _LOOKBACK.match(fields[last]):
                raise BadInput(
                    f"{path}:{number}: lookback is {fields[last]!r}, neither 'none' nor such as"
                    " '365 days'",
                    path=path,
                    line=number,
                )
        elif (match := _MORE.match(line)) and last:
            fields[last] += " " + match[1].strip()
    missing = [field for field in required if field not in fields]
    if missing:
        raise BadInput(f"{path}:1: the header lacks {', '.join(missing)}", path=path, line=1)
    return Header(lines[0].removeprefix(prefix), fields)


def lookback_days() -> int:
    """The longest lookback of all feature relations, from their headers."""
    return max(file.header.lookback_days for file in load("features"))
