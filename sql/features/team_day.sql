-- team_day: each date on which a team played or faces a row of the range, with games before it.
--
-- grain:    team_abbr, season_year, game_date
-- inputs:   team_game, target
-- lookback: 365 days, the date itself excluded
-- nulls:    none

-- An opponent may have no row on a date; it still has games before that date.
WITH
  named AS (
    SELECT
      team_abbr,
      season_year,
      game_date,
      1 AS game_count
    FROM team_game
    UNION ALL
    SELECT
      opponent_team_abbr AS team_abbr,
      season_year,
      game_date,
      0 AS game_count
    FROM target
    UNION ALL
    SELECT
      team_abbr,
      season_year,
      game_date,
      0 AS game_count
    FROM target
  ),
  day AS (
    SELECT
      team_abbr,
      season_year,
      game_date,
      MAX(game_count) AS game_count
    FROM named
    GROUP BY team_abbr, season_year, game_date
  )
SELECT
  team_abbr,
  season_year,
  game_date,
  game_count = 1 AS is_game,
  IFNULL(
    SUM(game_count) OVER (
      PARTITION BY team_abbr, season_year
      ORDER BY game_date
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ),
    0
  ) AS games_before
FROM day
