"""Which values of a file fit a column, as SQL. Pure.

A value fits if the column holds it as it is. Text follows BigQuery's forms: dates with a year of
four digits, BOOL as true, t, yes, y or 1; a whole number may be written 5.0 or 5e0. Decimal text
in a FLOAT64 becomes the nearest double; whole numbers must be exact there, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.duck.quoting import quote, quote_literal
from sync.duck.types import googlesql_type, split_top_level

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
# Above it, doubles have gaps, and this very one may have been the next whole number.
_GAPS_FROM = 2**53


@dataclass(frozen=True, slots=True)
class Conversion:
    """How values of one kind become those of a column.

    Attributes:
        value: SQL of the converted value; NULL for one that does not fit.
        reasons: (SQL condition of a misfit, what is wrong with it), the first that holds counts.
            A condition may be NULL where the value is.
        quick: SQL condition that a value surely fits, cheaper than the reasons; or empty.
    """

    value: str
    reasons: Sequence[tuple[str, str]] = ()
    quick: str = ""

    @property
    def bad(self) -> str:
        """SQL condition of a value that does not fit; empty where all fit."""
        any_reason = " OR ".join(f"({condition})" for condition, _ in self.reasons)
        if self.quick and any_reason:
            return f"CASE WHEN {self.quick} THEN FALSE ELSE {any_reason} END"
        return any_reason


def conversion(value: str, kind: str, wanted: str, *, rounding: bool = False) -> Conversion:
    """The conversion of a SQL expression.

    Args:
        value: The SQL expression.
        kind: Its DuckDB type.
        wanted: The column's DuckDB type.
        rounding: Round to the digits of a NUMERIC, half away from zero, instead of refusing.
    """
    if kind == wanted:
        return Conversion(value, _not_finite(value, wanted))
    if wanted.endswith("[]") and (kind in _TEXTS or kind.endswith("[]")):
        return _list(value, kind, wanted, rounding=rounding)
    if wanted.startswith("STRUCT(") and kind in _TEXTS:
        return _struct(value, wanted, rounding=rounding)
    if kind in _FLOATS and _NUMERIC.fullmatch(wanted):
        # The digits that people see: 34.7, not the binary fraction next to it.
        return _text(f"({value})::VARCHAR", wanted, rounding=rounding)
    if kind == "VARCHAR":
        return _text(value, wanted, rounding=rounding)
    return _typed(value, kind, wanted, rounding=rounding)


def _typed(value: str, kind: str, wanted: str, *, rounding: bool) -> Conversion:
    """A value that has a type of its own fits if it comes back the same."""
    cast = f"TRY_CAST({value} AS {wanted})"
    if wanted == "VARCHAR":
        return Conversion(cast)
    reasons = [(f"{value} IS NOT NULL AND {cast} IS NULL", _is_not(wanted))]
    if kind in _FLOATS and wanted == "BIGINT":
        reasons.append((f"abs({value}) >= {_GAPS_FROM}", _beyond()))
    if not (rounding and _NUMERIC.fullmatch(wanted)):
        lost = f"TRY_CAST({cast} AS {kind}) IS DISTINCT FROM {value}"
        reasons.append((lost, _has_time() if wanted == "DATE" else _loses(wanted)))
    return Conversion(cast, [*_not_finite(cast, wanted), *reasons])


def _text(value: str, wanted: str, *, rounding: bool) -> Conversion:
    cast = f"TRY_CAST({value} AS {wanted})"
    misfit = f"{value} IS NOT NULL AND {cast} IS NULL"
    if wanted in {"VARCHAR", "JSON"}:
        reasons = [(misfit, _is_not(wanted))] if wanted == "JSON" else []
        return Conversion(f"{value}::{wanted}", reasons)
    if wanted == "BOOLEAN":
        return _bool(value)
    if wanted == "BIGINT" or _NUMERIC.fullmatch(wanted):
        return _exact(value, wanted, rounding=rounding)
    if wanted == "DOUBLE":
        return _double(value)
    if wanted == "DATE":
        return _dates(value, f"{_ZERO_TIME}{_UTC}", cast, wanted, [
            (f"NOT {_full(value, f'{_DATE}({_ZERO_TIME}{_UTC})?')}"
             f" AND {_full(value, f'{_DATE}{_TIME}{_ZONE}')}", _has_time()),
        ])  # fmt: skip
    if wanted in {"TIMESTAMP", "TIMESTAMP WITH TIME ZONE"}:
        zone = _ZONE if wanted != "TIMESTAMP" else r"\s*"
        finer = f"regexp_matches({value}, '\\.\\d{{6}}\\d*[1-9]')"
        return _dates(value, f"{_TIME}{zone}", cast, wanted, [(finer, _loses(wanted))])
    return Conversion(cast, [(misfit, _is_not(wanted))])


def _dates(
    value: str, time: str, cast: str, wanted: str, first: Sequence[tuple[str, str]]
) -> Conversion:
    form = f"NOT {_full(value, f'{_DATE}({time})?')} OR {cast} IS NULL"
    reasons = [*first, (f"{value} IS NOT NULL AND ({form})", _is_not(wanted))]
    # Not by the text alone: DuckDB reads and writes "infinity" and "2024-10-22 (BC)", too.
    usual = f"length({value}) = 10 AND TRY_CAST({value} AS DATE)::VARCHAR = {value}"
    return Conversion(cast, reasons, f"{value} IS NULL OR ({usual})")


def _bool(value: str) -> Conversion:
    word = f"lower(trim({value}))"
    cast = (
        f"CASE WHEN {word} IN ('true', 't', 'yes', 'y', '1', '1.0') THEN TRUE"
        f" WHEN {word} IN ('false', 'f', 'no', 'n', '0', '0.0') THEN FALSE END"
    )
    misfit = f"{value} IS NOT NULL AND ({cast}) IS NULL"
    return Conversion(
        f"({cast})",
        [
            (f"{misfit} AND {_full(value, _NUMBER)}", _loses("BOOLEAN")),
            (misfit, _is_not("BOOLEAN")),
        ],
    )


def _exact(value: str, wanted: str, *, rounding: bool) -> Conversion:
    """INT64 and NUMERIC: as many decimals as the type has, or zeros."""
    cast = f"TRY_CAST({value} AS {wanted})"
    misfit = f"{value} IS NOT NULL AND ({cast} IS NULL OR NOT {_full(value, _NUMBER)})"
    numeric = _NUMERIC.fullmatch(wanted)
    scale = int(numeric[2]) if numeric else 0
    reasons = [(misfit, _is_not(wanted))]
    if not numeric:
        # A reader of JSON has made a double of it before.
        through_double = f"abs({cast}) >= {_GAPS_FROM} AND regexp_matches({value}, '[.eE]')"
        reasons.append((through_double, _beyond()))
    if not (rounding and numeric):
        reasons.append((f"{_decimals(value)} > {scale}", _loses(wanted)))
    quick = f"{cast}::VARCHAR = {value}"
    if scale:
        quick = f"({cast} IS NOT NULL AND {_full(value, f'-?[0-9]+([.][0-9]{{1,{scale}}})?')})"
    return Conversion(cast, reasons, f"{value} IS NULL OR {quick}")


def _decimals(value: str) -> str:
    """SQL: how many decimals the text of a number needs, e.g. 1 for 0.50 and for 5e-1."""
    mantissa = f"regexp_extract({value}, '[0-9.]+')"
    digits = f"replace({mantissa}, '.', '')"
    fraction = f"length(regexp_extract({mantissa}, '[.]([0-9]*)', 1))"
    exponent = f"coalesce(TRY_CAST(regexp_extract({value}, '[eE]([+-]?[0-9]+)', 1) AS BIGINT), 0)"
    zeros = f"length({digits}) - length(rtrim({digits}, '0'))"
    return (
        f"CASE WHEN rtrim({digits}, '0') = '' THEN 0 ELSE {fraction} - {exponent} - ({zeros}) END"
    )


def _double(value: str) -> Conversion:
    cast = f"TRY_CAST({value} AS DOUBLE)"
    whole = (
        f"abs({cast}) >= {_GAPS_FROM} AND {_full(value, '[ +-]*[0-9]+ *')}"
        f" AND TRY_CAST({value} AS HUGEINT) IS DISTINCT FROM TRY_CAST({cast} AS HUGEINT)"
    )
    misfit = f"{value} IS NOT NULL AND {cast} IS NULL OR contains({value}, '_')"
    vanished = f"{cast} = 0 AND regexp_matches({value}, '^[^eE]*[1-9]')"
    return Conversion(
        cast,
        [
            (misfit, _is_not("DOUBLE")),
            *_not_finite(cast, "DOUBLE"),
            (whole, _loses("DOUBLE")),
            (vanished, _loses("DOUBLE")),
        ],
    )


def _list(value: str, kind: str, wanted: str, *, rounding: bool) -> Conversion:
    items = _parsed(value, "VARCHAR[]") if kind in _TEXTS else value
    inner = "VARCHAR" if kind in _TEXTS else kind[:-2]
    each = conversion("item", inner, wanted[:-2], rounding=rounding)
    reasons = [
        (f"len(list_filter({items}, lambda item: {condition})) > 0", f"has an element that {wrong}")
        for condition, wrong in each.reasons
    ]
    if kind in _TEXTS:
        reasons.insert(0, (f"{value} IS NOT NULL AND {items} IS NULL", _is_not(wanted)))
    return Conversion(f"list_transform({items}, lambda item: {each.value})", reasons)


def _struct(value: str, wanted: str, *, rounding: bool) -> Conversion:
    parts = (part.replace('"', "").partition(" ") for part in split_top_level(wanted[7:-1]))
    named = [(name, kind) for name, _, kind in parts]
    kinds = ", ".join(f"{quote(name)} VARCHAR" for name, _ in named)
    parsed = _parsed(value, f"STRUCT({kinds})")
    # DuckDB drops what it does not know of a JSON object, and makes an empty one of a number.
    known = ", ".join(quote_literal(name) for name, _ in named)
    whole = (
        f"CASE WHEN json_valid({value}) THEN json_type({value}) = 'OBJECT' AND"
        f" len(list_filter(json_keys({value}), lambda name: name NOT IN ({known}))) = 0"
        " ELSE TRUE END"
    )
    each = [
        (name, conversion(f"struct_extract({parsed}, {quote_literal(name)})", "VARCHAR", kind,
                          rounding=rounding))
        for name, kind in named
    ]  # fmt: skip
    misfit = f"{value} IS NOT NULL AND ({parsed} IS NULL OR NOT ({whole}))"
    reasons = [(misfit, _is_not(wanted))]
    reasons += [
        (condition, f"has a field {name} that {wrong}")
        for name, part in each
        for condition, wrong in part.reasons
    ]
    packed = ", ".join(f"{quote(name)} := {part.value}" for name, part in each)
    return Conversion(
        f"CASE WHEN {parsed} IS NULL THEN NULL ELSE struct_pack({packed}) END", reasons
    )


def _parsed(value: str, kind: str) -> str:
    """Text as a list or struct of texts: JSON if it is, else as DuckDB writes them.

    DuckDB's own reader would drop the backslashes of JSON.
    """
    return (
        f"CASE WHEN json_valid({value}) THEN TRY_CAST({value}::JSON AS {kind})"
        f" ELSE TRY_CAST({value}::VARCHAR AS {kind}) END"
    )


def _not_finite(value: str, wanted: str) -> list[tuple[str, str]]:
    if wanted == "DOUBLE":
        return [(f"NOT isfinite({value})", "is not finite")]
    if wanted == "DOUBLE[]":
        bad = f"len(list_filter({value}, lambda item: NOT isfinite(item))) > 0"
        return [(bad, "has an element that is not finite")]
    return []


def _full(value: str, pattern: str) -> str:
    return f"regexp_full_match({value}, {quote_literal(pattern)})"


def _is_not(wanted: str) -> str:
    return f"is not of type {googlesql_type(wanted)}"


def _loses(wanted: str) -> str:
    return f"cannot be kept exactly in {googlesql_type(wanted)}"


def _beyond() -> str:
    return "may already be rounded: from 2^53 on, doubles skip whole numbers"


def _has_time() -> str:
    return "has a time of day, and the column is a DATE"
