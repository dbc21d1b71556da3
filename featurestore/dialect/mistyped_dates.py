"""Constructs of dates and times that are refused because of their types or literals. Pure."""

from __future__ import annotations

import re

from sqlglot import exp

from featurestore.dialect.nodes import INTEGERS, is_a

_TYPE = exp.DataType.Type
_DATE_DIRECTIVES = ("%Y", "%m", "%d", "%A", "%a", "%B", "%b", "%j", "%y", "%F", "%u", "%w", "%%")
_TIME_DIRECTIVES = ("%H", "%M", "%S", "%T", "%I", "%p")
_YEAR = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
PARSED_DATES = {
    "%Y%m%d": f"{_YEAR}[0-9]{{4}}",
    "%Y-%m-%d": f"{_YEAR}-[0-9]{{2}}-[0-9]{{2}}",
}
"""Formats of PARSE_DATE and the texts that they read; others read more than one form."""
_ZONE = re.compile("[A-Za-z_]+(/[A-Za-z_]+)*")


def _part_of_timestamp(node: exp.Expr) -> tuple[str, str] | None:
    if isinstance(node, exp.Extract) and isinstance(node.expression, exp.AtTimeZone):
        return None
    if isinstance(node, exp.Extract) and is_a(node.expression, _TYPE.UNKNOWN):
        return "EXTRACT from a value of unknown type", "EXTRACT(... FROM CAST(... AS DATE))"
    return None


def _time_zone(node: exp.Expr) -> tuple[str, str] | None:
    """DuckDB accepts only names of zones, and refuses others not before it reads rows."""
    if isinstance(node, exp.CurrentDate):
        zone = node.this
    elif isinstance(node, exp.Date | exp.Timestamp | exp.AtTimeZone):
        zone = node.args.get("zone")
    else:
        zone = node.expression if isinstance(node, exp.Datetime) else None
    if zone is None or is_a(zone, *INTEGERS) or is_a(zone, _TYPE.TIME):
        return None
    if isinstance(zone, exp.Literal) and zone.is_string and _ZONE.fullmatch(zone.name):
        return None
    return "a time zone that is not a literal name", "a name such as 'America/New_York'"


def _unix_time(node: exp.Expr) -> tuple[str, str] | None:
    """GoogleSQL converts a literal text or a DATE to a TIMESTAMP; DuckDB does not."""
    if isinstance(node, exp.UnixSeconds | exp.UnixMillis | exp.UnixMicros) and not is_a(
        node.this, _TYPE.TIMESTAMPTZ
    ):
        return f"{node.sql_name()} of a value that is not a TIMESTAMP", "TIMESTAMP(...) of it"
    return None


def _date_on_the_right(node: exp.Expr) -> tuple[str, str] | None:
    if isinstance(node, exp.Sub) and is_a(node.expression, _TYPE.DATE):
        return "DATE - DATE, an INTERVAL", "DATE_DIFF(..., DAY)"
    if isinstance(node, exp.Add) and is_a(node.expression, _TYPE.DATE):
        return "INT64 + DATE", "the DATE first"
    return None


def _date_format(node: exp.Expr) -> tuple[str, str] | None:
    """Some directives write different texts; those that agree are listed."""
    if not isinstance(node, exp.TimeToStr):
        return None
    pattern = node.args["format"]
    function = "FORMAT_DATE" if isinstance(node.this, exp.TsOrDsToDate) else "FORMAT_TIMESTAMP"
    if node.args.get("zone") is not None:
        return f"{function} in a time zone", "DATE(..., zone) or DATETIME(..., zone) first"
    directives = set(re.findall("%-?.?", pattern.name))
    allowed = _DATE_DIRECTIVES if function == "FORMAT_DATE" else _DATE_DIRECTIVES + _TIME_DIRECTIVES
    if not isinstance(pattern, exp.Literal) or not directives <= set(allowed):
        return (
            f"{function}({pattern.sql('bigquery', comments=False)})",
            f"{' '.join(allowed)} in a literal format",
        )
    return None


def _parsed(node: exp.Expr) -> tuple[str, str] | None:
    if not isinstance(node, exp.StrToDate):
        return None
    pattern = node.args["format"]
    if isinstance(pattern, exp.Literal) and pattern.name in PARSED_DATES:
        return None
    written = pattern.sql("bigquery", comments=False)
    return f"PARSE_DATE({written})", f"one of {', '.join(PARSED_DATES)}"


DATE_CHECKS = (
    _parsed, _part_of_timestamp, _time_zone, _unix_time, _date_on_the_right, _date_format,
)  # fmt: skip
