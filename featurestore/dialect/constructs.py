"""Names the constructs of a GoogleSQL statement, as finely as engines differ on them. Pure.

A function is named with its number of arguments (``ROUND/2``), or without it if any number means
the same (``COALESCE``); its date part belongs to the name (``DATE_TRUNC/MONTH``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from featurestore.dialect.tuples import name_of_tuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Parts of other constructs, without a meaning alone.
_PARTS = (
    exp.Alias, exp.CTE, exp.Column, exp.ColumnDef, exp.DataTypeParam, exp.From, exp.Identifier,
    exp.JSONPath, exp.JSONPathPart, exp.Paren, exp.PropertyEQ, exp.Subquery,
    exp.Table, exp.TableAlias, exp.TsOrDsToDate, exp.TsOrDsToTimestamp, exp.Var,
    exp.WeekStart, exp.WindowSpec,
)  # fmt: skip

_NAMES: dict[type[exp.Expr], str] = {
    exp.AtTimeZone: "AT TIME ZONE",
    exp.Add: "+",
    exp.And: "AND",
    exp.Between: "BETWEEN",
    exp.BitwiseAnd: "&",
    exp.BitwiseLeftShift: "<<",
    exp.BitwiseNot: "~",
    exp.BitwiseOr: "|",
    exp.BitwiseRightShift: ">>",
    exp.BitwiseXor: "^",
    exp.Boolean: "BOOL literal",
    exp.ByteString: "BYTES literal",
    exp.Case: "CASE",
    exp.DPipe: "||",
    exp.Div: "/",
    exp.Dot: "field access",
    exp.EQ: "=",
    exp.Except: "EXCEPT",
    exp.Exists: "EXISTS",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.GroupConcat: "STRING_AGG",
    exp.Having: "HAVING",
    exp.HavingMax: "HAVING MAX",
    exp.IgnoreNulls: "IGNORE NULLS",
    exp.Intersect: "INTERSECT",
    exp.IntDiv: "DIV",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.Like: "LIKE",
    exp.Mul: "*",
    exp.NEQ: "!=",
    exp.Neg: "unary -",
    exp.Not: "NOT",
    exp.Null: "NULL",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
    exp.NullSafeNEQ: "IS DISTINCT FROM",
    exp.Offset: "OFFSET",
    exp.Or: "OR",
    exp.Order: "ORDER BY",
    exp.Qualify: "QUALIFY",
    exp.RawString: "raw string",
    exp.RespectNulls: "RESPECT NULLS",
    exp.SafeFunc: "SAFE.",
    exp.Sub: "-",
    exp.Union: "UNION",
    exp.Version: "FOR SYSTEM_TIME AS OF",
    exp.Where: "WHERE",
    exp.WithinGroup: "WITHIN GROUP",
    exp.Xor: "XOR",
}
_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")
# Functions that mean the same for any number of arguments.
_ANY_NUMBER = (
    exp.Array, exp.ArrayConcat, exp.Coalesce, exp.Concat, exp.Count, exp.Greatest, exp.Least,
    exp.Max, exp.Min, exp.Struct,
)  # fmt: skip
# Arguments that the parser adds itself.
_NOT_WRITTEN = frozenset({"default_year", "group", "length"})
_BRACKETS = {(None, False): "[]", (0, False): "[OFFSET]", (0, True): "[SAFE_OFFSET]",
             (1, False): "[ORDINAL]", (1, True): "[SAFE_ORDINAL]"}  # fmt: skip


def constructs_of(tree: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    """Every construct of a parsed statement with its node, in reading order."""
    for node in tree.walk(bfs=False):
        name = name_of(node)
        if name:
            yield name, node


def name_of(node: exp.Expr) -> str:
    """The construct's name; ``""`` for a part of another construct."""
    kind = type(node)
    if kind not in _NAMERS:
        _NAMERS[kind] = _namer(kind)
    return _NAMERS[kind](node)


_NAMERS: dict[type[exp.Expr], Callable[[exp.Expr], str]] = {}


def _namer(kind: type[exp.Expr]) -> Callable[[exp.Expr], str]:
    for known, special in _SPECIAL.items():
        if issubclass(kind, known):
            return special
    if kind in _NAMES:
        return lambda _: _NAMES[kind]
    if issubclass(kind, _PARTS):
        return lambda _: ""
    return _function if issubclass(kind, exp.Func) else lambda node: node.key.upper()


def _function(node: exp.Expr) -> str:
    assert isinstance(node, exp.Func)
    name = str(node.meta.get("bigquery_name") or node.sql_name()).upper()
    unit = node.args.get("unit")
    if unit is not None:
        return f"{name}/{unit.sql('bigquery', comments=False).upper()}".replace("'", "")
    if isinstance(node, _ANY_NUMBER):
        return name
    values = [node.args.get(key) for key in node.arg_types if key not in _NOT_WRITTEN]
    flat = [part for value in values for part in (value if isinstance(value, list) else [value])]
    return f"{name}/{sum(isinstance(part, exp.Expr) for part in flat)}"


def _anonymous(node: exp.Expr) -> str:
    return f"{node.name.upper()}/{len(node.expressions)}"


def _literal(node: exp.Expr) -> str:
    if node.is_string:
        return "STRING literal"
    return "INT64 literal" if node.is_int else "FLOAT64 literal"


def _cast(node: exp.Expr) -> str:
    kind = node.args["to"].sql("bigquery", comments=False)
    function = "SAFE_CAST" if node.args.get("safe") else "CAST"
    if node.args.get("format"):
        return f"{function} FORMAT"
    if isinstance(node.this, exp.Array | exp.Struct):
        return f"typed {node.this.key.upper()}"
    return f"{function} AS {kind.partition('<')[0]}"


def _star(node: exp.Expr) -> str:
    if isinstance(node.parent, exp.Count):
        return ""
    clauses = [key.rstrip("_").upper() for key, value in node.args.items() if value]
    return " ".join(["SELECT *", *clauses])


def _distinct(node: exp.Expr) -> str:
    several = isinstance(node.parent, exp.Count) and len(node.expressions) > 1
    return "COUNT(DISTINCT) of several columns" if several else "DISTINCT"


def _select(node: exp.Expr) -> str:
    return f"SELECT AS {node.text('kind').upper()}" if node.args.get("kind") else ""


def _group(node: exp.Expr) -> str:
    if not node.args.get("all"):
        return "GROUP BY"
    items = node.parent.expressions if isinstance(node.parent, exp.Select) else []
    if any(item.is_star or item.find(exp.Query) for item in items):
        return "GROUP BY ALL beside * or a subquery"
    is_constant = not any(item.find(exp.Column, exp.AggFunc) for item in items)
    return "GROUP BY ALL of constants" if is_constant else "GROUP BY ALL"


def _limit(node: exp.Expr) -> str:
    return "LIMIT" if isinstance(node.parent, exp.Query) else "LIMIT in an aggregate"


def _ordered(node: exp.Expr) -> str:
    default = not node.args.get("desc")
    if bool(node.args.get("nulls_first")) != default:
        return "NULLS FIRST" if node.args.get("nulls_first") else "NULLS LAST"
    return "DESC" if node.args.get("desc") else ""


def _join(node: exp.Expr) -> str:
    words = [node.text(key).upper() for key in ("method", "side", "kind")]
    kept = [word for word in words if word not in ("", "OUTER")]
    if not kept:
        kept = ["INNER"] if node.args.get("on") or node.args.get("using") else ["comma"]
    unnest = " UNNEST" if isinstance(node.this, exp.Unnest) else ""
    using = " USING" if node.args.get("using") else ""
    return " ".join([*kept, "JOIN"]) + unnest + using


def _set_operation(node: exp.Expr) -> str:
    modifiers = [key.upper() for key in ("by_name", "side", "kind", "on") if node.args.get(key)]
    kind = "DISTINCT" if node.args.get("distinct") else "ALL"
    return " ".join([_NAMES[type(node)], kind, *modifiers])


def _window(node: exp.Expr) -> str:
    spec = node.args.get("spec")
    if spec is None:
        return "named window" if isinstance(node.this, exp.Identifier) else "OVER"
    return f"{spec.text('kind').upper()} BETWEEN"


def _is(node: exp.Expr) -> str:
    return f"IS {node.expression.sql('bigquery', comments=False).upper()}"


def _in(node: exp.Expr) -> str:
    if node.args.get("unnest"):
        return "IN UNNEST"
    return "IN subquery" if node.args.get("query") else "IN"


def _unnest(node: exp.Expr) -> str:
    return "UNNEST WITH OFFSET" if node.args.get("offset") else "UNNEST"


def _bracket(node: exp.Expr) -> str:
    return _BRACKETS[node.args.get("offset"), bool(node.args.get("safe"))]


def _type(node: exp.Expr) -> str:
    return f"type {node.sql('bigquery', comments=False).partition('<')[0].partition('(')[0]}"


def _extract(node: exp.Expr) -> str:
    return f"EXTRACT/{node.this.sql('bigquery', comments=False).upper()}"


def _with(node: exp.Expr) -> str:
    return "WITH RECURSIVE" if node.args.get("recursive") else "WITH"


def _parameter(node: exp.Expr) -> str:
    """A parameter, or a system variable, which the parser makes a parameter of a parameter."""
    if isinstance(node.this, exp.Parameter) or isinstance(node.parent, exp.Parameter):
        return "@@system variable"
    return "@parameter" if _NAME.fullmatch(node.name) else "@parameter with a quoted name"


def _date_array(node: exp.Expr) -> str:
    step = node.args.get("step")
    unit = step.text("unit").upper() if isinstance(step, exp.Interval) else "DAY"
    return f"GENERATE_DATE_ARRAY/{unit}"


def _interval(node: exp.Expr) -> str:
    return "" if isinstance(node.parent, exp.GenerateDateArray) else "INTERVAL"


def _json(node: exp.Expr) -> str:
    return "JSON literal" if isinstance(node.this, exp.Literal) else _function(node)


def _if(node: exp.Expr) -> str:
    return "" if isinstance(node.parent, exp.Case) else "IF"


_SPECIAL: dict[type[exp.Expr], Callable[[exp.Expr], str]] = {
    exp.AggFunc: lambda node: _NAMES.get(type(node)) or _function(node),
    exp.Anonymous: _anonymous,
    exp.Bracket: _bracket,
    exp.Cast: _cast,
    exp.DataType: _type,
    exp.Distinct: _distinct,
    exp.Extract: _extract,
    exp.GenerateDateArray: _date_array,
    exp.Group: _group,
    exp.If: _if,
    exp.In: _in,
    exp.Interval: _interval,
    exp.Is: _is,
    exp.Join: _join,
    exp.Limit: _limit,
    exp.Literal: _literal,
    exp.Ordered: _ordered,
    exp.Parameter: _parameter,
    exp.ParseJSON: _json,
    exp.Select: _select,
    exp.SessionParameter: lambda _: "@@system variable",
    exp.SetOperation: _set_operation,
    exp.Star: _star,
    exp.Tuple: name_of_tuple,
    exp.Unnest: _unnest,
    exp.Window: _window,
    exp.With: _with,
}
