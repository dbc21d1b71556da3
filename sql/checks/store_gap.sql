-- store_gap: each player and date without a valid store row, and each store row that is not due.
--
-- grain:    player_lookup, game_date
-- inputs:   target, summary, season_calendar, feature_value, feature_quality, feature_version,
--           listed_gap, stored_key
-- lookback: 365 days
-- nulls:    team_abbr, season_year: a store row without a game summary row

-- One reason per key, the one to fix first:
--   duplicate_row        the store has several rows with the key
--   stale_row            a store row without a game summary row; or one that was written because
--                        there was no game summary row, when there is one now
--   missing_sources      a store row whose features have no source
--   old_version          a store row of another version of the features
--   upstream_incomplete  a store row without required features that can be computed now; or no
--                        store row, and the opponent has no game summary rows
--   bootstrap            no store row in a season's first days, where none is due by default
--   missing_row          no store row
--   no_game_summary      a listed player with neither a game summary row nor a store row
WITH
  team_row AS (
    SELECT
      team_abbr,
      game_date
    FROM summary
    WHERE game_date BETWEEN @start_date AND @end_date
    GROUP BY team_abbr, game_date
  ),
  due AS (
    SELECT
      target.player_lookup,
      target.game_date,
      target.game_id,
      target.team_abbr,
      target.opponent_team_abbr,
      target.season_year,
      target.is_early_season,
      DATE_DIFF(target.game_date, season_calendar.first_day, DAY) AS season_day,
      target.opponent_team_abbr IS NOT NULL AND team_row.team_abbr IS NULL AS is_opponent_missing,
      feature_quality.required_default_count
    FROM target
    LEFT JOIN season_calendar
      ON season_calendar.season_year = target.season_year
    LEFT JOIN team_row
      ON team_row.team_abbr = target.opponent_team_abbr
      AND team_row.game_date = target.game_date
    LEFT JOIN feature_value
      ON feature_value.player_lookup = target.player_lookup
      AND feature_value.game_date = target.game_date
    LEFT JOIN feature_quality
      ON feature_quality.missing_mask = feature_value.missing_mask
      AND feature_quality.window_games = feature_value.window_games
      AND feature_quality.window_rows = feature_value.window_rows
  ),
  stored_row AS (
    SELECT
      stored_key.player_lookup,
      stored_key.game_date,
      IFNULL(due.game_id, stored_key.game_id) AS game_id,
      due.team_abbr,
      IFNULL(due.opponent_team_abbr, stored_key.opponent_team_abbr) AS opponent_team_abbr,
      due.season_year,
      CASE
        WHEN stored_key.row_count > 1 THEN 'duplicate_row'
        WHEN due.player_lookup IS NULL AND NOT stored_key.is_listed THEN 'stale_row'
        WHEN due.player_lookup IS NOT NULL AND stored_key.is_listed THEN 'stale_row'
        WHEN stored_key.missing_source_count > 0 THEN 'missing_sources'
        WHEN stored_key.feature_version != feature_version.feature_version THEN 'old_version'
        WHEN stored_key.required_default_count > due.required_default_count
          THEN 'upstream_incomplete'
      END AS reason,
      CASE
        WHEN stored_key.row_count > 1 THEN
          CONCAT(CAST(stored_key.row_count AS STRING), ' rows of one key')
        WHEN due.player_lookup IS NULL AND NOT stored_key.is_listed THEN
          'a store row, and no game summary row'
        WHEN due.player_lookup IS NOT NULL AND stored_key.is_listed THEN
          'written for a listed player; a game summary row stands now'
        WHEN stored_key.missing_source_count > 0 THEN
          CONCAT(
            CAST(stored_key.missing_source_count AS STRING),
            ' of ',
            CAST(feature_version.feature_count AS STRING),
            ' sources are NULL'
          )
        WHEN stored_key.feature_version != feature_version.feature_version THEN
          CONCAT(
            'version ',
            stored_key.feature_version,
            ', now ',
            feature_version.feature_version
          )
        ELSE
          CONCAT(
            CAST(stored_key.required_default_count - due.required_default_count AS STRING),
            ' required features are missing that can be computed now'
          )
      END AS reason_detail
    FROM stored_key
    CROSS JOIN feature_version
    LEFT JOIN due
      ON due.player_lookup = stored_key.player_lookup
      AND due.game_date = stored_key.game_date
  ),
  absent_row AS (
    SELECT
      due.player_lookup,
      due.game_date,
      due.game_id,
      due.team_abbr,
      due.opponent_team_abbr,
      due.season_year,
      CASE
        WHEN due.is_early_season THEN 'bootstrap'
        WHEN due.is_opponent_missing THEN 'upstream_incomplete'
        ELSE 'missing_row'
      END AS reason,
      CASE
        WHEN due.is_early_season THEN
          CONCAT(
            'day ',
            CAST(due.season_day AS STRING),
            ' of the season; features start on day ',
            CAST(@bootstrap_days AS STRING)
          )
        WHEN due.is_opponent_missing THEN
          CONCAT('no game summary row of the opponent ', due.opponent_team_abbr)
        ELSE 'a game summary row, and no store row'
      END AS reason_detail
    FROM due
    LEFT JOIN stored_key
      ON stored_key.player_lookup = due.player_lookup
      AND stored_key.game_date = due.game_date
    WHERE stored_key.player_lookup IS NULL
  )
SELECT
  player_lookup,
  game_date,
  game_id,
  CAST(reason AS STRING) AS reason,
  CAST(reason_detail AS STRING) AS reason_detail,
  team_abbr,
  opponent_team_abbr,
  season_year
FROM stored_row
WHERE reason IS NOT NULL
UNION ALL
SELECT
  player_lookup,
  game_date,
  game_id,
  CAST(reason AS STRING) AS reason,
  CAST(reason_detail AS STRING) AS reason_detail,
  team_abbr,
  opponent_team_abbr,
  season_year
FROM absent_row
UNION ALL
SELECT
  listed_gap.player_lookup,
  listed_gap.game_date,
  listed_gap.game_id,
  CAST(listed_gap.reason AS STRING) AS reason,
  CAST(listed_gap.reason_detail AS STRING) AS reason_detail,
  listed_gap.team_abbr,
  listed_gap.opponent_team_abbr,
  listed_gap.season_year
FROM listed_gap
LEFT JOIN stored_key
  ON stored_key.player_lookup = listed_gap.player_lookup
  AND stored_key.game_date = listed_gap.game_date
WHERE stored_key.player_lookup IS NULL
