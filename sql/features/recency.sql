-- recency: how many games a player played in the 365 days before each row, in any season.
--
-- grain:    player_lookup, game_date
-- inputs:   summary, player_season, listed_history
-- lookback: 365 days, the date itself excluded
-- nulls:    none

WITH
  counted AS (
    SELECT
      player_lookup,
      game_date,
      COUNTIF(is_played) OVER last_365_days AS games_last_365_days
    FROM summary
    WHERE EXISTS (
      SELECT 1
      FROM player_season
      WHERE player_season.player_lookup = summary.player_lookup
    )
    WINDOW
      last_365_days AS (
        PARTITION BY player_lookup
        ORDER BY day_number
        RANGE BETWEEN 365 PRECEDING AND 1 PRECEDING
      )
  )
SELECT
  player_lookup,
  game_date,
  games_last_365_days
FROM counted
UNION ALL
SELECT
  player_lookup,
  game_date,
  games_last_365_days
FROM listed_history
