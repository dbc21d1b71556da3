"""Every SQL text that BigQuery gets from the code passes Google's analyzer and the bounds guard."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from featurestore.bounds import check_bounds
from featurestore.compute import plan, warehouse
from featurestore.definitions import tables
from featurestore.lint.extract import sql_in_path
from sync.bigquery import key_sql, sql, undo_sql, write_sql
from sync.model import Column

PROJECT = "my-project"
STAGING = "staged_write"
DAYS = [date(2024, 1, 1), date(2024, 1, 3)]
AT = datetime(2024, 2, 1, 12, 30, tzinfo=UTC)
DIGESTS = [("day", "DATE"), ("row_count", "INT64"), ("token", "STRING")]
COUNT = [("row_count", "INT64")]

# What BigQuery documents of the view, as far as it is read.
PARTITIONS = {
    "table_name": "STRING",
    "partition_id": "STRING",
    "total_rows": "INT64",
    "last_modified_time": "TIMESTAMP",
}

# Function of the module: its statement about a table, and the columns that its reader expects.
QUERIES = {
    "now_sql": (lambda table: sql.now_sql(), [("now", "TIMESTAMP")]),
    "digests_sql": (lambda table: sql.digests_sql(PROJECT, table, DAYS, names_of(table)), DIGESTS),
    "counts_sql": (lambda table: sql.counts_sql(PROJECT, table, DAYS), COUNT),
    "staged_count_sql": (
        lambda table: sql.staged_count_sql(sql.table_name(PROJECT, table.dataset, STAGING)),
        COUNT,
    ),
    "doubled_sql": (
        lambda table: key_sql.doubled_sql(PROJECT, table, DAYS, table.key),
        [("row_count", "INT64"), ("doubled", "INT64")],
    ),
    "null_rows_sql": (lambda table: sql.null_rows_sql(PROJECT, table), COUNT),
    "partitions_sql": (
        lambda table: sql.partitions_sql(PROJECT, table),
        [(name, kind) for name, kind in PARTITIONS.items() if name != "table_name"],
    ),
    "bounds_sql": (
        # The Storage Read API takes only the condition, and selects the columns itself.
        lambda table: (
            f"SELECT COUNT(*) AS row_count FROM {name_of(table)} WHERE "
            + sql.bounds_sql(sql.quote(table.partition_column), DAYS)
        ),
        COUNT,
    ),
}
SNAPSHOTS = {
    "digests_sql": (
        lambda table: sql.digests_sql(PROJECT, table, DAYS, names_of(table), AT),
        DIGESTS,
    ),
    "counts_sql": (lambda table: sql.counts_sql(PROJECT, table, DAYS, AT), COUNT),
}
SCRIPTS = {"replace_sql", "undo_sql", "unchanged_sql", "script_sql", "bind"}
# Parts of the others: `joint_token` composes no SQL, the rest is tested below or used in all.
PARTS = {
    "literal",
    "quote",
    "quote_list",
    "rename_datasets",
    "table_name",
    "joint_token",
    "lock_name",
    "lock_sql",
    "row_print_sql",
    "same_key_sql",
}

TABLES = pytest.mark.parametrize(
    "table", tables.tables().values(), ids=lambda table: table.full_name
)


def names_of(table):
    return table.token_columns(table.columns)


def name_of(table):
    return sql.table_name(PROJECT, table.dataset, table.name)


def catalog(table):
    """The table, its staging table and its dataset's metadata, with the project's name."""
    types = tables.column_types()[table.full_name]
    dataset = f"{PROJECT}.{table.dataset}"
    return {
        f"{dataset}.{table.name}": types,
        # JSON is staged as text, as Parquet has it.
        f"{dataset}.{STAGING}": {n: "STRING" if k == "JSON" else k for n, k in types.items()},
        f"{dataset}.INFORMATION_SCHEMA.PARTITIONS": PARTITIONS,
    }


def split_names(text):
    """Only BigQuery splits a quoted path at its dots; the analyzer gets dataset and table."""
    return re.sub(r"`([\w.-]+)\.(\w+)`", r"`\1`.`\2`", text)


def unbounded(text):
    return [
        str(finding.message) for finding in check_bounds(text, tables.partitioned(), upper=True)
    ]


def test_every_function_that_composes_sql_is_checked_here():
    public = {
        name
        for module in (sql, key_sql, write_sql, undo_sql)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert public == QUERIES.keys() | SCRIPTS | PARTS


@pytest.mark.parametrize(
    ("make", "columns"),
    [*QUERIES.values(), *SNAPSHOTS.values()],
    ids=[*QUERIES, *(f"{name} of a moment" for name in SNAPSHOTS)],
)
@TABLES
def test_a_query_passes_the_analyzer_and_the_guard(evaluator, table, make, columns):
    text = make(table)
    assert evaluator.columns(split_names(text), catalog(table)) == columns
    assert unbounded(text) == []


@pytest.mark.parametrize("prune", [True, False], ids=["whole days", "by key"])
@pytest.mark.parametrize("checked", [DAYS, []], ids=["checked", "unchecked"])
@pytest.mark.parametrize("keeps", [True, False], ids=["kept", "not kept"])
@TABLES
def test_the_script_of_a_write_passes_parser_analyzer_and_guard(
    evaluator, table, prune, checked, keeps
):
    others = OTHERS if keeps else ()
    write = write_sql.Write(
        PROJECT,
        table,
        DAYS,
        table.key,
        STAGING,
        table.columns,
        others=others,
        prune=prune,
        undo=UNDO if keeps else None,
    )
    text = write_sql.replace_sql(
        write,
        checked=checked,
        token_columns=names_of(table),
        fingerprint=sql.joint_token(["f1:1:2:3:4", "f1:1:2:3:4"]),
        title="the write's title",
    )
    kinds = list(analyzed(evaluator, text, wide_catalog(table, others)))
    assert evaluator.parse_script(text) == len(kinds)
    assert [kind for kind in kinds if kind] == [
        "create_table_as_select",
        *(["create_table_as_select"] if keeps else []),
        "begin",
        "update",
        *(["query"] if checked else []),
        "create_table_as_select",
        *["query"] * 3,
        *(["query"] if keeps else []),
        "delete",
        "query",
        *(["insert"] * (4 if keeps else 1)),
        "commit",
        "query",
    ]
    assert unbounded(text) == []


def written(table, since):
    names = [column.name for column in (*table.columns, *OTHERS)]
    return undo_sql.Written(PROJECT, table, UNDO, names, DAYS, table.key, since)


@pytest.mark.parametrize("since", [[], [Column("more", "ARRAY<JSON>"), Column("x", "JSON")]])
@TABLES
def test_the_script_that_undoes_a_write_passes_parser_analyzer_and_guard(evaluator, table, since):
    text = undo_sql.undo_sql(written(table, since), title="the title")
    kinds = list(analyzed(evaluator, text, wide_catalog(table, [*OTHERS, *since])))
    assert evaluator.parse_script(text) == len(kinds)
    assert [kind for kind in kinds if kind] == [
        "begin", "update", *["query"] * 3, "delete", "insert", "commit", "query"
    ]  # fmt: skip
    assert unbounded(text) == []


@pytest.mark.parametrize("since", [[], [Column("more", "ARRAY<JSON>"), Column("x", "JSON")]])
@TABLES
def test_the_check_after_a_write_passes_analyzer_and_guard(evaluator, table, since):
    text = undo_sql.unchanged_sql(written(table, since))
    columns = evaluator.columns(split_names(text), wide_catalog(table, [*OTHERS, *since]))
    assert columns == [("unchanged", "BOOL")]
    assert unbounded(text) == []


UNDO = "featurestore_undo_1"
OTHERS = [
    Column("odds", "FLOAT64"),
    Column("label", "STRING", required=True),
    Column("tags", "ARRAY<STRING>"),
    Column("extra", "JSON"),
    Column("part", "STRUCT<a INT64,b ARRAY<DATE>>"),
]


def wide_catalog(table, others):
    """The catalog with columns that the table does not declare, and what a write makes."""
    known = catalog(table)
    dataset = f"{PROJECT}.{table.dataset}"
    known[f"{dataset}.{table.name}"] |= {c.name: c.type for c in others}
    wide = dict(known[f"{dataset}.{table.name}"])
    known[write_sql.OLD] = wide
    known[f"{dataset}.{write_sql.lock_name(table)}"] = {"writes": "INT64"}
    known[f"{dataset}.{UNDO}"] = wide | {write_sql.IS_OLD: "BOOL", write_sql.PRINT: "INT64"}
    return known


def test_a_script_makes_each_query_a_table_and_keeps_those_that_are_named(evaluator):
    queries = [("one", "-- why\nSELECT 1 AS x"), ("two", "SELECT x + 1 AS y FROM one")]
    kept = {"two": sql.table_name(PROJECT, "nba_predictions", "result_1")}
    text = sql.script_sql(queries, kept, days=1, title="the script's title")
    kinds = list(analyzed(evaluator, text, {"one": {"x": "INT64"}, "two": {"y": "INT64"}}))
    assert evaluator.parse_script(text) == 3 == len(kinds)
    assert set(kinds) == {"create_table_as_select"}


BOUND = {"day": date(2024, 1, 2), "sure": True, "n": 1, "share": 0.1, "at": AT, "name": "O'Neal"}


@pytest.mark.parametrize(
    ("query", "bound"),
    [
        ("SELECT @n", "SELECT 1"),
        ("SELECT @sure, @share", "SELECT TRUE, CAST('0.1' AS FLOAT64)"),
        ("SELECT @day -- not @n", "SELECT DATE '2024-01-02' -- not @n"),
        ("SELECT '@n', \"@n\", r'@n' /* @n */ # @n", "SELECT '@n', \"@n\", r'@n' /* @n */ # @n"),
        ("SELECT 'it\\'s @n', @n", "SELECT 'it\\'s @n', 1"),
        ("SELECT `@n`, @name", "SELECT `@n`, 'O\\'Neal'"),
    ],
)
def test_a_parameter_becomes_a_typed_literal_outside_of_strings_and_comments(query, bound):
    assert sql.bind(query, BOUND) == bound


def test_no_other_module_of_the_adapter_contains_sql():
    modules = {
        path.name: [text.sql for text in sql_in_path(path)]
        for path in Path(sql.__file__).parent.glob("*.py")
        if not path.name.endswith("sql.py")
    }
    assert {name: texts for name, texts in modules.items() if texts} == {
        # Compared with a job that was found by its id, and never sent.
        "transaction.py": ["INSERT INTO placeholder_1 "],
    }


VALUES = {
    "start_date": DAYS[0],
    "end_date": DAYS[1],
    "include_bootstrap": True,
    "include_injured": False,
    "bootstrap_days": 14,
    "computed_at": AT,
}
SCRIPT = warehouse.statements(plan.STORE, plan.BOOTSTRAP_GAP, plan.LISTED_GAP)


def test_the_warehouse_computes_each_relation_once_after_its_inputs(evaluator):
    names = [one.name for one in SCRIPT]
    assert len(names) == len(set(names))
    assert {step.name for step in plan.steps()} <= set(names)
    known = dict(tables.column_types())
    for one in SCRIPT:
        bound = sql.bind(one.sql, VALUES)
        assert unbounded(bound) == []
        known[one.name] = dict(evaluator.columns(bound, known, {}))
    assert {one.name for one in SCRIPT if one.reads_tables} == {"summary", "injury_status"}


DEFAULTS = [
    pytest.param(column, id=f"{table.name}.{column.name}")
    for table in tables.tables().values()
    for column in table.columns
    if column.default
]


@pytest.mark.parametrize("column", DEFAULTS)
def test_a_column_s_default_has_the_column_s_type(evaluator, column):
    """Tables are made from a resource, where a default is an expression."""
    assert evaluator.columns(f"SELECT {column.default} AS value") == [("value", column.type)]


def analyzed(evaluator, text, known):
    """The kind of each statement; empty for a declaration, which has none.

    The analyzer knows statements and no scripts: a variable stands for a parameter, and what is
    assigned to one is a query.
    """
    for statement in split_names(text).rstrip(";").split(";\n"):
        if re.search(r"^DECLARE \w+ INT64 DEFAULT 0$", statement, re.MULTILINE):
            yield ""
            continue
        query = re.sub(r"^SET (\w+) = ", "SELECT ", statement)
        query = re.sub(rf"\b({'|'.join(COUNTS)}) (AS \1|= 0)", r"@\1 \2", query)
        yield evaluator.analyze_statement(query, known, dict.fromkeys(COUNTS, "INT64"))


COUNTS = ("deleted", "pruned", "added", "kept", "removed", "restored")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (DAYS[0], "DATE"),
        (AT, "TIMESTAMP"),
        (-3, "INT64"),
        ("O'Neal \\ \n\r `x` \" ?", "STRING"),
    ],
    ids=["date", "moment", "integer", "text"],
)
def test_a_literal_has_its_type_and_its_value(evaluator, value, kind):
    query = f"SELECT {sql.literal(value)} AS value"
    assert evaluator.columns(query) == [("value", kind)]
    assert evaluator.rows(query) == [{"value": value}]


def test_a_write_without_its_bound_would_be_refused(evaluator):
    table = tables.tables()[tables.STORE]
    text = sql.counts_sql(PROJECT, table, DAYS)
    assert unbounded(text.partition(" WHERE ")[0]) != []
    with pytest.raises(evaluator.Error, match="game_day"):
        evaluator.columns(split_names(text.replace("`game_date`", "`game_day`")), catalog(table))
