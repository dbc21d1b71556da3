"""Canonical JSON is what GoogleSQL's own PARSE_JSON and TO_JSON_STRING make of a text."""

from __future__ import annotations

import json
import random

import pyarrow as pa

from sync.transfer.canonical_json import canonical_json

TEXTS = [
    "1.50", "1e2", "1E5", "-0", "-0.0", "1e15", "-1e15", "999999999999999.9", "1e16", "1e22",
    "1e300", "5e-324", "1e-7", "0.0001", "0.00001", "12345678.9", "18446744073709551615",
    "-9223372036854775808", '"\\u00e9\\/\\u0001\\n\\u007f\\u2028"', '"\\ud83c\\udfc0"',
    '{"b":1,"a":2,"b":3}', '{"é":1,"z":2,"Z":3,"":4,"🏀":5,"\\uffff":6}', "[ 1 , {} , [] ]",
    '"{\\"q\\": 1.50}"', ' { "a" : { "y" : 1.0 , "x" : [ { "d" : null , "c" : true } ] } } ',
]  # fmt: skip


def test_the_form_is_googlesql_s(evaluator):
    drawn = random.Random(1)
    numbers = [drawn.uniform(-1, 1) * 10.0 ** drawn.randint(-8, 22) for _ in range(200)]
    texts = [*TEXTS, *map(json.dumps, numbers)]
    table = pa.table({"n": list(range(len(texts))), "t": texts})
    rows = evaluator.rows(
        "SELECT n, TO_JSON_STRING(SAFE.PARSE_JSON(t)) AS form FROM d.texts ORDER BY n",
        tables={"d.texts": table},
    )
    forms = [row["form"] for row in rows]
    assert "null" not in forms[: len(TEXTS)]
    # PARSE_JSON refuses the few doubles of which its own writer would print a digit more.
    known = [(text, form) for text, form in zip(texts, forms, strict=True) if form != "null"]
    assert len(known) > 0.9 * len(texts)
    assert [canonical_json(text) for text, _ in known] == [form for _, form in known]
