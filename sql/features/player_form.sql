-- player_form: sums over a player's last games of the season, as known before each slot.
--
-- grain:    player_season_id, games_before
-- inputs:   game_slot
-- lookback: 365 days, the slot's own game excluded
-- nulls:    a sum is NULL where no game of its window has the column

-- Sums of integers are exact, so no order of summation shows; means are made where they are used.
WITH
  game AS (
    SELECT
      game_slot.*,
      IF(minutes_tenths > 0, minutes_tenths, NULL) AS court_tenths,
      IF(minutes_tenths > 0, points * 10 / minutes_tenths, NULL) AS points_per_minute,
      IF(ft_makes IS NULL, NULL, points) AS free_throw_game_points,
      paint_attempts IS NOT NULL
        AND mid_range_attempts IS NOT NULL
        AND three_attempts IS NOT NULL AS has_zones,
      COUNT(usage_hundredths) OVER (
        PARTITION BY player_season_id
        ORDER BY games_before
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ) AS usage_games_before
    FROM game_slot
  )
SELECT
  player_season_id,
  games_before,
  SUM(points) OVER last_2 AS points_last_2,
  SUM(points) OVER last_5 AS points_last_5,
  SUM(points) OVER last_10 AS points_last_10,
  SUM(points * points) OVER last_10 AS points_squared_last_10,
  SUM(points * games_before) OVER last_10 AS points_ranked_last_10,
  SUM(points) OVER season AS points_season,
  SUM(minutes_tenths) OVER last_10 AS minutes_tenths_last_10,
  COUNT(minutes_tenths) OVER last_10 AS minutes_games_last_10,
  SUM(minutes_tenths) OVER season AS minutes_tenths_season,
  COUNT(minutes_tenths) OVER season AS minutes_games_season,
  COUNT(court_tenths) OVER last_10 AS court_games_last_10,
  AVG(points_per_minute) OVER last_10 AS points_per_minute_last_10,
  SUM(usage_hundredths) OVER last_3_with_usage AS usage_hundredths_last_3,
  SUM(usage_hundredths) OVER last_10 AS usage_hundredths_last_10,
  COUNT(usage_hundredths) OVER last_10 AS usage_games_last_10,
  SUM(ft_makes) OVER last_10 AS ft_makes_last_10,
  SUM(free_throw_game_points) OVER last_10 AS free_throw_game_points_last_10,
  COUNT(free_throw_game_points) OVER last_10 AS free_throw_games_last_10,
  SUM(IF(has_zones, paint_attempts, NULL)) OVER last_10 AS paint_attempts_last_10,
  SUM(IF(has_zones, mid_range_attempts, NULL)) OVER last_10 AS mid_range_attempts_last_10,
  SUM(IF(has_zones, three_attempts, NULL)) OVER last_10 AS three_attempts_last_10,
  [
    LAG(game_date, 1) OVER in_order,
    LAG(game_date, 2) OVER in_order,
    LAG(game_date, 3) OVER in_order,
    LAG(game_date, 4) OVER in_order,
    LAG(game_date, 5) OVER in_order,
    LAG(game_date, 6) OVER in_order,
    LAG(game_date, 7) OVER in_order,
    LAG(game_date, 8) OVER in_order,
    LAG(game_date, 9) OVER in_order,
    LAG(game_date, 10) OVER in_order
  ] AS last_10_dates
FROM game
WINDOW
  in_order AS (PARTITION BY player_season_id ORDER BY games_before),
  last_2 AS (in_order ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING),
  last_5 AS (in_order ROWS BETWEEN 5 PRECEDING AND 1 PRECEDING),
  last_10 AS (in_order ROWS BETWEEN 10 PRECEDING AND 1 PRECEDING),
  season AS (in_order ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
  last_3_with_usage AS (
    PARTITION BY player_season_id
    ORDER BY usage_games_before
    RANGE BETWEEN 3 PRECEDING AND 1 PRECEDING
  )
