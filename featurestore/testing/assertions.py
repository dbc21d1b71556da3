"""Assertions on rows of features and on SQL; their errors say what is wrong."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    import pyarrow as pa

    from featurestore.api.store import Store
    from featurestore.bounds.finding import Finding
    from sync.replica.file import Replica

    Row = Mapping[str, Any]
    Key = tuple[Any, ...]

KEY = ("player_lookup", "game_date")
_MOST_LINES = 20


def assert_features_equal(
    found: pa.Table | Iterable[Row],
    expected: pa.Table | Iterable[Row],
    *,
    tolerance: float = 1e-9,
    key: Sequence[str] = KEY,
) -> None:
    """Fail unless the rows have the expected values; the message has a line for each difference.

    Args:
        found: An Arrow table or dicts; columns that are not expected are ignored.
        expected: Rows with the key and the columns that matter.
        tolerance: Numbers are equal when they differ by no more than this, or by no more than this
            times the larger of them. Other values must be the same. None is only equal to None.
        key: The columns that identify a row.

    Raises:
        AssertionError: a row is missing, not expected, or occurs twice; or a value differs.
    """
    __tracebackhide__ = True
    mine, lines = _by_key(found, key, "found")
    theirs, more = _by_key(expected, key, "expected")
    lines += more
    lines += [f"{_named(one)}: no row was found" for one in theirs if one not in mine]
    lines += [f"{_named(one)}: the row is not expected" for one in mine if one not in theirs]
    for one in theirs:
        if one in mine:
            lines += _differences(one, mine[one], theirs[one], tolerance)
    if lines:
        rest = len(lines) - _MOST_LINES
        shown = lines[:_MOST_LINES] + ([f"and {rest} more"] if rest > 0 else [])
        count = f"{len(lines)} difference{'s' if len(lines) > 1 else ''}"
        raise AssertionError("\n  ".join([f"{count}, tolerance {tolerance:g}:", *shown]))


def assert_bounded(sql: str) -> None:
    """Fail if a statement scans a partitioned table without a lower and an upper bound."""
    __tracebackhide__ = True
    from featurestore.bounds import check_bounds
    from featurestore.query import partition_columns

    _fail_on(check_bounds(sql, partition_columns(), upper=True))


def assert_googlesql(sql: str) -> None:
    """Fail if GoogleSQL's own analyzer refuses a statement.

    It may name the declared tables, the shipped relations and those of the project under test.
    Types of parameters need not be declared.
    """
    __tracebackhide__ = True
    from featurestore.googlesql.require import require_googlesql
    from featurestore.query import schema
    from featurestore.testing import own_sql
    from sync.errors import BadInput

    try:
        known = {**schema(), **own_sql.columns_named(sql)}
        require_googlesql(sql, known, undeclared=True)
    except BadInput as error:
        raise AssertionError(error.message) from None


def assert_no_leak_pattern(sql: str) -> None:
    """Fail if a statement has a pattern through which a feature could use its own game.

    Only the patterns of ``featurestore lint``; `assert_no_leak` is the proof on rows.
    """
    __tracebackhide__ = True
    from featurestore.definitions.column_roles import column_roles
    from featurestore.lint.leaks import check_leaks

    _fail_on(check_leaks(sql, column_roles()))


def assert_no_leak(replica: Store | Replica, day: date, relation: str | None = None) -> None:
    """Fail if a feature of a date changes with a result of that date or later.

    The date is computed, every result on or after it is changed, and it is computed again, in
    memory. Takes about two computations of one date.

    Args:
        replica: The replica with the date and its lookback.
        day: The as-of date.
        relation: The relation to prove it for, such as one of the project under test; by default
            the store's features.

    Raises:
        AssertionError: a column differs, or the date has no rows, which would prove nothing.
        Refused: the date or its lookback was never pulled.
    """
    __tracebackhide__ = True
    from featurestore.clock import utc_now
    from featurestore.testing import own_sql
    from featurestore.verify.leak_proof import prove_no_leak
    from sync.replica.file import Replica

    file = replica if isinstance(replica, Replica) else replica.replica
    files = None if relation is None else own_sql.relations()
    proof = prove_no_leak(file, day, now=utc_now(), relation=relation, files=files)
    what = "feature rows" if relation is None else f"rows of {relation}"
    if not proof.rows:
        raise AssertionError(f"{day}: has no {what}, so nothing is proven")
    if proof.leaks:
        names = _feature_names()
        lines = [f"{names.get(one, one)} changed for {player}" for one, player in proof.leaks]
        raise AssertionError("\n  ".join([f"{day}: results leak into features:", *lines]))


def _fail_on(findings: Sequence[Finding]) -> None:
    __tracebackhide__ = True
    if findings:
        raise AssertionError("\n".join(map(str, findings)))


def _feature_names() -> dict[str, str]:
    from featurestore.definitions.features import features

    return {one.value_column: one.feature_name for one in features()}


def _by_key(
    rows: pa.Table | Iterable[Row], key: Sequence[str], side: str
) -> tuple[dict[Key, Row], list[str]]:
    """Rows by key, and a line for each key that occurs again."""
    import pyarrow as pa

    listed: Iterable[Row] = rows.to_pylist() if isinstance(rows, pa.Table) else rows
    keyed: dict[Key, Row] = {}
    lines = []
    for row in listed:
        one = tuple(row[name] for name in key)
        if one in keyed:
            lines.append(f"{_named(one)}: occurs more than once in the {side} rows")
        keyed[one] = row
    return keyed, lines


def _named(key: Key) -> str:
    """``ann on 2025-01-31``."""
    return " on ".join(map(str, key))


def _differences(key: Key, found: Row, expected: Row, tolerance: float) -> Iterator[str]:
    for name, value in expected.items():
        if name not in found:
            yield f"{name} of {_named(key)}: no such column was found"
        elif not is_same(found[name], value, tolerance):
            yield f"{name} of {_named(key)}: {found[name]!r}, expected {value!r}"


def is_same(found: Any, expected: Any, tolerance: float = 1e-9) -> bool:
    """Whether values are equal; numbers within a relative or absolute tolerance, lists by item."""
    if isinstance(expected, list) and isinstance(found, list):
        return len(found) == len(expected) and all(
            is_same(one, other, tolerance) for one, other in zip(found, expected, strict=True)
        )
    if isinstance(expected, bool) or expected is None or found is None or isinstance(expected, str):
        return found is expected or (found == expected and type(found) is type(expected))
    if isinstance(expected, int | float | Decimal) and isinstance(found, int | float | Decimal):
        both_nan = math.isnan(found) and math.isnan(expected)
        return both_nan or math.isclose(found, expected, rel_tol=tolerance, abs_tol=tolerance)
    return bool(found == expected)
