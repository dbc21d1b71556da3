"""GoogleSQL's parser and analyzer, configured like BigQuery's."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from google.protobuf import empty_pb2
from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as service
from zetasql.wasi._pb2.zetasql.proto import options_pb2

from featurestore.googlesql import catalog, resolved
from featurestore.googlesql.engine import Engine
from featurestore.googlesql.errors import GoogleSqlError, TooDeep
from featurestore.googlesql.names import Split, split_quoted_paths
from featurestore.googlesql.types import type_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from featurestore.googlesql.catalog import Schema

    Path = tuple[str, ...]

# A process that analyses with many schemas must not keep them all.
_CATALOGS = 64


@dataclass(frozen=True, slots=True)
class Analysis:
    """The analyzer's result for a statement that passes.

    Attributes:
        kind: Such as ``query``, ``create_table``, ``insert``.
        columns: Output columns of a query with their GoogleSQL types; empty for other statements,
            and for a query that only BigQuery can run.
        parameters: Name, in lower case, to type, as declared or as inferred from the statement. A
            parameter whose type cannot be inferred is missing.
        scans: Table name, as in the schema, to the columns that the statement reads; None if the
            resolved statement nests too deeply to be read.
    """

    kind: str
    columns: tuple[tuple[str, str], ...]
    parameters: Mapping[str, str]
    scans: Mapping[str, frozenset[str]] | None


class Analyzer:
    """Parser and analyzer over one started module. Safe to share between threads."""

    def __init__(self, engine: Engine | None = None) -> None:
        self.engine = engine or Engine()
        every = self.engine.call(
            "GetLanguageOptions",
            service.LanguageOptionsRequest(maximum_features=True),
            options_pb2.LanguageOptionsProto,
        )
        self.language = catalog.as_bigquery(every)
        self._catalogs: OrderedDict[tuple[int, object, object], int] = OrderedDict()

    def analyze(
        self,
        sql: str,
        schema: Schema | None = None,
        parameters: Mapping[str, str] | None = None,
        *,
        undeclared: bool = False,
        positional: bool = False,
    ) -> Analysis:
        """Analyse one statement: query, DML or DDL.

        Args:
            sql: The statement; tables may be named with a project and in one pair of backquotes.
            schema: The tables it may name.
            parameters: Name to GoogleSQL type.
            undeclared: Allow undeclared parameters, and infer their types.
            positional: Its parameters are written ``?``, not ``@name``.

        Raises:
            GoogleSqlError: it does not pass; has the place in ``sql``.
        """
        schema, split = schema or {}, split_quoted_paths(sql)
        options = catalog.options(
            self.language, parameters or {}, undeclared=undeclared, positional=positional
        )
        known = self._registered(schema, self._paths(split, schema))
        request = service.AnalyzeRequest(
            sql_statement=split.text, options=options, registered_catalog_id=known
        )
        try:
            answer = self._placed("Analyze", request, service.AnalyzeResponse, split, sql)
        except TooDeep:
            declared = _lower(parameters or {})
            return Analysis("query", self._columns(split, options, known), declared, None)
        return _analysis(answer.resolved_statement, parameters or {})

    def parse_script(self, sql: str) -> int:
        """Parse a script (BEGIN, DECLARE, IF, loops); returns the number of outermost statements.

        Raises:
            GoogleSqlError: it does not parse; has the place in ``sql``.
        """
        split = split_quoted_paths(sql)
        request = service.ParseRequest(
            sql_statement=split.text, options=self.language, allow_script=True
        )
        answer = self._placed("Parse", request, service.ParseResponse, split, sql)
        return len(answer.parsed_script.statement_list_node.statement_list)

    def tables(self, sql: str) -> tuple[Path, ...]:
        """The tables that a statement names, each as the path that is written; without CTEs.

        Raises:
            GoogleSqlError: it does not parse.
        """
        return self._tables(split_quoted_paths(sql))

    def _tables(self, split: Split) -> tuple[Path, ...]:
        request = service.ExtractTableNamesFromStatementRequest(
            sql_statement=split.text, options=self.language
        )
        answer = self.engine.call(
            "ExtractTableNamesFromStatement",
            request,
            service.ExtractTableNamesFromStatementResponse,
        )
        return tuple(tuple(name.table_name_segment) for name in answer.table_name)

    def _columns(self, split: Split, options: Any, known: int) -> tuple[tuple[str, str], ...]:
        """A query's output columns, without the resolved statement."""
        request = service.PrepareQueryRequest(
            sql=split.text, options=options, registered_catalog_id=known
        )
        try:
            answer = self.engine.call("PrepareQuery", request, service.PrepareQueryResponse)
        except GoogleSqlError:
            return ()
        self.engine.call(
            "UnprepareQuery",
            service.UnprepareQueryRequest(prepared_query_id=answer.prepared.prepared_query_id),
            empty_pb2.Empty,
        )
        return tuple((one.name, type_text(one.type)) for one in answer.prepared.columns)

    def _paths(self, split: Split, schema: Schema) -> tuple[Path, ...]:
        """Paths with a project by which the statement names tables of the schema."""
        try:
            paths = self._tables(split)
        except GoogleSqlError:
            # The analyzer reports the same error, with its place.
            return ()
        known = {name.lower() for name in schema}
        named = {path for path in paths if len(path) > 2 and ".".join(path[-2:]).lower() in known}
        return tuple(sorted(named))

    def _registered(self, schema: Schema, paths: tuple[Path, ...]) -> int:
        """A catalog without contents, created once: its built-in functions take 16 ms."""
        tables = tuple((name, tuple(columns.items())) for name, columns in schema.items())
        key = (self.engine.starts, tables, paths)
        if key not in self._catalogs:
            made = catalog.catalog(self.language, schema, paths)
            request = service.RegisterCatalogRequest(simple_catalog=made)
            answer = self.engine.call("RegisterCatalog", request, service.RegisterResponse)
            self._forget_catalogs()
            self._catalogs[key] = answer.registered_id
        return self._catalogs[key]

    def _forget_catalogs(self) -> None:
        """Make room for one catalog; those of an earlier start of the module no longer exist."""
        while len(self._catalogs) >= _CATALOGS:
            (start, *_), registered = self._catalogs.popitem(last=False)
            if start == self.engine.starts:
                request = service.UnregisterRequest(registered_id=registered)
                self.engine.call("UnregisterCatalog", request, empty_pb2.Empty)

    def _placed(self, method: str, request: Any, answer: Any, split: Split, sql: str) -> Any:
        try:
            return self.engine.call(method, request, answer)
        except GoogleSqlError as error:
            if not error.line:
                raise
            place = split.place_in_original(error.line, error.column, sql)
            raise error.placed(*place) from error


_STARTING = Lock()


def analyzer() -> Analyzer:
    """The process's analyzer, started by the first call."""
    with _STARTING:
        return _started()


@lru_cache(maxsize=1)
def _started() -> Analyzer:
    return Analyzer()


def _lower(parameters: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): kind for name, kind in parameters.items()}


def _analysis(statement: Any, declared: Mapping[str, str]) -> Analysis:
    node, kind = statement, ""
    while "node" in node.DESCRIPTOR.oneofs_by_name and node.WhichOneof("node"):
        kind = node.WhichOneof("node")
        node = getattr(node, kind)
    return Analysis(
        kind=re.sub(r"^resolved_|_stmt_node$", "", kind),
        columns=resolved.output_columns(node),
        parameters=_lower(declared) | resolved.parameter_types(node),
        scans=resolved.scanned_columns(node),
    )
