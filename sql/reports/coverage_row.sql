-- coverage_row: one row per player and date that should have a store row, or has one, with its state.
--
-- grain:    player_lookup, game_date
-- inputs:   target, season_calendar, nba_predictions.ml_feature_store_v2,
--           nba_predictions.feature_store_gaps
-- lookback: none
-- nulls:    season: no target row, and the date is in no season of the calendar;
--           reason, detail: not missing, or no open gap

-- state is one of
--   covered     a target row with a store row
--   no_sources  the same, but the store row lacks its sources
--   missing     a target row without a store row
--   bootstrap   the same in a season's first days, where none is due
--   stale       a store row without a target row
--   injured     the same, written on request for a listed player without a summary row
--   listed      such a player without a store row
WITH
  season AS (
    SELECT
      season_year,
      first_day,
      IFNULL(
        LEAD(first_day) OVER (ORDER BY first_day),
        DATE_ADD(first_day, INTERVAL 365 DAY)
      ) AS next_day
    FROM season_calendar
  ),
  stored AS (
    SELECT
      player_lookup,
      game_date,
      LOGICAL_OR(feature_0_source IS NOT NULL) AS has_sources,
      LOGICAL_OR(
        REGEXP_CONTAINS(LOWER(IFNULL(processing_decision_reason, '')), r'injur|no_game_summary')
      ) AS is_injured
    FROM nba_predictions.ml_feature_store_v2
    WHERE game_date BETWEEN @start_date AND @end_date
    GROUP BY player_lookup, game_date
  ),
  -- Several reasons may be open at a time: the newest one is shown.
  open_gap AS (
    SELECT
      player_lookup,
      game_date,
      reason,
      reason_detail
    FROM nba_predictions.feature_store_gaps
    WHERE game_date BETWEEN @start_date AND @end_date
      AND resolved_at IS NULL
    QUALIFY
      ROW_NUMBER() OVER (
        PARTITION BY player_lookup, game_date
        ORDER BY detected_at DESC, reason, reason_detail NULLS LAST
      ) = 1
  ),
  keyed AS (
    SELECT
      target.player_lookup,
      target.game_date,
      target.season_year,
      CASE
        WHEN stored.has_sources THEN 'covered'
        WHEN stored.player_lookup IS NOT NULL THEN 'no_sources'
        WHEN target.is_early_season THEN 'bootstrap'
        ELSE 'missing'
      END AS state
    FROM target
    LEFT JOIN stored
      ON stored.player_lookup = target.player_lookup
      AND stored.game_date = target.game_date
    UNION ALL
    SELECT
      stored.player_lookup,
      stored.game_date,
      NULL AS season_year,
      IF(stored.is_injured, 'injured', 'stale') AS state
    FROM stored
    LEFT JOIN target
      ON target.player_lookup = stored.player_lookup
      AND target.game_date = stored.game_date
    WHERE target.player_lookup IS NULL
    UNION ALL
    SELECT
      open_gap.player_lookup,
      open_gap.game_date,
      NULL AS season_year,
      'listed' AS state
    FROM open_gap
    LEFT JOIN target
      ON target.player_lookup = open_gap.player_lookup
      AND target.game_date = open_gap.game_date
    LEFT JOIN stored
      ON stored.player_lookup = open_gap.player_lookup
      AND stored.game_date = open_gap.game_date
    WHERE open_gap.reason = 'no_game_summary'
      AND target.player_lookup IS NULL
      AND stored.player_lookup IS NULL
  )
SELECT
  keyed.player_lookup,
  keyed.game_date,
  CONCAT(
    CAST(COALESCE(keyed.season_year, season.season_year) AS STRING),
    '-',
    SUBSTR(CAST(COALESCE(keyed.season_year, season.season_year) + 1 AS STRING), 3, 2)
  ) AS season,
  keyed.state,
  IF(keyed.state = 'missing', open_gap.reason, NULL) AS reason,
  IF(keyed.state = 'missing', open_gap.reason_detail, NULL) AS detail
FROM keyed
LEFT JOIN season
  ON keyed.game_date >= season.first_day
  AND keyed.game_date < season.next_day
LEFT JOIN open_gap
  ON open_gap.player_lookup = keyed.player_lookup
  AND open_gap.game_date = keyed.game_date
