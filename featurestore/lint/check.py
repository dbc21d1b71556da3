"""Checks the SQL in files: bounds of every scan, leaks, lookbacks, unproven constructs.

A check is a function of one text and of its context, such as its neighbours; ``CHECKS`` lists them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from sqlglot import exp
from sqlglot.errors import SqlglotError

from featurestore.bounds import check_bounds, lookback_days
from featurestore.bounds.finding import Finding
from featurestore.bounds.relations import in_any_dataset, short_key
from featurestore.bounds.script import parse_script
from featurestore.bounds.statements import views_created
from featurestore.definitions.column_roles import ColumnRoles, column_roles
from featurestore.dialect import refuse
from featurestore.lint import analysis
from featurestore.lint.extract import SqlText, sql_in_path
from featurestore.lint.feeds import feeds_features
from featurestore.lint.files import files_below
from featurestore.lint.leaks import check_leaks
from featurestore.statement_size import deep_recursion
from sync.counted import counted
from sync.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from featurestore.lint.own_sql import OwnSql

_LOOKBACK = re.compile(r"^--\s+lookback:\s+(?:(\d+) days|none)", re.MULTILINE)

_CREATED = re.compile(
    r"\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMP\s+|TEMPORARY\s+)?(?:TABLE|VIEW)\s+"
    r"(?:IF\s+NOT\s+EXISTS\s+)?`?(\w+)\b(?![`\s]*\.)",
    re.IGNORECASE,
)
_WHERE_FEATURES_ARE_FED = frozenset({"leak-aggregate", "leak-clock"})
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Context:
    """What a check needs besides the text.

    Attributes:
        partitioned: Partition column of each partitioned table.
        views: SELECTs of the views that any checked file creates, by ``dataset.view``.
        relations: SELECTs of the files in the same folder, by stem, as ``sql/features`` uses them.
        upper: Whether a missing upper bound is an error.
        is_file: Whether the text is a whole ``.sql`` file.
        schema: Tables and views whose columns are known: name to column to GoogleSQL type.
        roles: The roles of the columns of tables.
    """

    partitioned: Mapping[str, str]
    views: Mapping[str, str] = field(default_factory=dict)
    relations: Mapping[str, str] = field(default_factory=dict)
    upper: bool = False
    is_file: bool = True
    schema: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    roles: ColumnRoles = field(default_factory=column_roles)


Check = Callable[[str, Context], list[Finding]]
"""Findings of one text; their lines count from its first line."""


def bounds(sql: str, context: Context) -> list[Finding]:
    """Scans of partitioned tables without a constant bound; text that does not parse."""
    known = _without_created(in_any_dataset(context.partitioned), sql)
    return check_bounds(sql, known, upper=context.upper, views=context.views)


def googlesql(sql: str, context: Context) -> list[Finding]:
    """What GoogleSQL's own parser and analyzer refuse."""
    names = {name: name for name in context.partitioned if name in context.schema}
    bare = {name: full for name, full in in_any_dataset(names).items() if "." not in name}
    anywhere = _without_created(bare, sql)
    return analysis.analysis_findings(sql, context.schema, context.relations, anywhere=anywhere)


def leaks(sql: str, context: Context) -> list[Finding]:
    """Patterns through which a feature could use its own game.

    Aggregates and clocks only where the statement feeds features: in folders named ``features``,
    in statements that write, and in queries by player.
    """
    known = _without_created(in_any_dataset(context.roles.tables), sql)
    roles = replace(context.roles, tables=known)
    findings = check_leaks(sql, roles, relations=context.relations, is_relation=context.upper)
    if not findings or context.upper or feeds_features(sql, context.roles.entities):
        return findings
    return [finding for finding in findings if finding.rule not in _WHERE_FEATURES_ARE_FED]


def _without_created(known: Mapping[str, T], sql: str) -> dict[str, T]:
    """``known`` without the bare names of tables and views that the text creates."""
    created = {match[1].lower() for match in _CREATED.finditer(sql)}
    return {name: one for name, one in known.items() if name not in created}


def lookback(sql: str, context: Context) -> list[Finding]:
    """A header whose lookback is not what the statement reads."""
    header = _LOOKBACK.search(sql)
    try:
        days = lookback_days(sql, context.partitioned)
    except SqlglotError:
        return []
    if header is None or days is None or days == int(header[1] or 0):
        return []
    message = f"header: says {header[1] or 'no'} days of lookback, the statement reads {days}"
    line = sql.count("\n", 0, header.start()) + 1
    return [
        Finding("", line, 1, "lookback", "error", message, hint=f"write {counted(days, 'day')}")
    ]


def unproven(sql: str, context: Context) -> list[Finding]:
    """Constructs of queries that have no proven translation; only in ``.sql`` files.

    SQL inside a program may run on another engine.
    """
    try:
        trees = parse_script(sql, broken=[]) if context.is_file else []
    except SqlglotError:
        return []
    refusals = [
        refusal
        for tree in trees
        if isinstance(tree, exp.Expression) and isinstance(tree, exp.Query)
        for refusal in refuse.unproven(tree)
    ]
    return [
        Finding(
            path="",
            line=max(refusal.line, 1),
            column=1,
            rule="unproven",
            severity="error",
            message=f"{refusal.construct}: is not proven to return the same rows in DuckDB",
            hint=f"write {refusal.instead}" if refusal.instead else "",
        )
        for refusal in refusals
    ]


CHECKS: tuple[Check, ...] = (googlesql, bounds, leaks, lookback, unproven)


def lint_paths(
    paths: Sequence[Path],
    partitioned: Mapping[str, str],
    *,
    schema: Mapping[str, Mapping[str, str]] | None = None,
    checks: Sequence[Check] = CHECKS,
    exclude: Sequence[str] = (),
    roles: ColumnRoles | None = None,
    own: OwnSql | None = None,
) -> tuple[Finding, ...]:
    """Findings of all ``.sql`` and ``.py`` files; a folder means those below it.

    In folders named ``features`` a missing upper bound is an error. A file that cannot be read as
    text or as Python is a finding itself; the others are checked.

    Args:
        paths: Files and folders.
        partitioned: Partition column of each partitioned table.
        schema: Tables and views whose columns are known: name to column to GoogleSQL type.
        checks: The checks to run.
        exclude: Patterns of files and folders to leave out.
        roles: The roles of the columns of tables; by default those of ``sql/schema``.
        own: Folders of relations, in which a missing upper bound is an error, too.

    Raises:
        BadInput: a path does not exist.
    """
    findings: list[Finding] = []
    read = {file: _texts(file, findings) for file in dict.fromkeys(files_below(paths, exclude))}
    texts = {file: of_file for file, of_file in read.items() if of_file is not None}
    views = _views(text.sql for of_file in texts.values() for text in of_file)
    known_roles = roles or column_roles()
    for file, texts_of_file in texts.items():
        is_python = file.suffix == ".py"
        neighbours = own.neighbours(file) if own else None
        upper = file.parent.name == "features" or neighbours is not None
        relations = _siblings(file) if neighbours is None else neighbours
        context = Context(
            partitioned, views, relations, upper, not is_python, schema or {}, known_roles
        )
        of_file = {finding for text in texts_of_file for finding in _placed(text, checks, context)}
        of_file |= set(own.findings(file) if own else [])
        findings += sorted(of_file, key=lambda one: (one.line, one.column, one.rule, one.message))
    return tuple(findings)


def _placed(text: SqlText, checks: Sequence[Check], context: Context) -> Iterator[Finding]:
    """The findings of one text, with their lines and columns in the file."""
    findings = [finding for check in checks for finding in _findings(check, text.sql, context)]
    for finding in _once(findings):
        if context.is_file or not _is_prose(finding, text, context.partitioned):
            line, column = text.place_of(finding.line, finding.column)
            yield replace(finding, path=text.path, line=line, column=column)


def _findings(check: Check, sql: str, context: Context) -> list[Finding]:
    """A check's findings, or one that the text is too long or nested too deeply."""
    try:
        with deep_recursion():
            return check(sql, context)
    except Refused as error:
        line = int(str(error.facts.get("line", 1)))
        return [Finding("", line, 1, "size", "error", error.message, hint=error.hint)]


def _once(findings: list[Finding]) -> list[Finding]:
    """The findings with only the first syntax error: GoogleSQL's own, before sqlglot's."""
    syntax = [finding for finding in findings if finding.rule == analysis.SYNTAX]
    return [one for one in findings if one.rule != analysis.SYNTAX or one is syntax[0]]


def _texts(file: Path, unread: list[Finding]) -> list[SqlText] | None:
    """The SQL in a file; if it cannot be read, None, and a finding is added to ``unread``."""
    try:
        with deep_recursion():
            return sql_in_path(file)
    except SyntaxError as error:
        # The file may be written for another version of Python.
        line, column, reason = error.lineno or 1, error.offset or 1, str(error.msg)
    except (OSError, ValueError) as error:
        line, column, reason = 1, 1, str(error)
    except Refused as error:
        line, column, reason = 1, 1, error.message
    message = f"{file.name}: cannot be read: {reason}"
    hint = f"leave it out: --exclude {file.name}"
    unread.append(
        Finding(str(file), max(line, 1), max(column, 1), "file", "error", message, hint=hint)
    )
    return None


def _views(texts: Iterable[str]) -> dict[str, str]:
    """The views that the texts create; a text that does not parse is reported elsewhere."""
    views: dict[str, str] = {}
    for text in texts:
        if "VIEW" not in text.upper():
            continue
        try:
            with deep_recursion():
                created = views_created(parse_script(text, broken=[]))
                views |= {name: query.sql("bigquery") for name, query in created.items()}
        except (SqlglotError, Refused):
            continue
    return views


def _siblings(file: Path) -> dict[str, str]:
    """The other ``.sql`` files of a folder named ``features``, by relation name."""
    if file.suffix != ".sql" or file.parent.name != "features":
        return {}
    files = file.parent.glob("*.sql")
    return {
        other.stem: other.read_text(encoding="utf-8", errors="replace")
        for other in files
        if other != file and other.is_file()
    }


def _is_prose(finding: Finding, text: SqlText, partitioned: Mapping[str, str]) -> bool:
    """Whether a string starts like SQL but does not parse and names no partitioned table."""
    names = (short_key(name).split(".")[-1] for name in partitioned)
    return finding.rule in (analysis.SYNTAX, analysis.RULE) and not any(
        name in text.sql.lower() for name in names
    )
