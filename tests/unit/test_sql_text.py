"""SQL text is composed only from constant templates and quoted parts."""

from __future__ import annotations

import ast
from pathlib import Path

import duckdb
import pytest

from sync.duck.quoting import quote, quote_list, quote_literal, quote_table
from sync.sql_text import Sql, join, sql

ROOT = Path(__file__).parents[2]
HOSTILE = """a"b'c`d{e}; DROP TABLE t --"""


def test_parts_are_inserted_where_the_template_names_them():
    composed = sql(
        "SELECT {columns} FROM {table} WHERE {day} >= ?",
        columns=quote_list(["a", "b"]),
        table=quote_table("d.games"),
        day=quote("game_date"),
    )
    assert composed == 'SELECT "a", "b" FROM "d"."games" WHERE "game_date" >= ?'
    assert isinstance(composed, Sql)


def test_unnamed_parts_are_inserted_in_order():
    assert sql("SELECT {} FROM {}", quote("a"), quote_table("d.b")) == 'SELECT "a" FROM "d"."b"'


def test_doubled_braces_are_braces():
    assert sql("SELECT {{'a': {value}}}", value=quote_literal("{x}")) == "SELECT {'a': '{x}'}"


@pytest.mark.parametrize("text", ["games", "1; DROP TABLE games", str(quote("games"))])
def test_a_plain_string_is_refused_as_a_part(text):
    with pytest.raises(TypeError, match="plain string"):
        sql("SELECT * FROM {table}", table=text)
    with pytest.raises(TypeError, match="plain string"):
        sql("SELECT * FROM {}", text)
    with pytest.raises(TypeError, match="plain string"):
        join(", ", [quote("a"), text])


def test_text_that_was_edited_is_a_plain_string_again():
    with pytest.raises(TypeError, match="plain string"):
        sql("{name}", name=quote("a") + " OR TRUE")


def test_a_template_that_names_a_missing_part_is_an_error():
    with pytest.raises(KeyError, match="table"):
        sql("SELECT * FROM {table}")
    with pytest.raises(IndexError):
        sql("SELECT * FROM {}")


def test_names_and_literals_with_any_characters_reach_duckdb_unchanged():
    with duckdb.connect() as con:
        rows = con.execute(
            sql("SELECT {text} AS {name}", text=quote_literal(HOSTILE), name=quote(HOSTILE))
        )
        assert rows.description[0][0] == HOSTILE
        assert rows.fetchall() == [(HOSTILE,)]


def test_no_statement_composed_as_a_string_is_executed():
    built = [
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for package in ("featurestore", "sync")
        for file in sorted((ROOT / package).rglob("*.py"))
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"execute", "executemany", "sql"}
        and call.args
        and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert built == []


def is_constant(node):
    """A string, or one of two strings."""
    if isinstance(node, ast.IfExp):
        return is_constant(node.body) and is_constant(node.orelse)
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_every_template_in_the_code_is_constant_text():
    calls = [
        (file, call)
        for package in ("featurestore", "sync")
        for file in sorted((ROOT / package).rglob("*.py"))
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in {"sql", "join"}
    ]
    wrong = [
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for file, call in calls
        if not is_constant(call.args[0])
    ]
    assert calls
    assert wrong == []
