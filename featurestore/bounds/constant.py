"""Which expressions BigQuery knows before it reads a row, and how far back they reach. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable

_NEVER = (
    exp.Query, exp.AggFunc, exp.Window, exp.Rand, exp.Uuid, exp.Star, exp.SessionParameter,
)  # fmt: skip
# Functions that sqlglot has no class for; anything else without one may be a user's own function.
_FUNCTIONS = frozenset({"DATE_FROM_UNIX_DATE", "PARSE_DATETIME", "ERROR"})
_SAME_DAY = (exp.Paren, exp.Cast, exp.TryCast, exp.Date, exp.Timestamp, exp.TsOrDsToDate)
_BACK = (exp.Sub, exp.DateSub, exp.TimestampSub, exp.DatetimeSub)
_FORTH = (exp.Add, exp.DateAdd, exp.TimestampAdd, exp.DatetimeAdd)
_MOST_DAYS = {"DAY": 1, "WEEK": 7, "ISOWEEK": 7, "MONTH": 31, "QUARTER": 92, "YEAR": 366}


def is_constant(node: exp.Expr, is_variable: Callable[[exp.Column], bool]) -> bool:
    """Whether the value is the same for the whole statement: literals, parameters, CURRENT_DATE.

    Args:
        node: Any expression.
        is_variable: Whether a name is a script's variable and not a column.
    """
    for part in node.walk(prune=lambda part: isinstance(part, exp.Column)):
        if isinstance(part, _NEVER):
            return False
        # The parser represents a system variable, @@name, as a parameter of a parameter.
        if isinstance(part, exp.Parameter) and isinstance(part.this, exp.Parameter):
            return False
        if isinstance(part, exp.Column) and not is_variable(part):
            return False
        if isinstance(part, exp.Anonymous) and part.name.upper() not in _FUNCTIONS:
            return False
    return True


def days_before(node: exp.Expr, parameter: str) -> int | None:
    """How many days before ``@parameter`` the value is at most; None if unknown."""
    if isinstance(node, exp.Parameter):
        return 0 if node.name.lower() == parameter.lower() else None
    if isinstance(node, _SAME_DAY):
        return days_before(node.this, parameter)
    if isinstance(node, (*_BACK, *_FORTH)):
        start, moved = days_before(node.this, parameter), _days_moved(node)
        return None if start is None or moved is None else start + moved
    if isinstance(node, exp.DateTrunc):
        start = days_before(node.this, parameter)
        unit = _unit(node.args.get("unit"))
        return None if start is None or unit not in _MOST_DAYS else start + _MOST_DAYS[unit] - 1
    if isinstance(node, (exp.Greatest, exp.Least)):
        days = [days_before(item, parameter) for item in (node.this, *node.expressions)]
        known = [count for count in days if count is not None]
        # GREATEST is as late as each argument, or later; LEAST may be the earliest of them, so all
        # must be known.
        if isinstance(node, exp.Greatest):
            return min(known, default=None)
        return max(known) if len(known) == len(days) else None
    return None


def _days_moved(node: exp.Expr) -> int | None:
    """Days that an addition or subtraction moves back; None if the amount is not a literal."""
    amount, unit = node.args.get("expression"), node.args.get("unit")
    if isinstance(amount, exp.Interval):
        amount, unit = amount.this, amount.args.get("unit")
    if isinstance(amount, exp.Neg):
        text = f"-{amount.this.name}"
    else:
        text = amount.name if isinstance(amount, exp.Literal) else ""
    name = _unit(unit) if unit is not None else "DAY"
    if not text.lstrip("-").isdigit() or name not in _MOST_DAYS:
        return None
    count = int(text) if isinstance(node, _BACK) else -int(text)
    # The result must not be too small, and a month forward may have only 28 days.
    return count * _MOST_DAYS[name] if count >= 0 or name in {"DAY", "WEEK"} else None


def _unit(node: object) -> str:
    if isinstance(node, exp.WeekStart):
        return "WEEK"
    return node.name.upper() if isinstance(node, exp.Expr) else ""
