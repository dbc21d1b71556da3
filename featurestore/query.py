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
        replica: Where its tables are.
        sql: The statement.
        parameters: Values of its parameters.
        frames: Tables that it reads by bare names, beside those of the replica.
        own_sql: Folders of one's own relations. ``FROM features.NAME`` computes one of them, or a
            shipped one, for the dates to which the statement bounds it.
        notice: Is called with what a reader of the rows should know.

    Raises:
        BadInput: GoogleSQL's analyzer refuses it, it names what does not exist, or a parameter
            lacks a value.
        Refused: it is not a SELECT, is too long, reads a partitioned table without bounds, uses a
            construct that is not proven, or is something else when DuckDB reads it.
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
    # What was compared on the user's own rows may run; the caller says so.
    unproven = None if compared_rows is None else set[str]()
    try:
        translated = dialect.translate(
            sql, columns=known, parameters=types, unproven_into=unproven
        ).sql
    except Refused as refused:
        hint = f"{refused.hint}; or run it as it is, slowly: featurestore query --engine reference"
        raise Refused(refused.message, hint=hint, **refused.facts) from refused
    if unproven and compared_rows is not None:
        notice(
            f"note: {', '.join(sorted(unproven))}: not proven in general; both engines gave the"
            f" same rows for this statement on {compared_rows:,} rows of yours (query --prove)"
        )
    # @Day and @day are one parameter, here and there.
    bound = {name.lower(): value.value for name, value in values.items()}
    with replica.read_untrusted() as con:
        relations.create(con, requested)
        for name, (frame, _) in own.items():
            con.register(name, frame)
        try:
            statement = statement_guard.require_select(con, translated, read)
            rows = con.sql(statement, params=bound or None).to_arrow_table()
        except (duckdb.IOException, duckdb.OutOfMemoryException):
            raise
        except duckdb.Error as error:
            raise BadInput(
                f"query: {dialect.failure_message(str(error))}", sql=translated
            ) from error
    return _in_range(rows)


def _in_range(rows: pa.Table) -> pa.Table:
    """The rows, if every FLOAT64 is finite and every date between the years 1 and 9999.

    BigQuery ends with an error where DuckDB goes on with infinity, NaN or the year 10000.
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
                f"query: column {name}: {what}", hint="leave those rows out with WHERE", column=name
            )
    return rows


def schema() -> dict[str, dict[str, str]]:
    """What a query may name: table or view to column to GoogleSQL type."""
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
    """The values of a statement's parameters, when the statement passes GoogleSQL's analyzer.

    Args:
        sql: The statement.
        parameters: By name in lower case.
        known: The tables that it may name, by default those of :func:`schema`.

    Raises:
        BadInput: it does not pass, with line and column; or a parameter lacks a value.
        Refused: it does not pass, for it is not a SELECT, or several statements.
    """
    known = known or schema()
    try:
        types = _parameter_types(sql, parameters, known)
    except BadInput as refused:
        # Where the statement is not one SELECT over known tables, that says more.
        try:
            require_select(sql, known)
        except BadInput as other:
            raise (other if "table" in other.facts else refused) from refused
        raise
    found = values(parameters, parameter_names(sql), types)
    decided = {name.lower(): value.type for name, value in found.items()}
    if decided != types:
        # What the statement leaves open, the value's text decided.
        require_googlesql(sql, known, decided)
    return found


def _parameter_types(
    sql: str, parameters: Mapping[str, Given | Value], known: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Types of parameters: as declared, as the statement decides, or as the values look."""
    declared = {name: one.type for name, one in parameters.items() if one.type}
    likely = {name: likely_type(one) for name, one in parameters.items()}
    if has_passed(sql, known, likely):
        return likely
    try:
        return require_googlesql(sql, known, declared, undeclared=True)
    except BadInput as refused:
        # The analyzer takes a parameter that it knows nothing of for an INT64, once and for all.
        if likely == declared:
            raise
        try:
            return require_googlesql(sql, known, likely)
        except BadInput:
            raise refused from None


def rows_compared(sql: str, types: Mapping[str, str]) -> int | None:
    """On how many of the user's rows both engines gave the same; None for another statement.

    Args:
        sql: The statement.
        types: Parameter to GoogleSQL type.
    """
    held = passed.facts(_proof_key(sql, types))
    return None if held is None else int(held["input_rows"])


def remember_proof(sql: str, types: Mapping[str, str], *, input_rows: int) -> None:
    """Remember that both engines gave the same rows for a statement, on so many rows of input."""
    passed.remember(_proof_key(sql, types), {"input_rows": input_rows})


def _proof_key(sql: str, types: Mapping[str, str]) -> str:
    tables = {name: list(columns.items()) for name, columns in schema().items()}
    return passed.digest("proof", sql, tables, dict(types), program_digest(), duckdb.__version__)


def require_bounded(sql: str, known: Collection[str] | None = None) -> frozenset[str]:
    """The tables that one SELECT reads, each scan of them bounded; refuse anything else.

    Raises:
        BadInput: it names a table that does not exist.
        Refused: it is another statement, or a scan has no lower bound.
    """
    read = require_select(sql, known or schema())
    bounds.require_bounds(sql, partition_columns(), upper=False, origin="query")
    return read


def require_select(sql: str, known: Collection[str]) -> frozenset[str]:
    """The tables that one SELECT reads, lower case; refuse anything else. Pure.

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
        raise BadInput("query: is empty", hint="featurestore query 'SELECT 1 AS one'")
    if len(statements) > 1:
        raise Refused(
            f"query: {len(statements)} statements, one is wanted", hint="run them one by one"
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
    """Names by which the statement refers to what it reads, anywhere, but for one table."""
    return {
        source.alias_or_name.lower()
        for source in tree.find_all(exp.Table, exp.Subquery, exp.Unnest)
        if f"{source.text('db')}.{source.name}".lower() != table
    }
