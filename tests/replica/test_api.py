"""The Python interface: rows by name, training rows as known before each game, and manifests."""

from __future__ import annotations

import importlib.util
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from league_warehouse import league_warehouse

import featurestore
from featurestore import league
from featurestore.compute import feature_view
from featurestore.definitions import feature_sets, tables
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.errors import BadInput, Refused
from sync.replica.file import Replica

START, END = date(2024, 10, 30), date(2024, 11, 30)
NAMES = ["points_avg_last_5", "opponent_pace"]


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a warehouse and a replica whose rows were computed through the interface."""
    folder = tmp_path_factory.mktemp("api")
    made = league.generate(teams=2, games_per_team=14, seasons=(2024,), seed=9)
    league_warehouse(folder / "warehouse.duckdb", made)
    Replica(folder / "replica.duckdb").create(list(tables.tables().values()))
    store = opened(folder)
    store.pull(START, END)
    assert store.compute(START, END, include_bootstrap=True).rows > 100
    return folder


def opened(folder: Path) -> featurestore.Store:
    return featurestore.open(folder / "replica.duckdb", warehouse=str(folder / "warehouse.duckdb"))


@pytest.fixture
def store(computed: Path, tmp_path: Path) -> featurestore.Store:
    for name in ("replica.duckdb", "warehouse.duckdb"):
        shutil.copy(computed / name, tmp_path)
    return opened(tmp_path)


def stored(store: featurestore.Store, columns: str, where: str = "TRUE") -> list[tuple]:
    with duckdb.connect(str(store.replica.path), read_only=True) as con:
        return con.execute(
            f"SELECT {columns} FROM nba_predictions.ml_feature_store_v2 WHERE {where}"
            " ORDER BY player_lookup, game_date"
        ).fetchall()


def test_features_come_by_name_in_the_order_of_players_and_dates(store) -> None:
    result = store.features(START, END, names=NAMES).to_arrow()
    assert result.column_names == ["player_lookup", "game_date", "game_id", *NAMES]
    rows = [tuple(row.values()) for row in result.to_pylist()]
    assert rows == stored(
        store, "player_lookup, game_date, game_id, feature_0_value, feature_14_value"
    )
    assert store.features(START, END).to_arrow().column_names[3:] == list(
        feature_view.feature_names()
    )


def test_features_of_some_players_and_dates(store) -> None:
    (player, day) = stored(store, "player_lookup, game_date")[0]
    rows = store.features(str(day), str(day), names=NAMES[:1], players=[player]).to_arrow()
    assert rows.num_rows == 1
    assert len(store.features(START, END, players=[])) == 0


@pytest.mark.parametrize(
    ("names", "message", "hint"),
    [
        (["points_avg_last_6"], "feature 'points_avg_last_6': unknown", "points_avg_last_5"),
        ([NAMES[0], NAMES[0]], "a name occurs twice", ""),
    ],
)
def test_a_wrong_feature_is_named_with_the_nearest_ones(store, names, message, hint) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        store.features(START, END, names=names)
    assert hint in caught.value.hint


def test_a_range_that_was_never_computed_is_refused_with_the_command(store) -> None:
    with pytest.raises(Refused, match="was computed here") as caught:
        store.features("2022-01-01", "2022-01-31")
    assert "featurestore backfill --start-date 2022-01-01" in caught.value.hint


def entities_of(store, count: int = 6) -> pa.Table:
    keys = stored(store, "player_lookup, game_date")[5 : 5 + count]
    return pa.table(
        {
            "player_lookup": [player for player, _ in keys],
            "game_date": pa.array([day for _, day in keys], pa.date32()),
            "weight": list(range(count)),
        }
    )


def test_entities_keep_their_rows_their_order_and_their_columns(store) -> None:
    one = entities_of(store)
    nobody = pa.table({"player_lookup": ["nobody"], "game_date": [START], "weight": [99]})
    entities = pa.concat_tables([one.slice(3), one, nobody.cast(one.schema), one.slice(0, 1)])
    rows = store.get_historical_features(entities, NAMES)
    assert rows.table.select(one.column_names).equals(entities)
    known = {
        (player, day): (points, pace)
        for player, day, points, pace in stored(
            store, "player_lookup, game_date, feature_0_value, feature_14_value"
        )
    }
    for row in rows.table.to_pylist():
        expected = known.get((row["player_lookup"], row["game_date"]), (None, None))
        assert (row[NAMES[0]], row[NAMES[1]]) == expected
    assert rows.unmatched == 1


@pytest.mark.parametrize(
    ("moment", "same_date"),
    [
        # 23:59 and 00:01 in New York, five hours behind UTC in winter.
        ((1, 4, 59), True),
        ((1, 5, 1), False),
        ((0, 5, 1), True),
        ((0, 4, 59), False),
    ],
)
def test_a_timestamp_counts_on_the_league_s_date(store, moment, same_date) -> None:
    keys = stored(store, "player_lookup, game_date", "game_date > '2024-11-04'")
    player, day = keys[3]
    plus, hour, minute = moment
    at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) + timedelta(days=plus)
    entities = pa.table(
        {"player_lookup": [player], "event_timestamp": pa.array([at], pa.timestamp("us", "UTC"))}
    )
    (row,) = store.get_historical_features(entities, NAMES).table.to_pylist()
    neighbour = day if same_date else day + timedelta(days=1 if plus else -1)
    features = stored(
        store,
        "feature_0_value, feature_14_value",
        f"player_lookup = '{player}' AND game_date = '{neighbour}'",
    )
    assert (row[NAMES[0]], row[NAMES[1]]) == (features[0] if features else (None, None))


def test_the_label_is_the_result_of_the_game_itself(store) -> None:
    entities = entities_of(store)
    rows = store.get_historical_features(entities, NAMES, label="points").table
    with duckdb.connect(str(store.replica.path), read_only=True) as con:
        points = {
            (player, day): value
            for player, day, value in con.execute(
                f"SELECT player_lookup, game_date, points FROM {tables.SUMMARY}"
            ).fetchall()
        }
    assert rows["label"].to_pylist() == [
        points[row["player_lookup"], row["game_date"]] for row in entities.to_pylist()
    ]
    with pytest.raises(BadInput, match="label 'pionts'") as caught:
        store.get_historical_features(entities, NAMES, label="pionts")
    assert "points" in caught.value.hint


def test_a_row_is_ready_by_the_features_that_the_set_requires(store) -> None:
    keys = stored(store, "player_lookup, game_date")
    entities = pa.table(
        {
            "player_lookup": [player for player, _ in keys],
            "game_date": pa.array([day for _, day in keys], pa.date32()),
        }
    )
    rows = store.get_historical_features(entities, feature_set="points_baseline")
    members = feature_sets.feature_set("points_baseline")
    assert rows.table.column_names == ["player_lookup", "game_date", *members, "is_ready"]
    required = [name for name, is_required in members.items() if is_required]
    ready = [all(row[name] is not None for name in required) for row in rows.table.to_pylist()]
    assert rows.table["is_ready"].to_pylist() == ready
    assert 0 < sum(ready) < len(ready)
    assert rows.not_ready == len(ready) - sum(ready)


def test_a_split_is_by_time(store) -> None:
    keys = stored(store, "player_lookup, game_date")
    entities = pa.table(
        {
            "player_lookup": [player for player, _ in keys],
            "game_date": pa.array([day for _, day in keys], pa.date32()),
        }
    )
    rows = store.get_historical_features(entities, NAMES)
    days = sorted(day for _, day in keys)
    border = days[len(days) // 2]
    train, test = rows.split(test_from=border)
    assert max(train.table["game_date"].to_pylist()) < border
    assert min(test.table["game_date"].to_pylist()) == border
    assert len(train) + len(test) == len(rows)
    with pytest.raises(BadInput, match="'tomorrow': not a date"):
        rows.split("tomorrow")


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"player_lookup": ["a"]}, "need a column game_date or event_timestamp"),
        ({"game_date": [START]}, "need a column player_lookup"),
        ({"player_lookup": ["a"], "game_date": [None]}, "must be a date, got null"),
        ({"player_lookup": ["a"], "game_date": ["2024-11-01"]}, "must be a date, got string"),
        (
            {"player_lookup": ["a"], "game_date": [datetime(2024, 11, 1, 7, tzinfo=UTC)]},
            "contains times of day",
        ),
        (
            {"player_lookup": ["a"], "game_date": [START], NAMES[0]: [1.0]},
            f"already have a column {NAMES[0]}",
        ),
    ],
)
def test_entities_that_cannot_be_matched_are_refused(store, columns, message) -> None:
    with pytest.raises(BadInput, match=message):
        store.get_historical_features(pa.table(columns), NAMES)


def test_entities_come_from_any_library_with_arrow_streams(store) -> None:
    entities = entities_of(store)
    with duckdb.connect() as con:
        con.register("entities", entities)
        rows = store.get_historical_features(con.sql("FROM entities"), NAMES)
    assert rows.table.equals(store.get_historical_features(entities, NAMES).table)
    assert pa.table(rows).equals(rows.table)
    for library, convert in (("polars", rows.to_polars), ("pandas", rows.to_pandas)):
        if importlib.util.find_spec(library):
            assert len(convert()) == len(rows)
        else:
            with pytest.raises(BadInput, match=f"{library}: is not installed"):
                convert()
    with pytest.raises(BadInput, match="must be a table"):
        store.get_historical_features(7, NAMES)


def test_the_same_call_has_the_same_manifest_and_a_change_is_named(store) -> None:
    first = store.features(START, END, names=NAMES).manifest
    again = store.features(START, END, names=NAMES).manifest
    assert first == again
    assert featurestore.Manifest.from_json(first.to_json()) == first
    other = store.features(START, END, names=NAMES[:1]).manifest
    assert "option names was" in first.changes_to(other)[0]
    with EmbeddedWarehouse(Path(store.settings.warehouse)).writer() as con:
        (day,) = con.execute(
            f"SELECT min(game_date) FROM {tables.SUMMARY} WHERE game_date >= '2024-11-05'"
        ).fetchone()
        con.execute(f"UPDATE {tables.SUMMARY} SET points = points + 9 WHERE game_date = ?", [day])
    store.pull(START, END)
    store.compute(START, END, include_bootstrap=True)
    later = store.features(START, END, names=NAMES).manifest
    assert first.changes_to(later) == (f"{tables.SUMMARY}: 1 partition changed, first {day}",)


def test_every_feature_of_a_set_exists() -> None:
    for name, members in feature_sets.feature_sets().items():
        assert set(members) <= set(feature_view.feature_names()), name


def test_an_unknown_set_is_named_with_the_nearest(store) -> None:
    with pytest.raises(BadInput, match="known are points_baseline") as caught:
        store.get_historical_features(entities_of(store), feature_set="points_baselin")
    assert "points_baseline" in caught.value.hint


@pytest.mark.parametrize("form", ["mapping", "table"])
def test_a_set_may_be_a_mapping_or_a_table(store, form) -> None:
    members = {"points_avg_last_5": True, "opponent_pace": False}
    table = pa.table({"feature_name": list(members), "is_required": list(members.values())})
    feature_set = members if form == "mapping" else table
    result = store.get_historical_features(entities_of(store), feature_set=feature_set)
    rows = result.to_arrow()
    assert rows.column_names[-3:] == [*members, "is_ready"]
    # By hand: a row is ready exactly where the one required feature is there.
    points = rows["points_avg_last_5"].to_pylist()
    assert rows["is_ready"].to_pylist() == [value is not None for value in points]
    assert result.not_ready == points.count(None) - result.unmatched
    assert result.manifest.options["feature_set"] == members


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"points_avg_last_5": 1}, "neither True nor False"),
        ({"points_avg_last_5": False}, "requires no feature"),
        ({}, "requires no feature"),
        ({"points_avg_last_6": True}, "points_avg_last_6"),
        (pa.table({"feature_name": ["opponent_pace"]}), "no column is_required"),
        (
            pa.table({"feature_name": ["opponent_pace"] * 2, "is_required": [True, False]}),
            "a name occurs twice",
        ),
    ],
)
def test_a_set_that_cannot_be_used_is_refused(store, given, message) -> None:
    with pytest.raises(BadInput, match=message):
        store.get_historical_features(entities_of(store), feature_set=given)


def test_a_call_is_repeated_from_its_manifest_or_what_changed_is_named(store) -> None:
    entities = entities_of(store)
    first = store.features(START, END, names=NAMES)
    rows = store.get_historical_features(entities, NAMES, label="points")
    kept = [featurestore.Manifest.from_json(one.manifest.to_json()) for one in (first, rows)]
    assert kept[0].repeat(store).to_arrow().equals(first.to_arrow())
    assert kept[1].repeat(store, entities).to_arrow().equals(rows.to_arrow())
    for manifest, repeated, message in (
        (kept[0], entities, "takes no entities"),
        (kept[1], None, "needs the entities"),
    ):
        with pytest.raises(BadInput, match=message):
            manifest.repeat(store, repeated)
    with pytest.raises(Refused, match="option entities was"):
        kept[1].repeat(store, entities.slice(1))
    with EmbeddedWarehouse(Path(store.settings.warehouse)).writer() as con:
        con.execute(f"UPDATE {tables.SUMMARY} SET points = points + 9 WHERE points IS NOT NULL")
    store.pull(START, END)
    # The features are still those of before: what was computed is what is read.
    assert kept[0].repeat(store).to_arrow().equals(first.to_arrow())
    store.compute(START, END, include_bootstrap=True)
    with pytest.raises(Refused, match=r"player_game_summary: \d+ partitions changed") as caught:
        kept[0].repeat(store)
    assert caught.value.facts["changes"]


def test_pushing_and_coverage_are_those_of_the_verbs(store) -> None:
    assert store.push(START, END).rows > 100
    assert store.coverage(START, END).missing_rows == 0


def test_a_query_is_bounded_or_refused(store) -> None:
    sql = f"SELECT COUNT(*) AS n FROM featurestore.features WHERE game_date >= '{START}'"
    assert store.query(sql).to_arrow().to_pylist()[0]["n"] > 100
    with pytest.raises(Refused):
        store.query("SELECT COUNT(*) AS n FROM nba_analytics.player_game_summary")


COUNT = "SELECT COUNT(*) AS n FROM featurestore.features AS f WHERE f.game_date "


@pytest.mark.parametrize(
    ("condition", "parameters", "where"),
    [
        (">= @day", {"day": date(2024, 11, 10)}, "game_date >= '2024-11-10'"),
        (">= @day", {"Day": "2024-11-10"}, "game_date >= '2024-11-10'"),
        ("IN UNNEST(@days)", {"days": [date(2024, 11, 10)]}, "game_date = '2024-11-10'"),
        ("IN UNNEST(@days)", {"days": ("2024-11-10",)}, "game_date = '2024-11-10'"),
        ("IN UNNEST(@days)", {"days": []}, "FALSE"),
        (">= @day AND f.game_id = @game", {"day": START, "game": "20250101"}, "FALSE"),
        (">= @day AND @none IS NULL", {"day": START, "none": None}, "TRUE"),
        (">= @day AND @n = 3 AND @x < 0.5", {"day": START, "n": 3, "x": 0.25}, "TRUE"),
        (
            ">= @day AND f.player_lookup != @name AND @flag",
            {"day": START, "name": "'; DROP TABLE x; --", "flag": True},
            "TRUE",
        ),
        (
            ">= @day AND TIMESTAMP(f.game_date) < @at",
            {"day": START, "at": datetime(2024, 11, 10, 1, tzinfo=UTC)},
            "game_date <= '2024-11-10'",
        ),
    ],
)
def test_a_query_takes_values_for_its_parameters(store, condition, parameters, where) -> None:
    rows = store.query(COUNT + condition, **parameters).to_arrow().to_pylist()
    with duckdb.connect(str(store.replica.path), read_only=True) as con:
        counted = con.execute(f"SELECT count(*) FROM featurestore.features WHERE {where}")
        assert [(row["n"],) for row in rows] == counted.fetchall()


FRAME = {"who": ["one", "none"], "day": [date(2024, 11, 10), None], "weight": [1, 2]}
PAIRED = """
    SELECT f.player_lookup, w.weight * 1.5 AS weight
    FROM featurestore.features AS f JOIN wanted AS w ON w.day = f.game_date
    WHERE f.game_date >= @start ORDER BY f.player_lookup"""


@pytest.mark.parametrize("library", ["arrow", "polars", "pandas", "duckdb"])
def test_a_frame_of_any_library_is_read_as_a_table_by_its_name(store, library) -> None:
    arrow = pa.table(FRAME)
    if library in {"polars", "pandas"}:
        pytest.importorskip(library)
    make = {
        "arrow": lambda: arrow,
        "polars": lambda: importlib.import_module("polars").from_arrow(arrow),
        "pandas": lambda: arrow.to_pandas(),
        "duckdb": lambda: duckdb.from_arrow(arrow),
    }
    rows = store.query(PAIRED, wanted=make[library](), start=START).to_arrow()
    players = stored(store, "player_lookup", "game_date = DATE '2024-11-10'")
    assert players
    assert rows.to_pydict() == {
        "player_lookup": [name for (name,) in players],
        "weight": [1.5] * len(players),
    }


def test_a_frame_has_the_types_of_googlesql(store) -> None:
    frame = pa.table(
        {
            "i": pa.array([2**31 - 1, None], pa.int32()),
            "f": pa.array([0.5, None], pa.float32()),
            "m": pa.array([None, 1], pa.decimal128(5, 2)),
            "s": pa.array(["x", None]).dictionary_encode(),
            "t": pa.array([datetime(2024, 11, 10, tzinfo=UTC), None], pa.timestamp("ns", "UTC")),
            "nothing": pa.nulls(2),
        }
    )
    sql = "SELECT i + i AS i, f * 2 AS f, m / 3 AS m, CONCAT(s, 'é') AS s, t, nothing AS n FROM x"
    rows = store.query(sql, x=frame).to_arrow()
    assert [str(kind) for kind in rows.schema.types] == [
        "int64", "double", "decimal128(38, 9)", "string", "timestamp[us, tz=UTC]", "int64",
    ]  # fmt: skip
    assert rows["i"].to_pylist() == [2**32 - 2, None]


@pytest.mark.parametrize(
    ("sql", "parameters", "said"),
    [
        (COUNT + ">= @day", {}, "parameter @day has no value"),
        (COUNT + ">= @day", {"day": "today"}, "parameter day: 'today' is not of type DATE"),
        (COUNT + ">= @day", {"day": START, "x": 1}, "parameter x: the statement has no @x"),
        (COUNT + ">= @day", {"day": object()}, "parameter day: <object .* has no GoogleSQL type"),
        (COUNT + ">= @day", {"day": float("nan")}, "parameter day: nan of type float has no"),
        ("SELECT @n AS n", {"n": 2**63}, "parameter n: 9223372036854775808 of type int has no"),
        ("SELECT 1 IN UNNEST(@n) AS n", {"n": [1, "x"]}, "parameter n: the values of a list must"),
        ("SELECT 1 AS n", {"x": pa.table({"a": [1]})}, "frame x: the statement does not read it"),
        ("SELECT a FROM x", {"x": pa.table({"a": [1e400]})}, "frame x: column a: a value is not"),
        (
            "SELECT a FROM x",
            {"x": pa.table([[1], [2]], names=["a", "A"])},
            "frame x: two columns a",
        ),
        (
            "SELECT a FROM x",
            {"x": pa.table({"a": pa.array([2**63], pa.uint64())})},
            "frame x: Integer value 9223372036854775808 not in range",
        ),
        ("SELECT b FROM x", {"x": pa.table({"a": [1]})}, "query:1:8: Unrecognized name: b"),
        ("SELECT a FROM y", {"x": pa.table({"a": [1]})}, "table y: unknown"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(store, sql, parameters, said) -> None:
    with pytest.raises(BadInput, match=said):
        store.query(sql, **parameters)


def test_a_missing_replica_is_named(tmp_path) -> None:
    with pytest.raises(BadInput):
        featurestore.open(tmp_path / "none.duckdb")


def test_what_is_public_is_what_is_listed() -> None:
    from featurestore import api

    assert sorted(featurestore.__all__) == sorted(api.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        featurestore.nothing  # noqa: B018
