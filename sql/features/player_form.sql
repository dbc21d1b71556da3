-- player_form: sums over a player's last ten games of a season, by how many he had played.
--
-- grain:    player_season_id, games_before
-- inputs:   appearance
-- lookback: 365 days, the game itself excluded
-- nulls:    a sum is NULL where none of the ten games has the column; no row before a first game

-- Each game is given to the next ten: a row that was not played sees the same games as the next
-- one that was, and reads the same sums. Only whole numbers are added, so that no order of
-- summation shows; points per minute count in units of 2^-44.
WITH
  game AS (
    SELECT
      player_season_id,
      games_before,
      day_number,
      points,
      points * points AS points_squared,
      minutes_tenths,
      IF(
        minutes_tenths > 0,
        CAST(points * 10 / minutes_tenths * 17592186044416 AS INT64),
        NULL
      ) AS points_per_minute,
      usage_hundredths,
      ft_makes,
      IF(ft_makes IS NULL, NULL, points) AS free_throw_game_points,
      paint_attempts,
      mid_range_attempts,
      three_attempts,
      paint_attempts IS NOT NULL
        AND mid_range_attempts IS NOT NULL
        AND three_attempts IS NOT NULL AS has_zones
    FROM appearance
    WHERE is_played
  )
SELECT
  player_season_id,
  games_before + games_later AS games_before,
  MAX(day_number) AS last_played_day,
  -- lint: allow leak: a game's results go to the games after it, never to itself
  SUM(points) AS points_last_10,
  SUM(IF(games_later <= 5, points, NULL)) AS points_last_5,
  SUM(IF(games_later <= 2, points, NULL)) AS points_last_2,
  SUM(points_squared) AS points_squared_last_10,
  SUM(points * games_later) AS points_by_recency_last_10,
  SUM(minutes_tenths) AS minutes_tenths_last_10,
  COUNT(minutes_tenths) AS minutes_games_last_10,
  COUNT(points_per_minute) AS court_games_last_10,
  SUM(points_per_minute) AS points_per_minute_last_10,
  SUM(usage_hundredths) AS usage_hundredths_last_10,
  COUNT(usage_hundredths) AS usage_games_last_10,
  SUM(ft_makes) AS ft_makes_last_10,
  SUM(free_throw_game_points) AS free_throw_game_points_last_10,
  COUNT(free_throw_game_points) AS free_throw_games_last_10,
  SUM(IF(has_zones, paint_attempts, NULL)) AS paint_attempts_last_10,
  SUM(IF(has_zones, mid_range_attempts, NULL)) AS mid_range_attempts_last_10,
  SUM(IF(has_zones, three_attempts, NULL)) AS three_attempts_last_10
FROM game
CROSS JOIN UNNEST(GENERATE_ARRAY(1, 10)) AS games_later
GROUP BY player_season_id, games_before + games_later
