"""Comparisons of STRUCTs or ARRAYs, and mixed STRUCTs, which are refused. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from featurestore.dialect.nodes import alternatives, is_a, is_of_unknown_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NESTED = {exp.DType.STRUCT: "STRUCT", exp.DType.ARRAY: "ARRAY"}


def nested_comparison(node: exp.Expr) -> tuple[str, str] | None:
    """A NULL inside makes the comparison NULL; in DuckDB it is a value, equal to another NULL.

    DuckDB also matches fields by name, GoogleSQL by position.
    """
    values = list(_compared(node))
    if len(values) > 1 and all(map(_is_of_unknown_type, values)):
        # They may be STRUCTs: elements of ARRAY(SELECT ...) are not annotated.
        return "comparison of values whose types are unknown", "a subquery that casts them to types"
    for value in values:
        for kind, name in _NESTED.items():
            if is_a(value, kind):
                return f"comparison of {name}", "a comparison of each field or element"
    return None


def _is_of_unknown_type(value: exp.Expr) -> bool:
    return isinstance(value, exp.Column) and is_of_unknown_type(value)


def _compared(node: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(node, exp.EQ | exp.NEQ | exp.Nullif):
        yield from (node.this, node.expression)
    elif isinstance(node, exp.NullSafeEQ | exp.NullSafeNEQ):
        if node.this.type != node.expression.type:
            yield from (node.this, node.expression)
    elif isinstance(node, exp.In | exp.Case) and isinstance(node.this, exp.Expr):
        yield node.this


def mixed_field_names(node: exp.Expr) -> tuple[str, str] | None:
    """Values converted to one STRUCT type match by position; in DuckDB by field name."""
    for values in _mixed(node):
        if len({names for names in values if "STRUCT" in names}) > 1:
            return "STRUCTs with different field names", "the same field names in each"
    return None


def _mixed(node: exp.Expr) -> Iterator[Iterable[str]]:
    """The field names of each value, for every group of values that are converted to one type."""
    if isinstance(node, exp.SetOperation):
        for first, other in zip(node.left.selects, node.right.selects, strict=False):
            yield [_names_of(first.type), _names_of(other.type)]
    elif isinstance(node, exp.Cast) and isinstance(node.this, exp.Array):
        element = next(iter(node.to.expressions), None)
        yield [_names_of(element), *map(_names, node.this.expressions)]
    elif isinstance(node, exp.Cast):
        yield [_names_of(node.to), _names(node.this)]
    else:
        yield map(_names, _values(node))


def _values(node: exp.Expr) -> list[exp.Expr | None]:
    """The operands that are converted to one type."""
    if isinstance(node, exp.Array | exp.ArrayConcat):
        return [node.args.get("this"), *node.expressions]
    if isinstance(node, exp.Lag | exp.Lead):
        return [node.this, node.args.get("default")]
    return [*alternatives(node)]


def _names(value: exp.Expr | None) -> str:
    """A value's field names; ``""`` if it has none and takes those of its type or first element."""
    if value is None or (isinstance(value, exp.Struct) and _gets_names(value)):
        return ""
    return _names_of(value.type)


def _gets_names(value: exp.Struct) -> bool:
    if _named(value) or any("STRUCT" in _names_of(part.type) for part in value.expressions):
        return False
    around = value.parent
    if not isinstance(around, exp.Array) or isinstance(around.parent, exp.Cast):
        return isinstance(around, exp.Array | exp.Cast)
    return _named(around.expressions[0]) == len(around.expressions[0].expressions)


def _named(value: exp.Expr) -> int:
    """How many fields have an explicit name."""
    return sum(isinstance(part, exp.PropertyEQ) for part in value.expressions)


def _names_of(kind: exp.Expr | None) -> str:
    """A type's field names in order, including those of inner STRUCTs."""
    if not isinstance(kind, exp.DataType) or kind.this not in _NESTED:
        return ""
    fields = [
        f"{part.name.lower()} {_names_of(part.args.get('kind'))}"
        if isinstance(part, exp.ColumnDef)
        else _names_of(part)
        for part in kind.expressions
    ]
    return f"{_NESTED[kind.this]}<{', '.join(fields)}>"
