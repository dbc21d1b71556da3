-- nba_analytics.player_game_summary: one row per player and game: the box score, shot zones and betting lines.
--
-- grain:     game_id, player_lookup
-- key:       game_id, player_lookup
-- direction: pulled
-- entity:    player_lookup, universal_player_id
-- event:     game_date, game_id
-- pregame:   player_full_name, team_abbr, opponent_team_abbr, season_year, points_line, opening_line,
--            line_movement, points_line_source, opening_line_source, dedup_key, record_version,
--            first_processed_at, created_at, processed_at
-- optional:  no

CREATE TABLE IF NOT EXISTS nba_analytics.player_game_summary (
  player_lookup STRING NOT NULL
    OPTIONS (description = 'Player key: the full name in lower-case letters only'),
  universal_player_id STRING
    OPTIONS (description = 'Player identity that survives a change of name'),
  player_full_name STRING OPTIONS (description = 'Name as printed'),
  game_id STRING NOT NULL OPTIONS (description = 'Game key, YYYYMMDD_AWAY_HOME'),
  game_date DATE NOT NULL
    OPTIONS (description = 'Calendar date of the game in the league\'s time zone'),
  team_abbr STRING NOT NULL OPTIONS (description = 'Team the player was on that day'),
  opponent_team_abbr STRING NOT NULL OPTIONS (description = 'The other team'),
  season_year INT64 NOT NULL OPTIONS (description = 'Year in which the season began'),
  points INT64 OPTIONS (description = 'Points scored; NULL when the player did not play'),
  minutes_played NUMERIC(5, 1)
    OPTIONS (description = 'Minutes on the court; 0 or NULL when the player did not play'),
  assists INT64 OPTIONS (description = 'Passes that led directly to a basket'),
  offensive_rebounds INT64 OPTIONS (description = 'Rebounds of the own team\'s misses'),
  defensive_rebounds INT64 OPTIONS (description = 'Rebounds of the other team\'s misses'),
  steals INT64 OPTIONS (description = 'Balls taken from the other team'),
  blocks INT64 OPTIONS (description = 'Shots of the other team that were blocked'),
  turnovers INT64 OPTIONS (description = 'Balls lost'),
  fg_attempts INT64 OPTIONS (description = 'Field goals tried, threes included'),
  fg_makes INT64 OPTIONS (description = 'Field goals made, threes included'),
  three_pt_attempts INT64 OPTIONS (description = 'Three-pointers tried, from the box score'),
  three_pt_makes INT64 OPTIONS (description = 'Three-pointers made, from the box score'),
  ft_attempts INT64 OPTIONS (description = 'Free throws tried'),
  ft_makes INT64 OPTIONS (description = 'Free throws made'),
  plus_minus INT64 OPTIONS (description = 'Score difference while the player was on the court'),
  personal_fouls INT64 OPTIONS (description = 'Fouls committed'),
  paint_attempts INT64 OPTIONS (description = 'Shots tried in the paint, from play-by-play'),
  paint_makes INT64 OPTIONS (description = 'Shots made in the paint'),
  mid_range_attempts INT64 OPTIONS (description = 'Two-pointers tried outside the paint'),
  mid_range_makes INT64 OPTIONS (description = 'Two-pointers made outside the paint'),
  three_attempts_pbp INT64 OPTIONS (description = 'Three-pointers tried, from play-by-play'),
  three_makes_pbp INT64 OPTIONS (description = 'Three-pointers made, from play-by-play'),
  has_complete_shot_zones BOOL
    OPTIONS (description = 'TRUE when the three zones add up to the field goals'),
  paint_blocks INT64 OPTIONS (description = 'Blocks of shots in the paint'),
  mid_range_blocks INT64 OPTIONS (description = 'Blocks of mid-range shots'),
  three_pt_blocks INT64 OPTIONS (description = 'Blocks of three-pointers'),
  and1_count INT64 OPTIONS (description = 'Baskets made while fouled'),
  assisted_fg_makes INT64 OPTIONS (description = 'Field goals made after a pass'),
  unassisted_fg_makes INT64 OPTIONS (description = 'Field goals made alone'),
  usage_rate NUMERIC(6, 2)
    OPTIONS (description = 'Share of the team\'s plays the player finished while on the court, 0-100'),
  ts_pct NUMERIC(5, 3) OPTIONS (description = 'True shooting, points per two shooting chances'),
  efg_pct NUMERIC(5, 3)
    OPTIONS (description = 'Effective field goals, a three counted one and a half'),
  starter_flag BOOL NOT NULL OPTIONS (description = 'TRUE when the player was in the first five'),
  win_flag BOOL NOT NULL
    OPTIONS (description = 'Always FALSE in production; the winner is computed from the points'),
  points_line NUMERIC(4, 1)
    OPTIONS (description = 'Bookmakers\' last line on the player\'s points, before the game'),
  over_under_result STRING
    OPTIONS (description = 'OVER or UNDER against the line; known after the game'),
  margin NUMERIC(6, 2) OPTIONS (description = 'Points minus the line; known after the game'),
  opening_line NUMERIC(4, 1)
    OPTIONS (description = 'Bookmakers\' first line on the player\'s points'),
  line_movement NUMERIC(4, 1) OPTIONS (description = 'Last line minus first line'),
  points_line_source STRING OPTIONS (description = 'Bookmaker of the last line'),
  opening_line_source STRING OPTIONS (description = 'Bookmaker of the first line'),
  is_active BOOL NOT NULL OPTIONS (description = 'TRUE when the player was on the active list'),
  player_status STRING OPTIONS (description = 'Status in the box score'),
  source_nbac_last_updated TIMESTAMP OPTIONS (description = 'When source nbac was last updated'),
  source_nbac_rows_found INT64 OPTIONS (description = 'Rows found in source nbac'),
  source_nbac_completeness_pct NUMERIC(5, 2)
    OPTIONS (description = 'Share of source nbac that was there, 0-100'),
  source_nbac_hash STRING OPTIONS (description = 'Hash of what was read of source nbac'),
  source_bdl_last_updated TIMESTAMP OPTIONS (description = 'When source bdl was last updated'),
  source_bdl_rows_found INT64 OPTIONS (description = 'Rows found in source bdl'),
  source_bdl_completeness_pct NUMERIC(5, 2)
    OPTIONS (description = 'Share of source bdl that was there, 0-100'),
  source_bdl_hash STRING OPTIONS (description = 'Hash of what was read of source bdl'),
  source_bbd_last_updated TIMESTAMP OPTIONS (description = 'When source bbd was last updated'),
  source_bbd_rows_found INT64 OPTIONS (description = 'Rows found in source bbd'),
  source_bbd_completeness_pct NUMERIC(5, 2)
    OPTIONS (description = 'Share of source bbd that was there, 0-100'),
  source_bbd_hash STRING OPTIONS (description = 'Hash of what was read of source bbd'),
  source_nbac_pbp_last_updated TIMESTAMP
    OPTIONS (description = 'When source nbac_pbp was last updated'),
  source_nbac_pbp_rows_found INT64 OPTIONS (description = 'Rows found in source nbac_pbp'),
  source_nbac_pbp_completeness_pct NUMERIC(5, 2)
    OPTIONS (description = 'Share of source nbac_pbp that was there, 0-100'),
  source_nbac_pbp_hash STRING OPTIONS (description = 'Hash of what was read of source nbac_pbp'),
  source_odds_last_updated TIMESTAMP OPTIONS (description = 'When source odds was last updated'),
  source_odds_rows_found INT64 OPTIONS (description = 'Rows found in source odds'),
  source_odds_completeness_pct NUMERIC(5, 2)
    OPTIONS (description = 'Share of source odds that was there, 0-100'),
  source_odds_hash STRING OPTIONS (description = 'Hash of what was read of source odds'),
  source_bp_last_updated TIMESTAMP OPTIONS (description = 'When source bp was last updated'),
  source_bp_rows_found INT64 OPTIONS (description = 'Rows found in source bp'),
  source_bp_completeness_pct NUMERIC(5, 2)
    OPTIONS (description = 'Share of source bp that was there, 0-100'),
  source_bp_hash STRING OPTIONS (description = 'Hash of what was read of source bp'),
  source_team_last_updated TIMESTAMP OPTIONS (description = 'When source team was last updated'),
  source_team_rows_found INT64 OPTIONS (description = 'Rows found in source team'),
  source_team_completeness_pct NUMERIC(5, 2)
    OPTIONS (description = 'Share of source team that was there, 0-100'),
  source_team_hash STRING OPTIONS (description = 'Hash of what was read of source team'),
  data_quality_tier STRING OPTIONS (description = 'Quality as the upstream processor graded it'),
  primary_source_used STRING OPTIONS (description = 'Source the row was mainly made from'),
  processed_with_issues BOOL
    OPTIONS (description = 'TRUE when the upstream processor met a problem'),
  shot_zones_estimated BOOL OPTIONS (description = 'TRUE when the zones are estimates'),
  is_dnp BOOL OPTIONS (description = 'TRUE when the player did not play; NULL in older rows'),
  dnp_reason STRING OPTIONS (description = 'Why the player did not play, as reported'),
  dnp_reason_category STRING OPTIONS (description = 'Why the player did not play, by kind'),
  is_partial_game_data BOOL DEFAULT FALSE
    OPTIONS (description = 'TRUE when the row was made before the game ended'),
  game_completeness_pct NUMERIC(5, 2)
    OPTIONS (description = 'Share of the game in the data, 0-100'),
  game_status_at_processing STRING
    OPTIONS (description = 'State of the game when the row was made'),
  usage_rate_valid BOOL OPTIONS (description = 'FALSE when the usage rate is not plausible'),
  usage_rate_capped NUMERIC(5, 2) OPTIONS (description = 'Usage rate within its plausible range'),
  usage_rate_raw NUMERIC(6, 2) OPTIONS (description = 'Usage rate as computed'),
  usage_rate_anomaly_reason STRING OPTIONS (description = 'Why the usage rate is not plausible'),
  dedup_key STRING OPTIONS (description = 'Key by which upstream removes repeated rows'),
  record_version INT64 DEFAULT 1 OPTIONS (description = 'Number of the row\'s version, from 1'),
  first_processed_at TIMESTAMP OPTIONS (description = 'When the row was first made'),
  data_hash STRING OPTIONS (description = 'Hash of the row\'s content'),
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP()
    OPTIONS (description = 'When the row was inserted'),
  processed_at TIMESTAMP OPTIONS (description = 'When the row was last made')
)
PARTITION BY game_date
CLUSTER BY universal_player_id, player_lookup, team_abbr, game_date
OPTIONS (
  require_partition_filter = FALSE,
  description = 'One row a player and game: the box score, shot zones and betting lines'
)
