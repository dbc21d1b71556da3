"""GoogleSQL's reference evaluator: the language's own answer, over rows passed to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as service

from featurestore.googlesql import catalog, types
from featurestore.googlesql.errors import GoogleSqlError
from featurestore.googlesql.names import flat_names, split_quoted_paths
from featurestore.googlesql.values import decode, encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from featurestore.googlesql.analyzer import Analyzer
    from featurestore.googlesql.catalog import Schema

    Row = dict[str, Any]


def evaluate(
    analyzer: Analyzer,
    sql: str,
    params: Mapping[str, Any] | None = None,
    tables: Mapping[str, pa.Table] | None = None,
    schema: Schema | None = None,
) -> tuple[list[tuple[str, str]], list[Row]]:
    """Output columns with their types, and rows, of a query.

    Some 20,000 rows a second are aggregated; a join is a nested loop, an array over 1 MB an error.
    NUMERIC(5, 1) counts as NUMERIC; NULL arrays differ from empty ones; without ORDER BY the order
    of rows is undefined. Values are Python's, see :mod:`featurestore.googlesql.values`.

    Args:
        analyzer: Whose module and language are used.
        sql: One query.
        params: Values, or :class:`~featurestore.googlesql.types.Typed` if the value does not
            determine its type.
        tables: Contents by table name; types are those of the Arrow columns.
        schema: Types that override the Arrow types, such as JSON for strings.

    Raises:
        GoogleSqlError: the statement is wrong, a value is, or the evaluator lacks a function.
    """
    values = {name: types.typed(value) for name, value in (params or {}).items()}
    tables = tables or {}
    known = {
        name: {**types.arrow_types(table.schema), **_chosen(schema, name, table)}
        for name, table in tables.items()
    }
    request = service.EvaluateQueryRequest(
        sql=flat_names(split_quoted_paths(sql).text, tables),
        options=catalog.options(
            analyzer.language, {name: typed.type for name, typed in values.items()}
        ),
        simple_catalog=catalog.catalog(analyzer.language, known, nested=False),
    )
    for name, typed in values.items():
        request.params.add(name=name, value=encode(typed.value, types.parse_type(typed.type)))
    for name, table in tables.items():
        _add_rows(request.table_content[name].table_data, table, known[name])
    answer = analyzer.engine.call("EvaluateQuery", request, service.EvaluateQueryResponse)
    described = answer.prepared.columns
    names = _names([column.name for column in described])
    rows = [
        {
            name: decode(cell, column.type)
            for name, column, cell in zip(names, described, row.cell, strict=True)
        }
        for row in answer.content.table_data.row
    ]
    kinds = [types.type_text(column.type) for column in described]
    return list(zip(names, kinds, strict=True)), rows


def _names(described: list[str]) -> list[str]:
    """Output names as in BigQuery: ``f0_``, ``f1_``, ... for unnamed columns.

    Raises:
        GoogleSqlError: a name occurs twice, which BigQuery refuses in a result.
    """
    names: list[str] = []
    unnamed = 0
    for name in described:
        if not name or name.startswith("$"):
            name, unnamed = f"f{unnamed}_", unnamed + 1
        if name.lower() in (known.lower() for known in names):
            raise GoogleSqlError(f"Duplicate column names in the result: {name}")
        names.append(name)
    return names


def _chosen(schema: Schema | None, name: str, table: pa.Table) -> dict[str, str]:
    declared = (schema or {}).get(name, {})
    return {column: kind for column, kind in declared.items() if column in table.column_names}


def _add_rows(content: Any, table: pa.Table, kinds: Mapping[str, str]) -> None:
    # Sets the field even if the table has no rows.
    content.SetInParent()
    parsed = [types.parse_type(kinds[column]) for column in table.column_names]
    columns = [column.to_pylist() for column in table.columns]
    for row in zip(*columns, strict=True):
        content.row.add(cell=[encode(value, kind) for value, kind in zip(row, parsed, strict=True)])
