from __future__ import annotations

import pytest

from featurestore.googlesql.names import flat_names, split_quoted_paths


def test_a_path_in_one_pair_of_backquotes_is_split_but_not_texts_and_comments() -> None:
    sql = "SELECT '`a.b`', \"`a.b`\", r'\\`a.b`' /* `a.b` */ FROM `p-x.d.t` -- `a.b`\n# `a.b`"
    split = split_quoted_paths(sql)
    assert split.text == sql.replace("`p-x.d.t`", "`p-x`.`d`.`t`")


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("SELECT `a.b.c`, `d.e`, here", "here"),
        ("SELECT `a.b.c`,\n\there", "here"),
        ("SELECT\t`a.b`,\té, here", "here"),
        ("SELECT 1,\r\n`a.b`, here", "here"),
        ("here", "here"),
    ],
)
def test_a_place_in_the_split_text_is_found_in_the_original(sql: str, word: str) -> None:
    split = split_quoted_paths(sql)
    at = split.text.index(word)
    line = split.text.count("\n", 0, at) + 1
    # As GoogleSQL counts: a tab extends to the next multiple of eight.
    column = len(split.text[split.text.rfind("\n", 0, at) + 1 : at].expandtabs(8)) + 1
    found_line, found_column = split.place_in_original(line, column, sql)
    assert sql.splitlines()[found_line - 1][found_column - 1 :].startswith(word)


@pytest.mark.parametrize(
    ("sql", "flat"),
    [
        ("SELECT * FROM d.t WHERE x", "SELECT * FROM `d.t` AS t WHERE x"),
        ("SELECT * FROM d.t", "SELECT * FROM `d.t` AS t"),
        ("SELECT * FROM d.t AS x", "SELECT * FROM `d.t` AS x"),
        ("SELECT * FROM d.t x JOIN D.T", "SELECT * FROM `d.t` x JOIN `d.t` AS t"),
        ("SELECT * FROM `d`.`t` /* c */ y", "SELECT * FROM `d.t` /* c */ y"),
        ("SELECT * FROM my-project-1.d.t, u", "SELECT * FROM `d.t` AS t, u"),
        ("SELECT * FROM `p`.d.t)", "SELECT * FROM `d.t` AS t)"),
        ("SELECT 'd.t' FROM d.u -- d.t", "SELECT 'd.t' FROM d.u -- d.t"),
        ("SELECT d.t.x FROM d.t d", "SELECT d.t.x FROM `d.t` d"),
    ],
)
def test_a_dataset_s_table_becomes_one_name_and_keeps_its_alias(sql: str, flat: str) -> None:
    assert flat_names(sql, ["d.t"]) == flat
