-- matchup_game: what a team's players did together against one opponent on one date.
--
-- grain:    game_date, team_abbr, opponent_team_abbr, season_year
-- inputs:   summary
-- lookback: 365 days
-- nulls:    a sum is NULL where no played row has the column

-- The *_known columns leave out rows whose makes in the zone are unknown.
WITH
  played AS (
    SELECT
      summary.*,
      is_played
        AND paint_attempts IS NOT NULL
        AND mid_range_attempts IS NOT NULL
        AND three_attempts IS NOT NULL AS has_zones
    FROM summary
  )
SELECT
  game_date,
  team_abbr,
  opponent_team_abbr,
  season_year,
  SUM(IF(is_played, points, NULL)) AS points,
  SUM(IF(is_played, fg_attempts, NULL)) AS fg_attempts,
  SUM(IF(is_played, ft_attempts, NULL)) AS ft_attempts,
  SUM(IF(is_played, offensive_rebounds, NULL)) AS offensive_rebounds,
  SUM(IF(is_played, turnovers, NULL)) AS turnovers,
  SUM(IF(is_played, minutes_tenths, NULL)) AS minutes_tenths,
  SUM(IF(has_zones AND paint_makes IS NOT NULL, paint_attempts, NULL)) AS paint_attempts_known,
  SUM(IF(has_zones, paint_makes, NULL)) AS paint_makes,
  SUM(IF(has_zones AND mid_range_makes IS NOT NULL, mid_range_attempts, NULL))
    AS mid_range_attempts_known,
  SUM(IF(has_zones, mid_range_makes, NULL)) AS mid_range_makes,
  SUM(IF(has_zones AND three_makes IS NOT NULL, three_attempts, NULL)) AS three_attempts_known,
  SUM(IF(has_zones, three_makes, NULL)) AS three_makes
FROM played
GROUP BY game_date, team_abbr, opponent_team_abbr, season_year
