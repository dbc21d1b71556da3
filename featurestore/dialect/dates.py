"""Rules for dates and times. Pure."""

from __future__ import annotations

from sqlglot import exp

from featurestore.dialect.mistyped_dates import PARSED_DATES
from featurestore.dialect.nodes import (
    DATE,
    INTEGERS,
    call,
    case_of,
    cast_to,
    failure,
    failure_of,
    is_a,
    number,
    typed_as,
)

_MICROSECONDS = {
    "MICROSECOND": 1,
    "MILLISECOND": 1_000,
    "SECOND": 1_000_000,
    "MINUTE": 60_000_000,
    "HOUR": 3_600_000_000,
    "DAY": 86_400_000_000,
}
_UNIX_UNITS: dict[type[exp.Expr], int] = {
    exp.UnixMicros: 1,
    exp.UnixMillis: 1_000,
    exp.UnixSeconds: 1_000_000,
}
# From 0001-01-01, the first TIMESTAMP, to 1970-01-01.
_MICROSECONDS_BEFORE_1970 = 62_135_596_800_000_000


def date_arithmetic(node: exp.Expr) -> exp.Expr:
    """DATE_ADD, DATE_SUB, DATE_TRUNC of a DATE are DATEs; DuckDB's are TIMESTAMPs."""
    if isinstance(node, exp.DateAdd | exp.DateSub | exp.DateTrunc | exp.DateFromUnixDate):
        return cast_to(node, DATE)
    return node


def date_plus_integer(node: exp.Expr) -> exp.Expr:
    """DATE + INT64 is a DATE; DuckDB adds only INTEGER."""
    if isinstance(node, exp.Add | exp.Sub) and is_a(node.this, exp.DataType.Type.DATE):
        days = node.expression
        if is_a(days, *INTEGERS) and not isinstance(days, exp.Literal):
            node.set("expression", exp.cast(days, "INTEGER", dialect="duckdb"))
    return node


def timestamp_difference(node: exp.Expr) -> exp.Expr:
    """TIMESTAMP_DIFF counts whole units; DuckDB counts the boundaries between them."""
    if not isinstance(node, exp.TimestampDiff):
        return node
    size = _MICROSECONDS[node.text("unit").upper()]
    ends = [call("epoch_us", side) for side in (node.this, node.expression)]
    difference = exp.paren(exp.Sub(this=ends[0], expression=ends[1]))
    return typed_as(exp.IntDiv(this=difference, expression=number(size)), node)


def unix_time(node: exp.Expr) -> exp.Expr:
    """UNIX_SECONDS and UNIX_MILLIS round down, before 1970 too; DuckDB's // rounds towards zero.

    So the time since the year 1, which is never negative, is divided.
    """
    size = _UNIX_UNITS.get(type(node))
    if size is None:
        return node
    since_1970 = call("epoch_us", node.this)
    if size == 1:
        return typed_as(since_1970, node)
    since_1 = exp.paren(exp.Add(this=since_1970, expression=number(_MICROSECONDS_BEFORE_1970)))
    units = exp.IntDiv(this=since_1, expression=number(size))
    before = number(_MICROSECONDS_BEFORE_1970 // size)
    return typed_as(exp.paren(exp.Sub(this=units, expression=before)), node)


def day_of_week(node: exp.Expr) -> exp.Expr:
    """DAYOFWEEK counts 1 to 7 from Sunday; DuckDB's 0 to 6."""
    if isinstance(node, exp.Extract) and node.name.upper() == "DAYOFWEEK":
        return typed_as(exp.paren(exp.Add(this=node, expression=number(1))), node)
    return node


def part_of_timestamp(node: exp.Expr) -> exp.Expr:
    """EXTRACT from a TIMESTAMP is in UTC, or in the zone named; seconds are whole.

    DuckDB takes the session's zone, and its milliseconds include the seconds.
    """
    if not isinstance(node, exp.Extract) or is_a(node.expression, exp.DType.DATE):
        return node
    value = node.expression
    if is_a(value, exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMP) and not isinstance(
        value, exp.AtTimeZone
    ):
        zoned = is_a(value, exp.DType.TIMESTAMPTZ)
        node.set("expression", _in_utc(value) if zoned else value)
    if node.name.upper() == "DATE":
        return cast_to(node.expression, DATE)
    return node


def _in_utc(value: exp.Expr) -> exp.Expr:
    """A TIMESTAMP's date and time of day in UTC."""
    return call("timezone", exp.Literal.string("UTC"), value)


def year_of_four_digits(node: exp.Expr) -> exp.Expr:
    """FORMAT_DATE('%Y') of the year 9 is '9'; DuckDB's is '0009', so it is an error here."""
    if not isinstance(node, exp.TimeToStr) or not isinstance(node.args["format"], exp.Literal):
        return node
    if "%Y" not in node.args["format"].name:
        return node
    early = exp.LT(this=call("year", node.this.this), expression=number(1000))
    failed = failure("FORMAT: the year is before 1000", exp.DataType.build("TEXT"))
    return typed_as(case_of((early, failed), default=node), node)


def parsed_date(node: exp.Expr) -> exp.Expr:
    """PARSE_DATE of a text that matches its format exactly; any other text is an error here.

    BigQuery also reads some others: with fewer digits, and with spaces.
    """
    if not isinstance(node, exp.StrToDate):
        return node
    name = node.args["format"].name
    fits = call("regexp_full_match", node.this, exp.Literal.string(PARSED_DATES[name]))
    said = exp.Literal.string(f"PARSE_DATE({name}): cannot read ")
    failed = failure_of(exp.DPipe(this=said, expression=node.this.copy()), DATE)
    read = cast_to(call("strptime", node.this, exp.Literal.string(name)), DATE)
    return typed_as(case_of((exp.Not(this=fits), failed), default=read), node)


def iso_part(node: exp.Expr) -> exp.Expr:
    """ISOWEEK is DuckDB's week; WEEK, from Sunday, has no counterpart and is refused."""
    if isinstance(node, exp.Extract) and node.name.upper() == "ISOWEEK":
        node.set("this", exp.var("WEEK"))
    return node


DATE_RULES = (
    date_arithmetic, date_plus_integer, timestamp_difference, unix_time, part_of_timestamp,
    iso_part, year_of_four_digits, day_of_week, parsed_date,
)  # fmt: skip
