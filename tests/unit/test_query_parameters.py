from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from featurestore.query_parameters import Value, given, values
from sync.errors import BadInput


@pytest.mark.parametrize(
    ("text", "types", "expected"),
    [
        ("p=2025-01-01", {}, Value("DATE", date(2025, 1, 1))),
        ("p=20250101", {}, Value("INT64", 20250101)),
        ("p=-7", {}, Value("INT64", -7)),
        ("p=0.5", {}, Value("FLOAT64", 0.5)),
        ("p=TRUE", {}, Value("BOOL", True)),
        ("p=ann=bob", {}, Value("STRING", "ann=bob")),
        ("p=", {}, Value("STRING", "")),
        ("p=2025-01-01", {"p": "STRING"}, Value("STRING", "2025-01-01")),
        ("P=7", {"p": "FLOAT64"}, Value("FLOAT64", 7.0)),
        ("p:STRING=7", {"p": "INT64"}, Value("STRING", "7")),
        ("p:numeric=1.10", {}, Value("NUMERIC", Decimal("1.10"))),
        ("p:DATE=NULL", {}, Value("DATE", None)),
        ("p:STRING=NULL", {}, Value("STRING", "NULL")),
        (
            "p:TIMESTAMP=2025-01-01T12:00:00+02:00",
            {},
            Value("TIMESTAMP", datetime(2025, 1, 1, 10, tzinfo=UTC)),
        ),
        (
            "p:TIMESTAMP=2025-01-01 12:00:00",
            {},
            Value("TIMESTAMP", datetime(2025, 1, 1, 12, tzinfo=UTC)),
        ),
        (
            'p:ARRAY<DATE>=["2025-01-01","2025-01-02"]',
            {},
            Value("ARRAY<DATE>", [date(2025, 1, 1), date(2025, 1, 2)]),
        ),
        ("p=[1, 2]", {"p": "ARRAY<INT64>"}, Value("ARRAY<INT64>", [1, 2])),
        ('p:JSON={"a": 1}', {}, Value("JSON", '{"a": 1}')),
    ],
)
def test_a_text_becomes_a_value_of_the_declared_the_known_or_the_likely_type(
    text: str, types: dict[str, str], expected: Value
) -> None:
    assert values(given([text]), ["p"], types) == {"p": expected}


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["p"], "not NAME=VALUE"),
        (["1p=2"], "not NAME=VALUE"),
        (["p=1", "P=2"], "occurs twice"),
        (["p=1", "q=2"], "the statement has no @q; its parameters: @p"),
        ([], "parameter @p has no value"),
        (["p:DATE=2025-02-30"], "--param p=2025-02-30: is not of type DATE"),
        (["p:DATE=20250101"], "is not of type DATE"),
        (["p:INT64=9223372036854775808"], "is not of type INT64"),
        (["p:BOOL=yes"], "is not of type BOOL"),
        (["p:NUMERIC=x"], "is not of type NUMERIC"),
        (["p:JSON={"], "is not of type JSON"),
        (["p:ARRAY<INT64>=1"], "is not of type ARRAY<INT64>"),
        (["p:GEOGRAPHY=x"], "parameter type GEOGRAPHY: unknown; known are BOOL"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(texts: list[str], message: str) -> None:
    with pytest.raises(BadInput) as caught:
        values(given(texts), ["p"], {})
    assert message in caught.value.message
