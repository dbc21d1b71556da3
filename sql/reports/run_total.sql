-- run_total: the runs of each processor, and the seconds of those that succeeded.
--
-- grain:    processor_name
-- inputs:   run, run_part
-- lookback: none
-- nulls:    p50_seconds, p95_seconds: no run succeeded; phase: not recorded

-- A breakdown with only zeros counts as none. Percentiles are by nearest rank: the smallest value
-- that this percentage of the runs does not exceed.
WITH
  broken_down AS (
    SELECT
      processor_name,
      run_id
    FROM run_part
    WHERE kind = 'stage'
    GROUP BY processor_name, run_id
    HAVING SUM(seconds) > 0
  ),
  ranked AS (
    SELECT
      run.processor_name,
      run.phase,
      run.state,
      run.duration_seconds,
      broken_down.run_id IS NOT NULL AS has_breakdown,
      IF(
        run.state = 'success' AND run.duration_seconds IS NOT NULL,
        CUME_DIST() OVER (
          PARTITION BY
            run.processor_name, run.state = 'success' AND run.duration_seconds IS NOT NULL
          ORDER BY run.duration_seconds
        ),
        NULL
      ) AS share
    FROM run
    LEFT JOIN broken_down
      ON broken_down.processor_name = run.processor_name
      AND broken_down.run_id = run.run_id
  )
SELECT
  processor_name,
  MAX(phase) AS phase,
  COUNT(*) AS runs,
  COUNTIF(state = 'success') AS succeeded,
  COUNTIF(state = 'failed') AS failed,
  COUNTIF(state = 'running') AS running,
  COUNTIF(state = 'stale') AS stale,
  COUNTIF(state = 'success' AND NOT has_breakdown) AS without_breakdown,
  MIN(IF(share >= 0.5, duration_seconds, NULL)) AS p50_seconds,
  MIN(IF(share >= 0.95, duration_seconds, NULL)) AS p95_seconds
FROM ranked
GROUP BY processor_name
ORDER BY processor_name
