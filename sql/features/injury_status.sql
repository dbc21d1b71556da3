-- injury_status: the newest report on each player for each game date, with a severity from 0 to 3.
--
-- grain:    game_date, player_lookup
-- inputs:   nba_raw.nbac_injury_report
-- lookback: 365 days before the first date, up to the last date
-- nulls:    player_lookup: reports without a player, which still show that there was a report;
--           status, team: as in the report

WITH
  report AS (
    SELECT
      player_lookup,
      game_date,
      report_date,
      report_hour,
      LOWER(injury_status) AS status,
      team,
      CASE LOWER(injury_status)
        WHEN 'probable' THEN 1
        WHEN 'questionable' THEN 2
        WHEN 'doubtful' THEN 3
        WHEN 'out' THEN 3
        ELSE 0
      END AS severity
    FROM nba_raw.nbac_injury_report
    WHERE report_date BETWEEN DATE_SUB(@start_date, INTERVAL 365 DAY) AND @end_date
      AND game_date BETWEEN @start_date AND @end_date
      AND report_date <= game_date
  )
SELECT
  game_date,
  player_lookup,
  severity,
  status,
  team
FROM report
QUALIFY
  ROW_NUMBER() OVER (
    PARTITION BY game_date, player_lookup
    ORDER BY report_date DESC, report_hour DESC NULLS LAST, severity DESC, status, team
  ) = 1
