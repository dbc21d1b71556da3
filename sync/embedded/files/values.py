"""Which values of a file fit a column, as SQL. Pure.

A value fits if the column can store it unchanged. Text follows BigQuery's forms: dates with a year
of four digits, BOOL as true, t, yes, y or 1; a whole number may be written 5.0 or 5e0. Decimal text
becomes the nearest double in a FLOAT64; whole numbers must be exact there, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.duck.quoting import quote, quote_literal
from sync.duck.types import googlesql_type, split_top_level
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER = r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*"
_DATE = r"\s*\d{4}-\d{1,2}-\d{1,2}"
_ZERO_TIME = r"[T ]0?0:00(:00(\.0+)?)?"
_TIME = r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"
_ZONE = r"\s*([Zz]|UTC|[+-]\d{1,2}(:?\d{2})?)?\s*"
_UTC = r"\s*([Zz]|UTC|[+-]00(:?00)?)?\s*"
_NUMERIC = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_FLOATS = ("DOUBLE", "FLOAT")
_TEXTS = ("VARCHAR", "JSON")
# From here on doubles have gaps: this one may have been the next whole number.
_GAPS_FROM = Sql(str(2**53))
_BEYOND = "may already be rounded: from 2^53 on, doubles skip whole numbers"
_HAS_TIME = "has a time of day, and the column is a DATE"
_ITEM, _NOTHING = Sql("item"), Sql("")


@dataclass(frozen=True, slots=True)
class Conversion:
    """The conversion of values of one type to that of a column.

    Attributes:
        value: SQL of the converted value; NULL for one that does not fit.
        reasons: (SQL condition of a misfit, what is wrong with it); the first that is true counts.
            A condition may be NULL if the value is.
        quick: SQL condition that a value fits, cheaper than the reasons; may be empty.
    """

    value: Sql
    reasons: Sequence[tuple[Sql, str]] = ()
    quick: Sql = _NOTHING

    @property
    def bad(self) -> Sql:
        """SQL condition of a value that does not fit; empty if all fit."""
        any_reason = join(" OR ", (sql("({})", condition) for condition, _ in self.reasons))
        if self.quick and any_reason:
            return sql("CASE WHEN {} THEN FALSE ELSE {} END", self.quick, any_reason)
        return any_reason


def conversion(value: Sql, kind: str, target: str, *, rounding: bool = False) -> Conversion:
    """The conversion of a SQL expression.

    Args:
        value: The SQL expression.
        kind: Its DuckDB type.
        target: The column's DuckDB type.
        rounding: Round to the digits of a NUMERIC, half away from zero, instead of refusing.
    """
    if kind == target:
        return Conversion(value, _not_finite(value, target))
    if target.endswith("[]") and (kind in _TEXTS or kind.endswith("[]")):
        return _list(value, kind, target, rounding=rounding)
    if target.startswith("STRUCT(") and kind in _TEXTS:
        return _struct(value, target, rounding=rounding)
    if kind in _FLOATS and _NUMERIC.fullmatch(target):
        # The shortest digits: 34.7, not the binary fraction next to it.
        return _text(sql("({})::VARCHAR", value), target, rounding=rounding)
    if kind == "VARCHAR":
        return _text(value, target, rounding=rounding)
    return _typed(value, kind, target, rounding=rounding)


def _typed(value: Sql, kind: str, target: str, *, rounding: bool) -> Conversion:
    """A typed value fits if it survives the cast and back."""
    cast = _cast(value, target)
    if target == "VARCHAR":
        return Conversion(cast)
    reasons = [(_lost(value, cast), _is_not(target))]
    if kind in _FLOATS and target == "BIGINT":
        reasons.append((sql("abs({}) >= {}", value, _GAPS_FROM), _BEYOND))
    if not (rounding and _NUMERIC.fullmatch(target)):
        changed = sql("{} IS DISTINCT FROM {}", _cast(cast, kind), value)
        reasons.append((changed, _HAS_TIME if target == "DATE" else _loses(target)))
    return Conversion(cast, [*_not_finite(cast, target), *reasons])


def _text(value: Sql, target: str, *, rounding: bool) -> Conversion:
    cast = _cast(value, target)
    misfit = _lost(value, cast)
    if target in {"VARCHAR", "JSON"}:
        reasons = [(misfit, _is_not(target))] if target == "JSON" else []
        return Conversion(sql("{}::{}", value, Sql(target)), reasons)
    if target == "BOOLEAN":
        return _bool(value)
    if target == "BIGINT" or _NUMERIC.fullmatch(target):
        return _exact(value, target, rounding=rounding)
    if target == "DOUBLE":
        return _double(value)
    if target == "DATE":
        usual = _full(value, f"{_DATE}({_ZERO_TIME}{_UTC})?")
        timed = _full(value, f"{_DATE}{_TIME}{_ZONE}")
        first = [(sql("NOT {} AND {}", usual, timed), _HAS_TIME)]
        return _dates(value, f"{_ZERO_TIME}{_UTC}", cast, target, first)
    if target in {"TIMESTAMP", "TIMESTAMP WITH TIME ZONE"}:
        zone = _ZONE if target != "TIMESTAMP" else r"\s*"
        finer = _matches(value, r"\.\d{6}\d*[1-9]")
        return _dates(value, f"{_TIME}{zone}", cast, target, [(finer, _loses(target))])
    return Conversion(cast, [(misfit, _is_not(target))])


def _dates(
    value: Sql, time: str, cast: Sql, target: str, first: Sequence[tuple[Sql, str]]
) -> Conversion:
    form = sql("NOT {} OR {} IS NULL", _full(value, f"{_DATE}({time})?"), cast)
    reasons = [*first, (sql("{} IS NOT NULL AND ({})", value, form), _is_not(target))]
    # The length is checked, too, because DuckDB also reads "infinity" and "2024-10-22 (BC)".
    usual = sql("length({0}) = 10 AND {1}::VARCHAR = {0}", value, _cast(value, "DATE"))
    return Conversion(cast, reasons, sql("{} IS NULL OR ({})", value, usual))


def _bool(value: Sql) -> Conversion:
    cast = sql(
        "CASE WHEN {word} IN ('true', 't', 'yes', 'y', '1', '1.0') THEN TRUE"
        " WHEN {word} IN ('false', 'f', 'no', 'n', '0', '0.0') THEN FALSE END",
        word=sql("lower(trim({}))", value),
    )
    converted = sql("({})", cast)
    misfit = _lost(value, converted)
    return Conversion(
        converted,
        [
            (sql("{} AND {}", misfit, _full(value, _NUMBER)), _loses("BOOLEAN")),
            (misfit, _is_not("BOOLEAN")),
        ],
    )


def _exact(value: Sql, target: str, *, rounding: bool) -> Conversion:
    """INT64 and NUMERIC: as many decimals as the type has, or zeros."""
    cast = _cast(value, target)
    number = _full(value, _NUMBER)
    misfit = sql("{} IS NOT NULL AND ({} IS NULL OR NOT {})", value, cast, number)
    numeric = _NUMERIC.fullmatch(target)
    scale = int(numeric[2]) if numeric else 0
    reasons = [(misfit, _is_not(target))]
    if not numeric:
        # A reader of JSON may already have rounded it to a double.
        with_point = _matches(value, "[.eE]")
        reasons.append((sql("abs({}) >= {} AND {}", cast, _GAPS_FROM, with_point), _BEYOND))
    if not (rounding and numeric):
        reasons.append((sql("{} > {}", _decimals(value), Sql(str(scale))), _loses(target)))
    quick = sql("{}::VARCHAR = {}", cast, value)
    if scale:
        plain = _full(value, f"-?[0-9]+([.][0-9]{{1,{scale}}})?")
        quick = sql("({} IS NOT NULL AND {})", cast, plain)
    return Conversion(cast, reasons, sql("{} IS NULL OR {}", value, quick))


def _decimals(value: Sql) -> Sql:
    """SQL of the decimals that the text of a number needs, such as 1 for 0.50 and for 5e-1."""
    mantissa = sql("regexp_extract({}, '[0-9.]+')", value)
    digits = sql("replace({}, '.', '')", mantissa)
    return sql(
        "CASE WHEN rtrim({digits}, '0') = '' THEN 0 ELSE {fraction} - {exponent} - ({zeros}) END",
        digits=digits,
        fraction=sql("length(regexp_extract({}, '[.]([0-9]*)', 1))", mantissa),
        exponent=sql(
            "coalesce(TRY_CAST(regexp_extract({}, '[eE]([+-]?[0-9]+)', 1) AS BIGINT), 0)", value
        ),
        zeros=sql("length({0}) - length(rtrim({0}, '0'))", digits),
    )


def _double(value: Sql) -> Conversion:
    cast = _cast(value, "DOUBLE")
    whole = sql(
        "abs({}) >= {} AND {} AND {} IS DISTINCT FROM {}",
        cast,
        _GAPS_FROM,
        _full(value, "[ +-]*[0-9]+ *"),
        _cast(value, "HUGEINT"),
        _cast(cast, "HUGEINT"),
    )
    misfit = sql("{} OR contains({}, '_')", _lost(value, cast), value)
    vanished = sql("{} = 0 AND {}", cast, _matches(value, "^[^eE]*[1-9]"))
    return Conversion(
        cast,
        [
            (misfit, _is_not("DOUBLE")),
            *_not_finite(cast, "DOUBLE"),
            (whole, _loses("DOUBLE")),
            (vanished, _loses("DOUBLE")),
        ],
    )


def _list(value: Sql, kind: str, target: str, *, rounding: bool) -> Conversion:
    items = _parsed(value, Sql("VARCHAR[]")) if kind in _TEXTS else value
    inner = "VARCHAR" if kind in _TEXTS else kind[:-2]
    each = conversion(_ITEM, inner, target[:-2], rounding=rounding)
    reasons = [
        (_has_item(items, condition), f"has an element that {wrong}")
        for condition, wrong in each.reasons
    ]
    if kind in _TEXTS:
        reasons.insert(0, (_lost(value, items), _is_not(target)))
    return Conversion(sql("list_transform({}, lambda item: {})", items, each.value), reasons)


def _struct(value: Sql, target: str, *, rounding: bool) -> Conversion:
    parts = (part.replace('"', "").partition(" ") for part in split_top_level(target[7:-1]))
    named = [(name, kind) for name, _, kind in parts]
    texts = join(", ", (sql("{} VARCHAR", quote(name)) for name, _ in named))
    parsed = _parsed(value, sql("STRUCT({})", texts))
    # DuckDB drops unknown keys of a JSON object, and turns a number into an empty object.
    whole = sql(
        "CASE WHEN json_valid({value}) THEN json_type({value}) = 'OBJECT' AND"
        " len(list_filter(json_keys({value}), lambda name: name NOT IN ({known}))) = 0"
        " ELSE TRUE END",
        value=value,
        known=join(", ", (quote_literal(name) for name, _ in named)),
    )
    each = []
    for name, kind in named:
        field = sql("struct_extract({}, {})", parsed, quote_literal(name))
        each.append((name, conversion(field, "VARCHAR", kind, rounding=rounding)))
    misfit = sql("{} IS NOT NULL AND ({} IS NULL OR NOT ({}))", value, parsed, whole)
    reasons = [(misfit, _is_not(target))]
    reasons += [
        (condition, f"has a field {name} that {wrong}")
        for name, part in each
        for condition, wrong in part.reasons
    ]
    packed = join(", ", (sql("{} := {}", quote(name), part.value) for name, part in each))
    return Conversion(
        sql("CASE WHEN {} IS NULL THEN NULL ELSE struct_pack({}) END", parsed, packed), reasons
    )


def _parsed(value: Sql, kind: Sql) -> Sql:
    """Text as a list or struct of strings: read as JSON if it is, else in DuckDB's own form.

    DuckDB's own form would drop the backslashes of JSON.
    """
    return sql(
        "CASE WHEN json_valid({value}) THEN TRY_CAST({value}::JSON AS {kind})"
        " ELSE TRY_CAST({value}::VARCHAR AS {kind}) END",
        value=value,
        kind=kind,
    )


def _not_finite(value: Sql, target: str) -> list[tuple[Sql, str]]:
    if target == "DOUBLE":
        return [(sql("NOT isfinite({})", value), "is not finite")]
    if target == "DOUBLE[]":
        bad = _has_item(value, sql("NOT isfinite({})", _ITEM))
        return [(bad, "has an element that is not finite")]
    return []


def _has_item(items: Sql, condition: Sql) -> Sql:
    return sql("len(list_filter({}, lambda item: {})) > 0", items, condition)


def _cast(value: Sql, target: str) -> Sql:
    return sql("TRY_CAST({} AS {})", value, Sql(target))


def _lost(value: Sql, converted: Sql) -> Sql:
    return sql("{} IS NOT NULL AND {} IS NULL", value, converted)


def _full(value: Sql, pattern: str) -> Sql:
    return sql("regexp_full_match({}, {})", value, quote_literal(pattern))


def _matches(value: Sql, pattern: str) -> Sql:
    return sql("regexp_matches({}, {})", value, quote_literal(pattern))


def _is_not(target: str) -> str:
    return f"is not of type {googlesql_type(target)}"


def _loses(target: str) -> str:
    return f"cannot be kept exactly in {googlesql_type(target)}"
