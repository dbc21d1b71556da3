-- listed_player: players on a date's injury reports who have no summary row on that date.
--
-- grain:    player_lookup, game_date
-- inputs:   injury_status, summary
-- lookback: 365 days
-- nulls:    universal_player_id: no earlier row

-- Team, opponent and game come from the rows of the player's team on that date: the team that the
-- report names, else the team of the player's last row. A team without rows yields no player.
WITH
  absent AS (
    SELECT
      injury_status.player_lookup,
      injury_status.game_date,
      UNIX_DATE(injury_status.game_date) AS day_number,
      injury_status.status,
      injury_status.team
    FROM injury_status
    LEFT JOIN summary
      ON summary.player_lookup = injury_status.player_lookup
      AND summary.game_date = injury_status.game_date
    WHERE injury_status.player_lookup IS NOT NULL
      AND summary.player_lookup IS NULL
  ),
  absent_day AS (
    SELECT DISTINCT game_date
    FROM absent
  ),
  team_key AS (
    SELECT
      summary.team_abbr,
      summary.game_date,
      summary.game_id,
      summary.opponent_team_abbr,
      summary.season_year
    FROM summary
    INNER JOIN absent_day
      ON absent_day.game_date = summary.game_date
    GROUP BY
      summary.team_abbr,
      summary.game_date,
      summary.game_id,
      summary.opponent_team_abbr,
      summary.season_year
  ),
  playing_team AS (
    SELECT
      team_abbr,
      game_date,
      game_id,
      opponent_team_abbr,
      season_year
    FROM team_key
    QUALIFY
      ROW_NUMBER() OVER (
        PARTITION BY team_abbr, game_date
        ORDER BY
          IF(REGEXP_CONTAINS(game_id, r'^[0-9]{8}_[A-Z]+_[A-Z]+$'), 0, 1),
          game_id,
          opponent_team_abbr,
          season_year
      ) = 1
  ),
  last_day AS (
    SELECT
      absent.player_lookup,
      absent.game_date,
      MAX(summary.day_number) AS last_day_number
    FROM absent
    INNER JOIN summary
      ON summary.player_lookup = absent.player_lookup
      AND summary.day_number < absent.day_number
      AND summary.day_number >= absent.day_number - 365
    GROUP BY absent.player_lookup, absent.game_date
  ),
  last_row AS (
    SELECT
      last_day.player_lookup,
      last_day.game_date,
      summary.universal_player_id,
      summary.team_abbr
    FROM last_day
    INNER JOIN summary
      ON summary.player_lookup = last_day.player_lookup
      AND summary.day_number = last_day.last_day_number
  )
SELECT
  absent.player_lookup,
  last_row.universal_player_id,
  IFNULL(named.game_id, latest.game_id) AS game_id,
  absent.game_date,
  absent.day_number,
  IFNULL(named.team_abbr, latest.team_abbr) AS team_abbr,
  IF(named.team_abbr IS NULL, latest.opponent_team_abbr, named.opponent_team_abbr)
    AS opponent_team_abbr,
  IF(named.team_abbr IS NULL, latest.season_year, named.season_year) AS season_year,
  IFNULL(absent.status, 'without a status') AS listed_status
FROM absent
LEFT JOIN last_row
  ON last_row.player_lookup = absent.player_lookup
  AND last_row.game_date = absent.game_date
LEFT JOIN playing_team AS named
  ON named.team_abbr = absent.team
  AND named.game_date = absent.game_date
LEFT JOIN playing_team AS latest
  ON latest.team_abbr = last_row.team_abbr
  AND latest.game_date = absent.game_date
WHERE named.team_abbr IS NOT NULL
  OR latest.team_abbr IS NOT NULL
