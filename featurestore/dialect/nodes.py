"""Builds the nodes that the rules return. Pure."""

from __future__ import annotations

import re

from sqlglot import exp

BIGINT = exp.DataType.build("BIGINT", dialect="duckdb")
DOUBLE = exp.DataType.build("DOUBLE", dialect="duckdb")
DATE = exp.DataType.build("DATE")
TEXT = exp.DataType.build("TEXT", dialect="duckdb")
NUMERIC = exp.DataType.build("DECIMAL(38,9)", dialect="duckdb")

INTEGERS = tuple(exp.DataType.INTEGER_TYPES)
FLOATS = (exp.DataType.Type.DOUBLE, exp.DataType.Type.FLOAT)
DECIMALS = (exp.DataType.Type.DECIMAL,)
TEXTS = tuple(exp.DataType.TEXT_TYPES)


_FAILED = re.compile(r"Could not convert string '(?P<message>.*?)' to INT64", re.DOTALL)


def is_a(node: exp.Expr | None, *kinds: exp.DType) -> bool:
    """Whether a node is annotated with one of the types."""
    return node is not None and node.type is not None and node.type.this in kinds


def is_of_unknown_type(node: exp.Expr) -> bool:
    """Whether a node has no known type."""
    return node.type is None or is_a(node, exp.DType.UNKNOWN)


def alternatives(node: exp.Expr) -> list[exp.Expr]:
    """The values one of which IF, CASE, COALESCE, GREATEST or LEAST returns; otherwise empty."""
    if isinstance(node, exp.Coalesce | exp.Greatest | exp.Least):
        return [node.this, *node.expressions]
    if isinstance(node, exp.If):
        values = [node.args["true"], node.args.get("false")]
    elif isinstance(node, exp.Case):
        values = [*(branch.args["true"] for branch in node.args["ifs"]), node.args.get("default")]
    else:
        return []
    return [value for value in values if value is not None]


def is_positive(node: exp.Expr | None) -> bool:
    """Whether a node is a literal integer above 0."""
    return isinstance(node, exp.Literal) and node.is_int and int(node.name) > 0


def cast_to(node: exp.Expr, kind: exp.DataType) -> exp.Expr:
    """A CAST of the node (not of a copy), annotated with its type."""
    cast = exp.Cast(this=node, to=kind.copy())
    cast.type = kind.copy()
    return cast


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """A call of a DuckDB function with copies of the arguments."""
    return exp.Anonymous(this=name, expressions=[argument.copy() for argument in arguments])


def case_of(*branches: tuple[exp.Expr, exp.Expr], default: exp.Expr | None = None) -> exp.Expr:
    """CASE WHEN ... THEN ... with copies of all parts."""
    ifs = [exp.If(this=when.copy(), true=then.copy()) for when, then in branches]
    return exp.Case(ifs=ifs, default=default.copy() if default is not None else None)


def failure(message: str, kind: exp.DataType) -> exp.Expr:
    """An expression of a type that ends the statement with a message when it is evaluated.

    It casts the message to an integer, which fails. DuckDB's ``error()`` is volatile, and therefore
    refused in a window's PARTITION BY and ORDER BY.
    """
    return failure_of(exp.Literal.string(message), kind)


def failure_of(message: exp.Expr, kind: exp.DataType) -> exp.Expr:
    """The same for a computed message, which must not consist of digits."""
    integer = exp.Cast(this=message.copy(), to=BIGINT.copy())
    text = exp.Cast(this=integer, to=TEXT.copy())
    return exp.Cast(this=text, to=kind.copy())


def failure_message(error: str) -> str:
    """The message of a :func:`failure` in DuckDB's text; the first line of any other error."""
    match = _FAILED.search(error)
    return match["message"] if match else error.splitlines()[0]


def number(value: int) -> exp.Expr:
    """A literal integer."""
    return exp.Literal.number(value)


def typed_as(new: exp.Expr, old: exp.Expr) -> exp.Expr:
    """The new node, with the old one's type."""
    new.type = old.type
    return new
