-- player_form: features and sums over a player's last ten games of a season.
--
-- grain:    player_season_id, games_before
-- inputs:   appearance
-- lookback: 365 days, the game itself excluded
-- nulls:    a column is NULL where too few of the ten games have what it needs;
--           no row before a first game

-- Each game is joined to the next ten. A row that was not played has the same games before it as
-- the next one that was, and reads the same values. games_later is how many games ago a game was:
-- 1 is the newest. Only whole numbers are added, which FLOAT64 does exactly in any order; points
-- per minute are therefore counted in units of 1e-12.
WITH
  game AS (
    SELECT
      player_season_id,
      games_before,
      day_number,
      points,
      minutes_tenths,
      IF(minutes_tenths > 0, minutes_tenths, NULL) AS court_minutes_tenths,
      IF(minutes_tenths > 0, ROUND(points * 10 / minutes_tenths * 1e12), NULL)
        AS points_per_minute_e12,
      usage_hundredths,
      ft_makes,
      IF(ft_makes IS NULL, NULL, points) AS free_throw_game_points,
      IF(has_zones, paint_attempts, NULL) AS paint_attempts,
      IF(has_zones, mid_range_attempts, NULL) AS mid_range_attempts,
      IF(has_zones, three_attempts, NULL) AS three_attempts,
      IF(has_zones, paint_attempts + mid_range_attempts + three_attempts, NULL) AS zone_attempts
    FROM appearance
    WHERE is_played
  )
SELECT
  player_season_id,
  games_before + games_later AS games_before,
  MAX(day_number) AS last_played_day,
  -- lint: allow leak: a game is joined only to later games, never to itself
  AVG(IF(games_later <= 5, points, NULL)) AS points_avg_last_5,
  SUM(points) / COUNT(*) AS points_avg_last_10,
  IF(
    COUNT(*) >= 2,
    SQRT((COUNT(*) * SUM(points * points) - SUM(points) * SUM(points)) / (COUNT(*) * (COUNT(*) - 1))),
    NULL
  ) AS points_std_last_10,
  IF(
    COUNT(*) >= 5,
    -- x = -games_later, whose mean is -(n + 1) / 2 and whose squared deviations add up to
    -- (n * n * n - n) / 12.
    12 * ((COUNT(*) + 1) / 2 * SUM(points) - SUM(games_later * points))
      / (COUNT(*) * COUNT(*) * COUNT(*) - COUNT(*)),
    NULL
  ) AS pts_slope_10g,
  AVG(IF(games_later <= 2, points, NULL)) - AVG(IF(games_later BETWEEN 3 AND 5, points, NULL))
    AS points_trend,
  AVG(court_minutes_tenths) / 10 AS minutes_avg_last_10,
  AVG(points_per_minute_e12) / 1e12 AS ppm_avg_last_10,
  AVG(minutes_tenths) AS minutes_tenths_avg_last_10,
  AVG(usage_hundredths) / 100 AS usage_avg_last_10,
  COUNT(usage_hundredths) AS usage_games_last_10,
  IF(
    COUNT(ft_makes) >= 5 AND SUM(free_throw_game_points) > 0,
    LEAST(GREATEST(SUM(ft_makes) / SUM(free_throw_game_points), 0.0), 0.5),
    NULL
  ) AS pct_free_throw,
  SAFE_DIVIDE(SUM(paint_attempts), SUM(zone_attempts)) AS pct_paint,
  SAFE_DIVIDE(SUM(mid_range_attempts), SUM(zone_attempts)) AS pct_mid_range,
  SAFE_DIVIDE(SUM(three_attempts), SUM(zone_attempts)) AS pct_three
FROM game
CROSS JOIN UNNEST(GENERATE_ARRAY(1, 10)) AS games_later
GROUP BY player_season_id, games_before + games_later
