-- team_form: a team's features over its last games, as known before a date.
--
-- grain:    team_abbr, season_year, game_date
-- inputs:   team_day, team_game
-- lookback: 365 days, the date itself excluded
-- nulls:    no game before, or no known value in the window

-- The games in order, and an empty slot for the dates after the last game, so that every window can
-- end before its own row. A row of the store reads team_* of its team, and the rest of its opponent.
WITH
  slot AS (
    SELECT
      team_day.team_abbr,
      team_day.season_year,
      team_day.games_before,
      team_game.game_date,
      team_game.is_win,
      team_game.pace,
      team_game.off_rating,
      team_game.def_rating,
      team_game.paint_attempts,
      team_game.paint_makes,
      team_game.mid_range_attempts,
      team_game.mid_range_makes,
      team_game.three_attempts,
      team_game.three_makes
    FROM team_day
    INNER JOIN team_game
      ON team_game.team_abbr = team_day.team_abbr
      AND team_game.game_date = team_day.game_date
    WHERE team_day.is_game
    UNION ALL
    SELECT
      team_abbr,
      season_year,
      COUNTIF(is_game) AS games_before,
      NULL AS game_date,
      NULL AS is_win,
      NULL AS pace,
      NULL AS off_rating,
      NULL AS def_rating,
      NULL AS paint_attempts,
      NULL AS paint_makes,
      NULL AS mid_range_attempts,
      NULL AS mid_range_makes,
      NULL AS three_attempts,
      NULL AS three_makes
    FROM team_day
    GROUP BY team_abbr, season_year
  ),
  form AS (
    SELECT
      team_abbr,
      season_year,
      games_before,
      LAG(game_date) OVER in_order AS last_game_date,
      AVG(pace) OVER last_10 AS team_pace,
      AVG(off_rating) OVER last_10 AS team_off_rating,
      IF(
        COUNT(is_win) OVER season >= 5,
        COUNTIF(is_win) OVER season / COUNT(is_win) OVER season,
        NULL
      ) AS team_win_pct,
      AVG(pace) OVER last_15 AS opponent_pace,
      AVG(def_rating) OVER last_15 AS opponent_def_rating,
      SUM(paint_attempts) OVER last_15 AS paint_attempts_allowed,
      SUM(paint_makes) OVER last_15 AS paint_makes_allowed,
      SUM(mid_range_attempts) OVER last_15 AS mid_range_attempts_allowed,
      SUM(mid_range_makes) OVER last_15 AS mid_range_makes_allowed,
      SUM(three_attempts) OVER last_15 AS three_attempts_allowed,
      SUM(three_makes) OVER last_15 AS three_makes_allowed
    FROM slot
    WINDOW
      in_order AS (PARTITION BY team_abbr, season_year ORDER BY games_before),
      last_10 AS (in_order ROWS BETWEEN 10 PRECEDING AND 1 PRECEDING),
      last_15 AS (in_order ROWS BETWEEN 15 PRECEDING AND 1 PRECEDING),
      season AS (in_order ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  )
SELECT
  team_day.team_abbr,
  team_day.season_year,
  team_day.game_date,
  form.last_game_date,
  form.team_pace,
  form.team_off_rating,
  form.team_win_pct,
  form.opponent_pace,
  form.opponent_def_rating,
  SAFE_DIVIDE(form.paint_makes_allowed, form.paint_attempts_allowed) AS paint_allowed,
  SAFE_DIVIDE(form.mid_range_makes_allowed, form.mid_range_attempts_allowed)
    AS mid_range_allowed,
  SAFE_DIVIDE(form.three_makes_allowed, form.three_attempts_allowed) AS three_allowed
FROM team_day
INNER JOIN form
  ON form.team_abbr = team_day.team_abbr
  AND form.season_year = team_day.season_year
  AND form.games_before = team_day.games_before
