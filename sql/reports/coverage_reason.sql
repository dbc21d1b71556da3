-- coverage_reason: why rows are missing, by date, month or season, or in total.
--
-- grain:    period, reason
-- inputs:   coverage_row
-- lookback: none
-- nulls:    detail: no open gap has one

-- unlogged: missing without an open gap.
WITH
  placed AS (
    SELECT
      CASE @by
        WHEN 'date' THEN CAST(game_date AS STRING)
        WHEN 'month' THEN SUBSTR(CAST(game_date AS STRING), 1, 7)
        WHEN 'season' THEN IFNULL(season, 'no season')
        ELSE 'all'
      END AS period,
      IFNULL(reason, 'unlogged') AS reason,
      detail
    FROM coverage_row
    WHERE state = 'missing'
  )
SELECT
  period,
  reason,
  COUNT(*) AS row_count,
  MIN(detail) AS detail
FROM placed
GROUP BY period, reason
ORDER BY period, row_count DESC, reason
