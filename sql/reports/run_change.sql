-- run_change: each processor's newest successful run against earlier ones of similar size.
--
-- grain:    processor_name
-- inputs:   run
-- lookback: none
-- nulls:    none; a processor without enough earlier runs has no row

-- Seconds are divided by rows, and only runs with a quarter to four times the rows are compared:
-- in a small run the rows hardly matter. The baseline is the median, by nearest rank, of the
-- earlier runs. A run has changed if it differs from the baseline by more than three deviations
-- and, for runs that hardly vary, by more than a fifth of the baseline. A deviation is 1.4826
-- times the median absolute deviation (a normal distribution's standard deviation).
WITH
  measured AS (
    SELECT
      processor_name,
      run_id,
      started_at,
      thousand_rows,
      duration_seconds / thousand_rows AS speed
    FROM run
    WHERE state = 'success'
      AND duration_seconds IS NOT NULL
      AND thousand_rows > 0
  ),
  newest AS (
    SELECT
      processor_name,
      run_id,
      started_at,
      thousand_rows,
      speed
    FROM measured
    QUALIFY
      ROW_NUMBER() OVER (PARTITION BY processor_name ORDER BY started_at DESC, run_id DESC) = 1
  ),
  earlier AS (
    SELECT
      newest.processor_name,
      newest.run_id,
      newest.started_at,
      newest.speed AS newest_speed,
      measured.speed,
      CUME_DIST() OVER (PARTITION BY newest.processor_name ORDER BY measured.speed) AS share
    FROM newest
    INNER JOIN measured
      ON measured.processor_name = newest.processor_name
    WHERE measured.started_at < newest.started_at
      AND measured.thousand_rows BETWEEN newest.thousand_rows / 4 AND newest.thousand_rows * 4
  ),
  baseline AS (
    SELECT
      processor_name,
      MIN(run_id) AS run_id,
      MIN(started_at) AS started_at,
      MIN(newest_speed) AS newest_speed,
      COUNT(*) AS earlier_runs,
      MIN(IF(share >= 0.5, speed, NULL)) AS median_speed
    FROM earlier
    GROUP BY processor_name
  ),
  deviating AS (
    SELECT
      baseline.processor_name,
      ABS(earlier.speed - baseline.median_speed) AS deviation,
      CUME_DIST() OVER (
        PARTITION BY baseline.processor_name
        ORDER BY ABS(earlier.speed - baseline.median_speed)
      ) AS share
    FROM baseline
    INNER JOIN earlier
      ON earlier.processor_name = baseline.processor_name
  ),
  spread AS (
    SELECT
      processor_name,
      MIN(IF(share >= 0.5, deviation, NULL)) AS mad
    FROM deviating
    GROUP BY processor_name
  )
SELECT
  baseline.processor_name,
  baseline.run_id,
  baseline.started_at,
  baseline.newest_speed AS seconds_per_thousand_rows,
  baseline.earlier_runs,
  baseline.median_speed AS baseline_seconds_per_thousand_rows,
  spread.mad AS mad_seconds_per_thousand_rows,
  SAFE_DIVIDE(100 * (baseline.newest_speed - baseline.median_speed), baseline.median_speed)
    AS change_pct,
  ABS(baseline.newest_speed - baseline.median_speed)
    > GREATEST(3 * 1.4826 * spread.mad, 0.2 * baseline.median_speed) AS is_changed
FROM baseline
INNER JOIN spread
  ON spread.processor_name = baseline.processor_name
WHERE baseline.earlier_runs >= @least_runs
ORDER BY baseline.processor_name
