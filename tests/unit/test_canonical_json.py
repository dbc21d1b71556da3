"""One form for JSON; `proof/test_canonical_json_googlesql.py` asks GoogleSQL for the same."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.canonical_json import canonical_json, find_loss


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1.50", "1.5"), ("1e2", "100.0"), ("100", "100"), ("1.0", "1.0"), ("-0", "0"),
        ("1e15", "1e+15"), ("123456789012345.0", "123456789012345.0"), ("0.0001", "0.0001"),
        ("1234567890123456.0", "1.234567890123456e+15"),
        ("-2500000000000000.5", "-2.5000000000000005e+15"),
        ("1e20", "1e+20"), ("100000000000000000000", "1e+20"),
        ("0.42176399999999997", "0.421764"),
        ("0.00001", "1e-05"), ("18446744073709551615", "18446744073709551615"),
        ('{"b": 1, "a": [ ], "b": 2}', '{"a":[],"b":1}'),
        ('{"é": 1, "z": 2, "Z": null}', '{"Z":null,"z":2,"é":1}'),
        ('"\\u00e9\\/"', '"é/"'), ('"{\\"q\\": 1.50}"', '"{\\"q\\": 1.50}"'), (" true ", "true"),
    ],
)  # fmt: skip
def test_json_is_written_as_googlesql_writes_it(text, form):
    assert canonical_json(text) == form


@pytest.mark.parametrize(
    "text",
    ["{not json", '{"a":  0.1234567890123456789}', "18446744073709551616", "1e400", "NaN",
     '"\\ud83c"', "[" * 100_000,
     "1e-99999999999", "2.5e-324",
     "0.1" + "0" * 40 + "1"],
)  # fmt: skip
def test_a_number_that_would_change_stays_and_is_named(text):
    assert canonical_json(text) == text
    assert find_loss(text) == (text if "{" not in text[:2] or "not" in text else text[7:-1])


def test_a_number_that_would_change_is_found_deep_inside():
    assert find_loss('{"a": [1, {"b": 18446744073709551616}]}') == "18446744073709551616"
    assert find_loss('{"a": [1, {"b": 0.421764}], "c": "18446744073709551616"}') == ""


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)  # fmt: skip


@given(values)
def test_the_canonical_form_is_the_same_value_and_is_idempotent(value):
    form = canonical_json(json.dumps(value, indent=2))
    assert json.loads(form) == value
    assert canonical_json(form) == form
