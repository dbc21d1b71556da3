-- meeting: a player's games against the row's opponent in the 365 days before, in any season.
--
-- grain:    player_id, day_number
-- inputs:   summary, roster
-- lookback: 365 days, the date itself excluded
-- nulls:    none; a row without a meeting is absent

SELECT
  roster.player_id,
  roster.day_number,
  COUNT(*) AS meeting_count,
  SUM(CAST(earlier_game.points AS FLOAT64)) AS meeting_points
FROM roster
INNER JOIN summary AS earlier_game
  ON earlier_game.player_lookup = roster.player_lookup
  AND earlier_game.opponent_team_abbr = roster.opponent_team_abbr
  AND earlier_game.day_number < roster.day_number
  AND earlier_game.day_number >= roster.day_number - 365
WHERE earlier_game.is_played
GROUP BY roster.player_id, roster.day_number
