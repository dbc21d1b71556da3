-- recent_minutes: a player's mean minutes in his newest three games of the season.
--
-- grain:    player_lookup, game_date
-- inputs:   roster, summary
-- lookback: 365 days, the date itself excluded
-- nulls:    no row before a player's first game of a season

WITH
  newest_game AS (
    SELECT
      roster.player_lookup,
      roster.game_date,
      game.minutes_tenths
    FROM roster
    INNER JOIN summary AS game
      ON game.player_lookup = roster.player_lookup
      AND game.season_year = roster.season_year
      AND game.game_date < roster.game_date
    WHERE game.is_played
    QUALIFY
      ROW_NUMBER() OVER (
        PARTITION BY roster.player_lookup, roster.game_date
        ORDER BY game.game_date DESC
      ) <= 3
  )
SELECT
  player_lookup,
  game_date,
  AVG(minutes_tenths) / 10 AS minutes_avg_last_3,
  COUNT(*) AS game_count
FROM newest_game
GROUP BY player_lookup, game_date
