-- meeting: a player's games against the row's opponent in the 365 days before, in any season.
--
-- grain:    player_lookup, game_date
-- inputs:   summary, roster
-- lookback: 365 days, the date itself excluded
-- nulls:    none; a row without a meeting is absent

SELECT
  target.player_lookup,
  target.game_date,
  COUNT(*) AS meeting_count,
  SUM(earlier_game.points) AS meeting_points
FROM roster AS target
INNER JOIN summary AS earlier_game
  ON earlier_game.player_lookup = target.player_lookup
  AND earlier_game.opponent_team_abbr = target.opponent_team_abbr
  AND earlier_game.day_number < target.day_number
  AND earlier_game.day_number >= target.day_number - 365
WHERE earlier_game.is_played
GROUP BY target.player_lookup, target.game_date
