-- listed_history: what the morning of a date knew of a listed player who has no row on it.
--
-- grain:    player_lookup, game_date
-- inputs:   roster, player_season, summary
-- lookback: 365 days, the date itself excluded
-- nulls:    last_played_date: no game played this season; minutes_tenths_last_7_days: none recorded

-- The columns of appearance and recency. Made apart: a row among a player's own rows would count
-- in the windows of his later ones.
WITH
  listed AS (
    SELECT
      player_season.player_season_id,
      roster.player_lookup,
      roster.season_year,
      roster.game_date,
      roster.day_number
    FROM roster
    INNER JOIN player_season
      ON player_season.player_lookup = roster.player_lookup
      AND player_season.season_year = roster.season_year
    WHERE roster.listed_status IS NOT NULL
  ),
  earlier AS (
    SELECT
      listed.player_lookup,
      listed.game_date,
      summary.season_year = listed.season_year AS is_same_season,
      listed.day_number - summary.day_number AS days_before,
      summary.game_date AS earlier_date,
      summary.is_played,
      summary.is_dnp,
      summary.minutes_tenths
    FROM listed
    INNER JOIN summary
      ON summary.player_lookup = listed.player_lookup
      AND summary.day_number < listed.day_number
      AND summary.day_number >= listed.day_number - 365
  ),
  season_row AS (
    SELECT
      earlier.*,
      ROW_NUMBER() OVER (PARTITION BY player_lookup, game_date ORDER BY days_before)
        AS newest_first,
      MAX(IF(is_played, earlier_date, NULL)) OVER (
        PARTITION BY player_lookup, game_date
        ORDER BY days_before DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ) AS previous_played_date
    FROM earlier
    WHERE is_same_season
  ),
  this_season AS (
    SELECT
      player_lookup,
      game_date,
      COUNT(*) AS row_count,
      COUNTIF(is_played) AS games_before,
      MAX(IF(is_played, earlier_date, NULL)) AS last_played_date,
      COUNTIF(is_dnp AND newest_first <= 10) AS dnp_count,
      COUNTIF(is_played AND days_before <= 7) AS games_last_7_days,
      SUM(IF(is_played AND days_before <= 7, minutes_tenths, NULL)) AS minutes_tenths_last_7_days,
      COUNTIF(
        is_played
          AND days_before <= 14
          AND DATE_DIFF(earlier_date, previous_played_date, DAY) = 1
      ) AS back_to_backs_last_14_days
    FROM season_row
    GROUP BY player_lookup, game_date
  ),
  any_season AS (
    SELECT
      player_lookup,
      game_date,
      COUNTIF(is_played) AS games_last_365_days
    FROM earlier
    GROUP BY player_lookup, game_date
  )
SELECT
  listed.player_season_id,
  listed.player_lookup,
  listed.game_date,
  IFNULL(this_season.games_before, 0) AS games_before,
  this_season.last_played_date,
  IFNULL(this_season.dnp_count, 0) AS dnp_count,
  LEAST(IFNULL(this_season.row_count, 0), 10) AS recent_row_count,
  IFNULL(this_season.games_last_7_days, 0) AS games_last_7_days,
  this_season.minutes_tenths_last_7_days,
  IFNULL(this_season.back_to_backs_last_14_days, 0) AS back_to_backs_last_14_days,
  IFNULL(any_season.games_last_365_days, 0) AS games_last_365_days
FROM listed
LEFT JOIN this_season
  ON this_season.player_lookup = listed.player_lookup
  AND this_season.game_date = listed.game_date
LEFT JOIN any_season
  ON any_season.player_lookup = listed.player_lookup
  AND any_season.game_date = listed.game_date
