"""Google's own GoogleSQL (the ``zetasql`` package) as the judge: one evaluator a session."""

from __future__ import annotations

import ctypes
import importlib.util
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import wasmtime
from zetasql.core import wasm_client
from zetasql.core.exceptions import ZetaSQLError
from zetasql.wasi import get_wasm_path
from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as service
from zetasql.wasi._pb2.zetasql.proto import options_pb2, simple_catalog_pb2
from zetasql.wasi._pb2.zetasql.public import options_pb2 as public

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow as pa

Schema = "Mapping[str, Mapping[str, str]]"


def _sibling(name: str) -> Any:
    """A module of this folder: with importlib's import mode a test folder is no package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


googlesql = _sibling("googlesql")
engines = _sibling("engines")
mutants_module = _sibling("mutants")

# GoogleSQL that other engines have and BigQuery's reference does not describe.
_NOT_IN_BIGQUERY = """
    AGGREGATE_FILTERING ARRAY_AGGREGATION_FUNCTIONS ARRAY_FIND_FUNCTIONS ARRAY_ZIP
    BRACED_PROTO_CONSTRUCTORS ENABLE_MEASURES FIRST_AND_LAST_N FOR_UPDATE
    INSERT_ON_CONFLICT_CLAUSE LATERAL_JOIN LIMIT_OFFSET_EXPRESSIONS MATCH_RECOGNIZE
    MULTILEVEL_AGGREGATION MULTIWAY_UNNEST NULLIFZERO_ZEROIFNULL PI_FUNCTIONS PROTO_MAPS
    TIMESTAMP_NANOS TIMESTAMP_PICOS UUID_TYPE
"""


class _Client(wasm_client.WasmClient):  # type: ignore[misc]
    """The package's client, which copies requests and answers byte by byte, made to copy whole."""

    def write_bytes(self, ptr: int, data: bytes) -> None:
        ctypes.memmove(ctypes.byref(self.memory.data_ptr().contents, ptr), data, len(data))

    def read_bytes(self, ptr: int, size: int) -> bytes:
        return ctypes.string_at(ctypes.byref(self.memory.data_ptr().contents, ptr), size)


class _CachingConfig(wasmtime.Config):  # type: ignore[misc]
    """Keeps the compiled module in wasmtime's cache: the second session starts in a second."""

    def __init__(self) -> None:
        super().__init__()
        self.cache = True


class Evaluator:
    """GoogleSQL's parser, analyzer and reference evaluator, as BigQuery sets them up.

    Product mode external, UTC, BigQuery's language features; schemas are mappings of
    ``dataset.table`` or bare name to column to GoogleSQL type text. Errors are
    ``zetasql.core.exceptions.ZetaSQLError`` with line and column in the message.

    Limits of the reference evaluator: an array over 1 MB is an error, so give rows as ``tables``
    and not as array literals; a join is a nested loop, so keep inputs to some hundred rows;
    NUMERIC(5,1) is NUMERIC; NULL arrays are told apart from empty ones; rows come in any order
    without ORDER BY.
    """

    Typed = googlesql.Typed
    Error = ZetaSQLError

    def __init__(self) -> None:
        self._client = _Client(get_wasm_path())
        language = self._call(
            "GetLanguageOptions",
            service.LanguageOptionsRequest(maximum_features=True),
            options_pb2.LanguageOptionsProto,
        )
        dropped = {f"FEATURE_{name}" for name in _NOT_IN_BIGQUERY.split()}
        kept = [
            feature
            for feature in language.enabled_language_features
            if public.LanguageFeature.Name(feature) not in dropped
        ]
        del language.enabled_language_features[:]
        language.enabled_language_features.extend(kept)
        language.product_mode = public.PRODUCT_EXTERNAL
        del language.supported_statement_kinds[:]
        self._language = language
        self._catalogs: dict[tuple[tuple[str, tuple[tuple[str, str], ...]], ...], int] = {}

    def columns(
        self, sql: str, schema: Schema | None = None, params: Mapping[str, str] | None = None
    ) -> list[tuple[str, str]]:
        """Names and GoogleSQL types of a query's output columns."""
        request = service.PrepareQueryRequest(
            sql=sql,
            options=self._options(params or {}),
            registered_catalog_id=self._registered(schema or {}),
        )
        answer = self._call("PrepareQuery", request, service.PrepareQueryResponse)
        self._call(
            "UnprepareQuery",
            service.UnprepareQueryRequest(prepared_query_id=answer.prepared.prepared_query_id),
        )
        return [
            (column.name, googlesql.type_text(column.type)) for column in answer.prepared.columns
        ]

    def rows(
        self,
        sql: str,
        params: Mapping[str, Any] | None = None,
        tables: Mapping[str, pa.Table] | None = None,
        schema: Schema | None = None,
    ) -> list[dict[str, Any]]:
        """Rows of a query, as the reference evaluator gives them.

        Values are Python's: Decimal for NUMERIC, aware datetime for TIMESTAMP, dict for STRUCT,
        text for JSON.

        Args:
            sql: One query.
            params: Values, or ``Evaluator.Typed`` where the value does not tell the type.
            tables: Contents by table name; types are those of the Arrow columns.
            schema: Types that win over the Arrow types, such as JSON for strings.
        """
        values = {name: googlesql.typed(value) for name, value in (params or {}).items()}
        tables = tables or {}
        known = {
            name: {**googlesql.arrow_types(table.schema), **(schema or {}).get(name, {})}
            for name, table in tables.items()
        }
        request = service.EvaluateQueryRequest(
            sql=_flat_names(sql, tables),
            options=self._options({name: typed.type for name, typed in values.items()}),
        )
        if known:
            request.simple_catalog.CopyFrom(self._catalog(known, nested=False))
        else:
            request.registered_catalog_id = self._registered({})
        for name, typed in values.items():
            kind = googlesql.parse_type(typed.type)
            request.params.add(name=name, value=googlesql.encode(typed.value, kind))
        for name, table in tables.items():
            content = request.table_content[name].table_data
            # A table without a row is one, too.
            content.SetInParent()
            kinds = [googlesql.parse_type(known[name][column]) for column in table.column_names]
            columns = [column.to_pylist() for column in table.columns]
            for row in zip(*columns, strict=True):
                content.row.add(
                    cell=[googlesql.encode(v, k) for v, k in zip(row, kinds, strict=True)]
                )
        answer = self._call("EvaluateQuery", request, service.EvaluateQueryResponse)
        described = answer.prepared.columns
        return [
            {
                c.name: googlesql.decode(cell, c.type)
                for c, cell in zip(described, row.cell, strict=True)
            }
            for row in answer.content.table_data.row
        ]

    def analyze_statement(
        self, sql: str, schema: Schema | None = None, params: Mapping[str, str] | None = None
    ) -> str:
        """The kind of a statement that passes the analyzer, such as ``create_table``.

        DDL, DML and queries alike. Tables it names must be in ``schema``. A script, and what
        only BigQuery has (``INFORMATION_SCHEMA`` unless given as a table), goes to
        :meth:`parse_script`.
        """
        request = service.AnalyzeRequest(
            sql_statement=sql,
            options=self._options(params or {}),
            registered_catalog_id=self._registered(schema or {}),
        )
        answer = self._call("Analyze", request, service.AnalyzeResponse)
        node, kind = answer.resolved_statement, ""
        while "node" in node.DESCRIPTOR.oneofs_by_name and node.WhichOneof("node"):
            kind = node.WhichOneof("node")
            node = getattr(node, kind)
        return re.sub(r"^resolved_|_stmt_node$", "", kind)

    def parse_script(self, sql: str) -> int:
        """Parse a script (BEGIN, DECLARE, IF, transactions); gives its number of statements."""
        request = service.ParseRequest(sql_statement=sql, options=self._language, allow_script=True)
        answer = self._call("Parse", request, service.ParseResponse)
        return len(answer.parsed_script.statement_list_node.statement_list)

    def _call(self, name: str, request: Any, answer: Any = None) -> Any:
        arguments = (answer,) if answer is not None else ()
        return self._client.call_grpc_func(f"ZetaSqlLocalService_{name}", request, *arguments)

    def _options(self, params: Mapping[str, str]) -> Any:
        options = options_pb2.AnalyzerOptionsProto(
            language_options=self._language,
            default_timezone="UTC",
            error_message_mode=public.ERROR_MESSAGE_ONE_LINE,
        )
        for name, kind in params.items():
            options.query_parameters.add(name=name, type=googlesql.parse_type(kind))
        return options

    def _registered(self, schema: Mapping[str, Mapping[str, str]]) -> int:
        """A catalog without contents, made once: its built-in functions take 16 ms."""
        key = tuple((name, tuple(columns.items())) for name, columns in schema.items())
        if key not in self._catalogs:
            request = service.RegisterCatalogRequest(simple_catalog=self._catalog(schema))
            answer = self._call("RegisterCatalog", request, service.RegisterResponse)
            self._catalogs[key] = answer.registered_id
        return self._catalogs[key]

    def _catalog(self, schema: Mapping[str, Mapping[str, str]], *, nested: bool = True) -> Any:
        root = simple_catalog_pb2.SimpleCatalogProto(name="warehouse")
        root.builtin_function_options.language_options.CopyFrom(self._language)
        datasets = {"": root}
        for full_name, columns in schema.items():
            dataset, _, name = full_name.rpartition(".") if nested else ("", "", full_name)
            if dataset not in datasets:
                datasets[dataset] = root.catalog.add(name=dataset)
            table = datasets[dataset].table.add(name=name, full_name=full_name)
            for column, kind in columns.items():
                table.column.add(
                    name=column, type=googlesql.parse_type(kind), is_writable_column=True
                )
        return root


def _flat_names(sql: str, tables: Iterable[str]) -> str:
    """The statement with each ``dataset.table`` as one quoted name: only those have contents."""
    for name in tables:
        if "." in name:
            path = r"`?\.`?".join(re.escape(part) for part in name.split("."))
            found = rf"(?<![\w.`])`?{path}\b`?(?![\w.])(\s+AS\b)?"
            alias = f" AS {name.rpartition('.')[2]}"
            sql = re.sub(found, lambda m, n=name, a=alias: f"`{n}`{m[1] or a}", sql)
    return sql


@pytest.fixture(scope="session")
def evaluator() -> Iterator[Evaluator]:
    """The judge. Starting it takes 20 s and two cores, once a machine, and then a second.

    With xdist mark its tests ``@pytest.mark.xdist_group("evaluator")``, so that one worker
    makes it.
    """
    patch = pytest.MonkeyPatch()
    patch.setattr(wasm_client, "Config", _CachingConfig)
    made = Evaluator()
    patch.undo()
    yield made


@pytest.fixture(scope="session")
def both_engines() -> Any:
    """``both_engines(evaluator, compute_table, summary, reports, start, end) -> int``."""
    return engines.check_both_engines


@pytest.fixture(scope="session")
def mutants() -> Any:
    """The module ``mutants.py``: runs a changed relation through the checks."""
    return mutants_module
