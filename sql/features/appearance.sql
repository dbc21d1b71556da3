-- appearance: a player's rows of a season, played or not, with what each row's morning knew.
--
-- grain:    player_season_id, day_number
-- inputs:   summary, player_season, listed_history
-- lookback: 365 days, the date itself excluded
-- nulls:    season sums, minutes_tenths_last_7_days: none recorded; results: as in summary, and
--           NULL for a listed player

-- Whole numbers below 2^53 are exact in FLOAT64, in whatever order they are added, and DuckDB adds
-- them faster than its 128-bit integers. What costs is the number of window aggregates: game_counts
-- holds three counts of 20 bits each, and played_days a bit for each of the last 15 days with a
-- game (day d is bit d modulo 16).
WITH
  seen AS (
    SELECT
      player_season.player_season_id,
      player_season.player_id,
      summary.day_number,
      summary.is_played,
      CAST(summary.points AS FLOAT64) AS points,
      CAST(summary.minutes_tenths AS FLOAT64) AS minutes_tenths,
      CAST(summary.usage_hundredths AS FLOAT64) AS usage_hundredths,
      CAST(summary.ft_makes AS FLOAT64) AS ft_makes,
      CAST(summary.paint_attempts AS FLOAT64) AS paint_attempts,
      CAST(summary.mid_range_attempts AS FLOAT64) AS mid_range_attempts,
      CAST(summary.three_attempts AS FLOAT64) AS three_attempts,
      ROW_NUMBER() OVER by_date - 1 AS earlier_row_count,
      COUNTIF(summary.is_dnp) OVER last_10_rows AS dnp_count,
      IFNULL(
        SUM(
          IF(summary.is_played, 1, 0)
            + IF(summary.is_played AND summary.minutes_tenths IS NOT NULL, 1048576, 0)
            + IF(summary.is_played AND summary.usage_hundredths IS NOT NULL, 1099511627776, 0)
        ) OVER earlier,
        0
      ) AS game_counts,
      SUM(IF(summary.is_played, CAST(summary.points AS FLOAT64), NULL)) OVER earlier
        AS points_season,
      SUM(IF(summary.is_played, CAST(summary.minutes_tenths AS FLOAT64), NULL)) OVER earlier
        AS minutes_tenths_season,
      SUM(IF(summary.is_played, CAST(summary.minutes_tenths AS FLOAT64), NULL)) OVER last_7_days
        AS minutes_tenths_last_7_days,
      SUM(IF(summary.is_played, 1 << (summary.day_number & 15), NULL)) OVER last_15_days
        AS played_days
    FROM summary
    INNER JOIN player_season
      ON player_season.player_lookup = summary.player_lookup
      AND player_season.season_year = summary.season_year
    WINDOW
      by_date AS (PARTITION BY player_season.player_season_id ORDER BY summary.day_number),
      earlier AS (by_date ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
      last_10_rows AS (by_date ROWS BETWEEN 10 PRECEDING AND 1 PRECEDING),
      last_7_days AS (by_date RANGE BETWEEN 7 PRECEDING AND 1 PRECEDING),
      last_15_days AS (by_date RANGE BETWEEN 15 PRECEDING AND 1 PRECEDING)
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
  LEAST(earlier_row_count, 10) AS recent_row_count,
  dnp_count,
  game_counts & 1048575 AS games_before,
  (game_counts >> 20) & 1048575 AS minutes_games_season,
  game_counts >> 40 AS usage_games_before,
  points_season,
  minutes_tenths_season,
  minutes_tenths_last_7_days,
  played_days
FROM seen
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
  recent_row_count,
  dnp_count,
  games_before,
  minutes_games_season,
  usage_games_before,
  points_season,
  minutes_tenths_season,
  minutes_tenths_last_7_days,
  played_days
FROM listed_history
