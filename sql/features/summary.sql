-- summary: one row per player and date, the only scan of player_game_summary.
--
-- grain:    player_lookup, game_date
-- inputs:   nba_analytics.player_game_summary
-- lookback: 365 days before the first date, up to the last date
-- nulls:    as in player_game_summary; minutes and usage become exact integers

-- Repeated keys are rare: ranking only their rows is far cheaper than ranking all.
WITH
  bounded AS (
    SELECT
      player_lookup,
      universal_player_id,
      game_id,
      game_date,
      UNIX_DATE(game_date) AS day_number,
      team_abbr,
      opponent_team_abbr,
      season_year,
      points,
      CAST(minutes_played * 10 AS INT64) AS minutes_tenths,
      CAST(usage_rate * 100 AS INT64) AS usage_hundredths,
      fg_attempts,
      ft_attempts,
      ft_makes,
      offensive_rebounds,
      turnovers,
      paint_attempts,
      paint_makes,
      mid_range_attempts,
      mid_range_makes,
      COALESCE(three_attempts_pbp, three_pt_attempts) AS three_attempts,
      COALESCE(three_makes_pbp, three_pt_makes) AS three_makes,
      points_line,
      opening_line,
      is_dnp IS TRUE AS is_dnp,
      points IS NOT NULL
        AND is_dnp IS NOT TRUE
        AND (IFNULL(minutes_played > 0, FALSE) OR points > 0) AS is_played,
      processed_at
    FROM nba_analytics.player_game_summary
    WHERE game_date BETWEEN DATE_SUB(@start_date, INTERVAL 365 DAY) AND @end_date
  ),
  repeated_key AS (
    SELECT
      player_lookup,
      game_date
    FROM bounded
    GROUP BY player_lookup, game_date
    HAVING COUNT(*) > 1
  ),
  kept_row AS (
    SELECT bounded.*
    FROM bounded
    INNER JOIN repeated_key
      ON repeated_key.player_lookup = bounded.player_lookup
      AND repeated_key.game_date = bounded.game_date
    QUALIFY
      ROW_NUMBER() OVER (
        PARTITION BY bounded.player_lookup, bounded.game_date
        ORDER BY
          IF(REGEXP_CONTAINS(bounded.game_id, r'^[0-9]{8}_[A-Z]+_[A-Z]+$'), 0, 1),
          bounded.processed_at DESC NULLS LAST,
          bounded.game_id,
          bounded.team_abbr
      ) = 1
  )
SELECT bounded.*
FROM bounded
LEFT JOIN repeated_key
  ON repeated_key.player_lookup = bounded.player_lookup
  AND repeated_key.game_date = bounded.game_date
WHERE repeated_key.player_lookup IS NULL
UNION ALL
SELECT kept_row.*
FROM kept_row
