-- player_history: how a player scored and played lately, added to what was known before the game.
--
-- grain:    player_lookup, game_date
-- inputs:   pregame
-- lookback: none
-- nulls:    a feature with too few games

-- The features over the last ten games are in player_form.
WITH
  averaged AS (
    SELECT
      pregame.*,
      SAFE_DIVIDE(points_season, season_games) AS points_avg_season
    FROM pregame
  ),
  compared AS (
    SELECT
      averaged.*,
      points_avg_last_5 - points_avg_season AS points_above_season,
      points_avg_last_5 - points_avg_season - 1.5 * points_std_last_10 AS points_above_breakout
    FROM averaged
  )
SELECT
  compared.*,
  CAST(games_last_7_days AS FLOAT64) AS games_in_last_7_days,
  IF(meeting_count > 0, meeting_points / meeting_count, points_avg_season)
    AS avg_points_vs_opponent,
  CAST(IFNULL(meeting_count, 0) AS FLOAT64) AS games_vs_opponent,
  IF(recent_row_count >= 3, dnp_count / recent_row_count, NULL) AS dnp_rate,
  IF(
    ROUND(points_std_last_10, 6) = 0,
    0.0,
    LEAST(GREATEST(SAFE_DIVIDE(points_above_season, points_std_last_10), -3.0), 3.0)
  ) AS pts_vs_season_zscore,
  CASE
    WHEN points_above_breakout IS NULL THEN NULL
    WHEN ROUND(points_above_breakout, 6) > 0 THEN 1.0
    ELSE 0.0
  END AS breakout_flag
FROM compared
