-- game_slot: a player's played games of a season in order, and one slot for the next game.
--
-- grain:    player_season_id, games_before
-- inputs:   appearance, summary
-- lookback: 365 days
-- nulls:    the next game's slot has no result: every result column is NULL

-- A row that is not played sees the same games as the next one that is: both are served by the
-- slot that counts as many games before it. The empty slot at the end serves the rows after a
-- player's last game. So every window below can end at 1 PRECEDING.
SELECT
  appearance.player_season_id,
  appearance.games_before,
  summary.game_date,
  summary.points,
  summary.minutes_tenths,
  summary.usage_hundredths,
  summary.ft_makes,
  summary.paint_attempts,
  summary.mid_range_attempts,
  summary.three_attempts
FROM appearance
INNER JOIN summary
  ON summary.player_lookup = appearance.player_lookup
  AND summary.game_date = appearance.game_date
WHERE appearance.is_played
UNION ALL
SELECT
  player_season_id,
  -- lint: allow leak: the number of all games names the slot after them and is no feature
  COUNTIF(is_played) AS games_before,
  NULL AS game_date,
  NULL AS points,
  NULL AS minutes_tenths,
  NULL AS usage_hundredths,
  NULL AS ft_makes,
  NULL AS paint_attempts,
  NULL AS mid_range_attempts,
  NULL AS three_attempts
FROM appearance
GROUP BY player_season_id
