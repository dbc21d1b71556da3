-- nba_reference.processor_run_history: what each processor did, when, and how long it took.
--
-- grain:     processor_name, data_date, run_id
-- key:       processor_name, data_date, run_id
-- direction: mirrored
-- optional:  no

CREATE TABLE IF NOT EXISTS nba_reference.processor_run_history (
  processor_name STRING NOT NULL OPTIONS (description = 'Processor, such as featurestore.compute'),
  run_id STRING NOT NULL OPTIONS (description = 'Run that wrote the row'),
  season_year INT64 OPTIONS (description = 'Year in which the season began'),
  status STRING NOT NULL OPTIONS (description = 'running, success or failed'),
  duration_seconds FLOAT64 OPTIONS (description = 'Elapsed time of the run in seconds'),
  records_processed INT64 DEFAULT 0 OPTIONS (description = 'Rows read'),
  records_created INT64 DEFAULT 0 OPTIONS (description = 'Rows written'),
  records_updated INT64 DEFAULT 0 OPTIONS (description = 'Rows changed'),
  records_skipped INT64 DEFAULT 0 OPTIONS (description = 'Rows left out'),
  data_source_primary STRING
    OPTIONS (description = 'Kept for other processors: data source primary'),
  data_source_enhancement STRING
    OPTIONS (description = 'Kept for other processors: data source enhancement'),
  data_records_queried INT64
    OPTIONS (description = 'Kept for other processors: data records queried'),
  validation_mode STRING OPTIONS (description = 'Kept for other processors: validation mode'),
  validation_skipped_reason STRING
    OPTIONS (description = 'Kept for other processors: validation skipped reason'),
  source_data_freshness_days INT64
    OPTIONS (description = 'Kept for other processors: source data freshness days'),
  espn_roster_date DATE OPTIONS (description = 'Kept for other processors: espn roster date'),
  nbacom_source_date DATE OPTIONS (description = 'Kept for other processors: nbacom source date'),
  br_scrape_date DATE OPTIONS (description = 'Kept for other processors: br scrape date'),
  gamebook_pdf_date DATE OPTIONS (description = 'Kept for other processors: gamebook pdf date'),
  espn_matched_requested_date BOOL
    OPTIONS (description = 'Kept for other processors: espn matched requested date'),
  nbacom_matched_requested_date BOOL
    OPTIONS (description = 'Kept for other processors: nbacom matched requested date'),
  br_matched_requested_date BOOL
    OPTIONS (description = 'Kept for other processors: br matched requested date'),
  gamebook_matched_requested_date BOOL
    OPTIONS (description = 'Kept for other processors: gamebook matched requested date'),
  used_source_fallback BOOL DEFAULT FALSE
    OPTIONS (description = 'Kept for other processors: used source fallback'),
  season_filter STRING OPTIONS (description = 'Kept for other processors: season filter'),
  team_filter STRING OPTIONS (description = 'Kept for other processors: team filter'),
  date_range_filter_start DATE OPTIONS (description = 'First date of the range'),
  date_range_filter_end DATE OPTIONS (description = 'Last date of the range'),
  backfill_mode BOOL DEFAULT FALSE OPTIONS (description = 'TRUE for a backfill'),
  force_reprocess BOOL DEFAULT FALSE
    OPTIONS (description = 'Kept for other processors: force reprocess'),
  test_mode BOOL DEFAULT FALSE OPTIONS (description = 'Kept for other processors: test mode'),
  execution_host STRING OPTIONS (description = 'Host the run was on'),
  triggered_by STRING OPTIONS (description = 'User or service that started the run'),
  errors JSON OPTIONS (description = 'Errors of the run'),
  warnings JSON OPTIONS (description = 'Warnings of the run'),
  summary JSON OPTIONS (description = 'Facts of the run'),
  data_date DATE NOT NULL
    OPTIONS (description = 'Date the run was about; for a range, the league\'s date on which it ran'),
  started_at TIMESTAMP NOT NULL OPTIONS (description = 'When the run began'),
  processed_at TIMESTAMP OPTIONS (description = 'When the row was last made'),
  phase STRING OPTIONS (description = 'Phase of the pipeline'),
  output_table STRING OPTIONS (description = 'Table written'),
  output_dataset STRING OPTIONS (description = 'Dataset written'),
  trigger_source STRING OPTIONS (description = 'How the run was started'),
  trigger_message_id STRING OPTIONS (description = 'Kept for other processors: trigger message id'),
  trigger_message_data JSON
    OPTIONS (description = 'Kept for other processors: trigger message data'),
  parent_processor STRING OPTIONS (description = 'Kept for other processors: parent processor'),
  upstream_dependencies JSON
    OPTIONS (description = 'Kept for other processors: upstream dependencies'),
  dependency_check_passed BOOL
    OPTIONS (description = 'Kept for other processors: dependency check passed'),
  missing_dependencies JSON
    OPTIONS (description = 'Kept for other processors: missing dependencies'),
  stale_dependencies JSON OPTIONS (description = 'Kept for other processors: stale dependencies'),
  alert_sent BOOL OPTIONS (description = 'Kept for other processors: alert sent'),
  alert_type STRING OPTIONS (description = 'Kept for other processors: alert type'),
  cloud_run_service STRING OPTIONS (description = 'Kept for other processors: cloud run service'),
  cloud_run_revision STRING OPTIONS (description = 'Kept for other processors: cloud run revision'),
  retry_attempt INT64 OPTIONS (description = 'Kept for other processors: retry attempt'),
  skipped BOOL OPTIONS (description = 'Kept for other processors: skipped'),
  skip_reason STRING OPTIONS (description = 'Kept for other processors: skip reason'),
  failure_category STRING OPTIONS (description = 'Kind of failure'),
  timing_breakdown JSON OPTIONS (description = 'Seconds by stage, and by query in detail')
)
PARTITION BY data_date
CLUSTER BY processor_name, status, season_year
OPTIONS (
  require_partition_filter = FALSE,
  description = 'What each processor did, when, and how long it took'
)
