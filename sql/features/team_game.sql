-- team_game: a team's game: possessions, pace, ratings, win, and what its opponents shot.
--
-- grain:    team_abbr, game_date
-- inputs:   matchup_game
-- lookback: 365 days
-- nulls:    the other team's rows are missing, an input is NULL, or a divisor is 0

-- possessions = FGA + 0.44 * FTA - OREB + TOV (Kubatko et al., 2007); pace is per 48 minutes.
WITH
  own AS (
    SELECT
      team_abbr,
      game_date,
      MIN(season_year) AS season_year,
      SUM(points) AS points,
      SUM(fg_attempts) + 0.44 * SUM(ft_attempts) - SUM(offensive_rebounds) + SUM(turnovers)
        AS possessions,
      SUM(minutes_tenths) AS minutes_tenths
    FROM matchup_game
    GROUP BY team_abbr, game_date
  ),
  other AS (
    SELECT
      opponent_team_abbr AS team_abbr,
      game_date,
      SUM(points) AS points,
      SUM(fg_attempts) + 0.44 * SUM(ft_attempts) - SUM(offensive_rebounds) + SUM(turnovers)
        AS possessions,
      SUM(paint_attempts_known) AS paint_attempts,
      SUM(paint_makes) AS paint_makes,
      SUM(mid_range_attempts_known) AS mid_range_attempts,
      SUM(mid_range_makes) AS mid_range_makes,
      SUM(three_attempts_known) AS three_attempts,
      SUM(three_makes) AS three_makes
    FROM matchup_game
    GROUP BY opponent_team_abbr, game_date
  )
SELECT
  own.team_abbr,
  own.game_date,
  own.season_year,
  own.points > other.points AS is_win,
  48 * ((own.possessions + other.possessions) / 2)
    / (IF(IFNULL(own.minutes_tenths, 0) = 0, 2400, own.minutes_tenths) / 50) AS pace,
  100 * SAFE_DIVIDE(own.points, own.possessions) AS off_rating,
  100 * SAFE_DIVIDE(other.points, other.possessions) AS def_rating,
  other.paint_attempts,
  other.paint_makes,
  other.mid_range_attempts,
  other.mid_range_makes,
  other.three_attempts,
  other.three_makes
FROM own
LEFT JOIN other
  ON other.team_abbr = own.team_abbr
  AND other.game_date = own.game_date
