"""What every warehouse must do; a test file of each implementation inherits these tests.

A file that runs them has a fixture ``warehouse``, an empty warehouse, and takes the class with::

    import warehouse_contract as contract


    class TestEmbedded(contract.WarehouseContract):
        pass
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from pyarrow import parquet

from sync.errors import BadInput, Conflict, Failure, Refused, WarehouseFailed
from sync.model import Column, DateRange, Replacement, Table, Undo
from sync.tokens import tag_of

TABLE = Table(
    dataset="contract",
    name="games",
    columns=(
        Column("player", "STRING", required=True),
        Column("game_date", "DATE", required=True),
        Column("points", "INT64"),
        Column("share", "FLOAT64"),
        Column("minutes", "NUMERIC(5,1)"),
        Column("played", "BOOL"),
        Column("seen_at", "TIMESTAMP"),
        Column("lines", "ARRAY<FLOAT64>"),
    ),
    partition_column="game_date",
    key=("player", "game_date"),
    direction="pushed",
)
SCHEMA = pa.schema(
    [
        ("player", pa.string()),
        ("game_date", pa.date32()),
        ("points", pa.int64()),
        ("share", pa.float64()),
        ("minutes", pa.decimal128(5, 1)),
        ("played", pa.bool_()),
        ("seen_at", pa.timestamp("us", tz="UTC")),
        ("lines", pa.list_(pa.float64())),
    ]
)
FIRST, SECOND, THIRD = date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 2)
DATES = DateRange(FIRST, THIRD)


def row(player, day, points=1, **values):
    """A row with all columns; those that are not named have values that are easy to damage."""
    return {
        "player": player,
        "game_date": day,
        "points": points,
        "share": 0.1,
        "minutes": Decimal("12.5"),
        "played": True,
        "seen_at": datetime(2024, 3, 1, 23, 59, 59, 123456, UTC),
        "lines": [1.5, -0.25],
    } | values


# The live table of a team that has gone on: columns that `TABLE` does not declare.
WIDE = replace(
    TABLE,
    columns=(
        *TABLE.columns,
        Column("odds", "FLOAT64"),
        Column("label", "STRING"),
        Column("tags", "ARRAY<STRING>"),
        Column("detail", "JSON"),
    ),
)
WIDE_SCHEMA = pa.schema(
    [
        *SCHEMA,
        ("odds", pa.float64()),
        ("label", pa.string()),
        ("tags", pa.list_(pa.string())),
        ("detail", pa.string()),
    ]
)


SWAPPED = {"contract_a": "contract_b", "contract_b": "contract_c"}


def wide_row(player, day, points=1, **values):
    """A row of the wide table whose undeclared cells are derived from its key."""
    return (
        row(player, day, points)
        | {
            "odds": 1.5,
            "label": f"{player} {day}",
            "tags": [player, "x"],
            "detail": '{"a":1}',
        }
        | values
    )


ROWS = [row("ann", FIRST), row("bob", FIRST), row("ann", SECOND), row("ann", THIRD)]


def check_datasets_of_other_names(plain, named, path):
    """``named`` has `SWAPPED` as its datasets, ``plain`` is the same warehouse without them."""
    first, second = (replace(TABLE, dataset=f"contract_{name}") for name in "ab")
    by_live_name = {name: replace(TABLE, dataset=f"contract_{name}") for name in "abc"}
    assert named.url == f"{plain.url}#contract_a=contract_b,contract_b=contract_c"

    def players():
        seen = {}
        with plain.snapshot() as snapshot:
            for name, table in by_live_name.items():
                if snapshot.columns(table) is not None:
                    with snapshot.read(table, ["player"], [FIRST]) as reader:
                        seen[name] = reader.read_all().column("player").to_pylist()
        return seen

    def written(table, player):
        file = path / f"{player}.parquet"
        parquet.write_table(pa.Table.from_pylist([row(player, FIRST)], SCHEMA), file)
        kept = path / "undo" / file.name
        return Replacement(
            table, (FIRST,), file, 1, table.key, False, {}, f"{player}_job", player, undo=kept
        )

    assert (named.create(first), named.create(second)) == (True, True)
    assert named.create(first) is False
    assert players() == {"b": [], "c": []}
    one, two = written(first, "ann"), written(second, "bob")
    assert (named.replace(one).inserted, named.replace(two).inserted) == (1, 1)
    assert players() == {"b": ["ann"], "c": ["bob"]}
    with named.snapshot() as snapshot:
        assert snapshot.blocking_issues(first) == ()
        assert snapshot.etag(first)
        assert list(snapshot.partitions(second, DATES)) == [FIRST]
        with snapshot.read(second, ["player"], [FIRST]) as reader:
            assert reader.read_all().column("player").to_pylist() == ["bob"]
    assert named.undo(Undo(first, (FIRST,), first.key, one.job_id, one.undo)).removed == 1
    assert players() == {"b": [], "c": ["bob"]}
    named.add_columns(second, [Column("rating", "FLOAT64")])
    with plain.snapshot() as snapshot:
        counts = {name: len(snapshot.columns(by_live_name[name])) for name in "bc"}
    assert counts == {"b": len(TABLE.columns), "c": len(TABLE.columns) + 1}


class WarehouseContract:
    """The promises of ``sync.warehouse``, method by method."""

    @pytest.fixture
    def write(self, warehouse, tmp_path):
        """Replace rows: a list of rows or an Arrow table, and changes of the replacement."""
        files = iter(range(1000))

        def run(rows, /, **changes):
            content = rows
            if isinstance(rows, list):
                names = rows[0] if rows else SCHEMA.names
                known = [field for field in WIDE_SCHEMA if field.name in names]
                content = pa.Table.from_pylist(rows, pa.schema(known))
            file = tmp_path / f"{next(files)}.parquet"
            parquet.write_table(content, file)
            fields = {
                "table": TABLE,
                "days": tuple(sorted(set(content["game_date"].to_pylist()))),
                "parquet": file,
                "rows": content.num_rows,
                "key": TABLE.key,
                "prune": False,
                "expected": {},
                "job_id": f"contract_{file.stem}",
                "digest": file.stem,
            }
            return warehouse.replace(Replacement(**fields | changes))

        return run

    @pytest.fixture
    def filled(self, warehouse, write):
        """Three days, four rows; the date between is empty."""
        warehouse.create(TABLE)
        return write(ROWS, job_id="filled")

    @pytest.fixture
    def stored(self, warehouse):
        """All rows of the three days, sorted."""

        def read(columns=TABLE.column_names, table=TABLE):
            with warehouse.snapshot() as snapshot:
                days = sorted(snapshot.partitions(table, DATES))
                if not days:
                    return []
                with snapshot.read(table, columns, days) as reader:
                    rows = reader.read_all().to_pylist()
            return sorted(rows, key=lambda one: (str(one.get("game_date")), str(one)))

        return read

    @pytest.fixture
    def tokens(self, warehouse):
        def read():
            with warehouse.snapshot() as snapshot:
                return {d: p.token for d, p in snapshot.partitions(TABLE, DATES).items()}

        return read

    def test_a_table_that_is_missing_is_told_apart_from_an_empty_one(self, warehouse):
        with warehouse.snapshot() as snapshot:
            assert snapshot.columns(TABLE) is None
            with pytest.raises(WarehouseFailed):
                snapshot.etag(TABLE)
        with warehouse.snapshot() as snapshot, pytest.raises(WarehouseFailed):
            snapshot.partitions(TABLE, DATES)
        warehouse.create(TABLE)
        with warehouse.snapshot() as snapshot:
            assert snapshot.etag(TABLE)
            assert snapshot.partitions(TABLE, DATES) == {}

    def test_a_table_is_created_with_its_unwritten_columns_last(self, warehouse):
        warehouse.create(replace(TABLE, unwritten=(Column("theirs", "ARRAY<STRING>"),)))
        with warehouse.snapshot() as snapshot:
            names = [column.name for column in snapshot.columns(TABLE)]
        assert names == [*TABLE.column_names, "theirs"]

    def test_a_table_is_created_once_with_the_declared_columns(self, warehouse):
        assert warehouse.create(TABLE) is True
        assert warehouse.create(TABLE) is False
        with warehouse.snapshot() as snapshot:
            live = snapshot.columns(TABLE)
        assert [(c.name, c.type, c.required) for c in live] == [
            (c.name, c.type, c.required) for c in TABLE.columns
        ]

    def test_what_was_written_is_read_back_in_every_type(self, filled, stored):
        assert stored() == sorted(ROWS, key=lambda r: (str(r["game_date"]), str(r)))

    def test_null_is_read_back_in_every_nullable_column(self, warehouse, write, stored):
        warehouse.create(TABLE)
        empty = dict.fromkeys(TABLE.column_names[2:])
        write([row("ann", FIRST, **empty)])
        # BigQuery keeps no NULL arrays: they become empty ones.
        lines = stored()[0].pop("lines")
        assert lines in (None, [])
        assert stored(TABLE.column_names[:-1]) == [
            {"player": "ann", "game_date": FIRST} | dict.fromkeys(TABLE.column_names[2:-1])
        ]

    def test_the_stream_has_the_types_of_the_declared_columns(self, filled, warehouse):
        with warehouse.snapshot() as snapshot, snapshot.read(TABLE, ("points",), [FIRST]) as reader:
            assert reader.schema.names == ["points"]
            assert reader.schema.field("points").type == pa.int64()
            assert sum(batch.num_rows for batch in reader) == 2

    def test_exactly_the_given_dates_are_read(self, filled, warehouse):
        with (
            warehouse.snapshot() as snapshot,
            snapshot.read(TABLE, ("player", "game_date"), [FIRST, THIRD]) as reader,
        ):
            days = sorted(one["game_date"] for one in reader.read_all().to_pylist())
        assert days == [FIRST, FIRST, THIRD]

    def test_a_date_without_rows_gives_an_empty_stream(self, filled, warehouse):
        with (
            warehouse.snapshot() as snapshot,
            snapshot.read(TABLE, ("player",), [date(2024, 3, 1)]) as reader,
        ):
            assert reader.read_all().num_rows == 0

    def test_partitions_are_listed_with_both_ends_and_without_empty_dates(self, filled, warehouse):
        with warehouse.snapshot() as snapshot:
            partitions = snapshot.partitions(TABLE, DATES)
            inner = snapshot.partitions(TABLE, DateRange(SECOND, SECOND))
        assert {day: partition.rows for day, partition in partitions.items()} == {
            FIRST: 2, SECOND: 1, THIRD: 1
        }  # fmt: skip
        assert all(day == partition.day for day, partition in partitions.items())
        assert inner == {SECOND: partitions[SECOND]}

    def test_a_token_stays_until_its_own_partition_changes(self, filled, write, tokens):
        before = tokens()
        assert tokens() == before
        write([row("ann", SECOND, points=2)])
        after = tokens()
        assert after[SECOND] != before[SECOND]
        assert (after[FIRST], after[THIRD]) == (before[FIRST], before[THIRD])

    def test_the_etag_changes_with_the_table(self, filled, warehouse, write):
        def etag():
            with warehouse.snapshot() as snapshot:
                return snapshot.etag(TABLE)

        before = etag()
        assert etag() == before
        write([row("ann", SECOND, points=2)])
        assert etag() != before

    def test_rows_with_a_pushed_key_are_replaced_and_the_rest_is_kept(self, filled, write, stored):
        done = write([row("ann", FIRST, points=7), row("cid", FIRST)])
        assert (done.inserted, done.deleted, done.kept, done.repeated) == (2, 1, 1, False)
        assert [(r["player"], r["points"]) for r in stored() if r["game_date"] == FIRST] == [
            ("ann", 7), ("bob", 1), ("cid", 1)
        ]  # fmt: skip

    def test_pruning_removes_the_rest_of_the_days_and_nothing_else(self, filled, write, stored):
        done = write([row("ann", FIRST, points=7)], prune=True)
        assert (done.inserted, done.deleted, done.kept) == (1, 2, 0)
        assert [(r["player"], r["game_date"], r["points"]) for r in stored()] == [
            ("ann", FIRST, 7), ("ann", SECOND, 1), ("ann", THIRD, 1)
        ]  # fmt: skip

    def test_pruning_with_no_rows_empties_the_days(self, filled, write, tokens):
        done = write([], days=(FIRST,), prune=True)
        assert (done.inserted, done.deleted, done.partitions) == (0, 2, {})
        assert sorted(tokens()) == [SECOND, THIRD]

    def test_the_answer_holds_the_days_as_they_stand_after_the_write(self, filled, write, tokens):
        done = write([row("ann", FIRST, points=7), row("bob", SECOND)])
        assert {day: p.rows for day, p in done.partitions.items()} == {FIRST: 2, SECOND: 2}
        assert {day: p.token for day, p in done.partitions.items()} == {
            day: token for day, token in tokens().items() if day != THIRD
        }

    def test_the_same_job_is_done_once_and_answers_again(self, filled, write, stored):
        first = write([row("ann", FIRST, points=7)], job_id="once", digest="a")
        write([row("ann", FIRST, points=8)])
        again = write([row("ann", FIRST, points=7)], job_id="once", digest="a")
        assert again.repeated is True
        assert (again.job_id, again.inserted, again.deleted, again.kept) == (
            first.job_id, first.inserted, first.deleted, first.kept
        )  # fmt: skip
        assert stored()[0]["points"] == 8

    def test_a_repeated_job_asks_for_no_expected_token(self, filled, write, tokens):
        expected = {FIRST: tokens()[FIRST]}
        rows = [row("ann", FIRST, points=7)]
        write(rows, job_id="once", digest="a", expected=expected)
        assert write(rows, job_id="once", digest="a", expected=expected).repeated

    def test_a_job_id_with_other_content_is_refused(self, filled, write, stored):
        write([row("ann", FIRST, points=7)], job_id="once", digest="a")
        before = stored()
        with pytest.raises(Refused):
            write([row("ann", FIRST, points=9)], job_id="once", digest="b")
        assert stored() == before

    def test_the_token_last_seen_lets_a_write_pass(self, filled, write, tokens):
        expected = {FIRST: tokens()[FIRST], date(2024, 3, 1): None}
        assert write([row("ann", FIRST, points=7)], expected=expected).inserted == 1

    @pytest.mark.parametrize("seen", ["another", None], ids=["changed", "new"])
    def test_a_partition_that_is_not_as_last_seen_is_a_conflict(self, filled, write, stored, seen):
        with pytest.raises(Conflict) as caught:
            write([row("ann", FIRST, points=7), row("ann", SECOND, points=7)],
                  expected={FIRST: seen})  # fmt: skip
        assert caught.value.facts["dates"] == [str(FIRST)]
        assert {one["points"] for one in stored()} == {1}

    def test_a_partition_that_vanished_is_a_conflict(self, filled, write, tokens):
        expected = {FIRST: tokens()[FIRST]}
        write([], days=(FIRST,), prune=True)
        with pytest.raises(Conflict):
            write([row("ann", FIRST)], expected=expected)
        assert FIRST not in tokens()

    @pytest.mark.parametrize(
        ("rows", "changes"),
        [
            (pa.table({"player": ["a"], "game_date": [FIRST], "nonsense": [1]}), {}),
            (pa.table({"player": ["a"], "game_date": [FIRST], "points": [1.5]}), {}),
            (pa.table({"player": ["a"], "game_date": [FIRST], "points": ["many"]}), {}),
            (pa.table({"player": ["a"], "game_date": [FIRST], "minutes": [1.25]}), {}),
            ([row("a", FIRST), row("a", FIRST, points=2)], {}),
            ([row("a", FIRST), row("a", SECOND)], {"days": (FIRST,)}),
            ([row("a", FIRST)], {"rows": 2}),
        ],
        ids=["unknown column", "fraction", "text", "scale", "key twice", "other day", "count"],
    )
    def test_what_cannot_be_written_whole_is_not_written_at_all(
        self, filled, write, stored, rows, changes
    ):
        before = stored()
        with pytest.raises(Failure):
            write(rows, **changes)
        assert stored() == before

    def test_a_column_that_does_not_fit_is_refused_by_name(self, filled, write):
        with pytest.raises(Refused, match="points"):
            write(pa.table({"player": ["a"], "game_date": [FIRST], "points": [1.5]}))

    def test_columns_are_matched_by_name_and_absent_ones_are_null(self, filled, write, stored):
        columns = {"points": [7], "game_date": [FIRST], "player": ["cid"]}
        write(pa.table(columns))
        one = next(one for one in stored() if one["player"] == "cid")
        assert (one["points"], one["game_date"], one["share"]) == (7, FIRST, None)

    @pytest.fixture
    def widened(self, warehouse, write):
        """A wider live table with two rows on the first day and one on the second."""
        warehouse.create(WIDE)
        rows = [wide_row("ann", FIRST), wide_row("bob", FIRST), wide_row("ann", SECOND)]
        write(rows, table=WIDE, job_id="widened")
        return rows

    @pytest.fixture
    def wide(self, stored):
        """Player, date, points and the undeclared cells of all rows."""
        names = ("player", "game_date", "points", "odds", "label", "tags", "detail")

        def read():
            return [tuple(one.values()) for one in stored(names, WIDE)]

        return read

    def test_undeclared_columns_keep_their_cells_where_a_row_is_replaced(
        self, widened, write, wide
    ):
        done = write([row("ann", FIRST, points=7), row("cid", FIRST, points=8)])
        assert (done.replaced, done.pruned, done.added, done.kept) == (1, 0, 1, 1)
        assert [one for one in wide() if one[1] == FIRST] == [
            ("ann", FIRST, 7, 1.5, f"ann {FIRST}", ["ann", "x"], '{"a":1}'),
            ("bob", FIRST, 1, 1.5, f"bob {FIRST}", ["bob", "x"], '{"a":1}'),
            ("cid", FIRST, 8, None, None, *self.no_cells(wide, "cid")),
        ]

    def test_numbers_inside_json_come_back_as_the_same_numbers(self, widened, write, wide):
        numbers = {"a": 0.421764, "b": 939189616737.4062, "c": 1.5e300, "d": 2**63, "e": -0.25}
        write([wide_row("ann", FIRST, detail=json.dumps(numbers))], table=WIDE)
        (cells,) = [one for one in wide() if one[:2] == ("ann", FIRST)]
        assert json.loads(cells[6]) == numbers

    @staticmethod
    def no_cells(wide, player):
        # BigQuery keeps no NULL arrays: they become empty ones.
        tags, detail = next(one[5:] for one in wide() if one[0] == player)
        assert tags in (None, [])
        assert detail is None
        return tags, detail

    def test_undeclared_columns_keep_their_cells_when_days_are_pruned(self, widened, write, wide):
        done = write([row("ann", FIRST, points=7)], prune=True)
        assert (done.replaced, done.pruned, done.added, done.kept) == (1, 1, 0, 0)
        assert [one[:5] for one in wide()] == [
            ("ann", FIRST, 7, 1.5, f"ann {FIRST}"), ("ann", SECOND, 1, 1.5, f"ann {SECOND}")
        ]  # fmt: skip

    def test_a_key_that_occurs_twice_becomes_one_row_with_one_row_s_cells(
        self, widened, write, wide, warehouse
    ):
        twice = replace(WIDE, key=("player", "game_date", "label"))
        write([wide_row("ann", FIRST, label="other")], table=twice, key=twice.key)
        done = write([row("ann", FIRST, points=7)])
        assert (done.inserted, done.replaced, done.added) == (1, 2, 0)
        cells = [one for one in wide() if one[:2] == ("ann", FIRST)]
        assert [one[2] for one in cells] == [7]
        assert cells[0][4] in (f"ann {FIRST}", "other")

    def test_a_new_row_without_a_value_for_a_required_column_is_refused(
        self, warehouse, write, stored
    ):
        columns = (*TABLE.columns, Column("label", "STRING", required=True))
        table = replace(TABLE, columns=columns)
        warehouse.create(table)
        write([row("ann", FIRST) | {"label": "x"}], table=table, job_id="made")
        assert write([row("ann", FIRST, points=7)]).replaced == 1
        before = stored(("player", "label", "points"), table)
        assert before == [{"player": "ann", "label": "x", "points": 7}]
        with pytest.raises(Refused, match="label"):
            write([row("ann", FIRST, points=8), row("bob", FIRST)])
        assert stored(("player", "label", "points"), table) == before

    def test_a_new_row_gets_the_default_of_an_undeclared_required_column(
        self, warehouse, write, stored
    ):
        label = Column("label", "STRING", required=True, default="'none'")
        table = replace(TABLE, columns=(*TABLE.columns, label))
        warehouse.create(table)
        write([row("ann", FIRST) | {"label": "x"}], table=table, job_id="made")
        write([row("ann", FIRST, points=7), row("bob", FIRST)])
        assert stored(("player", "label"), table) == [
            {"player": "ann", "label": "x"}, {"player": "bob", "label": "none"}
        ]  # fmt: skip

    def test_a_column_that_is_added_is_no_change_of_the_rows(self, filled, warehouse, tokens):
        before = tokens()
        warehouse.add_columns(TABLE, [Column("rating", "FLOAT64")])
        assert tokens() == before

    def test_a_token_over_the_columns_of_an_earlier_moment_can_be_made_again(
        self, warehouse, filled, write
    ):
        names = tuple(sorted(TABLE.column_names))
        rated = replace(TABLE, columns=(*TABLE.columns, Column("rating", "FLOAT64")))
        with warehouse.snapshot() as snapshot:
            before = snapshot.partitions(TABLE, DATES)
        warehouse.add_columns(rated, [rated.columns[-1]])
        with warehouse.snapshot() as snapshot:
            assert snapshot.partitions(rated, DATES, names) == before
            now = snapshot.partitions(rated, DATES)
        assert {tag_of(p.token) for p in now.values()} != {tag_of(p.token) for p in before.values()}
        write([row("ann", FIRST, points=7)])
        with warehouse.snapshot() as snapshot:
            after = snapshot.partitions(rated, DATES, names)
        assert [day for day in before if after[day].token != before[day].token] == [FIRST]

    @pytest.fixture
    def undone(self, warehouse, tmp_path):
        def run(job_id, days, table=TABLE):
            kept = tmp_path / "undo" / f"{job_id}.parquet"
            return warehouse.undo(Undo(table, days, table.key, job_id, kept))

        return run

    @pytest.fixture
    def kept(self, write, tmp_path):
        """A write whose replaced rows are kept."""

        def run(rows, job_id, **changes):
            kept = tmp_path / "undo" / f"{job_id}.parquet"
            return write(rows, job_id=job_id, undo=kept, **changes)

        return run

    @pytest.mark.parametrize("prune", [False, True], ids=["by key", "whole days"])
    def test_a_write_is_taken_back_to_the_last_cell(self, widened, kept, wide, undone, prune):
        before = wide()
        rows = [row("ann", FIRST, points=7), row("cid", FIRST), row("ann", SECOND, points=9)]
        kept(rows, "mine", prune=prune)
        assert wide() != before
        done = undone("mine", (FIRST, SECOND))
        assert (done.removed, done.restored, done.repeated) == (3, 2 + prune, False)
        assert wide() == before
        assert undone("mine", (FIRST, SECOND)).repeated
        assert wide() == before

    @pytest.mark.parametrize("change", ["declared", "undeclared", "gone"])
    def test_a_write_whose_rows_changed_since_is_not_taken_back(
        self, widened, kept, write, wide, undone, change
    ):
        kept([row("ann", FIRST, points=7), row("cid", FIRST)], "mine")
        if change == "declared":
            write([row("cid", FIRST, points=3)])
        elif change == "undeclared":
            write([wide_row("ann", FIRST, points=7, odds=2.5)], table=WIDE)
        else:
            write([row("bob", FIRST)], prune=True)
        before = wide()
        with pytest.raises(Conflict):
            undone("mine", (FIRST,))
        assert wide() == before

    def test_a_row_of_another_key_is_no_obstacle_to_taking_a_write_back(
        self, widened, kept, write, wide, undone
    ):
        kept([row("ann", FIRST, points=7)], "mine")
        write([row("dan", FIRST, points=3)])
        undone("mine", (FIRST,))
        assert [one[:3] for one in wide() if one[1] == FIRST] == [
            ("ann", FIRST, 1), ("bob", FIRST, 1), ("dan", FIRST, 3)
        ]  # fmt: skip

    def test_nothing_is_taken_back_of_a_write_that_kept_nothing(self, widened, write, wide, undone):
        write([row("ann", FIRST, points=7)], job_id="mine")
        before = wide()
        for job_id in ("mine", "never"):
            with pytest.raises(BadInput, match=rf"job \w*{job_id}"):
                undone(job_id, (FIRST,))
        assert wide() == before

    def test_a_failed_write_may_be_tried_again_under_its_own_id(self, filled, write, tokens):
        with pytest.raises(Failure):
            write([row("ann", FIRST)], rows=2, job_id="again", digest="a")
        assert write([row("ann", FIRST)], job_id="again", digest="a").repeated is False

    def test_a_write_to_a_missing_table_fails(self, warehouse, filled, write):
        with pytest.raises(Failure):
            write([row("ann", FIRST)], table=replace(TABLE, name="nothing"))

    def test_columns_are_appended_once_in_the_given_order(self, filled, warehouse):
        rating, team = Column("rating", "FLOAT64", default="1.5"), Column("team", "STRING")
        with warehouse.snapshot() as snapshot:
            before = snapshot.columns(TABLE)
        warehouse.add_columns(TABLE, [rating, TABLE.columns[2], team])
        warehouse.add_columns(TABLE, [team, rating])
        with warehouse.snapshot() as snapshot:
            live = snapshot.columns(TABLE)
        assert [(c.name, c.type, c.required) for c in live] == [
            *((c.name, c.type, c.required) for c in before),
            ("rating", "FLOAT64", False),
            ("team", "STRING", False),
        ]

    def test_a_required_column_is_not_added(self, filled, warehouse):
        columns = [Column("team", "STRING"), Column("rating", "FLOAT64", required=True)]
        with pytest.raises(Refused, match="rating is REQUIRED"):
            warehouse.add_columns(TABLE, columns)
        with warehouse.snapshot() as snapshot:
            assert len(snapshot.columns(TABLE)) == len(TABLE.columns)
        with pytest.raises(WarehouseFailed):
            warehouse.add_columns(replace(TABLE, name="nothing"), columns[:1])

    def test_columns_in_another_case_are_the_declared_ones(self, warehouse, write, undone, kept):
        """Names of columns have no case in GoogleSQL; those of tables have."""
        shouted = tuple(replace(c, name=c.name.upper()) for c in WIDE.columns)
        warehouse.create(replace(WIDE, columns=shouted, partition_column="GAME_DATE"))
        with warehouse.snapshot() as snapshot:
            assert [c.name for c in snapshot.columns(WIDE)] == [c.name for c in WIDE.columns]
        write([wide_row("ann", FIRST), wide_row("bob", FIRST, 2)], table=WIDE, job_id="made")
        with warehouse.snapshot() as snapshot:
            assert snapshot.blocking_issues(TABLE) == ()
            assert snapshot.warnings(TABLE) == ()
            (before,) = snapshot.partitions(TABLE, DATES).values()
        assert kept([row("ann", FIRST, 7)], "mine", expected={FIRST: before.token}).replaced == 1
        names = ["points", "player", "game_date", "label"]

        def rows():
            with warehouse.snapshot() as snapshot, snapshot.read(WIDE, names, [FIRST]) as reader:
                return sorted(reader.read_all().to_pylist(), key=lambda one: one["player"])

        assert rows() == [
            {"points": 7, "player": "ann", "game_date": FIRST, "label": f"ann {FIRST}"},
            {"points": 2, "player": "bob", "game_date": FIRST, "label": f"bob {FIRST}"},
        ]
        undone("mine", (FIRST,))
        assert [one["points"] for one in rows()] == [1, 2]
        with warehouse.snapshot() as snapshot:
            assert snapshot.partitions(TABLE, DATES) == {FIRST: before}

    def test_a_sound_table_has_no_troubles_and_a_missing_one_is_told(self, filled, warehouse):
        with warehouse.snapshot() as snapshot:
            assert snapshot.blocking_issues(TABLE) == ()
            with pytest.raises(WarehouseFailed):
                snapshot.blocking_issues(replace(TABLE, name="nothing"))

    def test_closing_twice_is_not_an_error(self, warehouse):
        warehouse.close()
        warehouse.close()
