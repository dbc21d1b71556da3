-- roster: who gets features: the target rows and, on request, listed players without one.
--
-- grain:    player_lookup, game_date
-- inputs:   target, listed_player, player_season, season_calendar
-- lookback: none
-- nulls:    listed_status: a target row; else as in target and listed_player, without a line

WITH
  due AS (
    SELECT
      player_lookup,
      universal_player_id,
      game_id,
      game_date,
      day_number,
      team_abbr,
      opponent_team_abbr,
      season_year,
      CAST(points_line AS FLOAT64) AS points_line,
      CAST(COALESCE(opening_line, points_line) AS FLOAT64) AS opening_line,
      is_home,
      is_playoff,
      is_early_season,
      CAST(NULL AS STRING) AS listed_status
    FROM target
    UNION ALL
    SELECT
      listed_player.player_lookup,
      listed_player.universal_player_id,
      listed_player.game_id,
      listed_player.game_date,
      listed_player.day_number,
      listed_player.team_abbr,
      listed_player.opponent_team_abbr,
      listed_player.season_year,
      CAST(NULL AS FLOAT64) AS points_line,
      CAST(NULL AS FLOAT64) AS opening_line,
      SPLIT(listed_player.game_id, '_')[SAFE_OFFSET(2)] = listed_player.team_abbr AS is_home,
      listed_player.game_date >= season_calendar.playoff_day AS is_playoff,
      IFNULL(
        DATE_DIFF(listed_player.game_date, season_calendar.first_day, DAY)
          BETWEEN 0 AND @bootstrap_days - 1,
        FALSE
      ) AS is_early_season,
      listed_player.listed_status
    FROM listed_player
    LEFT JOIN season_calendar
      ON season_calendar.season_year = listed_player.season_year
    WHERE @include_injured
  )
SELECT
  player_season.player_id,
  player_season.player_season_id,
  due.*
FROM due
INNER JOIN player_season
  ON player_season.player_lookup = due.player_lookup
  AND player_season.season_year = due.season_year
