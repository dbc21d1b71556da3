-- nba_raw.nbac_injury_report: the league's injury reports, hour by hour, one row per player and report.
--
-- grain:     report_date, report_hour, game_id, player_lookup
-- key:       report_date, report_hour, game_id, player_lookup
-- direction: pulled
-- entity:    player_lookup
-- event:     game_date, game_id
-- clock:     report_date <= game_date
-- optional:  yes

CREATE TABLE IF NOT EXISTS nba_raw.nbac_injury_report (
  report_date DATE OPTIONS (description = 'Date of the report'),
  report_hour INT64
    OPTIONS (description = 'Hour of the report, 0 to 23, in the league\'s time zone'),
  season STRING OPTIONS (description = 'Season as printed, such as 2024-25'),
  game_date DATE OPTIONS (description = 'Calendar date of the game in the league\'s time zone'),
  game_time STRING OPTIONS (description = 'Start of the game as printed'),
  game_id STRING OPTIONS (description = 'Game key, YYYYMMDD_AWAY_HOME'),
  matchup STRING OPTIONS (description = 'Teams as printed, away@home'),
  away_team STRING OPTIONS (description = 'Visiting team'),
  home_team STRING OPTIONS (description = 'Home team'),
  team STRING OPTIONS (description = 'The player\'s team'),
  player_name_original STRING OPTIONS (description = 'Name as printed in the report'),
  player_full_name STRING OPTIONS (description = 'Name as printed'),
  player_lookup STRING
    OPTIONS (description = 'Player key: the full name in lower-case letters only'),
  injury_status STRING
    OPTIONS (description = 'Available, Probable, Questionable, Doubtful or Out, in any case'),
  reason STRING OPTIONS (description = 'Reason, as text'),
  reason_category STRING OPTIONS (description = 'Kind of reason'),
  confidence_score FLOAT64 OPTIONS (description = 'How sure the parser is of the row, 0 to 1'),
  overall_report_confidence FLOAT64
    OPTIONS (description = 'How sure the parser is of the report, 0 to 1'),
  scrape_time STRING OPTIONS (description = 'When the report was read, as text'),
  run_id STRING OPTIONS (description = 'Run that wrote the row'),
  source_file_path STRING OPTIONS (description = 'File the row was read from'),
  data_hash STRING OPTIONS (description = 'Hash of the row\'s content'),
  processed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP()
    OPTIONS (description = 'When the row was last made')
)
PARTITION BY report_date
CLUSTER BY player_lookup, game_id, injury_status
OPTIONS (
  require_partition_filter = FALSE,
  description = 'The league\'s injury reports, hour by hour, one row a player and report'
)
