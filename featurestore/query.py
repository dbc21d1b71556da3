"""Runs a user's GoogleSQL against the replica: one bounded SELECT, read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp
from sqlglot.errors import SqlglotError

from featurestore import bounds, dialect
from featurestore.compute import feature_view
from featurestore.compute.queried_relations import queried_relations
from featurestore.definitions import tables
from featurestore.disk_cache import program_digest
from featurestore.frames import readable_frame
from featurestore.googlesql import passed
from featurestore.googlesql.names import parameter_names
from featurestore.googlesql.require import has_passed, require_googlesql
from featurestore.parsing import parse_statements
from featurestore.query_parameters import likely_type, values
from featurestore.statement_size import deep_recursion
from featurestore.suggestions import did_you_mean
from sync.duck import statement_guard
from sync.errors import BadInput, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    import pyarrow as pa

    from featurestore.query_parameters import Given, Value
    from sync.replica.file import Replica


def query(
    replica: Replica,
    sql: str,
    parameters: Mapping[str, Given | Value] | None = None,
    *,
    frames: Mapping[str, pa.Table] | None = None,
    own_sql: Sequence[str] = (),
    notice: Callable[[str], None] = lambda _text: None,
) -> pa.Table:
    """The rows of one SELECT.

    Args:
        replica: The replica with its tables.
        sql: The statement.
        parameters: Values of its parameters.
        frames: Tables that it reads by bare names, in addition to those of the replica.
        own_sql: Folders of the user's own relations. ``FROM features.NAME`` computes one of them,
            or a shipped one, for the dates to which the statement bounds it.
        notice: Called with a note for the reader of the rows.

    Raises:
        BadInput: GoogleSQL's analyzer refuses it, it names something unknown, or a parameter lacks
            a value.
        Refused: it is not a SELECT, is too long, reads a partitioned table without bounds, uses a
            construct that is not proven, DuckDB reads it differently, or the replica lacks a
            declared column.
    """
    own = {name: readable_frame(name, frame) for name, frame in (frames or {}).items()}
    relations = queried_relations(sql, own_sql)
    known = schema() | dict(relations.schema) | {name: types for name, (_, types) in own.items()}
    values = analysed(sql, parameters or {}, known)
    read = require_bounded(sql, known)
    requested = relations.requested(sql, read, values)
    _require_read(own, read)
    types = {name: value.type for name, value in values.items()}
    compared_rows = None if own or requested.names else rows_compared(sql, types)
    # A statement that was compared on the user's own rows may run, with a note.
    unproven = None if compared_rows is None else set[str]()
    try:
        translated = dialect.translate(
            sql, columns=known, parameters=types, unproven_into=unproven
        ).sql
    except Refused as refused:
        hint = f"{refused.hint}; or run it unchanged, slowly: featurestore query --engine reference"
        raise Refused(refused.message, hint=hint, **refused.facts) from refused
    if unproven and compared_rows is not None:
        notice(
            f"note: {', '.join(sorted(unproven))}: not proven in general; for this statement, both"
            f" engines returned the same rows on {compared_rows:,} of your rows (query --prove)"
        )
    # @Day and @day are the same parameter, in both dialects.
    bound = {name.lower(): value.value for name, value in values.items()}
    try:
        with replica.read_untrusted() as con:
            relations.create(con, requested)
            for name, (frame, _) in own.items():
                con.register(name, frame)
            statement = statement_guard.require_select(con, translated, read)
            rows = con.sql(statement, params=bound or None).to_arrow_table()
    except (duckdb.IOException, duckdb.OutOfMemoryException):
        raise
    except duckdb.Error as error:
        raise BadInput(f"query: {dialect.failure_message(str(error))}", sql=translated) from error
    return _in_range(rows)


def _in_range(rows: pa.Table) -> pa.Table:
    """The rows; refuses a FLOAT64 that is not finite, or a year outside of 1 to 9999.

    BigQuery raises an error where DuckDB returns infinity, NaN or the year 10000.
    """
    import pyarrow.compute as pc
    import pyarrow.types as at

    for name, column in zip(rows.column_names, rows.columns, strict=True):
        if at.is_floating(column.type):
            wrong, what = pc.invert(pc.is_finite(column)), "a FLOAT64 overflows or is not a number"
        elif at.is_date(column.type) or at.is_timestamp(column.type):
            year = pc.year(column)
            wrong, what = pc.or_(pc.less(year, 1), pc.greater(year, 9999)), "a date is out of range"
        else:
            continue
        if pc.any(wrong).as_py():
            raise Refused(
                f"query: column {name}: {what}", hint="exclude those rows with WHERE", column=name
            )
    return rows


def schema() -> dict[str, dict[str, str]]:
    """The tables and views that a query may read, to column to GoogleSQL type."""
    return {**tables.column_types(), feature_view.FEATURES: feature_view.column_types()}


def partition_columns() -> dict[str, str]:
    """Table or view to its partition column."""
    return {**tables.partitioned(), feature_view.FEATURES: "game_date"}


def _require_read(frames: Collection[str], read: Collection[str]) -> None:
    for name in frames:
        if name.lower() not in read:
            raise BadInput(f"frame {name}: the statement does not read it", frame=name)


def analysed(
    sql: str,
    parameters: Mapping[str, Given | Value],
    known: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, Value]:
    """The values of a statement's parameters; the statement has to pass GoogleSQL's analyzer.

    Args:
        sql: The statement.
        parameters: By name in lower case.
        known: The tables that it may name; by default those of :func:`schema`.

    Raises:
        BadInput: it does not pass, with line and column; or a parameter lacks a value.
        Refused: it does not pass because it is not a SELECT, or several statements.
    """
    known = known or schema()
    try:
        types = _parameter_types(sql, parameters, known)
    except BadInput as refused:
        # If the statement is not one SELECT over known tables, that error is clearer.
        try:
            require_select(sql, known)
        except BadInput as other:
            raise (other if "table" in other.facts else refused) from refused
        raise
    used = values(parameters, parameter_names(sql), types)
    decided = {name.lower(): value.type for name, value in used.items()}
    if decided != types:
        # The text of a value decided a type that the statement leaves open.
        require_googlesql(sql, known, decided)
    return used


def _parameter_types(
    sql: str, parameters: Mapping[str, Given | Value], known: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Types of parameters: declared, or decided by the statement, or likely from the values."""
    declared = {name: one.type for name, one in parameters.items() if one.type}
    likely = {name: likely_type(one) for name, one in parameters.items()}
    if has_passed(sql, known, likely):
        return likely
    try:
        return require_googlesql(sql, known, declared, undeclared=True)
    except BadInput as refused:
        # The analyzer assumes that a parameter of unknown type is an INT64.
        if likely == declared:
            raise
        try:
            return require_googlesql(sql, known, likely)
        except BadInput:
            raise refused from None


def rows_compared(sql: str, types: Mapping[str, str]) -> int | None:
    """On how many of the user's rows both engines agreed; None if it was not tried.

    Args:
        sql: The statement.
        types: Parameter to GoogleSQL type.
    """
    held = passed.facts(_proof_key(sql, types))
    return None if held is None else int(held["input_rows"])


def remember_proof(sql: str, types: Mapping[str, str], *, input_rows: int) -> None:
    """Record that both engines returned the same rows for a statement, on so many input rows."""
    passed.remember(_proof_key(sql, types), {"input_rows": input_rows})


def _proof_key(sql: str, types: Mapping[str, str]) -> str:
    tables = {name: list(columns.items()) for name, columns in schema().items()}
    return passed.digest("proof", sql, tables, dict(types), program_digest(), duckdb.__version__)


def require_bounded(sql: str, known: Collection[str] | None = None) -> frozenset[str]:
    """The tables that one SELECT reads; refuses other statements and unbounded scans.

    Raises:
        BadInput: it names a table that does not exist.
        Refused: it is another statement, or a scan has no lower bound.
    """
    read = require_select(sql, known or schema())
    bounds.require_bounds(sql, partition_columns(), upper=False, origin="query")
    return read


def require_select(sql: str, known: Collection[str]) -> frozenset[str]:
    """The tables that one SELECT reads, lower case; refuses other statements. Pure.

    Raises:
        BadInput: it does not parse, or names a table that does not exist.
        Refused: it is another statement, or several; it is too long or nested too deeply; it names
            an array in FROM without UNNEST.
    """
    with deep_recursion():
        return _tables_of_select(sql, known)


def _tables_of_select(sql: str, known: Collection[str]) -> frozenset[str]:
    try:
        statements = parse_statements(sql)
    except SqlglotError as error:
        first = str(error).splitlines()[0]
        raise BadInput(f"query: does not parse: {first}") from error
    if not statements:
        raise BadInput("query: the statement is empty", hint="featurestore query 'SELECT 1 AS one'")
    if len(statements) > 1:
        raise Refused(
            f"query: {len(statements)} statements, expected one", hint="run them one by one"
        )
    (tree,) = statements
    if not isinstance(tree, exp.Query):
        raise Refused(
            f"query: {tree.key.upper()} is not allowed, only SELECT",
            hint="change data with pull, compute, push or warehouse load",
            statement=tree.key.upper(),
        )
    read = bounds.tables_read(tree)
    for name in sorted(read - set(known)):
        dataset, _, path = name.rpartition(".")
        if dataset and dataset in _other_sources(tree, name):
            raise Refused(
                f"query: array {name} in FROM is not proven to give the same rows in DuckDB",
                hint=f"write CROSS JOIN UNNEST({name}) AS {path}",
                construct="array in FROM",
            )
        raise BadInput(
            f"query: table {name}: unknown; known are {', '.join(known)}",
            hint=did_you_mean(name, known),
            table=name,
        )
    return read


def _other_sources(tree: exp.Query, table: str) -> set[str]:
    """Names by which the statement refers to its other sources, at any level."""
    return {
        source.alias_or_name.lower()
        for source in tree.find_all(exp.Table, exp.Subquery, exp.Unnest)
        if f"{source.text('db')}.{source.name}".lower() != table
    }
