"""Translates one GoogleSQL statement to DuckDB's SQL. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from featurestore.dialect import rules
from featurestore.dialect.refuse import Refusal, parse, unproven
from sync.errors import BadInput, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Translated:
    """A statement in DuckDB's SQL.

    Attributes:
        sql: The text; GoogleSQL's ``@name`` is ``$name``.
        columns: Output column to GoogleSQL type, in order; ``UNKNOWN`` where it cannot be told.
        parameters: Names of the parameters.
    """

    sql: str
    columns: Mapping[str, str]
    parameters: frozenset[str]


def to_duckdb_sql(
    googlesql: str,
    *,
    columns: Mapping[str, Mapping[str, str]] | None = None,
    origin: str = "query",
) -> str:
    """The text of :func:`translate`."""
    return translate(googlesql, columns=columns or {}, origin=origin).sql


def translate(
    googlesql: str, *, columns: Mapping[str, Mapping[str, str]], origin: str = "query"
) -> Translated:
    """A GoogleSQL query as DuckDB runs it, with the same rows.

    Args:
        googlesql: One statement.
        columns: ``dataset.table`` or relation name, to column, to GoogleSQL type.
        origin: File or other source, for messages.

    Raises:
        BadInput: it does not parse, or names a table or column that does not exist.
        Refused: a construct has no proven rule; the first is named, with what to write instead.
    """
    tree = parse(googlesql, origin)
    for refusal in unproven(tree):
        _refuse(refusal, origin)
    typed = _annotate(tree, columns, origin)
    for node in typed.walk():
        if instead := rules.refused_types(node):
            _refuse(Refusal(f"{node.key.upper()} of NUMERIC", 0, instead), origin)
    outputs = {
        select.alias_or_name: select.type.sql("bigquery") if select.type else "UNKNOWN"
        for select in typed.selects
    }
    parameters = frozenset(found.name for found in typed.find_all(exp.Parameter))
    rules.widen_integers(typed)
    for rule in rules.RULES:
        typed = typed.transform(rule, copy=False)
    return Translated(typed.sql("duckdb", pretty=True), outputs, parameters)


def _annotate(
    tree: exp.Expression, columns: Mapping[str, Mapping[str, str]], origin: str
) -> exp.Expression:
    for table in tree.find_all(exp.Table):
        rules.local_table(table)
    schema = MappingSchema(dialect="bigquery")
    for name, types in columns.items():
        # A bare relation and a dataset's table nest differently: the mapping needs one depth.
        schema.add_table(_path(name), dict(types), dialect="bigquery")
    _add_dataset(tree)
    try:
        qualified = qualify(
            tree,
            schema=schema,
            dialect="bigquery",
            quote_identifiers=False,
            identify=False,
        )
    except OptimizeError as error:
        raise BadInput(f"{origin}: {error}", origin=origin) from error
    typed = annotate_types(qualified, schema=schema, dialect="bigquery")
    for table in typed.find_all(exp.Table):
        if table.db == _LOCAL:
            table.set("db", None)
    return typed


_LOCAL = "featurestore_relation"


def _path(name: str) -> exp.Table:
    return exp.to_table(name if "." in name else f"{_LOCAL}.{name}", dialect="bigquery")


def _add_dataset(tree: exp.Expression) -> None:
    """Give relations of other files a dataset, for the schema; names of CTEs stay bare."""
    ctes = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Identifier) and not table.db and table.name not in ctes:
            table.set("db", exp.to_identifier(_LOCAL))
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))


def _refuse(refusal: Refusal, origin: str) -> None:
    where = f"{origin}:{refusal.line}" if refusal.line else origin
    raise Refused(
        f"{where}: {refusal.construct} is not proven to give the same rows in DuckDB",
        hint=f"write {refusal.instead}" if refusal.instead else "featurestore lint lists them all",
        construct=refusal.construct,
        origin=origin,
        line=refusal.line,
    )
