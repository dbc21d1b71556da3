-- player_season: the players and seasons that get features, with numbers to join and sort by.
--
-- grain:    player_lookup, season_year
-- inputs:   target, listed_player
-- lookback: none
-- nulls:    none

-- Joining on two integers takes half the time of joining on a name and a date.
WITH
  named AS (
    SELECT
      player_lookup,
      season_year
    FROM target
    UNION ALL
    SELECT
      player_lookup,
      season_year
    FROM listed_player
    WHERE @include_injured
  )
SELECT
  player_lookup,
  season_year,
  DENSE_RANK() OVER (ORDER BY player_lookup) AS player_id,
  ROW_NUMBER() OVER (ORDER BY player_lookup, season_year) AS player_season_id
FROM named
GROUP BY player_lookup, season_year
