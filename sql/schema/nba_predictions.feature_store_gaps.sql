-- nba_predictions.feature_store_gaps: players and dates that should have a feature row and have none.
--
-- grain:     player_lookup, game_date, reason, detected_at
-- key:       player_lookup, game_date, reason, detected_at
-- direction: mirrored
-- entity:    player_lookup
-- event:     game_date, game_id
-- optional:  no

CREATE TABLE IF NOT EXISTS nba_predictions.feature_store_gaps (
  player_lookup STRING NOT NULL
    OPTIONS (description = 'Player key: the full name in lower-case letters only'),
  game_date DATE NOT NULL
    OPTIONS (description = 'Calendar date of the game in the league\'s time zone'),
  game_id STRING OPTIONS (description = 'Game key, YYYYMMDD_AWAY_HOME'),
  reason STRING NOT NULL OPTIONS (description = 'Reason, as text'),
  reason_detail STRING OPTIONS (description = 'The reason in words'),
  team_abbr STRING OPTIONS (description = 'Team the player was on that day'),
  opponent_team_abbr STRING OPTIONS (description = 'The other team'),
  season_year INT64 OPTIONS (description = 'Year in which the season began'),
  detected_at TIMESTAMP NOT NULL
    OPTIONS (description = 'When the gap was found; with player, date and reason the identity of an episode'),
  detected_by STRING OPTIONS (description = 'Who found the gap'),
  resolved_at TIMESTAMP
    OPTIONS (description = 'When a valid row stood again; NULL while the gap is open'),
  resolved_by STRING OPTIONS (description = 'What closed the gap'),
  backfill_attempt_count INT64 DEFAULT 0 OPTIONS (description = 'How often a backfill tried'),
  last_backfill_attempt_at TIMESTAMP OPTIONS (description = 'When a backfill last tried'),
  last_backfill_error STRING OPTIONS (description = 'Why the last try failed')
)
PARTITION BY game_date
CLUSTER BY reason, player_lookup
OPTIONS (
  require_partition_filter = FALSE,
  description = 'Players and dates that should have a feature row and have none'
)
