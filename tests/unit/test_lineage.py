"""Lineage of columns: what a value is made of, and what chooses the rows it is made from."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp
from sqlglot import lineage as sqlglot_lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope

from featurestore.catalog.diagram import ROWS, diagram
from featurestore.catalog.lineage import Ref, columns_of, lineage
from featurestore.catalog.scope_columns import inputs_of
from featurestore.compute import plan
from featurestore.compute.plan import FEATURE_VALUE
from featurestore.definitions import tables
from featurestore.definitions.features import features

SUMMARY = "nba_analytics.player_game_summary"
SCHEMA = {
    "d.a": dict.fromkeys(("k", "x", "y", "day"), "INT64"),
    "b": dict.fromkeys(("k", "z", "w"), "INT64"),
}


def found(sql, column):
    made_of, chosen_by = inputs_of(sql, SCHEMA)[column]
    return {".".join(pair) for pair in made_of}, {".".join(pair) for pair in chosen_by}


@pytest.mark.parametrize(
    ("sql", "made_of", "chosen_by"),
    [
        ("SELECT x + y AS v FROM d.a", {"d.a.x", "d.a.y"}, {"d.a."}),
        ("SELECT IF(x > 0, y, NULL) AS v FROM d.a", {"d.a.x", "d.a.y"}, {"d.a."}),
        ("SELECT x AS v FROM d.a WHERE y > 0", {"d.a.x"}, {"d.a.", "d.a.y"}),
        ("SELECT COUNT(*) AS v FROM d.a GROUP BY k", set(), {"d.a.", "d.a.k"}),
        (
            "SELECT a.x AS v FROM d.a INNER JOIN b ON b.k = a.k",
            {"d.a.x"},
            {"d.a.", "b.", "d.a.k", "b.k"},
        ),
        # By the grain, a LEFT JOIN adds no row: only what reads it depends on its condition.
        ("SELECT a.x AS v FROM d.a LEFT JOIN b ON b.k = a.k", {"d.a.x"}, {"d.a."}),
        (
            "SELECT b.z AS v FROM d.a LEFT JOIN b ON b.k = a.k",
            {"b.z"},
            {"d.a.", "b.", "d.a.k", "b.k"},
        ),
        (
            "SELECT a.x AS v FROM d.a LEFT JOIN b ON b.k = a.k WHERE b.k IS NULL",
            {"d.a.x"},
            {"d.a.", "b.", "d.a.k", "b.k"},
        ),
        (
            "SELECT COUNT(*) AS v FROM d.a LEFT JOIN b ON b.k = a.k",
            set(),
            {"d.a.", "b.", "d.a.k", "b.k"},
        ),
        (
            "SELECT SUM(x) OVER (PARTITION BY k ORDER BY day) AS v FROM d.a",
            {"d.a.x"},
            {"d.a.", "d.a.k", "d.a.day"},
        ),
        (
            "SELECT SUM(x) OVER late AS v FROM d.a WINDOW early AS (PARTITION BY k ORDER BY day),"
            " late AS (early ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING)",
            {"d.a.x"},
            {"d.a.", "d.a.k", "d.a.day"},
        ),
        (
            "SELECT x AS v FROM d.a QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY day) = 1",
            {"d.a.x"},
            {"d.a.", "d.a.k", "d.a.day"},
        ),
        (
            "WITH c AS (SELECT k, x * y AS p FROM d.a WHERE day > 1) SELECT p AS v FROM c",
            {"d.a.x", "d.a.y"},
            {"d.a.", "d.a.day"},
        ),
        (
            "WITH c AS (SELECT * FROM d.a UNION ALL SELECT k, z, w, k FROM b WHERE w > 0)"
            " SELECT c.* EXCEPT (x), c.x AS v FROM c",
            {"d.a.x", "b.z"},
            {"d.a.", "b.", "b.w"},
        ),
        ("SELECT n * x AS v FROM d.a CROSS JOIN UNNEST([1, 2]) AS n", {"d.a.x"}, {"d.a."}),
        (
            "SELECT n AS v FROM d.a CROSS JOIN UNNEST([x, y]) AS n",
            {"d.a.x", "d.a.y"},
            {"d.a."},
        ),
        (
            "SELECT x AS v FROM d.a WHERE k IN (SELECT z FROM b WHERE w > 0)",
            {"d.a.x"},
            {"d.a.", "d.a.k", "b.", "b.z", "b.w"},
        ),
        (
            "SELECT x AS v FROM d.a WHERE EXISTS (SELECT 1 FROM b WHERE b.k = a.k)",
            {"d.a.x"},
            {"d.a.", "d.a.k", "b.", "b.k"},
        ),
    ],
)
def test_a_column_is_made_of_its_expression_and_chosen_by_the_conditions(sql, made_of, chosen_by):
    assert found(sql, "v") == (made_of, chosen_by)


def test_every_feature_has_sqlglot_s_inputs_except_window_partitions():
    """sqlglot's own lineage goes through one composed statement, not from file to file."""
    schema = {}
    for full_name, columns in tables.column_types().items():
        dataset, table = full_name.split(".")
        schema.setdefault(dataset, {})[table] = columns
    tree = sqlglot.parse_one(plan.features_sql(FEATURE_VALUE), read="bigquery")
    qualified = qualify(tree, dialect="bigquery", schema=schema)
    scope = build_scope(qualified)
    # listed_history numbers a player's rows in a separate window.
    in_windows = {
        "dnp_rate": {
            *(f"{SUMMARY}.{c}" for c in ("player_lookup", "game_date", "season_year", "team_abbr")),
            "nba_raw.nbac_injury_report.game_date",
            "nba_raw.nbac_injury_report.player_lookup",
        }
    }
    for one in features()[:12] + features()[33:34]:
        node = sqlglot_lineage.lineage(
            one.feature_name,
            qualified,
            schema,
            scope=scope,
            dialect="bigquery",
            trim_selects=False,
        )
        leaves = {
            f"{leaf.expression.db}.{leaf.expression.name}.{exp.to_column(leaf.name).name}"
            for leaf in node.walk()
            if isinstance(leaf.expression, exp.Table)
        }
        ours = set(lineage(one.feature_name).made_of)
        assert leaves - ours == in_windows.get(one.feature_name, set()), one.feature_name
        assert ours <= leaves


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("points_avg_last_5", {"points"}),
        ("home_away", {"game_id", "team_abbr"}),
        ("minutes_avg_last_10", {"minutes_played"}),
        ("ppm_avg_last_10", {"points", "minutes_played"}),
        ("vegas_line_move", {"points_line", "opening_line"}),
        ("games_vs_opponent", set()),
    ],
)
def test_the_inputs_of_a_feature_are_found_through_all_relations(name, columns):
    assert set(lineage(name).made_of) == {f"{SUMMARY}.{column}" for column in columns}


def test_the_inputs_of_the_injury_risk_are_in_the_reports():
    assert lineage("injury_risk").made_of == ("nba_raw.nbac_injury_report.injury_status",)


def test_a_count_of_meetings_depends_on_whom_a_player_met_and_which_games_were_played():
    chosen = lineage("games_vs_opponent").chosen_by
    expected = ("player_lookup", "opponent_team_abbr", "game_date", "points", "minutes_played")
    assert {f"{SUMMARY}.{column}" for column in expected} <= set(chosen)


def test_only_what_reads_the_usage_depends_on_the_games_that_have_one():
    column = f"{SUMMARY}.usage_rate"
    depending = {
        one.feature_name for one in features() if column in lineage(one.feature_name).chosen_by
    }
    assert depending == {"usage_spike_score"}


def test_the_graph_of_a_lineage_leads_from_the_feature_to_the_warehouse():
    graph = lineage("minutes_avg_last_10").graph
    assert next(iter(graph)) == Ref(FEATURE_VALUE, "minutes_avg_last_10")
    assert graph[Ref("player_form", "minutes_avg_last_10")].made_of == {
        Ref("appearance", "minutes_tenths")
    }
    assert Ref(SUMMARY, "minutes_played") in graph[Ref("summary", "minutes_tenths")].made_of
    relations = columns_of(FEATURE_VALUE)
    assert all(ref.relation in relations for ref in graph)


def test_every_feature_has_a_picture_whose_lines_lead_from_left_to_right():
    for one in features():
        picture = diagram(one.feature_name)
        start = next(box for box in picture.boxes.values() if box.layer == 0)
        assert start.columns == [one.feature_name]
        for line in picture.lines:
            target, source = (picture.boxes[ref.relation] for ref in (line.target, line.source))
            assert target.layer < source.layer
            assert target.x + target.width < source.x
            assert (line.target.column or ROWS) in target.columns
            assert (line.source.column or ROWS) in source.columns
        for box in picture.boxes.values():
            assert box.y + box.height <= picture.height
            assert box.x + box.width <= picture.width
            same = [other for other in picture.boxes.values() if other.layer == box.layer]
            assert len({other.y for other in same}) == len(same)


def test_a_picture_ends_at_the_warehouse_or_at_rows_that_are_counted():
    picture = diagram("games_vs_opponent")
    counted = {(line.source.relation, line.counts) for line in picture.lines if line.counts}
    assert counted == {("roster", True), ("summary", True)}
    picture = diagram("vegas_line_move")
    assert [box.columns for name, box in picture.boxes.items() if "." in name] == [
        ["points_line", "opening_line"]
    ]
