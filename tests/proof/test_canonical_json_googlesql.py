"""Canonical JSON is what GoogleSQL's own PARSE_JSON and TO_JSON_STRING make of a text."""

from __future__ import annotations

import json
import random
from decimal import Decimal

import pyarrow as pa

from sync.canonical_json import canonical_json, find_loss

TEXTS = [
    "1.50", "0.421764", "939189616737.4062", "100000000000000000000",
    "1e2", "1E5", "-0", "-0.0", "1e15", "-1e15", "999999999999999.9", "1e16", "1e22",
    "1e300", "5e-324", "1e-7", "0.0001", "0.00001", "12345678.9", "18446744073709551615",
    "-9223372036854775808", '"\\u00e9\\/\\u0001\\n\\u007f\\u2028"', '"\\ud83c\\udfc0"',
    '{"b":1,"a":2,"b":3}', '{"é":1,"z":2,"Z":3,"":4,"🏀":5,"\\uffff":6}', "[ 1 , {} , [] ]",
    '"{\\"q\\": 1.50}"', ' { "a" : { "y" : 1.0 , "x" : [ { "d" : null , "c" : true } ] } } ',
]  # fmt: skip

LOSSES = [
    "0.1234567890123456789", "1e400", "1e-400", "2.5e-324", "18446744073709551616",
    "-9223372036854775809", "123456789012345678901234567890", "0.12345678901234567891",
]  # fmt: skip


def test_the_canonical_form_is_googlesql_s(evaluator):
    drawn = random.Random(1)
    numbers = [drawn.uniform(-1, 1) * 10.0 ** drawn.randint(-8, 22) for _ in range(200)]
    texts = [*TEXTS, *map(json.dumps, numbers)]
    table = pa.table({"n": list(range(len(texts))), "t": texts})
    rows = evaluator.rows(
        "SELECT n, TO_JSON_STRING(SAFE.PARSE_JSON(t, wide_number_mode => 'round')) AS form"
        " FROM d.texts ORDER BY n",
        tables={"d.texts": table},
    )
    forms = [row["form"] for row in rows]
    assert "null" not in forms
    assert [canonical_json(text) for text in texts] == [canonical_json(form) for form in forms]
    assert [find_loss(text) for text in (*texts, *forms)] == [""] * 2 * len(texts)
    # GoogleSQL writes a few doubles with more digits than they need.
    others = [text for text, form in zip(texts, forms, strict=True) if canonical_json(text) != form]
    assert "0.421764" in others
    assert len(others) < 0.05 * len(texts)


def test_a_reported_loss_is_a_loss_in_googlesql(evaluator):
    table = pa.table({"n": list(range(len(LOSSES))), "t": LOSSES})
    rows = evaluator.rows(
        "SELECT n, TO_JSON_STRING(SAFE.PARSE_JSON(t, wide_number_mode => 'round')) AS form,"
        " SAFE.PARSE_JSON(t) IS NULL AS is_refused FROM d.texts ORDER BY n",
        tables={"d.texts": table},
    )
    assert [find_loss(text) for text in LOSSES] == LOSSES
    assert all(row["is_refused"] for row in rows)
    for text, row in zip(LOSSES, rows, strict=True):
        assert row["form"] == "null" or Decimal(row["form"]) != Decimal(text)
