"""Computes single relations, shipped ones and the user's own, as temporary tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.compute import feature_view, own_checks, plan
from featurestore.compute.local import require_pulled, run_steps, store_rows_sql
from featurestore.compute.relations import translated
from featurestore.definitions import compose, own_files, sql_files, tables
from featurestore.suggestions import did_you_mean
from sync.duck import connections
from sync.duck.clauses import cast_column
from sync.duck.quoting import quote, quote_table
from sync.duck.types import duckdb_type
from sync.errors import BadInput
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import duckdb

    from featurestore.compute.relations import Step
    from featurestore.compute.request import ComputeRequest
    from featurestore.definitions.sql_files import SqlFile
    from sync.model import DateRange

    Files = Mapping[str, SqlFile]


def require_relation(name: str, files: Files) -> SqlFile:
    """The file of a relation.

    Raises:
        BadInput: there is no such relation; the hint has similar names.
    """
    if name in files:
        return files[name]
    hint = did_you_mean(name, files, f"the relations are {', '.join(files)}")
    raise BadInput(
        f"relation {name}: unknown in sql/features and in the folders of the settings", hint=hint
    )


def relation_steps(names: Sequence[str], files: Files) -> tuple[Step, ...]:
    """The relations and all that they read, each after its inputs, none merged into another.

    Args:
        names: Names of relations.
        files: Shipped relations and the user's own.

    Raises:
        BadInput: GoogleSQL's analyzer refuses a relation, or its header is wrong.
        Refused: a scan lacks a bound, or a construct is not proven.
    """
    ordered = compose.dependency_order(names, files)
    own = _own(ordered)
    if own:
        own_checks.require_sound(own, own_files.known_names(_own(files.values())))
    columns = tables.column_types()
    if any(tables.FEATURES_VIEW in file.header.inputs for file in own):
        columns[tables.FEATURES_VIEW] = feature_view.column_types()
    return translated(names, files.values(), columns=columns, parameters=plan.PARAMETERS)


def require_inputs(
    con: duckdb.DuckDBPyConnection, names: Sequence[str], files: Files, dates: DateRange
) -> None:
    """Refuse a range for which the replica lacks what the relations read.

    Raises:
        Refused: a date of the range or of the relations' lookback was never pulled; or they read
            stored features, and no date of the range was computed.
    """
    ordered = compose.dependency_order(names, files)
    require_pulled(con, dates, max(file.header.lookback_days for file in ordered))
    if reads_store(names, files):
        feature_view.require_computed(con, dates)


def reads_store(names: Sequence[str], files: Files) -> bool:
    """Whether one of the relations, or what it reads, reads stored features."""
    ordered = compose.dependency_order(names, files)
    read = {name for file in ordered for name in file.header.inputs}
    return bool(read & {tables.STORE, tables.FEATURES_VIEW})


def create_relations(
    con: duckdb.DuckDBPyConnection, steps: Iterable[Step], request: ComputeRequest
) -> None:
    """Create a temporary table for each step."""
    values = {**plan.DEFAULTS, **request.parameters()}
    for step in steps:
        connections.run(con, step.create_sql, step.chosen(values))


def insert_store(con: duckdb.DuckDBPyConnection, request: ComputeRequest) -> None:
    """Compute the store's rows into a plain table, for relations that read them."""
    parameters = request.parameters()
    run_steps(con, parameters)
    rows, values = store_rows_sql(parameters)
    con.execute(sql("INSERT INTO {} BY NAME {}", quote_table(tables.STORE), rows), values)


def rows_sql(con: duckdb.DuckDBPyConnection, step: Step) -> Sql:
    """The SELECT of a created relation, its columns cast to their GoogleSQL types."""
    described = con.execute(sql("DESCRIBE {}", quote(step.name))).fetchall()
    columns = []
    for name, kind, *_ in described:
        declared = duckdb_type(step.columns[name])
        same = kind == declared.replace('"', "") or kind.startswith("DECIMAL")
        columns.append(quote(name) if same else cast_column(name, declared))
    return sql("SELECT {} FROM {}", join(", ", columns), quote(step.name))


def _own(files: Iterable[SqlFile]) -> list[SqlFile]:
    shipped = {file.name for file in sql_files.load("features")}
    return [file for file in files if file.name not in shipped]
