-- game_context: where and when a game is played, rest, and recent changes of the player's play.
--
-- grain:    player_lookup, game_date
-- inputs:   player_history
-- lookback: none
-- nulls:    a feature with too few games, or without an input

-- pct_paint, pct_mid_range, pct_three and pct_free_throw are in player_form, injury_risk in pregame.
WITH
  compared AS (
    SELECT
      player_history.*,
      IF(
        minutes_tenths_avg_season > 0,
        (minutes_tenths_avg_last_10 - minutes_tenths_avg_season) / minutes_tenths_avg_season,
        NULL
      ) AS minutes_change_ratio
    FROM player_history
  ),
  rounded AS (
    SELECT
      compared.*,
      ROUND(points_trend, 6) AS trend,
      ROUND(minutes_change_ratio, 6) AS change
    FROM compared
  )
SELECT
  rounded.*,
  CAST(LEAST(GREATEST(days_rest - opponent_days_rest, -2), 2) AS FLOAT64) AS rest_advantage,
  CASE
    WHEN season_games < 5 THEN NULL
    WHEN trend >= 5 THEN 2.0
    WHEN trend >= 2 THEN 1.0
    WHEN trend <= -5 THEN -2.0
    WHEN trend <= -2 THEN -1.0
    ELSE 0.0
  END AS recent_trend,
  CASE
    WHEN change IS NULL THEN NULL
    WHEN change >= 0.2 THEN 2.0
    WHEN change >= 0.1 THEN 1.0
    WHEN change <= -0.2 THEN -2.0
    WHEN change <= -0.1 THEN -1.0
    ELSE 0.0
  END AS minutes_change,
  IF(IFNULL(is_home, FALSE), 1.0, 0.0) AS home_away,
  IF(IFNULL(days_rest = 1, FALSE), 1.0, 0.0) AS back_to_back,
  IF(is_playoff IS NULL, NULL, IF(is_playoff, 1.0, 0.0)) AS playoff_game
FROM rounded
