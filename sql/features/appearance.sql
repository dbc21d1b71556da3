-- appearance: a player's rows of a season, played or not, with what was known before each game.
--
-- grain:    player_season_id, day_number
-- inputs:   summary, player_season, listed_history
-- lookback: 365 days, the date itself excluded
-- nulls:    season values, minutes_tenths_last_7_days: none recorded; results: as in summary, and
--           NULL for a listed player

-- FLOAT64 adds whole numbers below 2^53 exactly, in any order.
WITH
  game AS (
    SELECT
      player_season.player_season_id,
      player_season.player_id,
      summary.day_number,
      summary.is_played,
      summary.is_dnp,
      summary.is_played AND summary.usage_hundredths IS NOT NULL AS has_usage,
      CAST(summary.points AS FLOAT64) AS points,
      CAST(summary.minutes_tenths AS FLOAT64) AS minutes_tenths,
      CAST(summary.usage_hundredths AS FLOAT64) AS usage_hundredths,
      CAST(summary.ft_makes AS FLOAT64) AS ft_makes,
      CAST(summary.paint_attempts AS FLOAT64) AS paint_attempts,
      CAST(summary.mid_range_attempts AS FLOAT64) AS mid_range_attempts,
      CAST(summary.three_attempts AS FLOAT64) AS three_attempts,
      summary.paint_attempts IS NOT NULL
        AND summary.mid_range_attempts IS NOT NULL
        AND summary.three_attempts IS NOT NULL AS has_zones,
      -- A row on the previous day, if there is one, is the previous row.
      summary.is_played
        AND LAG(summary.is_played) OVER by_date
        AND LAG(summary.day_number) OVER by_date = summary.day_number - 1 AS is_back_to_back
    FROM summary
    INNER JOIN player_season
      ON player_season.player_lookup = summary.player_lookup
      AND player_season.season_year = summary.season_year
    WINDOW
      by_date AS (PARTITION BY player_season.player_season_id ORDER BY summary.day_number)
  )
SELECT
  player_season_id,
  player_id,
  day_number,
  is_played,
  points,
  minutes_tenths,
  usage_hundredths,
  ft_makes,
  paint_attempts,
  mid_range_attempts,
  three_attempts,
  has_zones,
  LEAST(ROW_NUMBER() OVER by_date - 1, 10) AS recent_row_count,
  COUNTIF(is_dnp) OVER last_10_rows AS dnp_count,
  COUNTIF(is_played) OVER earlier AS games_before,
  COUNTIF(has_usage) OVER earlier AS usage_games_before,
  SUM(IF(is_played, points, NULL)) OVER earlier AS points_season,
  AVG(IF(is_played, minutes_tenths, NULL)) OVER earlier AS minutes_tenths_avg_season,
  SUM(IF(is_played, minutes_tenths, NULL)) OVER last_7_days AS minutes_tenths_last_7_days,
  COUNTIF(is_played) OVER last_7_days AS games_last_7_days,
  COUNTIF(is_back_to_back) OVER last_14_days AS back_to_backs_last_14_days
FROM game
WINDOW
  by_date AS (PARTITION BY player_season_id ORDER BY day_number),
  earlier AS (by_date ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
  last_10_rows AS (by_date ROWS BETWEEN 10 PRECEDING AND 1 PRECEDING),
  last_7_days AS (by_date RANGE BETWEEN 7 PRECEDING AND 1 PRECEDING),
  last_14_days AS (by_date RANGE BETWEEN 14 PRECEDING AND 1 PRECEDING)
UNION ALL
SELECT
  player_season_id,
  player_id,
  day_number,
  FALSE AS is_played,
  CAST(NULL AS FLOAT64) AS points,
  CAST(NULL AS FLOAT64) AS minutes_tenths,
  CAST(NULL AS FLOAT64) AS usage_hundredths,
  CAST(NULL AS FLOAT64) AS ft_makes,
  CAST(NULL AS FLOAT64) AS paint_attempts,
  CAST(NULL AS FLOAT64) AS mid_range_attempts,
  CAST(NULL AS FLOAT64) AS three_attempts,
  FALSE AS has_zones,
  recent_row_count,
  dnp_count,
  games_before,
  usage_games_before,
  points_season,
  minutes_tenths_avg_season,
  minutes_tenths_last_7_days,
  games_last_7_days,
  back_to_backs_last_14_days
FROM listed_history
