-- formats: Names of days and months are English, hours of a TIMESTAMP are in UTC.
--
-- rows:
--   ["Tuesday Tue March Mar 05 065 24 2024 03", "Sunday, 7 0 %", "1000-01-01", null, "2024-03-05 01:02:03", "00:02:03 12 AM", "Saturday 12 PM", null]

SELECT
  FORMAT_DATE('%A %a %B %b %d %j %y %Y %m', DATE '2024-03-05') AS v0,
  FORMAT_DATE('%A, %u %w %%', DATE '2024-03-10') AS v1,
  FORMAT_DATE('%F', DATE '1000-01-01') AS v2,
  FORMAT_DATE('%b', CAST(NULL AS DATE)) AS v3,
  FORMAT_TIMESTAMP('%F %T', TIMESTAMP '2024-03-05 01:02:03.999+00') AS v4,
  FORMAT_TIMESTAMP('%H:%M:%S %I %p', TIMESTAMP '2024-03-05 00:02:03+00') AS v5,
  FORMAT_TIMESTAMP('%A %I %p', TIMESTAMP '1960-03-05 12:00:00+00') AS v6,
  FORMAT_TIMESTAMP('%Y-%m-%d', CAST(NULL AS TIMESTAMP)) AS v7
