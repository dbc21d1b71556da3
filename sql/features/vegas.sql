-- vegas: the betting lines of a game, added to its context.
--
-- grain:    player_lookup, game_date
-- inputs:   game_context
-- lookback: none
-- nulls:    the game has no line

SELECT
  game_context.*,
  points_line AS vegas_points_line,
  opening_line AS vegas_opening_line,
  points_line - opening_line AS vegas_line_move,
  IF(points_line IS NULL, 0.0, 1.0) AS has_vegas_line
FROM game_context
