"""The SQL texts and table resources that are sent to BigQuery."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from sync.bigquery import key_sql, sql, write_sql
from sync.bigquery.cost import billed_bytes
from sync.bigquery.jobs import safe_labels
from sync.bigquery.schema import arrow_type, live_columns, schema_field
from sync.errors import BadInput, Refused
from sync.model import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable

STORE = Table(
    "nba",
    "store",
    columns=(
        Column("player", "STRING", required=True, description="Who."),
        Column("game_date", "DATE", required=True),
        Column("game_id", "STRING"),
        Column("quality", "NUMERIC(5,1)"),
        Column("features", "ARRAY<FLOAT64>"),
        Column("detail", "STRUCT<found INT64,dates ARRAY<DATE>>"),
        Column("timing", "JSON"),
        Column("created_at", "TIMESTAMP", required=True, default="CURRENT_TIMESTAMP()"),
    ),
    partition_column="game_date",
    key=("player", "game_id"),
    direction="pushed",
    clustering=("player",),
    requires_filter=True,
)
DAYS = [date(2024, 1, 1), date(2024, 1, 3)]


TOKEN_COLUMNS = ("game_date", "player")


def script(checked: list[date] | None = None, fingerprint: str = "", **changes: Any) -> str:
    columns = [STORE.columns[0], STORE.columns[1], STORE.columns[6]]
    write = write_sql.Write("p", STORE, DAYS, STORE.key, "stage", columns)
    return write_sql.replace_sql(
        replace(write, **changes),
        checked=checked or [],
        token_columns=TOKEN_COLUMNS,
        fingerprint=fingerprint,
        title="t",
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2024, 2, 29), "DATE '2024-02-29'"),
        (datetime(2024, 1, 1, tzinfo=UTC), "TIMESTAMP '2024-01-01 00:00:00.000000+00:00'"),
        (-3, "-3"),
        ("O'Neal \\ \n", "'O\\'Neal \\\\ \\n'"),
    ],
)
def test_a_value_becomes_a_typed_literal(value: Any, text: str) -> None:
    assert sql.literal(value) == text


@pytest.mark.parametrize("name", ["a`b", "a b", "", "a;b", "1a", "a-b"])
def test_a_name_that_is_not_an_identifier_is_refused(name: str) -> None:
    with pytest.raises(BadInput):
        sql.quote(name)
    with pytest.raises(BadInput):
        sql.table_name("p", "d", name)


def test_every_statement_over_the_target_is_bounded_at_both_ends() -> None:
    bound = "`game_date` BETWEEN DATE '2024-01-01' AND DATE '2024-01-03'"
    text = script(checked=DAYS, fingerprint="f1:0:0:0:0")
    assert text.count("FROM `p.nba.store`") == text.count(bound) == 4
    for query in (
        sql.digests_sql("p", STORE, DAYS, TOKEN_COLUMNS),
        sql.counts_sql("p", STORE, DAYS),
        key_sql.doubled_sql("p", STORE, DAYS, STORE.key),
    ):
        assert bound in query
        assert "IN (DATE '2024-01-01', DATE '2024-01-03')" in query


def test_days_in_a_row_need_no_list() -> None:
    days = [date(2024, 2, 28), date(2024, 3, 1), date(2024, 2, 29)]
    assert (
        sql.bounds_sql(sql.quote("d"), days)
        == "`d` BETWEEN DATE '2024-02-28' AND DATE '2024-03-01'"
    )


def test_json_is_parsed_and_null_keys_meet() -> None:
    text = script()
    assert "PARSE_JSON(s.`timing`, wide_number_mode => 'round')" in text
    assert "s.`player` = t.`player`" in text
    assert "(s.`game_id` IS NULL) = (t.`game_id` IS NULL)" in text
    before, _, _ = script(prune=True).partition("SET deleted")
    assert "NOT EXISTS" not in before.partition("BEGIN TRANSACTION")[2]


def test_a_new_row_names_no_undeclared_column_and_so_gets_its_default() -> None:
    others = [STORE.columns[4], Column("label", "STRING", required=True, default="'none'")]
    text = script(others=others)
    replaced, added = text.split("INSERT INTO `p.nba.store` ")[1:]
    assert replaced.startswith("(`player`, `game_date`, `timing`, `features`, `label`)")
    assert added.startswith("(`player`, `game_date`, `timing`)\n")
    assert "NOT EXISTS (SELECT 1 FROM featurestore_old AS o" in added
    assert "ERROR('featurestore: new rows" not in text
    bare = script(others=[replace(others[1], default=None)])
    assert "ERROR('featurestore: new rows have no value for label, which is REQUIRED')" in bare


def test_the_lock_is_taken_in_the_transaction_before_anything_is_compared() -> None:
    text = script(checked=DAYS, fingerprint="f1:0:0:0:0")
    made = text.index("CREATE TABLE IF NOT EXISTS `p.nba.featurestore_lock_store`")
    lock = text.index("UPDATE `p.nba.featurestore_lock_store` SET writes = writes + 1 WHERE TRUE;")
    assert made < text.index("BEGIN TRANSACTION;") < lock < text.index("'unchanged'")


def test_what_is_replaced_is_kept_for_seven_days_by_the_servers_clock() -> None:
    text = script(undo="featurestore_undo_1")
    head, _, body = text.partition("BEGIN TRANSACTION;")
    assert "TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 7 DAY)" in head
    body, _, _ = body.partition("COMMIT TRANSACTION;")
    assert body.count("INSERT INTO `p.nba.featurestore_undo_1`") == 2
    assert "featurestore_undo" not in script()


def test_tokens_of_days_add_up_to_the_token_of_all() -> None:
    assert sql.joint_token([]) == "f1:0:0:0:0"
    assert sql.joint_token(["f1:2:5:7:1@ab", "f1:1:-4:3:2@ab"]) == f"f1:3:{5 ^ -4}:10:3"


def test_a_column_survives_conversion_to_a_schema_field_and_back() -> None:
    fields = [schema_field(column) for column in STORE.columns]
    assert live_columns(fields) == STORE.columns
    staged = [schema_field(column, staging=True) for column in STORE.columns]
    assert {field.mode for field in staged} == {"NULLABLE", "REPEATED"}
    assert staged[6].field_type == "STRING"
    assert all(field.default_value_expression is None for field in staged)


def test_types_become_arrow_types() -> None:
    assert arrow_type("NUMERIC(5,1)") == pa.decimal128(5, 1)
    assert arrow_type("NUMERIC(7)") == pa.decimal128(7, 0)
    assert arrow_type("ARRAY<STRUCT<a INT64,b ARRAY<DATE>>>") == pa.list_(
        pa.struct([("a", pa.int64()), ("b", pa.list_(pa.date32()))])
    )
    with pytest.raises(Refused):
        arrow_type("GEOGRAPHY")


def test_labels_have_only_allowed_characters() -> None:
    labels = safe_labels({"Run Id": "2024-01-01T00:00/Ä" + "x" * 80})
    assert labels["app"] == "featurestore"
    assert labels["run-id"] == ("2024-01-01t00-00--" + "x" * 80)[:63]


def test_at_least_ten_megabytes_per_table_are_billed() -> None:
    assert billed_bytes(0) == 10 * 1024**2
    assert billed_bytes(5, tables=3) == 30 * 1024**2
    assert billed_bytes(11 * 1024**2 + 1) == 12 * 1024**2


def test_a_table_is_created_with_all_its_settings(scripted: Any, fault: Callable[..., Any]) -> None:
    warehouse, wire = scripted
    names = {"projectId": "project", "datasetId": "nba", "tableId": "store"}
    wire.add(
        fault("GET", "/tables/store", 404, "notFound"),
        fault("GET", "/datasets/nba", 404, "notFound"),
        fault("POST", "/tables", body={"tableReference": names}),
        fault("POST", "/datasets", body={"datasetReference": names}),
    )
    assert warehouse.create(STORE)
    bodies = [json.loads(body) for method, _, body in wire.sent if method == "POST"]
    assert bodies[0]["location"] == "US"
    made = bodies[1]
    assert made["timePartitioning"]["field"] == "game_date"
    assert made["timePartitioning"]["type"] == "DAY"
    assert made["clustering"] == {"fields": ["player"]}
    assert made["requirePartitionFilter"] is True
    fields = {field["name"]: field for field in made["schema"]["fields"]}
    assert fields["player"]["description"] == "Who."
    assert fields["quality"]["precision"] in {5, "5"}
    assert fields["created_at"]["defaultValueExpression"] == "CURRENT_TIMESTAMP()"
    assert fields["features"]["mode"] == "REPEATED"


def test_a_table_that_another_process_makes_meanwhile_is_not_an_error(
    scripted: Any, fault: Callable[..., Any]
) -> None:
    warehouse, wire = scripted
    names = {"projectId": "project", "datasetId": "nba"}
    wire.add(
        fault("GET", "/tables/store", 404, "notFound"),
        fault("GET", "/datasets/nba", body={"datasetReference": names}),
        fault("POST", "/tables", 409, "duplicate", "Already Exists"),
    )
    assert not warehouse.create(STORE)


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ("FROM a.t, b.t", "FROM b.t, c.t"),
        ("FROM p.a.t, `a.t`, `p.b.t`, `a`.`t`", "FROM p.b.t, `b.t`, `p.c.t`, `b`.`t`"),
        ("SELECT 'a.t', \"b.t\" -- a.t\n, a.t # b.t", "SELECT 'a.t', \"b.t\" -- a.t\n, b.t # b.t"),
        ("/* a.t */ `a`, `b`, aa.t, a_b.t, x.ab.t", "/* a.t */ `a`, `b`, aa.t, a_b.t, x.ab.t"),
    ],
    ids=["swapped", "quoted", "text", "others"],
)  # fmt: skip
def test_datasets_are_renamed_at_once_and_nothing_else_is(query: str, sent: str) -> None:
    assert sql.rename_datasets(query, {"a": "b", "b": "c"}) == sent
    assert sql.rename_datasets(query, {}) == query
