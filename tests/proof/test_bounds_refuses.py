"""Statements with a scan that BigQuery cannot prune: the guard refuses all of them."""

# ruff: noqa: E501  (one case a line)

from __future__ import annotations

import pytest

from featurestore.bounds import check_bounds, require_bounds
from sync.errors import Refused

SUMMARY = "nba_analytics.player_game_summary"
PARTITIONED = {
    SUMMARY: "game_date",
    "nba.games": "game_date",
    "nba.lines": "game_date",
    "nba.runs": "data_date",
}
VIEWS = {"nba.all_games": "SELECT player, game_date AS day, points FROM nba.games"}

# The value of each case is (missing side, SQL).
REFUSED = {
    # the incident, and its simplest relatives
    "the incident: a CTE with an upper bound only": ("lower", "WITH games AS (SELECT points FROM nba_analytics.player_game_summary WHERE game_date < @d) SELECT * FROM games"),
    "no WHERE": ("both", "SELECT 1 FROM nba.games"),
    "WHERE on something else": ("both", "SELECT 1 FROM nba.games WHERE player = @p"),
    "WHERE TRUE": ("both", "SELECT 1 FROM nba.games WHERE TRUE"),
    "LIMIT bounds nothing": ("both", "SELECT 1 FROM nba.games LIMIT 10"),
    "only an upper bound": ("lower", "SELECT 1 FROM nba.games WHERE game_date <= @b"),
    "only a lower bound": ("upper", "SELECT 1 FROM nba.games WHERE game_date >= @a"),
    "not NULL": ("both", "SELECT 1 FROM nba.games WHERE game_date IS NOT NULL"),
    # not a constant
    "another column": ("both", "SELECT 1 FROM nba.games WHERE game_date = created_date"),
    "a column in arithmetic": ("lower", "SELECT 1 FROM nba.games WHERE game_date >= DATE_SUB(created_date, INTERVAL 3 DAY) AND game_date < @b"),
    "a scalar subquery": ("both", "SELECT 1 FROM nba.games WHERE game_date = (SELECT MAX(day) FROM other.t)"),
    "a scalar subquery of a constant": ("both", "SELECT 1 FROM nba.games WHERE game_date = (SELECT CURRENT_DATE())"),
    "IN (SELECT)": ("both", "SELECT 1 FROM nba.games WHERE game_date IN (SELECT day FROM other.t)"),
    "IN with a column among constants": ("both", "SELECT 1 FROM nba.games WHERE game_date IN (@a, created_date)"),
    "IN UNNEST of a column": ("both", "SELECT 1 FROM nba.games WHERE game_date IN UNNEST(days)"),
    "a user's own function": ("both", "SELECT 1 FROM nba.games WHERE game_date = nba.season_start(@season)"),
    "a random date": ("both", "SELECT 1 FROM nba.games WHERE game_date = DATE_ADD(@a, INTERVAL CAST(RAND() * 9 AS INT64) DAY)"),
    # not the bare column
    "a truncated column": ("both", "SELECT 1 FROM nba.games WHERE DATE_TRUNC(game_date, MONTH) = @a"),
    "a part of the column": ("both", "SELECT 1 FROM nba.games WHERE EXTRACT(YEAR FROM game_date) = 2025"),
    "the column as text": ("both", "SELECT 1 FROM nba.games WHERE CAST(game_date AS STRING) BETWEEN '2025-01-01' AND '2025-02-01'"),
    "arithmetic on the column": ("both", "SELECT 1 FROM nba.games WHERE DATE_ADD(game_date, INTERVAL 1 DAY) = @a"),
    "CASE": ("both", "SELECT 1 FROM nba.games WHERE CASE WHEN @x THEN game_date >= @a ELSE game_date = @b END"),
    "IF": ("both", "SELECT 1 FROM nba.games WHERE IF(@x, game_date = @a, FALSE)"),
    "COALESCE of the column": ("both", "SELECT 1 FROM nba.games WHERE COALESCE(game_date, @b) = @a"),
    "a struct's field of that name": ("both", "SELECT 1 FROM nba.games AS g WHERE g.line.game_date = @a"),
    # OR and NOT
    "OR with an unbounded branch": ("both", "SELECT 1 FROM nba.games WHERE game_date = @a OR player = 1"),
    "OR with a branch bounded on one side": ("lower", "SELECT 1 FROM nba.games WHERE game_date = @a OR game_date < @b"),
    "OR with TRUE": ("both", "SELECT 1 FROM nba.games WHERE game_date = @a OR TRUE"),
    "NOT BETWEEN": ("both", "SELECT 1 FROM nba.games WHERE game_date NOT BETWEEN @a AND @b"),
    "NOT IN": ("both", "SELECT 1 FROM nba.games WHERE game_date NOT IN (@a, @b)"),
    "unequal": ("both", "SELECT 1 FROM nba.games WHERE game_date != @a"),
    "NOT of equal": ("both", "SELECT 1 FROM nba.games WHERE NOT game_date = @a"),
    "NOT of a lower bound": ("lower", "SELECT 1 FROM nba.games WHERE NOT (game_date >= @a)"),
    "NOT of AND": ("both", "SELECT 1 FROM nba.games WHERE NOT (game_date < @a AND game_date > @b)"),
    # constants, of which only booleans and integers are folded
    "an integer beside a float": ("both", "SELECT 1 FROM nba.games WHERE 1 = 1.0"),
    "an integer beside a float with an exponent": ("both", "SELECT 1 FROM nba.games WHERE 1 = 1e0"),
    "two floats written differently": ("both", "SELECT 1 FROM nba.games WHERE game_date = @a OR 2.0 = 2.00"),
    "a constant that may be true beside a bound": ("both", "SELECT 1 FROM nba.games WHERE 2 = 2.0 OR game_date = @a"),
    "an integer written in base 16": ("both", "SELECT 1 FROM nba.games WHERE 1 = 0x1"),
    "an integer with a leading zero": ("both", "SELECT 1 FROM nba.games WHERE 1 = 01"),
    "equal integers": ("both", "SELECT 1 FROM nba.games WHERE 1 = 1"),
    "NOT of unequal integers": ("both", "SELECT 1 FROM nba.games WHERE NOT 1 = 2"),
    "a NULL beside a bound": ("both", "SELECT 1 FROM nba.games WHERE game_date = @a OR NULL IS NULL"),
    "texts that are equal": ("both", "SELECT 1 FROM nba.games WHERE 'a' = \"a\""),
    "a system variable": ("both", "SELECT 1 FROM nba.games WHERE game_date = @@day"),
    "HAVING over a position out of range": ("both", "SELECT player FROM nba.games GROUP BY 9 HAVING player = 1"),
    # joins
    "a bound that follows from a join": ("both", "SELECT 1 FROM nba.games AS g JOIN nba.lines AS l ON l.game_date = g.game_date WHERE l.game_date = @a"),
    "a bound that follows from USING": ("both", "SELECT 1 FROM nba.lines JOIN nba.games USING (game_date) WHERE game_date = @a"),
    "ON of a left join, preserved side": ("both", "SELECT 1 FROM nba.games AS g LEFT JOIN other.t AS t ON t.player = g.player AND g.game_date = @a"),
    "ON of a right join, preserved side": ("both", "SELECT 1 FROM other.t AS t RIGHT JOIN nba.games AS g ON g.game_date = @a"),
    "ON of a full join": ("both", "SELECT 1 FROM nba.games AS g FULL JOIN other.t AS t ON g.game_date = @a"),
    "USING of a full join": ("both", "SELECT 1 FROM nba.games FULL JOIN other.t USING (game_date) WHERE game_date = @a"),
    "an anti join by IS NULL": ("both", "SELECT 1 FROM other.t LEFT JOIN nba.games AS g ON g.player = t.player WHERE g.game_date IS NULL"),
    "a date or no match": ("both", "SELECT 1 FROM other.t LEFT JOIN nba.games AS g ON g.player = t.player WHERE g.game_date = @a OR g.game_date IS NULL"),
    "a self join with one side bounded": ("both", "SELECT 1 FROM nba.games AS g JOIN nba.games AS h ON h.game_date < g.game_date AND h.game_date >= DATE_SUB(g.game_date, INTERVAL 9 DAY) WHERE g.game_date = @a"),
    "the other table's column": ("both", "SELECT 1 FROM nba.games AS g JOIN nba.runs AS r ON r.data_date = @a WHERE r.data_date = @b"),
    "FALSE in ON of a left join": ("both", "SELECT 1 FROM nba.games AS g LEFT JOIN other.t AS t ON FALSE"),
    "a comma join": ("both", "SELECT 1 FROM nba.games AS g, nba.lines AS l WHERE l.game_date = @a"),
    # subqueries
    "EXISTS": ("both", "SELECT 1 FROM other.t WHERE EXISTS (SELECT 1 FROM nba.games AS g WHERE g.player = t.player)"),
    "a correlated bound": ("both", "SELECT 1 FROM nba.lines AS l WHERE l.game_date = @a AND EXISTS (SELECT 1 FROM nba.games AS g WHERE g.game_date >= DATE_SUB(l.game_date, INTERVAL 9 DAY) AND g.game_date < l.game_date)"),
    "the outer table's bound inside": ("both", "SELECT 1 FROM nba.lines AS l WHERE l.game_date = @a AND EXISTS (SELECT 1 FROM nba.games AS g WHERE l.game_date = @a)"),
    "the inner bound outside": ("both", "SELECT 1 FROM nba.games AS g WHERE EXISTS (SELECT 1 FROM other.t WHERE g.game_date = @a)"),
    "a scalar subquery's own scan": ("both", "SELECT (SELECT MAX(game_date) FROM nba.games) AS newest"),
    "a subquery in ORDER BY": ("both", "SELECT x FROM other.t ORDER BY (SELECT MAX(points) FROM nba.games)"),
    "a subquery in a subquery": ("both", "SELECT 1 FROM other.t WHERE x IN (SELECT y FROM other.u WHERE y IN (SELECT points FROM nba.games))"),
    # filters that do not travel inwards
    "through LIMIT": ("both", "SELECT 1 FROM (SELECT * FROM nba.games LIMIT 9) WHERE game_date = @a"),
    "through a window": ("both", "SELECT 1 FROM (SELECT game_date, LAG(points) OVER (PARTITION BY player ORDER BY game_date) AS p FROM nba.games) WHERE game_date = @a"),
    "through QUALIFY": ("both", "SELECT 1 FROM (SELECT game_date FROM nba.games QUALIFY ROW_NUMBER() OVER (PARTITION BY player ORDER BY game_date) = 1) WHERE game_date = @a"),
    "in QUALIFY": ("both", "SELECT 1 FROM nba.games QUALIFY game_date = @a AND ROW_NUMBER() OVER (ORDER BY points) = 1"),
    "through an aggregate": ("both", "SELECT 1 FROM (SELECT player, MAX(game_date) AS game_date FROM nba.games GROUP BY player) WHERE game_date = @a"),
    "HAVING on an aggregate": ("both", "SELECT player FROM nba.games GROUP BY player HAVING MAX(game_date) >= @a"),
    "through ROLLUP": ("both", "SELECT 1 FROM (SELECT game_date, COUNT(*) AS n FROM nba.games GROUP BY ROLLUP (game_date)) WHERE game_date = @a"),
    "through GROUPING SETS": ("both", "SELECT 1 FROM (SELECT game_date, COUNT(*) AS n FROM nba.games GROUP BY GROUPING SETS (game_date, ())) WHERE game_date = @a"),
    "through an expression": ("both", "SELECT 1 FROM (SELECT DATE_TRUNC(game_date, MONTH) AS game_date FROM nba.games) WHERE game_date = @a"),
    "through REPLACE": ("both", "SELECT 1 FROM (SELECT * REPLACE (created_date AS game_date) FROM nba.games) WHERE game_date = @a"),
    "through another column's name": ("both", "SELECT 1 FROM (SELECT created_date AS game_date FROM nba.games) WHERE game_date = @a"),
    "through one arm of UNION only": ("both", "SELECT 1 FROM (SELECT game_date FROM nba.games WHERE game_date = @a UNION ALL SELECT data_date FROM nba.runs)"),
    "through an arm with another column there": ("both", "SELECT 1 FROM (SELECT game_date, x FROM other.t UNION ALL SELECT created_date, game_date FROM nba.games) WHERE game_date = @a"),
    "through LIMIT of a UNION": ("both", "SELECT 1 FROM (SELECT game_date FROM nba.games UNION ALL SELECT day FROM other.t LIMIT 9) WHERE game_date = @a"),
    "through EXCEPT": ("both", "SELECT 1 FROM (SELECT day FROM other.t EXCEPT DISTINCT SELECT game_date FROM nba.games) WHERE day = @a"),
    "through EXCEPT, its first arm": ("both", "SELECT 1 FROM (SELECT game_date FROM nba.games EXCEPT DISTINCT SELECT day FROM other.t) WHERE game_date = @a"),
    "through PIVOT": ("both", "SELECT 1 FROM nba.games PIVOT (SUM(points) FOR team IN ('BOS')) WHERE game_date = @a"),
    "a CTE read twice, once without a bound": ("both", "WITH g AS (SELECT * FROM nba.games) SELECT 1 FROM g WHERE game_date = @a UNION ALL SELECT 1 FROM g"),
    "a CTE read twice, first without a bound": ("both", "WITH g AS (SELECT * FROM nba.games) SELECT 1 FROM g UNION ALL SELECT 1 FROM g WHERE game_date = @a"),
    "a CTE that is never read": ("both", "WITH g AS (SELECT * FROM nba.games) SELECT 1"),
    "a CTE inside a CTE": ("both", "WITH g AS (WITH h AS (SELECT * FROM nba.games) SELECT * FROM h LIMIT 5) SELECT 1 FROM g WHERE game_date = @a"),
    "a recursive CTE": ("both", "WITH RECURSIVE r AS (SELECT game_date FROM nba.games UNION ALL SELECT game_date FROM r) SELECT 1 FROM r WHERE game_date = @a"),
    "a view": ("both", "SELECT points FROM nba.all_games WHERE player = 1"),
    "a view created in the script": ("both", "CREATE VIEW nba.v AS SELECT * FROM nba.games; SELECT 1 FROM nba.v"),
    "a materialized view reads at once": ("both", "CREATE MATERIALIZED VIEW nba.v AS SELECT COUNT(*) AS n FROM nba.games"),
    # other statements
    "INSERT of an unbounded SELECT": ("both", "INSERT INTO other.t SELECT * FROM nba.games"),
    "CREATE TABLE AS": ("lower", "CREATE TABLE other.t AS SELECT 1 AS x FROM nba.games WHERE game_date < @a"),
    "DELETE without FROM": ("both", "DELETE nba.games AS g WHERE g.player = @p"),
    "DELETE of everything": ("both", "DELETE FROM nba.games WHERE TRUE"),
    "DELETE by another table's dates": ("both", "DELETE FROM nba.games WHERE game_date IN (SELECT game_date FROM other.staged)"),
    "UPDATE by another table's dates": ("both", "UPDATE nba.games AS g SET points = 1 FROM other.t AS s WHERE s.game_date = g.game_date AND s.game_date = @a"),
    "MERGE by the key alone": ("both", "MERGE nba.games AS g USING other.t AS s ON s.player = g.player AND s.game_date = g.game_date WHEN MATCHED THEN DELETE"),
    "MERGE that deletes what has no source": ("both", "MERGE nba.games AS g USING other.t AS s ON s.player = g.player AND g.game_date = @a WHEN NOT MATCHED BY SOURCE THEN DELETE"),
    "MERGE from an unbounded table": ("both", "MERGE other.t AS t USING nba.games AS g ON g.player = t.player AND g.game_date = @a WHEN NOT MATCHED THEN INSERT ROW"),
    "a variable's default": ("both", "DECLARE day DATE DEFAULT (SELECT MAX(game_date) FROM nba.games)"),
    "a condition of a script": ("both", "IF EXISTS (SELECT 1 FROM nba.games) THEN SELECT 1; END IF"),
    "a statement in a block": ("both", "BEGIN SELECT 1 FROM nba.games; EXCEPTION WHEN ERROR THEN SELECT 2; END"),
    "the body of a procedure": ("both", "CREATE OR REPLACE PROCEDURE nba.p() BEGIN SELECT 1 FROM nba.games; END"),
    "a column shadows a variable": ("both", "DECLARE day DATE; WITH c AS (SELECT 1 AS day) SELECT 1 FROM nba.games, c WHERE game_date = day"),
    "pipe syntax": ("both", "FROM nba.games |> AGGREGATE COUNT(*) AS n GROUP BY player"),
}  # fmt: skip


@pytest.mark.parametrize(("side", "sql"), REFUSED.values(), ids=REFUSED)
def test_one_finding_names_the_scan_and_the_missing_side(side: str, sql: str) -> None:
    findings = check_bounds(sql, PARTITIONED, upper=True, views=VIEWS)
    assert [(finding.rule, finding.severity, finding.side) for finding in findings] == [
        ("unbounded", "error", side)
    ]
    if side != "upper":
        with pytest.raises(Refused):
            require_bounds(sql, PARTITIONED, views=VIEWS)


def test_the_refusal_names_file_line_cte_table_side_and_the_predicate_to_add() -> None:
    sql = f"WITH\n  games AS (\n    SELECT points FROM {SUMMARY} AS s\n    WHERE s.game_date < @d\n  )\nSELECT * FROM games"
    with pytest.raises(Refused) as caught:
        require_bounds(sql, PARTITIONED, origin="sql/reports/x.sql")
    assert str(caught.value) == (
        f"sql/reports/x.sql:3: {SUMMARY} in CTE games: no lower bound on game_date"
    )
    assert caught.value.hint == "add to CTE games: s.game_date >= @start_date"
    assert caught.value.exit_code == 3
    assert caught.value.facts == {
        "path": "sql/reports/x.sql",
        "line": 3,
        "table": SUMMARY,
        "cte": "games",
        "side": "lower",
        "predicate": "s.game_date >= @start_date",
    }


def test_the_hint_explains_a_bound_that_follows_from_a_join() -> None:
    sql = "SELECT 1 FROM nba.games g JOIN nba.lines l ON l.game_date = g.game_date WHERE l.game_date = @a"
    (finding,) = check_bounds(sql, PARTITIONED, origin="a.sql", line=10)
    assert (finding.path, finding.line, finding.column) == ("a.sql", 10, 15)
    assert finding.hint == (
        "add to the statement: g.game_date BETWEEN @start_date AND @end_date; "
        "`l.game_date = g.game_date` does not bound this scan: BigQuery prunes partitions only by "
        "the bare column compared with constants or parameters"
    )


def test_every_unbounded_scan_of_a_statement_is_found_once() -> None:
    sql = "WITH g AS (SELECT * FROM nba.games) SELECT 1 FROM g, g AS h, nba.lines\nUNION ALL SELECT 2 FROM nba.runs"
    findings = check_bounds(sql, PARTITIONED)
    assert [(finding.table, finding.cte, finding.line) for finding in findings] == [
        ("nba.games", "g", 1),
        ("nba.lines", "", 1),
        ("nba.runs", "", 2),
    ]


def test_a_view_is_named_where_it_is_read() -> None:
    sql = "SELECT 1\nFROM nba.all_games AS v"
    (finding,) = check_bounds(sql, PARTITIONED, views=VIEWS)
    assert (finding.line, finding.message) == (
        2,
        "nba.games through view nba.all_games: no lower and no upper bound on game_date",
    )


def test_a_table_may_be_listed_without_its_dataset() -> None:
    assert check_bounds("SELECT 1 FROM any_set.games", {"games": "game_date"})
    assert check_bounds("SELECT 1 FROM `p.s.games`", {"other.s.games": "game_date"})


def test_dynamic_sql_that_names_a_partitioned_table_is_a_finding() -> None:
    (finding,) = check_bounds("EXECUTE IMMEDIATE 'SELECT 1 FROM nba.games'", PARTITIONED)
    assert (finding.rule, finding.table) == ("unreadable", "nba.games")


def test_text_that_is_not_sql_is_a_finding_and_a_refusal() -> None:
    (finding,) = check_bounds("SELECT FROM WHERE (", PARTITIONED)
    assert finding.rule == "syntax"
    with pytest.raises(Refused):
        require_bounds("SELECT FROM WHERE (", PARTITIONED)
