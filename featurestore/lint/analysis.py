"""GoogleSQL's own parser and analyzer on the statements of a text, as findings.

The parser judges every text. The analyzer, which knows names and types, judges the statements whose
tables are all known: of an unknown table it could say nothing but that it is unknown.
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
# Statements with which a script declares variables or decides what runs: names in the others may
# be variables, and tables may come and go.
_PROCEDURAL = frozenset(
    """BEGIN BREAK CALL CASE COMMIT CONTINUE DECLARE ELSE ELSEIF END EXCEPTION EXECUTE FOR IF
    ITERATE LEAVE LOOP RAISE REPEAT RETURN ROLLBACK SET UNTIL WHILE""".split()
)
_PROCEDURE = re.compile(r"CREATE\s+(OR\s+REPLACE\s+)?PROCEDURE\b", re.IGNORECASE)
# What a text leaves open until it runs; the extraction from Python writes these.
_PLACEHOLDER = "placeholder"
# Of these the text at hand need not say what they are: other files or the warehouse define them.
_DEFINED_ELSEWHERE = re.compile(
    r"(?:Table|Model|Procedure|Connection|Type|Table-valued function|Function) not found: "
    r"(?:`?[\w-]+`?\.|.*\bINFORMATION_SCHEMA\b)",
    re.IGNORECASE,
)
# In quotes it is a text; a parameter of any type is allowed there as well.
_QUOTED_PLACEHOLDER = re.compile(r"'(@placeholder_\w+)'")
_FUNCTION = re.compile(r"Function not found: ")


def analysis_findings(
    sql: str,
    schema: Schema,
    relations: Mapping[str, str] | None = None,
    *,
    anywhere: Mapping[str, str] | None = None,
) -> list[Finding]:
    """What GoogleSQL's parser and analyzer refuse; nothing is started for a text that was judged.

    Args:
        sql: One statement or a script.
        schema: Tables and views: name to column to GoogleSQL type.
        relations: SELECTs that the text may read by bare names.
        anywhere: Bare names, lower case, that mean a table of ``schema`` in any dataset: to its
            full name.
    """
    texts, elsewhere = relations or {}, anywhere or {}
    known = _digest(tuple((name, tuple(columns.items())) for name, columns in schema.items()))
    key = passed.digest("lint", sql, known, dict(texts), dict(elsewhere))
    held = passed.facts(key)
    if held is not None:
        return [Finding(**one) for one in held.get("findings", [])]
    from featurestore.googlesql.analyzer import analyzer

    found = list(_Judge(analyzer(), schema, texts, elsewhere).findings(sql))
    passed.remember(key, {"findings": [finding.as_json() for finding in found]} if found else {})
    return found


@lru_cache(maxsize=8)
def _digest(tables: tuple[tuple[str, Columns], ...]) -> str:
    return passed.digest(tables)


@lru_cache(maxsize=256)
def _analysed(
    analyzer: Analyzer, statement: str, tables: tuple[tuple[str, Columns], ...]
) -> Columns:
    """Output columns of a statement over the tables that it names.

    Kept, for each file of a folder of relations reads what most others read.
    """
    schema = {name: dict(columns) for name, columns in tables}
    positional = "?" in statement and not parameter_names(statement)
    return analyzer.analyze(statement, schema, undeclared=True, positional=positional).columns


class _Judge:
    """Analyses the statements of one text, and the relations that they read before them."""

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
        """Output columns of a statement; None where it names a table that is not known."""
        statement = _QUOTED_PLACEHOLDER.sub(r" \1 ", statement)
        named: dict[str, Columns] = {}
        for path in self._analyzer.tables(statement):
            found = self._table(".".join(path[-2:]))
            if found is None:
                return None
            named[found[0]] = tuple(found[1].items())
        return _analysed(self._analyzer, statement, tuple(sorted(named.items())))

    def _table(self, name: str) -> tuple[str, Mapping[str, str]] | None:
        """The name and columns of a table, or of a relation that passes itself."""
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
        found = self._tables.get(name.lower())
        full_name = self._anywhere.get(name.lower().rpartition(".")[2])
        # A view of the system may have any name.
        if name.lower().startswith("information_schema."):
            return found
        if found is None and full_name is not None and full_name.lower() in self._tables:
            return name, self._tables[full_name.lower()][1]
        return found


def _is_open(error: GoogleSqlError) -> bool:
    """Whether it depends on what the text does not say: other files, or who runs it."""
    # The caller declares a parameter's type; without one, the analyzer takes the first that fits.
    is_parameter = error.message.startswith("Undeclared parameter")
    is_elsewhere = _DEFINED_ELSEWHERE.match(error.message) is not None
    return is_parameter or is_elsewhere or _PLACEHOLDER in error.message


def _finding(error: GoogleSqlError, sql: str, start: int) -> Finding:
    """An error in a statement that begins at ``start`` of the text, as a finding in the text."""
    line, column = max(error.line, 1), max(error.column, 1)
    if line == 1:
        column += start - (sql.rfind("\n", 0, start) + 1)
    is_function = _FUNCTION.match(error.message) is not None
    return Finding(
        path="",
        line=line + sql.count("\n", 0, start),
        column=column,
        rule=SYNTAX if error.is_syntax else RULE,
        # BigQuery has functions that the language's reference does not.
        severity="warning" if is_function else "error",
        message=error.summary,
        hint="" if is_function else "BigQuery refuses it, too",
    )
