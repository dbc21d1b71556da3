-- unnest_left_join: LEFT JOIN UNNEST keeps the rows whose array is empty.
--
-- rows:
--   [null, null]
--   [7, null]
--   [8, 1]
--   [8, 8]
--   [10, 1]
--   [10, 10]

WITH
  game AS (
    SELECT
      1 AS player, 'a' AS label, 10 AS points, 1.5 AS ratio, NUMERIC '1.1' AS line,
      DATE '2024-01-01' AS day, TRUE AS won
    UNION ALL
    SELECT 1, 'b', NULL, 2.5, NULL, DATE '2024-01-05', NULL
    UNION ALL
    SELECT 2, NULL, 7, NULL, NUMERIC '2.2', NULL, FALSE
    UNION ALL
    SELECT NULL, 'd', 8, 4.25, NUMERIC '3.3', DATE '2024-02-01', TRUE
  )
SELECT listed.points, x
FROM (SELECT points, IF(points > 7, [points, 1], ARRAY<INT64>[]) AS list FROM game) AS listed
LEFT JOIN UNNEST(listed.list) AS x
ORDER BY points, x
