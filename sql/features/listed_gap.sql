-- listed_gap: the listed players without a summary row, as gaps; they get no row by default.
--
-- grain:    player_lookup, game_date
-- inputs:   listed_player
-- lookback: none
-- nulls:    none

SELECT
  player_lookup,
  game_date,
  game_id,
  'no_game_summary' AS reason,
  CONCAT('listed ', listed_status, ' by the newest injury report, and no game summary row')
    AS reason_detail,
  team_abbr,
  opponent_team_abbr,
  season_year
FROM listed_player
