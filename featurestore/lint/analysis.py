"""Errors of GoogleSQL's own parser and analyzer in the statements of a text, as findings.

The parser checks every text. The analyzer, which resolves names and types, checks the statements
whose tables are all known: of the others it would only report the unknown table.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from featurestore.bounds.finding import Finding
from featurestore.googlesql import passed
from featurestore.googlesql.names import first_word, parameter_names, statements

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from featurestore.googlesql.analyzer import Analyzer
    from featurestore.googlesql.catalog import Schema
    from featurestore.googlesql.errors import GoogleSqlError

    Columns = tuple[tuple[str, str], ...]
    """Column and GoogleSQL type, in order."""

RULE, SYNTAX = "googlesql", "syntax"
# Statements by which a script declares variables or decides what runs: names in its other
# statements may be variables, and tables may be created and dropped.
_PROCEDURAL = frozenset(
    """BEGIN BREAK CALL CASE COMMIT CONTINUE DECLARE ELSE ELSEIF END EXCEPTION EXECUTE FOR IF
    ITERATE LEAVE LOOP RAISE REPEAT RETURN ROLLBACK SET UNTIL WHILE""".split()
)
_PROCEDURE = re.compile(r"CREATE\s+(OR\s+REPLACE\s+)?PROCEDURE\b", re.IGNORECASE)
# Placeholders for unknown parts of a text; the extraction from Python writes them.
_PLACEHOLDER = "placeholder"
# Objects that other files or the warehouse may define, so that their absence is not an error.
_DEFINED_ELSEWHERE = re.compile(
    r"(?:Table|Model|Procedure|Connection|Type|Table-valued function|Function) not found: "
    r"(?:`?[\w-]+`?\.|.*\bINFORMATION_SCHEMA\b)",
    re.IGNORECASE,
)
# A placeholder in quotes is a text; a parameter of any type is allowed there as well.
_QUOTED_PLACEHOLDER = re.compile(r"'(@placeholder_\w+)'")
_FUNCTION = re.compile(r"Function not found: ")


def analysis_findings(
    sql: str,
    schema: Schema,
    relations: Mapping[str, str] | None = None,
    *,
    anywhere: Mapping[str, str] | None = None,
) -> list[Finding]:
    """What GoogleSQL's parser and analyzer refuse; results are cached by text and schemas.

    Args:
        sql: One statement or a script.
        schema: Tables and views: name to column to GoogleSQL type.
        relations: SELECTs that the text may read by bare names.
        anywhere: Bare names, lower case, that mean a table of ``schema`` in any dataset, each with
            the table's full name.
    """
    texts, elsewhere = relations or {}, anywhere or {}
    known = _digest(tuple((name, tuple(columns.items())) for name, columns in schema.items()))
    key = passed.digest("lint", sql, known, dict(texts), dict(elsewhere))
    held = passed.facts(key)
    if held is not None:
        return [Finding(**one) for one in held.get("findings", [])]
    from featurestore.googlesql.analyzer import analyzer

    findings = list(_Analysis(analyzer(), schema, texts, elsewhere).findings(sql))
    passed.remember(
        key, {"findings": [finding.as_json() for finding in findings]} if findings else {}
    )
    return findings


@lru_cache(maxsize=8)
def _digest(tables: tuple[tuple[str, Columns], ...]) -> str:
    return passed.digest(tables)


@lru_cache(maxsize=256)
def _analysed(
    analyzer: Analyzer, statement: str, tables: tuple[tuple[str, Columns], ...]
) -> Columns:
    """Output columns of a statement over the tables that it names.

    Cached, because the files of a folder of relations read mostly the same relations.
    """
    schema = {name: dict(columns) for name, columns in tables}
    positional = "?" in statement and not parameter_names(statement)
    return analyzer.analyze(statement, schema, undeclared=True, positional=positional).columns


class _Analysis:
    """Analyses the statements of one text, after the relations that they read."""

    def __init__(
        self,
        analyzer: Analyzer,
        schema: Schema,
        relations: Mapping[str, str],
        anywhere: Mapping[str, str],
    ) -> None:
        self._analyzer, self._relations, self._anywhere = analyzer, relations, anywhere
        self._tables = {name.lower(): (name, columns) for name, columns in schema.items()}
        self._open: set[str] = set()

    def findings(self, sql: str) -> Iterator[Finding]:
        from featurestore.googlesql.errors import GoogleSqlError

        try:
            self._analyzer.parse_script(sql)
        except GoogleSqlError as error:
            if _PLACEHOLDER not in sql:
                yield _finding(error, sql, 0)
            return
        parts = statements(sql)
        if any(first_word(part) in _PROCEDURAL or _PROCEDURE.search(part) for _, part in parts):
            return
        for start, part in parts:
            try:
                self._analyse(part)
            except GoogleSqlError as error:
                if not _is_open(error):
                    yield _finding(error, sql, start)

    def _analyse(self, statement: str) -> Columns | None:
        """Output columns of a statement; None if it names an unknown table."""
        statement = _QUOTED_PLACEHOLDER.sub(r" \1 ", statement)
        named: dict[str, Columns] = {}
        for path in self._analyzer.tables(statement):
            table = self._table(".".join(path[-2:]))
            if table is None:
                return None
            named[table[0]] = tuple(table[1].items())
        return _analysed(self._analyzer, statement, tuple(sorted(named.items())))

    def _table(self, name: str) -> tuple[str, Mapping[str, str]] | None:
        """The name and columns of a table, or of a relation without errors."""
        from featurestore.googlesql.errors import GoogleSqlError

        if name.lower() not in self._tables and name in self._relations and name not in self._open:
            self._open.add(name)
            try:
                columns = self._analyse(self._relations[name])
            except GoogleSqlError:
                columns = None
            self._open.discard(name)
            if columns:
                self._tables[name.lower()] = (name, dict(columns))
        table = self._tables.get(name.lower())
        full_name = self._anywhere.get(name.lower().rpartition(".")[2])
        # A view of INFORMATION_SCHEMA is not a known table with the same bare name.
        if name.lower().startswith("information_schema."):
            return table
        if table is None and full_name is not None and full_name.lower() in self._tables:
            return name, self._tables[full_name.lower()][1]
        return table


def _is_open(error: GoogleSqlError) -> bool:
    """Whether the error may be due to what is outside the text: other files, or the caller."""
    # The caller declares a parameter's type; without it, the analyzer takes the first that fits.
    is_parameter = error.message.startswith("Undeclared parameter")
    is_elsewhere = _DEFINED_ELSEWHERE.match(error.message) is not None
    return is_parameter or is_elsewhere or _PLACEHOLDER in error.message


def _finding(error: GoogleSqlError, sql: str, start: int) -> Finding:
    """An error in a statement that begins at offset ``start``, as a finding in the text."""
    line, column = max(error.line, 1), max(error.column, 1)
    if line == 1:
        column += start - (sql.rfind("\n", 0, start) + 1)
    is_function = _FUNCTION.match(error.message) is not None
    return Finding(
        path="",
        line=line + sql.count("\n", 0, start),
        column=column,
        rule=SYNTAX if error.is_syntax else RULE,
        # BigQuery has functions that the reference implementation lacks.
        severity="warning" if is_function else "error",
        message=error.summary,
        hint="" if is_function else "BigQuery refuses it, too",
    )
