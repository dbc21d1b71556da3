"""BigQuery's UNNEST: offsets from 0, and rows that are structs. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterator


def settle_unnests(tree: exp.Expr) -> None:
    """Fix every UNNEST of a qualified and annotated statement, in place."""
    for unnest in list(tree.find_all(exp.Unnest)):
        _count_from_zero(unnest)
        _keep_named_structs_whole(unnest)


def _count_from_zero(unnest: exp.Unnest) -> None:
    """An offset counts from 0; DuckDB's ordinality from 1."""
    offset = unnest.args.get("offset")
    if not isinstance(offset, exp.Expr):
        return
    for column in _columns(unnest):
        if column.name.lower() == offset.name.lower():
            less = exp.Sub(this=column.copy(), expression=exp.Literal.number(1))
            less.type = column.type
            wrapped = exp.paren(less, copy=False)
            wrapped.type = column.type
            column.replace(wrapped)


def _keep_named_structs_whole(unnest: exp.Unnest) -> None:
    """``UNNEST(structs) AS s`` has rows ``s``; sqlglot would unpack them and lose the name."""
    alias = unnest.args.get("alias")
    if not unnest.args.get("explode_array") or not isinstance(alias, exp.TableAlias):
        return
    if not alias.columns:
        return
    unnest.set("explode_array", False)
    name = alias.columns[0].name
    offset = unnest.args.get("offset")
    whole_names = {name.lower(), offset.name.lower() if isinstance(offset, exp.Expr) else ""}
    for column in _columns(unnest):
        if column.name.lower() not in whole_names:
            struct = exp.column(name, table=unnest.alias)
            field = exp.Dot(this=struct, expression=exp.to_identifier(column.name))
            field.type = column.type
            column.replace(field)


def _columns(unnest: exp.Unnest) -> Iterator[exp.Column]:
    """The columns of an UNNEST that the statement names."""
    select = unnest.find_ancestor(exp.Select)
    for column in list(select.find_all(exp.Column)) if select else []:
        if column.table == unnest.alias:
            yield column
