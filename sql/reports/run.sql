-- run: one row per run of a processor, with its last known state.
--
-- grain:    processor_name, run_id
-- inputs:   nba_reference.processor_run_history
-- lookback: 1 days
-- nulls:    duration_seconds, timing_breakdown: the run is not over, or recorded none;
--           phase, thousand_rows: the run recorded none

-- A run writes a row when it begins and one when it ends, past midnight on another date: one day
-- more is read on both sides, and the run counts on its first date. A run that died stays
-- 'running' in the table: after @stale_hours it is 'stale' here.
WITH
  -- The translation of LOWER may raise an error, which DuckDB refuses in a window's ORDER BY.
  run_row AS (
    SELECT
      processor_name,
      run_id,
      LOWER(status) AS status,
      phase,
      data_date,
      started_at,
      processed_at,
      duration_seconds,
      records_processed,
      records_created,
      records_updated,
      timing_breakdown
    FROM nba_reference.processor_run_history
    WHERE data_date BETWEEN
      DATE_SUB(@start_date, INTERVAL 1 DAY) AND DATE_ADD(@end_date, INTERVAL 1 DAY)
  ),
  recorded AS (
    SELECT
      processor_name,
      run_id,
      status,
      phase,
      MIN(data_date) OVER (PARTITION BY processor_name, run_id) AS data_date,
      MIN(started_at) OVER (PARTITION BY processor_name, run_id) AS started_at,
      duration_seconds,
      SAFE_DIVIDE(
        NULLIF(
          GREATEST(
            IFNULL(records_processed, 0),
            IFNULL(records_created, 0),
            IFNULL(records_updated, 0)
          ),
          0
        ),
        1000
      ) AS thousand_rows,
      timing_breakdown,
      ROW_NUMBER() OVER (
        PARTITION BY processor_name, run_id
        ORDER BY
          processed_at DESC NULLS LAST,
          IF(status = 'running', 1, 0),
          started_at DESC,
          status
      ) AS age
    FROM run_row
  )
SELECT
  processor_name,
  run_id,
  phase,
  data_date,
  started_at,
  CASE
    WHEN status != 'running' THEN status
    WHEN TIMESTAMP_DIFF(@now, started_at, SECOND) > @stale_hours * 3600 THEN 'stale'
    ELSE 'running'
  END AS state,
  duration_seconds,
  thousand_rows,
  timing_breakdown
FROM recorded
WHERE age = 1
  AND data_date BETWEEN @start_date AND @end_date
