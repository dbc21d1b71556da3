-- usage_form: a player's usage over his last three games of a season that have one.
--
-- grain:    player_season_id, usage_games_before
-- inputs:   appearance
-- lookback: 365 days, the game itself excluded
-- nulls:    none; no row before a first game with usage

-- As in player_form, each game is joined to the next three.
SELECT
  player_season_id,
  usage_games_before + games_later AS usage_games_before,
  -- lint: allow leak: a game is joined only to later games, never to itself
  SUM(usage_hundredths) AS usage_hundredths_last_3
FROM appearance
CROSS JOIN UNNEST(GENERATE_ARRAY(1, 3)) AS games_later
WHERE is_played
  AND usage_hundredths IS NOT NULL
GROUP BY player_season_id, usage_games_before + games_later
