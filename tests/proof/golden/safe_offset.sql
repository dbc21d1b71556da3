-- safe_offset: A computed offset outside of the array gives NULL, also a negative one.
--
-- rows:
--   [null, null]
--   [null, null]
--   [null, null]
--   ["b", 2]

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
SELECT SPLIT('a_b_c', '_')[SAFE_OFFSET(points - 9)] AS v0, [1, 2, 3][SAFE_ORDINAL(points - 8)] AS v1
FROM game
ORDER BY points
