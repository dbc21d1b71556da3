-- minutes_trend: how a player's newest three games compare with his ten.
--
-- grain:    player_lookup, game_date
-- inputs:   recent_minutes, featurestore.features
-- lookback: none
-- nulls:    minutes_difference: no stored feature

SELECT
  recent.player_lookup,
  recent.game_date,
  recent.minutes_avg_last_3 - stored.minutes_avg_last_10 AS minutes_difference
FROM recent_minutes AS recent
LEFT JOIN featurestore.features AS stored
  ON stored.player_lookup = recent.player_lookup
  AND stored.game_date = recent.game_date
  AND stored.game_date BETWEEN @start_date AND @end_date
