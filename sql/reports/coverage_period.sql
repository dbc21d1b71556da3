-- coverage_period: the share of due rows that are stored, by date, month or season, or in total.
--
-- grain:    period
-- inputs:   coverage_row
-- lookback: none
-- nulls:    season: no row of the period is in a season of the calendar;
--           coverage_pct: no row is due

-- target_rows = store_rows + missing_rows + bootstrap_rows. Rows of a season's first days that
-- have a store row count as stored; the others are not due.
WITH
  placed AS (
    SELECT
      CASE @by
        WHEN 'date' THEN CAST(game_date AS STRING)
        WHEN 'month' THEN SUBSTR(CAST(game_date AS STRING), 1, 7)
        WHEN 'season' THEN IFNULL(season, 'no season')
        ELSE 'all'
      END AS period,
      season,
      state
    FROM coverage_row
  ),
  counted AS (
    SELECT
      period,
      MIN(season) AS season,
      COUNTIF(state IN ('covered', 'no_sources', 'missing', 'bootstrap')) AS target_rows,
      COUNTIF(state IN ('covered', 'no_sources')) AS store_rows,
      COUNTIF(state = 'missing') AS missing_rows,
      COUNTIF(state = 'bootstrap') AS bootstrap_rows,
      COUNTIF(state = 'no_sources') AS no_sources_rows,
      COUNTIF(state = 'stale') AS stale_rows,
      COUNTIF(state = 'injured') AS injured_rows,
      COUNTIF(state = 'listed') AS listed_rows
    FROM placed
    GROUP BY period
  )
SELECT
  period,
  season,
  target_rows,
  store_rows,
  missing_rows,
  SAFE_DIVIDE(100 * store_rows, store_rows + missing_rows) AS coverage_pct,
  bootstrap_rows,
  no_sources_rows,
  stale_rows,
  injured_rows,
  listed_rows
FROM counted
ORDER BY period
