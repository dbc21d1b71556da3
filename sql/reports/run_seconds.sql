-- run_seconds: seconds of each stage and of each query of a processor, over its successful runs.
--
-- grain:    processor_name, kind, name
-- inputs:   run, run_part
-- lookback: none
-- nulls:    share_pct: all stages of the processor took no time

-- Percentiles are by nearest rank. A stage's share is of the seconds of all stages of its
-- processor, a query's of those of all its queries.
WITH
  ranked AS (
    SELECT
      run_part.processor_name,
      run_part.kind,
      run_part.name,
      run_part.seconds,
      CUME_DIST() OVER (
        PARTITION BY run_part.processor_name, run_part.kind, run_part.name
        ORDER BY run_part.seconds
      ) AS share
    FROM run_part
    INNER JOIN run
      ON run.processor_name = run_part.processor_name
      AND run.run_id = run_part.run_id
    WHERE run.state = 'success'
  ),
  summed AS (
    SELECT
      processor_name,
      kind,
      name,
      COUNT(*) AS runs,
      MIN(IF(share >= 0.5, seconds, NULL)) AS p50_seconds,
      MIN(IF(share >= 0.95, seconds, NULL)) AS p95_seconds,
      SUM(seconds) AS total_seconds
    FROM ranked
    GROUP BY processor_name, kind, name
  )
SELECT
  processor_name,
  kind,
  name,
  runs,
  p50_seconds,
  p95_seconds,
  total_seconds,
  SAFE_DIVIDE(
    100 * total_seconds,
    SUM(total_seconds) OVER (PARTITION BY processor_name, kind)
  ) AS share_pct
FROM summed
ORDER BY processor_name, kind, total_seconds DESC, name
