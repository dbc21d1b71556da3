-- listed_history: what was known before a date of a listed player who has no row on it.
--
-- grain:    player_season_id, day_number
-- inputs:   roster, summary
-- lookback: 365 days, the date itself excluded
-- nulls:    season values, minutes_tenths_last_7_days: none recorded

-- The columns of appearance and recency. Computed separately: a row among a player's other rows
-- would count in the windows of his later ones.
WITH
  listed AS (
    SELECT
      player_season_id,
      player_id,
      player_lookup,
      season_year,
      day_number
    FROM roster
    WHERE listed_status IS NOT NULL
  ),
  earlier AS (
    SELECT
      listed.player_season_id,
      listed.day_number,
      summary.season_year = listed.season_year AS is_same_season,
      listed.day_number - summary.day_number AS days_before,
      summary.day_number AS earlier_day,
      summary.is_played,
      summary.is_dnp,
      CAST(IF(summary.is_played, summary.points, NULL) AS FLOAT64) AS points,
      CAST(IF(summary.is_played, summary.minutes_tenths, NULL) AS FLOAT64) AS minutes_tenths,
      summary.is_played AND summary.usage_hundredths IS NOT NULL AS has_usage
    FROM listed
    INNER JOIN summary
      ON summary.player_lookup = listed.player_lookup
      AND summary.day_number < listed.day_number
      AND summary.day_number >= listed.day_number - 365
  ),
  season_row AS (
    SELECT
      earlier.*,
      -- As in appearance.
      is_played
        AND LAG(is_played) OVER by_date
        AND LAG(earlier_day) OVER by_date = earlier_day - 1 AS is_back_to_back,
      ROW_NUMBER() OVER (PARTITION BY player_season_id, day_number ORDER BY days_before)
        AS newest_first
    FROM earlier
    WHERE is_same_season
    WINDOW by_date AS (PARTITION BY player_season_id, day_number ORDER BY earlier_day)
  ),
  this_season AS (
    SELECT
      player_season_id,
      day_number,
      COUNT(*) AS row_count,
      COUNTIF(is_dnp AND newest_first <= 10) AS dnp_count,
      COUNTIF(is_played) AS games_before,
      COUNTIF(has_usage) AS usage_games_before,
      SUM(points) AS points_season,
      AVG(minutes_tenths) AS minutes_tenths_avg_season,
      SUM(IF(days_before <= 7, minutes_tenths, NULL)) AS minutes_tenths_last_7_days,
      COUNTIF(is_played AND days_before <= 7) AS games_last_7_days,
      COUNTIF(is_back_to_back AND days_before <= 14) AS back_to_backs_last_14_days
    FROM season_row
    GROUP BY player_season_id, day_number
  ),
  any_season AS (
    SELECT
      player_season_id,
      day_number,
      COUNTIF(is_played) AS games_last_365_days
    FROM earlier
    GROUP BY player_season_id, day_number
  )
SELECT
  listed.player_season_id,
  listed.player_id,
  listed.day_number,
  LEAST(IFNULL(this_season.row_count, 0), 10) AS recent_row_count,
  IFNULL(this_season.dnp_count, 0) AS dnp_count,
  IFNULL(this_season.games_before, 0) AS games_before,
  IFNULL(this_season.usage_games_before, 0) AS usage_games_before,
  this_season.points_season,
  this_season.minutes_tenths_avg_season,
  this_season.minutes_tenths_last_7_days,
  IFNULL(this_season.games_last_7_days, 0) AS games_last_7_days,
  IFNULL(this_season.back_to_backs_last_14_days, 0) AS back_to_backs_last_14_days,
  IFNULL(any_season.games_last_365_days, 0) AS games_last_365_days
FROM listed
LEFT JOIN this_season
  ON this_season.player_season_id = listed.player_season_id
  AND this_season.day_number = listed.day_number
LEFT JOIN any_season
  ON any_season.player_season_id = listed.player_season_id
  AND any_season.day_number = listed.day_number
