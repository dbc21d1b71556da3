-- appearance: a player's rows of a season, played or not, with what each row's morning knew.
--
-- grain:    player_lookup, game_date
-- inputs:   summary, player_season, listed_history
-- lookback: 365 days, the date itself excluded
-- nulls:    last_played_date: no game played this season; minutes_tenths_last_7_days: none recorded

WITH
  counted AS (
    SELECT
      player_season.player_season_id,
      summary.player_lookup,
      summary.game_date,
      summary.day_number,
      summary.is_played,
      summary.is_dnp,
      summary.minutes_tenths,
      ROW_NUMBER() OVER by_date - 1 AS earlier_row_count,
      COUNTIF(summary.is_played) OVER earlier AS games_before,
      MAX(IF(summary.is_played, summary.game_date, NULL)) OVER earlier AS last_played_date,
      COUNTIF(summary.is_dnp) OVER last_10_rows AS dnp_count
    FROM summary
    INNER JOIN player_season
      ON player_season.player_lookup = summary.player_lookup
      AND player_season.season_year = summary.season_year
    WINDOW
      by_date AS (PARTITION BY player_season.player_season_id ORDER BY summary.day_number),
      earlier AS (by_date ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
      last_10_rows AS (by_date ROWS BETWEEN 10 PRECEDING AND 1 PRECEDING)
  ),
  seen AS (
    SELECT
      player_season_id,
      player_lookup,
      game_date,
      is_played,
      games_before,
      last_played_date,
      dnp_count,
      LEAST(earlier_row_count, 10) AS recent_row_count,
      COUNTIF(is_played) OVER last_7_days AS games_last_7_days,
      SUM(IF(is_played, minutes_tenths, NULL)) OVER last_7_days AS minutes_tenths_last_7_days,
      COUNTIF(is_played AND DATE_DIFF(game_date, last_played_date, DAY) = 1)
        OVER last_14_days AS back_to_backs_last_14_days
    FROM counted
    WINDOW
      by_day AS (PARTITION BY player_season_id ORDER BY day_number),
      last_7_days AS (by_day RANGE BETWEEN 7 PRECEDING AND 1 PRECEDING),
      last_14_days AS (by_day RANGE BETWEEN 14 PRECEDING AND 1 PRECEDING)
  )
SELECT
  player_season_id,
  player_lookup,
  game_date,
  is_played,
  games_before,
  last_played_date,
  dnp_count,
  recent_row_count,
  games_last_7_days,
  minutes_tenths_last_7_days,
  back_to_backs_last_14_days
FROM seen
UNION ALL
SELECT
  player_season_id,
  player_lookup,
  game_date,
  FALSE AS is_played,
  games_before,
  last_played_date,
  dnp_count,
  recent_row_count,
  games_last_7_days,
  minutes_tenths_last_7_days,
  back_to_backs_last_14_days
FROM listed_history
