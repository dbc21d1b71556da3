"""Google's own GoogleSQL (the ``zetasql`` package) as the judge: one evaluator a session."""

from __future__ import annotations

import ctypes
import dataclasses
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import wasmtime
from google.protobuf import timestamp_pb2
from zetasql.core import wasm_client
from zetasql.core.exceptions import ZetaSQLError
from zetasql.wasi import get_wasm_path
from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as service
from zetasql.wasi._pb2.zetasql.proto import options_pb2, simple_catalog_pb2
from zetasql.wasi._pb2.zetasql.public import options_pb2 as public
from zetasql.wasi._pb2.zetasql.public import type_pb2, value_pb2

from sync.types import split_top_level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow as pa

Schema = "Mapping[str, Mapping[str, str]]"

_KINDS = {
    "INT64": type_pb2.TYPE_INT64,
    "FLOAT64": type_pb2.TYPE_DOUBLE,
    "NUMERIC": type_pb2.TYPE_NUMERIC,
    "BIGNUMERIC": type_pb2.TYPE_BIGNUMERIC,
    "STRING": type_pb2.TYPE_STRING,
    "BOOL": type_pb2.TYPE_BOOL,
    "DATE": type_pb2.TYPE_DATE,
    "TIMESTAMP": type_pb2.TYPE_TIMESTAMP,
    "DATETIME": type_pb2.TYPE_DATETIME,
    "TIME": type_pb2.TYPE_TIME,
    "INTERVAL": type_pb2.TYPE_INTERVAL,
    "BYTES": type_pb2.TYPE_BYTES,
    "JSON": type_pb2.TYPE_JSON,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_EPOCH = date(1970, 1, 1)
_SCALE = 10**9
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


@dataclasses.dataclass(frozen=True)
class Typed:
    """A parameter whose GoogleSQL type its Python value does not tell: NULL, lists, JSON."""

    type: str
    value: Any


class Evaluator:
    """GoogleSQL's parser, analyzer and reference evaluator, as BigQuery sets them up.

    Product mode external, UTC, BigQuery's language features; schemas are mappings of
    ``dataset.table`` or bare name to column to GoogleSQL type text. Errors are
    ``zetasql.core.exceptions.ZetaSQLError`` with line and column in the message.

    Limits of the reference evaluator: an array over 1 MB is an error (ARRAY_AGG, and table
    contents are not concerned); a join is a nested loop, so keep inputs to some hundred rows;
    a value has no precision parameters, so NUMERIC(5,1) columns are NUMERIC; the order of rows
    without ORDER BY is scrambled on purpose.
    """

    Typed = Typed
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

    def columns(
        self, sql: str, schema: Schema | None = None, params: Mapping[str, str] | None = None
    ) -> list[tuple[str, str]]:
        """Names and GoogleSQL types of a query's output columns."""
        request = service.PrepareQueryRequest(
            sql=sql, options=self._options(params or {}), simple_catalog=self._catalog(schema or {})
        )
        answer = self._call("PrepareQuery", request, service.PrepareQueryResponse)
        self._call(
            "UnprepareQuery",
            service.UnprepareQueryRequest(prepared_query_id=answer.prepared.prepared_query_id),
        )
        return [(column.name, type_text(column.type)) for column in answer.prepared.columns]

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
            params: Values, or :class:`Typed` where the type cannot be told from the value.
            tables: Contents by table name; types are those of the Arrow columns.
            schema: Types that win over the Arrow types, such as JSON for strings.
        """
        values = {name: _typed(value) for name, value in (params or {}).items()}
        tables = tables or {}
        known = {
            name: {**_arrow_types(table.schema), **(schema or {}).get(name, {})}
            for name, table in tables.items()
        }
        request = service.EvaluateQueryRequest(
            sql=_flat_names(sql, tables),
            options=self._options({name: typed.type for name, typed in values.items()}),
            simple_catalog=self._catalog(known, nested=False),
        )
        for name, typed in values.items():
            kind = _parse_type(typed.type)
            request.params.add(name=name, value=_encode(typed.value, kind))
        for name, table in tables.items():
            content = request.table_content[name].table_data
            kinds = [_parse_type(known[name][column]) for column in table.column_names]
            columns = [column.to_pylist() for column in table.columns]
            for row in zip(*columns, strict=True):
                content.row.add(cell=[_encode(v, k) for v, k in zip(row, kinds, strict=True)])
        answer = self._call("EvaluateQuery", request, service.EvaluateQueryResponse)
        described = answer.prepared.columns
        return [
            {c.name: _decode(cell, c.type) for c, cell in zip(described, row.cell, strict=True)}
            for row in answer.content.table_data.row
        ]

    def analyze_statement(
        self, sql: str, schema: Schema | None = None, params: Mapping[str, str] | None = None
    ) -> str:
        """Analyze one statement of any kind (DDL, DML, query); gives its kind, such as ``insert``.

        Tables it names must be in ``schema``. A script, and what only BigQuery has
        (``INFORMATION_SCHEMA`` unless given as a table), goes to :meth:`parse_script`.
        """
        request = service.AnalyzeRequest(
            sql_statement=sql,
            options=self._options(params or {}),
            simple_catalog=self._catalog(schema or {}),
        )
        answer = self._call("Analyze", request, service.AnalyzeResponse)
        kind = answer.resolved_statement.WhichOneof("node") or ""
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
            options.query_parameters.add(name=name, type=_parse_type(kind))
        return options

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
                table.column.add(name=column, type=_parse_type(kind), is_writable_column=True)
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


def _parse_type(text: str) -> Any:
    text = text.strip()
    if text.startswith("ARRAY<"):
        made = type_pb2.TypeProto(type_kind=type_pb2.TYPE_ARRAY)
        made.array_type.element_type.CopyFrom(_parse_type(text[6:-1]))
        return made
    if text.startswith("STRUCT<"):
        made = type_pb2.TypeProto(type_kind=type_pb2.TYPE_STRUCT)
        for part in split_top_level(text[7:-1]):
            name, kind = part.split(" ", 1)
            made.struct_type.field.add(field_name=name, field_type=_parse_type(kind))
        return made
    return type_pb2.TypeProto(type_kind=_KINDS[text.split("(")[0]])


def type_text(kind: Any) -> str:
    """GoogleSQL text of a type."""
    if kind.type_kind == type_pb2.TYPE_ARRAY:
        return f"ARRAY<{type_text(kind.array_type.element_type)}>"
    if kind.type_kind == type_pb2.TYPE_STRUCT:
        fields = [f"{f.field_name} {type_text(f.field_type)}" for f in kind.struct_type.field]
        return f"STRUCT<{', '.join(fields)}>"
    return _NAMES.get(kind.type_kind) or type_pb2.TypeKind.Name(kind.type_kind)


def _arrow_types(schema: pa.Schema) -> dict[str, str]:
    return {field.name: _arrow_type(field.type) for field in schema}


def _arrow_type(kind: pa.DataType) -> str:
    import pyarrow.types as at

    if at.is_list(kind) or at.is_large_list(kind):
        return f"ARRAY<{_arrow_type(kind.value_type)}>"
    if at.is_struct(kind):
        fields = [f"{field.name} {_arrow_type(field.type)}" for field in kind]
        return f"STRUCT<{', '.join(fields)}>"
    if at.is_timestamp(kind):
        return "TIMESTAMP" if kind.tz else "DATETIME"
    tests = {
        "BOOL": at.is_boolean,
        "INT64": at.is_integer,
        "FLOAT64": at.is_floating,
        "NUMERIC": at.is_decimal,
        "DATE": at.is_date,
        "STRING": lambda k: at.is_string(k) or at.is_large_string(k),
        "BYTES": lambda k: at.is_binary(k) or at.is_large_binary(k),
    }
    return next(name for name, test in tests.items() if test(kind))


def _typed(value: Any) -> Typed:
    if isinstance(value, Typed):
        return value
    kinds = (
        (bool, "BOOL"), (int, "INT64"), (float, "FLOAT64"), (Decimal, "NUMERIC"),
        (str, "STRING"), (bytes, "BYTES"), (datetime, "TIMESTAMP"), (date, "DATE"),
    )  # fmt: skip
    return Typed(next(name for kind, name in kinds if isinstance(value, kind)), value)


def _encode(value: Any, kind: Any) -> Any:
    made = value_pb2.ValueProto()
    name = type_text(kind)
    if value is None:
        return made
    if name.startswith("ARRAY<"):
        made.array_value.SetInParent()
        made.array_value.element.extend(_encode(v, kind.array_type.element_type) for v in value)
    elif name.startswith("STRUCT<"):
        made.struct_value.SetInParent()
        made.struct_value.field.extend(
            _encode(value[f.field_name], f.field_type) for f in kind.struct_type.field
        )
    elif name == "DATE":
        made.date_value = (value - _EPOCH).days
    elif name == "TIMESTAMP":
        stamp = timestamp_pb2.Timestamp()
        stamp.FromDatetime(value.astimezone(UTC).replace(tzinfo=None))
        made.timestamp_value.CopyFrom(stamp)
    elif name == "NUMERIC":
        scaled = int(value.scaleb(9))
        length = (scaled.bit_length() // 8) + 1
        made.numeric_value = scaled.to_bytes(length, "little", signed=True)
    else:
        field = {"FLOAT64": "double"}.get(name, name.lower())
        setattr(made, f"{field}_value", value)
    return made


def _decode(cell: Any, kind: Any) -> Any:
    which = cell.WhichOneof("value")
    if which is None:
        return None
    value = getattr(cell, which)
    if which == "array_value":
        return [_decode(element, kind.array_type.element_type) for element in value.element]
    if which == "struct_value":
        fields = zip(kind.struct_type.field, value.field, strict=True)
        return {f.field_name: _decode(v, f.field_type) for f, v in fields}
    if which == "date_value":
        return _EPOCH + timedelta(days=value)
    if which == "timestamp_value":
        return value.ToDatetime(tzinfo=UTC)
    if which == "numeric_value":
        return Decimal(int.from_bytes(value, "little", signed=True)).scaleb(-9)
    return value


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
