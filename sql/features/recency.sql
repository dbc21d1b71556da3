-- recency: how many games a player played in the 365 days before each row, in any season.
--
-- grain:    player_id, day_number
-- inputs:   summary, player_season, listed_history
-- lookback: 365 days, the date itself excluded
-- nulls:    none

WITH
  player AS (
    SELECT
      player_id,
      player_lookup
    FROM player_season
    GROUP BY player_id, player_lookup
  )
SELECT
  player.player_id,
  summary.day_number,
  COUNTIF(summary.is_played) OVER last_365_days AS games_last_365_days
FROM summary
INNER JOIN player
  ON player.player_lookup = summary.player_lookup
WINDOW
  last_365_days AS (
    PARTITION BY player.player_id
    ORDER BY summary.day_number
    RANGE BETWEEN 365 PRECEDING AND 1 PRECEDING
  )
UNION ALL
SELECT
  player_id,
  day_number,
  games_last_365_days
FROM listed_history
