"""Translates one GoogleSQL statement to DuckDB's SQL. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.errors import ErrorLevel, OptimizeError, UnsupportedError
from sqlglot.generators.duckdb import DuckDBGenerator
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from featurestore.dialect.coercions import numeric_literals, spell_out_group_by_all
from featurestore.dialect.magnitudes import mark_overflows
from featurestore.dialect.mistyped import mistyped
from featurestore.dialect.output_names import (
    keep_case,
    name_unnamed,
    repeated_name,
    written_names,
)
from featurestore.dialect.precedence import parenthesize
from featurestore.dialect.refuse import Refusal, parse, unproven
from featurestore.dialect.rules import rewrite
from featurestore.dialect.tuples import spell_out_tuples
from featurestore.dialect.unnests import settle_unnests
from featurestore.statement_size import deep_recursion
from sync.errors import BadInput, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from featurestore.dialect.magnitudes import Magnitude

_LOCAL = "featurestore_relation"


@dataclass(frozen=True, slots=True)
class Translated:
    """A statement in DuckDB's SQL.

    Attributes:
        sql: The text; GoogleSQL's ``@name`` is ``$name``.
        columns: Output column to GoogleSQL type, in order; ``UNKNOWN`` if it cannot be inferred.
        parameters: Names of the parameters.
        magnitudes: Output column to the limits of its numbers.
    """

    sql: str
    columns: Mapping[str, str]
    parameters: frozenset[str]
    magnitudes: Mapping[str, Magnitude] = field(default_factory=dict)


def to_duckdb_sql(
    googlesql: str,
    *,
    columns: Mapping[str, Mapping[str, str]] | None = None,
    parameters: Mapping[str, str] | None = None,
    origin: str = "query",
) -> str:
    """The text of :func:`translate`."""
    return translate(googlesql, columns=columns or {}, parameters=parameters, origin=origin).sql


def translate(
    googlesql: str,
    *,
    columns: Mapping[str, Mapping[str, str]],
    parameters: Mapping[str, str] | None = None,
    magnitudes: Mapping[str, Mapping[str, Magnitude]] | None = None,
    origin: str = "query",
    unproven_into: set[str] | None = None,
) -> Translated:
    """A GoogleSQL query as DuckDB runs it, with the same rows.

    Args:
        googlesql: One statement.
        columns: ``dataset.table`` or relation name, to column, to GoogleSQL type.
        parameters: Name to GoogleSQL type. In DuckDB a parameter without one has the type of its
            value, so a small integer is 32 bits wide.
        magnitudes: Relation to column to the limits of its numbers, where they are known: an
            expression that cannot overflow is not tested.
        origin: File or other source, for messages.
        unproven_into: Collects the names of constructs without a proven rule, for a caller that
            compares the rows; without it the first one is refused.

    Raises:
        BadInput: it does not parse, or names a table or column that does not exist.
        Refused: a construct has no proven rule; the first is named, with what to write instead.
    """
    with deep_recursion():
        tree = parse(googlesql, origin)
        typed = _checked(tree, columns, parameters or {}, origin, unproven_into)
        outputs = {
            select.alias_or_name: select.type.sql("bigquery") if select.type else "UNKNOWN"
            for select in typed.selects
        }
        names = frozenset(parameter.name for parameter in typed.find_all(exp.Parameter))
        limits = mark_overflows(typed, magnitudes or {})
        return Translated(_write(rewrite(typed), origin), outputs, names, limits)


def _checked(
    tree: exp.Expr,
    columns: Mapping[str, Mapping[str, str]],
    parameters: Mapping[str, str],
    origin: str,
    unproven_into: set[str] | None = None,
) -> exp.Query:
    """The statement with every name resolved and every type annotated, or the first refusal."""
    if not isinstance(tree, exp.Query):
        raise BadInput(f"{origin}: must be a query, is {tree.key.upper()}", origin=origin)
    spell_out_group_by_all(tree)
    spell_out_tuples(tree)
    for refusal in unproven(tree):
        _refuse(refusal, origin, unproven_into)
    for parameter in list(tree.find_all(exp.Parameter)):
        if parameter.name in parameters:
            kind = parameters[parameter.name]
            parameter.replace(exp.cast(parameter.copy(), kind, dialect="bigquery"))
    for conversion in list(tree.find_all(exp.TsOrDsToDatetime)):
        # The optimizer does not annotate DATETIME(x).
        conversion.replace(exp.cast(conversion.this, "DATETIME", dialect="bigquery"))
    name_unnamed(tree)
    before, after = written_names(tree)
    typed = _annotated(tree, columns, origin)
    keep_case(typed, before, after)
    repeated = repeated_name(typed)
    if repeated:
        raise BadInput(
            f"{origin}: column {repeated} occurs twice in the result",
            hint=f"name one of them: ... AS other_{repeated}",
            column=repeated,
        )
    for refusal in mistyped(typed):
        _refuse(refusal, origin, unproven_into)
    settle_unnests(typed)
    return typed


def _annotated(tree: exp.Query, columns: Mapping[str, Mapping[str, str]], origin: str) -> exp.Query:
    schema = MappingSchema(dialect="bigquery")
    named = {
        (f"{table.db}.{table.name}" if table.db else table.name).lower()
        for table in tree.find_all(exp.Table)
    }
    for name, types in columns.items():
        if name.lower() not in named:
            continue
        # sqlglot's schema needs the same depth for all names, so bare relations get a dataset.
        path = exp.to_table(name if "." in name else f"{_LOCAL}.{name}", dialect="bigquery")
        schema.add_table(path, dict(types), dialect="bigquery")
    _give_each_table_a_dataset(tree)
    try:
        qualified = qualify(
            tree,
            schema=schema,
            dialect="bigquery",
            quote_identifiers=False,
            identify=False,
        )
        typed = annotate_types(qualified, schema=schema, dialect="bigquery")
        while numeric_literals(typed):
            typed = annotate_types(typed, schema=schema, dialect="bigquery")
    except OptimizeError as error:
        raise BadInput(f"{origin}: {error}", origin=origin) from error
    except AttributeError as error:
        # sqlglot parses some texts that lack an operand, and fails only here.
        raise BadInput(f"{origin}: an operand is missing ({error})", origin=origin) from error
    for table in typed.find_all(exp.Table):
        if table.db == _LOCAL:
            table.set("db", None)
    assert isinstance(typed, exp.Query)
    return typed


def _give_each_table_a_dataset(tree: exp.Expr) -> None:
    """Remove projects, which the replica does not have, and give bare relations a dataset.

    Names of CTEs stay bare.
    """
    ctes = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        table.set("catalog", None)
        if not isinstance(table.this, exp.Identifier) or table.db or table.name.lower() in ctes:
            continue
        table.set("db", exp.to_identifier(_LOCAL))
        if not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))


def _write(tree: exp.Expr, origin: str) -> str:
    # The generator omits NULLS LAST as DuckDB's default, which a setting could change: write it
    # out. A clause that has no DuckDB counterpart raises an error here.
    for ordered in tree.find_all(exp.Ordered):
        if not ordered.args.get("nulls_first"):
            ordered.set("with_fill", exp.var("NULLS LAST"))
    parenthesize(tree)
    generator = DuckDBGenerator(dialect="duckdb", pretty=True, unsupported_level=ErrorLevel.RAISE)
    try:
        return generator.generate(tree, copy=False)
    except UnsupportedError as error:
        raise Refused(f"{origin}: no DuckDB counterpart: {error}", origin=origin) from error


def _refuse(refusal: Refusal, origin: str, unproven_into: set[str] | None) -> None:
    if unproven_into is not None:
        unproven_into.add(refusal.construct)
        return
    where = f"{origin}:{refusal.line}" if refusal.line else origin
    raise Refused(
        f"{where}: {refusal.construct} is not proven to return the same rows in DuckDB",
        hint=f"write {refusal.instead}" if refusal.instead else "featurestore lint lists them all",
        construct=refusal.construct,
        origin=origin,
        line=refusal.line,
    )
