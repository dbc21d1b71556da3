"""Reads the relations of a user's repository: files as in ``sql/features``, in its own folders.

They may read the tables of the replica, the shipped relations and each other. Every error of a file
is a `Problem`; `relation_files` refuses the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from featurestore.definitions import compose, sql_files, tables
from featurestore.suggestions import did_you_mean
from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from featurestore.definitions.sql_files import SqlFile

PAGE = "docs/own-sql.md"
_NAME = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Problem:
    """An error of a user's file.

    Attributes:
        path: The file, or the folder.
        line: From 1; 0 for the whole file.
        message: What is wrong, the object first.
        hint: What to write, or a command.
    """

    path: str
    line: int
    message: str
    hint: str = ""


def relation_files(folders: Sequence[str]) -> tuple[SqlFile, ...]:
    """The shipped relations, and those of the folders after them.

    Args:
        folders: Those of the setting ``sql``; without any, only the shipped relations.

    Raises:
        BadInput: a folder is missing or has no SQL; a file has no header, the name of a shipped
            relation or of a table, an input that does not exist, or reads itself.
    """
    own, problems = read_folders(folders)
    for problem in problems:
        place = f"{problem.path}:{problem.line}" if problem.line else problem.path
        raise BadInput(
            f"{place}: {problem.message}", hint=problem.hint, path=problem.path, line=problem.line
        )
    return (*sql_files.load("features"), *own)


def read_folders(folders: Sequence[str]) -> tuple[tuple[SqlFile, ...], tuple[Problem, ...]]:
    """The files of the folders whose headers are valid, by folder and name; and all problems."""
    files: list[SqlFile] = []
    problems: list[Problem] = []
    for folder in dict.fromkeys(folders):
        for path in _listed(Path(folder), problems):
            try:
                text = path.read_text(encoding="utf-8")
                files.append(sql_files.parse_file(path.name, text, str(path)))
            except BadInput as error:
                line = int(str(error.facts.get("line", 1)))
                message = error.message.removeprefix(f"{path}:{line}: ")
                problems.append(Problem(str(path), line, message, _header_hint(path.stem)))
            except (OSError, UnicodeDecodeError) as error:
                message = f"cannot be read as UTF-8: {error}"
                problems.append(Problem(str(path), 1, message, "save the file as UTF-8"))
    shipped = compose.by_name(sql_files.load("features"))
    problems += _name_problems(files, shipped)
    problems += _input_problems(files, shipped)
    problems += _cycle_problems(files)
    return tuple(files), tuple(problems)


def known_names(own: Iterable[SqlFile]) -> dict[str, None]:
    """What a relation may read: relations by bare name, tables and the view by full name."""
    relations = [file.name for file in (*sql_files.load("features"), *own)]
    return dict.fromkeys([*relations, *tables.tables(), tables.FEATURES_VIEW])


def nearest(name: str, known: Iterable[str]) -> str:
    """``did you mean roster?``, or the names of the tables."""
    held = ", ".join(one for one in known if "." in one)
    return did_you_mean(name, known, f"tables are {held}" if held else f"see {PAGE}")


def input_line(file: SqlFile, name: str) -> int:
    """The line of the header that names an input; if none does, the line of the inputs."""
    first = 1
    for number, line in enumerate(file.text.splitlines(), start=1):
        if not line.startswith("--"):
            break
        if line.partition(":")[0].strip("- ") == "inputs":
            first = number
        if first > 1 and re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", line):
            return number
    return first


def _header_hint(name: str) -> str:
    return (
        f"begin with -- {name}: WHAT A ROW IS, then -- grain: COLUMNS, -- inputs: NAMES or none,"
        " -- lookback: N days or none, -- nulls: WHERE"
    )


def _listed(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    if not folder.is_dir():
        what = "not a folder" if folder.exists() else "no such folder"
        problems.append(
            Problem(
                str(folder),
                0,
                f"{what}, named by sql in the settings",
                f"mkdir -p {folder}, or correct sql in featurestore.toml or pyproject.toml",
            )
        )
        return
    paths = sorted(folder.glob("*.sql"))
    if not paths:
        hint = f"write {folder}/my_relation.sql as {PAGE} shows"
        problems.append(
            Problem(str(folder), 0, "has no .sql file, named by sql in the settings", hint)
        )
    yield from paths


def _name_problems(files: Sequence[SqlFile], shipped: Mapping[str, SqlFile]) -> Iterator[Problem]:
    held = {name.rpartition(".")[2]: name for name in (*tables.tables(), tables.FEATURES_VIEW)}
    first: dict[str, str] = {}
    for file in files:
        rename = "rename the file, and the relation in its first line"
        if not _NAME.fullmatch(file.name):
            message = f"relation {file.name}: not a lower-case name of letters, digits and _"
            yield Problem(file.path, 1, message, rename)
        elif file.name in shipped:
            message = f"relation {file.name}: has the name of {shipped[file.name].path}"
            yield Problem(file.path, 1, message, rename)
        elif file.name in held:
            message = f"relation {file.name}: has the name of table {held[file.name]}"
            yield Problem(file.path, 1, message, rename)
        elif file.name in first:
            message = f"relation {file.name}: also defined in {first[file.name]}"
            yield Problem(file.path, 1, message, rename)
        first.setdefault(file.name, file.path)


def _input_problems(files: Sequence[SqlFile], shipped: Mapping[str, SqlFile]) -> Iterator[Problem]:
    known = known_names(files)
    for file in files:
        for name in file.header.inputs:
            if name not in known:
                message = f"input {name}: neither a relation nor a table of the replica"
                yield Problem(file.path, input_line(file, name), message, nearest(name, known))


def _cycle_problems(own: Sequence[SqlFile]) -> Iterator[Problem]:
    """One for each cycle, at its first file."""
    files = compose.by_name(own)
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> Iterator[Problem]:
        if name in path:
            cycle = (*path[path.index(name) :], name)
            line = input_line(files[name], cycle[1])
            message = f"relation {name}: reads itself: {' -> '.join(cycle)}"
            hint = "remove one of them from the other's inputs"
            yield Problem(files[name].path, line, message, hint)
        if name in done or name not in files:
            return
        done.add(name)
        for other in files[name].header.inputs:
            yield from visit(other, (*path, name))

    for file in own:
        yield from visit(file.name, ())
