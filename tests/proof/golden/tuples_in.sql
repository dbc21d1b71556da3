-- tuples_in: A tuple in IN is compared part by part: a NULL in one of them makes no row equal, nor surely different.
--
-- rows:
--   [null, null, null, null, false, true, null, null, null, null]
--   [null, "a", null, null, null, null, null, null, null, false]
--   [null, "c", false, true, false, true, false, null, null, false]
--   [1, null, null, null, false, true, true, null, null, false]
--   [1, "a", true, false, null, null, false, false, null, false]
--   [2, "a", false, true, true, false, true, null, true, false]
--   [2, "b", true, false, false, true, false, null, true, true]

SELECT
  x,
  s,
  (x, s) IN ((1, 'a'), (2, 'b')) AS v0,
  (x, s) NOT IN ((1, 'a'), (2, 'b')) AS v1,
  (s, x, TRUE) IN (('a', 2, TRUE), ('a', NULL, TRUE)) AND s IS NOT NULL AS v2,
  NOT (s, x + 0) IN (('a', 2), ('a', NULL)) OR s IS NULL AS v3,
  (x, IFNULL(s, 'n')) IN ((-1, 'a'), (1, 'n'), (2, 'a')) AS v4,
  (DATE_ADD(DATE '2024-02-28', INTERVAL x DAY), s) IN ((DATE '2024-02-29', 'x'), ('2024-03-01', NULL)) AS v5,
  (x, 1) IN ((NULL, 1), (2, 1)) AS v6,
  ((x, 's') IN ((2, 's')), s) IN ((TRUE, 'b')) AS v7
FROM (
  SELECT 1 AS x, 'a' AS s
  UNION ALL
  SELECT 2, 'b'
  UNION ALL
  SELECT 2, 'a'
  UNION ALL
  SELECT NULL, 'a'
  UNION ALL
  SELECT NULL, 'c'
  UNION ALL
  SELECT 1, NULL
  UNION ALL
  SELECT NULL, NULL
)
ORDER BY x, s
