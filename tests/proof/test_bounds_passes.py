"""Statements whose every scan BigQuery prunes: the guard lets all of them pass."""

# ruff: noqa: E501  (one case a line)

from __future__ import annotations

import pytest

from featurestore.bounds import check_bounds, require_bounds

PARTITIONED = {
    "nba.games": "game_date",
    "nba.lines": "game_date",
    "nba.runs": "data_date",
}
VIEWS = {"nba.all_games": "SELECT player, game_date AS day, points FROM nba.games"}

BOTH_SIDES = {
    # comparisons
    "between two parameters": "SELECT 1 FROM nba.games WHERE game_date BETWEEN @a AND @b",
    "both sides by comparison": "SELECT 1 FROM nba.games WHERE game_date >= @a AND game_date < @b",
    "the constant on the left": "SELECT 1 FROM nba.games WHERE @a <= game_date AND @b > game_date",
    "one date": "SELECT 1 FROM nba.games WHERE game_date = '2025-01-01'",
    "one date, the constant first": "SELECT 1 FROM nba.games WHERE DATE '2025-01-01' = game_date",
    "positional parameters": "SELECT 1 FROM nba.games WHERE game_date BETWEEN ? AND ?",
    "a list of dates": "SELECT 1 FROM nba.games WHERE game_date IN ('2025-01-01', @b)",
    "an array parameter": "SELECT 1 FROM nba.games WHERE game_date IN UNNEST(@dates)",
    "a generated array": "SELECT 1 FROM nba.games WHERE game_date IN UNNEST(GENERATE_DATE_ARRAY(@a, @b))",
    "the partition of NULL": "SELECT 1 FROM nba.games WHERE game_date IS NULL",
    "parentheses around the column": "SELECT 1 FROM nba.games WHERE (game_date) BETWEEN @a AND @b",
    "capitals": "SELECT 1 FROM NBA.Games WHERE GAME_DATE BETWEEN @a AND @b",
    # constants
    "the current date": "SELECT 1 FROM nba.games WHERE game_date BETWEEN CURRENT_DATE() - 7 AND CURRENT_DATE('UTC')",
    "arithmetic on parameters": "SELECT 1 FROM nba.games WHERE game_date BETWEEN DATE_SUB(@a, INTERVAL 365 DAY) AND @b + 1",
    "a truncated parameter": "SELECT 1 FROM nba.games WHERE game_date BETWEEN DATE_TRUNC(@a, MONTH) AND LAST_DAY(@b)",
    "casts of constants": "SELECT 1 FROM nba.games WHERE game_date BETWEEN CAST(@a AS DATE) AND SAFE_CAST('2025-01-01' AS DATE)",
    "parsed constants": "SELECT 1 FROM nba.games WHERE game_date BETWEEN PARSE_DATE('%F', @a) AND SAFE.PARSE_DATE('%F', @b)",
    "constants chosen among constants": "SELECT 1 FROM nba.games WHERE game_date BETWEEN GREATEST(@a, DATE(2020, 1, 1)) AND COALESCE(@b, CURRENT_DATE())",
    # AND, OR, NOT
    "OR with a bound in each branch": "SELECT 1 FROM nba.games WHERE game_date = @a OR game_date BETWEEN @b AND @c",
    "OR nested in AND": "SELECT 1 FROM nba.games WHERE (player = 1 OR points > 2) AND game_date BETWEEN @a AND @b",
    "AND nested in OR": "SELECT 1 FROM nba.games WHERE (game_date = @a AND player = 1) OR (game_date = @b AND points > 2)",
    "OR with an impossible branch": "SELECT 1 FROM nba.games WHERE game_date = @a OR FALSE",
    "NOT of what lies outside": "SELECT 1 FROM nba.games WHERE NOT (game_date < @a OR game_date > @b)",
    "NOT of a comparison": "SELECT 1 FROM nba.games WHERE NOT game_date < @a AND NOT (game_date >= @b)",
    "NOT of NOT BETWEEN": "SELECT 1 FROM nba.games WHERE NOT (game_date NOT BETWEEN @a AND @b)",
    "NOT of unequal": "SELECT 1 FROM nba.games WHERE NOT game_date != @a",
    "nothing at all": "SELECT 1 FROM nba.games WHERE FALSE",
    "nothing at all, in numbers": "SELECT 1 FROM nba.games WHERE 1 = 0",
    "a date or no date": "SELECT 1 FROM nba.games WHERE game_date = @a OR game_date IS NULL",
    # names
    "project, dataset and table": "SELECT 1 FROM prod.nba.games WHERE game_date = @a",
    "one pair of backquotes": "SELECT 1 FROM `my-prod.nba.games` AS g WHERE g.game_date = @a",
    "backquotes part by part": "SELECT 1 FROM `my-prod`.`nba`.`games` WHERE games.game_date = @a",
    "a project with a dash": "SELECT 1 FROM my-prod.nba.games WHERE game_date = @a",
    "another table of that name": "SELECT 1 FROM other.games",
    "a CTE of the table's name": "WITH games AS (SELECT 1 AS x) SELECT x FROM games",
    # joins
    "each side of a join in WHERE": "SELECT 1 FROM nba.games AS g JOIN nba.lines AS l USING (player) WHERE g.game_date = @a AND l.game_date = @a",
    "each side of a join in ON": "SELECT 1 FROM nba.games AS g JOIN nba.lines AS l ON g.game_date = @a AND l.game_date = @a",
    "a left join, each in its place": "SELECT 1 FROM nba.games AS g LEFT JOIN nba.lines AS l ON l.player = g.player AND l.game_date = @a WHERE g.game_date = @a",
    "a left join, the right side in WHERE": "SELECT 1 FROM nba.games AS g LEFT JOIN nba.lines AS l ON l.player = g.player WHERE g.game_date = @a AND l.game_date = @a",
    "a right join, the left side in ON": "SELECT 1 FROM nba.games AS g RIGHT JOIN nba.lines AS l ON g.game_date = @a WHERE l.game_date = @a",
    "a full join of bounded subqueries": "SELECT 1 FROM (SELECT * FROM nba.games WHERE game_date = @a) FULL JOIN (SELECT * FROM nba.lines WHERE game_date = @a) USING (player)",
    "a full join with both in WHERE": "SELECT 1 FROM nba.games AS g FULL JOIN nba.lines AS l USING (player) WHERE g.game_date = @a AND l.game_date = @a",
    "a comma join": "SELECT 1 FROM nba.games AS g, nba.lines AS l WHERE g.game_date = @a AND l.game_date = @a",
    "a parenthesised join": "SELECT 1 FROM nba.games AS g JOIN (nba.lines AS l JOIN nba.runs AS r ON r.data_date = @a) ON l.game_date = @a AND g.game_date = @a",
    "an inner join after a left join": "SELECT 1 FROM other.t AS t LEFT JOIN nba.lines AS l ON TRUE JOIN nba.games AS g ON g.game_date = @a AND l.game_date = @a",
    "a self join, both bounded": "SELECT 1 FROM nba.games AS g JOIN nba.games AS h ON h.game_date < g.game_date AND h.game_date BETWEEN @a AND @b WHERE g.game_date = @b",
    "a join with an unnested array": "SELECT 1 FROM nba.games, UNNEST(tags) AS tag WHERE game_date = @a",
    "USING takes the left column": "SELECT 1 FROM nba.games JOIN other.t USING (game_date) WHERE game_date = @a",
    # subqueries
    "EXISTS": "SELECT 1 FROM other.t WHERE EXISTS (SELECT 1 FROM nba.games AS g WHERE g.player = t.player AND g.game_date = @a)",
    "IN (SELECT)": "SELECT 1 FROM other.t WHERE player IN (SELECT player FROM nba.games WHERE game_date = @a)",
    "a scalar subquery": "SELECT (SELECT MAX(points) FROM nba.games WHERE game_date = @a) AS most",
    "a subquery in ON": "SELECT 1 FROM other.t JOIN other.u ON t.x IN (SELECT points FROM nba.games WHERE game_date = @a)",
    "an array subquery": "SELECT ARRAY(SELECT points FROM nba.games WHERE game_date = @a)",
    # filters that travel inwards
    "through a subquery": "SELECT 1 FROM (SELECT * FROM nba.games) WHERE game_date = @a",
    "through a CTE": "WITH g AS (SELECT player, game_date FROM nba.games) SELECT 1 FROM g WHERE game_date = @a",
    "through a renamed column": "WITH g AS (SELECT game_date AS day FROM nba.games) SELECT 1 FROM g WHERE g.day = @a",
    "through two CTEs": "WITH g AS (SELECT game_date AS d FROM nba.games), h AS (SELECT d AS e FROM g) SELECT 1 FROM h WHERE e = @a",
    "through a star": "SELECT 1 FROM (SELECT g.* EXCEPT (points) FROM nba.games AS g) AS s WHERE s.game_date = @a",
    "through GROUP BY": "SELECT 1 FROM (SELECT game_date, SUM(points) AS p FROM nba.games GROUP BY game_date) WHERE game_date = @a",
    "through GROUP BY of a position": "SELECT 1 FROM (SELECT game_date AS d, SUM(points) AS p FROM nba.games GROUP BY 1) WHERE d = @a",
    "through GROUP BY ALL": "SELECT 1 FROM (SELECT game_date, SUM(points) AS p FROM nba.games GROUP BY ALL) WHERE game_date = @a",
    "HAVING on a key of GROUP BY": "SELECT game_date AS d, COUNT(*) AS n FROM nba.games GROUP BY d HAVING d = @a",
    "through DISTINCT": "SELECT 1 FROM (SELECT DISTINCT game_date FROM nba.games) WHERE game_date = @a",
    "through both arms of UNION": "SELECT 1 FROM (SELECT game_date FROM nba.games UNION ALL SELECT data_date FROM nba.runs) WHERE game_date = @a",
    "through UNION of stars": "SELECT 1 FROM (SELECT * FROM nba.games UNION ALL SELECT * FROM nba.games) WHERE game_date = @a",
    "through the nullable side": "WITH j AS (SELECT t.x, g.game_date FROM other.t LEFT JOIN nba.games AS g ON g.x = t.x) SELECT 1 FROM j WHERE game_date = @a",
    "through ON of an outer query": "SELECT 1 FROM other.t LEFT JOIN (SELECT game_date, player FROM nba.games) AS g ON g.player = t.player AND g.game_date = @a",
    "through a view": "SELECT points FROM nba.all_games WHERE day = @a",
    "through a CTE with a column list": "WITH g(p, d) AS (SELECT player, game_date FROM nba.games) SELECT 1 FROM g WHERE d = @a",
    "a CTE read twice, each time bounded": "WITH g AS (SELECT * FROM nba.games) SELECT 1 FROM g WHERE game_date = @a UNION ALL SELECT 1 FROM g WHERE game_date = @b",
    "a window over a bounded scan": "SELECT LAG(points) OVER (ORDER BY game_date) FROM nba.games WHERE game_date BETWEEN @a AND @b",
    "QUALIFY over a bounded scan": "SELECT * FROM nba.games WHERE game_date = @a QUALIFY ROW_NUMBER() OVER (ORDER BY points) = 1",
    "LIMIT inside a bounded scan": "SELECT 1 FROM (SELECT * FROM nba.games WHERE game_date = @a LIMIT 5)",
    "pipe syntax": "FROM nba.games |> WHERE game_date = @a |> AGGREGATE COUNT(*) AS n GROUP BY player",
    # other statements
    "INSERT of a bounded SELECT": "INSERT INTO nba.lines (game_date) SELECT game_date FROM nba.games WHERE game_date = @a",
    "INSERT of values": "INSERT INTO nba.games (game_date) VALUES ('2025-01-01')",
    "CREATE TABLE AS": "CREATE TABLE other.t AS SELECT 1 AS x FROM nba.games WHERE game_date = @a",
    "CREATE VIEW reads nothing": "CREATE VIEW nba.v AS SELECT game_date FROM nba.games",
    "a view created in the script": "CREATE VIEW nba.v AS SELECT * FROM nba.games; SELECT 1 FROM nba.v WHERE game_date = @a",
    "DELETE": "DELETE FROM nba.games WHERE game_date = @a AND player IN (SELECT player FROM other.t)",
    "DELETE without FROM": "DELETE nba.games WHERE game_date = @a",
    "UPDATE": "UPDATE nba.games AS g SET points = s.points FROM other.t AS s WHERE s.player = g.player AND g.game_date BETWEEN @a AND @b",
    "MERGE": "MERGE nba.games AS g USING other.t AS s ON s.player = g.player AND g.game_date = @a WHEN MATCHED THEN UPDATE SET points = s.points WHEN NOT MATCHED THEN INSERT ROW",
    "MERGE that replaces dates": "MERGE nba.games AS g USING other.t AS s ON FALSE WHEN NOT MATCHED BY SOURCE AND g.game_date IN UNNEST(@days) THEN DELETE WHEN NOT MATCHED THEN INSERT ROW",
    "a script's variable": "DECLARE day DATE DEFAULT CURRENT_DATE(); SELECT 1 FROM nba.games WHERE game_date = day",
    "a transaction": "BEGIN TRANSACTION; DELETE FROM nba.games WHERE game_date = @a; COMMIT TRANSACTION",
    "a block with a condition": "BEGIN IF EXISTS (SELECT 1 FROM nba.games WHERE game_date = @a) THEN SELECT 1; END IF; END",
    "DDL": "CREATE TABLE nba.games (game_date DATE) PARTITION BY game_date",
}  # fmt: skip

LOWER_ONLY = {
    "the last seven days": "SELECT 1 FROM nba.runs WHERE data_date >= CURRENT_DATE() - 7",
    "OR of two lower bounds": "SELECT 1 FROM nba.runs WHERE data_date > @a OR data_date = @b",
    "through a report's CTE": "WITH r AS (SELECT * FROM nba.runs) SELECT 1 FROM r WHERE data_date >= @a",
}


@pytest.mark.parametrize("sql", BOTH_SIDES.values(), ids=BOTH_SIDES)
def test_a_statement_bounded_on_both_sides_passes(sql: str) -> None:
    assert check_bounds(sql, PARTITIONED, upper=True, views=VIEWS) == []


@pytest.mark.parametrize("sql", LOWER_ONLY.values(), ids=LOWER_ONLY)
def test_a_missing_upper_bound_is_a_warning_unless_required(sql: str) -> None:
    severities = [
        [
            (finding.severity, finding.side)
            for finding in check_bounds(sql, PARTITIONED, upper=upper)
        ]
        for upper in (False, True)
    ]
    assert severities == [[("warning", "upper")], [("error", "upper")]]
    require_bounds(sql, PARTITIONED)
