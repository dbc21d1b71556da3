-- time_zones: A date in a zone, on both sides of midnight and of daylight saving.
--
-- rows:
--   ["2024-07-09", "2024-07-10", "2024-01-09", "2024-01-10", null, "2024-03-10T01:59:59", "2024-03-10T03:00:00", "2024-07-10T08:30:15+00:00"]

SELECT
  DATE(TIMESTAMP '2024-07-10 03:59:59+00', 'America/New_York') AS v0,
  DATE(TIMESTAMP '2024-07-10 04:00:00+00', 'America/New_York') AS v1,
  DATE(TIMESTAMP '2024-01-10 04:59:59+00', 'America/New_York') AS v2,
  DATE(TIMESTAMP '2024-01-10 05:00:00+00', 'US/Eastern') AS v3,
  DATE(CAST(NULL AS TIMESTAMP), 'UTC') AS v4,
  DATETIME(TIMESTAMP '2024-03-10 06:59:59+00', 'America/New_York') AS v5,
  DATETIME(TIMESTAMP '2024-03-10 07:00:00+00', 'America/New_York') AS v6,
  TIMESTAMP(DATETIME '2024-07-10 04:30:15', 'America/New_York') AS v7
