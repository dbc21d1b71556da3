"""The analyzer's inputs besides the statement: language features, parameters, tables. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zetasql.wasi._pb2.zetasql.proto import options_pb2, simple_catalog_pb2
from zetasql.wasi._pb2.zetasql.public import options_pb2 as public

from featurestore.googlesql.types import parse_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Columns = Mapping[str, str]
    """Column to GoogleSQL type."""
    Schema = Mapping[str, Columns]
    """``dataset.table`` or a bare name, to its columns."""

# GoogleSQL that other engines have and BigQuery's reference does not describe.
NOT_IN_BIGQUERY = """
    AGGREGATE_FILTERING ARRAY_AGGREGATION_FUNCTIONS ARRAY_FIND_FUNCTIONS ARRAY_ZIP
    BRACED_PROTO_CONSTRUCTORS ENABLE_MEASURES FIRST_AND_LAST_N FOR_UPDATE
    INSERT_ON_CONFLICT_CLAUSE LATERAL_JOIN LIMIT_OFFSET_EXPRESSIONS MATCH_RECOGNIZE
    MULTILEVEL_AGGREGATION MULTIWAY_UNNEST NULLIFZERO_ZEROIFNULL PI_FUNCTIONS PROTO_MAPS
    TIMESTAMP_NANOS TIMESTAMP_PICOS UUID_TYPE
"""

# Columns that a CREATE TABLE may partition by without declaring them.
_PSEUDO_COLUMNS = {"_PARTITIONTIME": "TIMESTAMP", "_PARTITIONDATE": "DATE"}


def as_bigquery(every: Any) -> Any:
    """Language options with all features, like BigQuery's: product mode external."""
    dropped = {f"FEATURE_{name}" for name in NOT_IN_BIGQUERY.split()}
    kept = [
        feature
        for feature in every.enabled_language_features
        if public.LanguageFeature.Name(feature) not in dropped
    ]
    del every.enabled_language_features[:]
    every.enabled_language_features.extend(kept)
    every.product_mode = public.PRODUCT_EXTERNAL
    del every.supported_statement_kinds[:]
    return every


def options(
    language: Any, parameters: Columns, *, undeclared: bool = False, positional: bool = False
) -> Any:
    """Analyzer options: UTC, errors on one line with their place.

    Args:
        language: Language options.
        parameters: Name to GoogleSQL type.
        undeclared: Let the analyzer infer the types of other parameters.
        positional: Parameters are written ``?``, not ``@name``.
    """
    made = options_pb2.AnalyzerOptionsProto(
        language_options=language,
        default_timezone="UTC",
        error_message_mode=public.ERROR_MESSAGE_ONE_LINE,
        allow_undeclared_parameters=undeclared,
        prune_unused_columns=True,
        parameter_mode=public.PARAMETER_POSITIONAL if positional else public.PARAMETER_NAMED,
    )
    for name, kind in _PSEUDO_COLUMNS.items():
        made.ddl_pseudo_columns.add(name=name, type=parse_type(kind))
    for name, kind in parameters.items():
        made.query_parameters.add(name=name, type=parse_type(kind))
    return made


def catalog(
    language: Any, schema: Schema, paths: Iterable[tuple[str, ...]] = (), *, nested: bool = True
) -> Any:
    """A catalog of tables without contents.

    Args:
        language: Language options, which decide the built-in functions.
        schema: The tables.
        paths: More paths, with a project, by which a statement names tables of the schema.
        nested: Whether a dataset is a nested catalog, or part of the table's name.
    """
    root = simple_catalog_pb2.SimpleCatalogProto(name="warehouse")
    root.builtin_function_options.language_options.CopyFrom(language)
    datasets: dict[tuple[str, ...], Any] = {(): root}
    for name, columns in schema.items():
        path = tuple(name.split(".")) if nested else (name,)
        _add_table(datasets, path, name, columns)
    by_name = {name.lower(): name for name in schema}
    for path in paths:
        name = by_name[".".join(path[-2:]).lower()]
        _add_table(datasets, path, name, schema[name])
    return root


def _add_table(
    datasets: dict[tuple[str, ...], Any], path: tuple[str, ...], name: str, columns: Columns
) -> None:
    for depth in range(1, len(path)):
        if path[:depth] not in datasets:
            parent = datasets[path[: depth - 1]]
            datasets[path[:depth]] = parent.catalog.add(name=path[depth - 1])
    table = datasets[path[:-1]].table.add(name=path[-1], full_name=name)
    for column, kind in columns.items():
        table.column.add(name=column, type=parse_type(kind), is_writable_column=True)
