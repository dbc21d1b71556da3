"""The names of a result's columns, as in BigQuery: case kept, ``f0_`` if unnamed. Pure."""

from __future__ import annotations

from sqlglot import exp


def name_unnamed(tree: exp.Query) -> None:
    """Name the result's columns that have no name ``f0_``, ``f1_`` in order, in place."""
    select, unnamed = _first_select(tree), 0
    for item in select.expressions if select is not None else ():
        if _name(item) is None:
            select_item = exp.alias_(item.copy(), f"f{unnamed}_")
            item.replace(select_item)
            unnamed += 1


def written_names(tree: exp.Query) -> tuple[list[str], list[str]]:
    """The names as written: of the columns before the first ``*``, and of those after the last.

    Those between two are left out, because the number of columns of a ``*`` is unknown.
    """
    select = _first_select(tree)
    names = [_name(item) for item in select.expressions] if select is not None else []
    stars = [place for place, name in enumerate(names) if name == "*"]
    first, last = (stars[0], stars[-1] + 1) if stars else (len(names), len(names))
    return [name or "" for name in names[:first]], [name or "" for name in names[last:]]


def keep_case(qualified: exp.Query, before: list[str], after: list[str]) -> None:
    """Restore the result's names as written: the optimizer makes them lower case."""
    items = qualified.selects
    pairs = [*zip(items, before, strict=False)]
    pairs += zip(items[len(items) - len(after) :], after, strict=True)
    for item, name in pairs:
        alias = item.args.get("alias")
        if isinstance(alias, exp.Identifier) and alias.name.lower() == name.lower():
            alias.set("this", name)


def repeated_name(qualified: exp.Query) -> str:
    """The first name that two columns of the result have, or ``""``; case is ignored."""
    seen: set[str] = set()
    for item in qualified.selects:
        name = item.alias_or_name
        if name.lower() in seen:
            return name
        seen.add(name.lower())
    return ""


def _first_select(tree: exp.Expr) -> exp.Select | None:
    while isinstance(tree, exp.SetOperation | exp.Subquery):
        tree = tree.this
    return tree if isinstance(tree, exp.Select) else None


def _name(item: exp.Expr) -> str | None:
    """The column's name, ``*`` for any number of columns, or None for a column without one."""
    if item.is_star:
        return "*"
    if isinstance(item, exp.Alias | exp.Column):
        return str(item.alias_or_name)
    if isinstance(item, exp.Dot) and isinstance(item.expression, exp.Identifier):
        return str(item.expression.name)
    if isinstance(item, exp.Paren):
        return _name(item.this)
    return None
