-- numeric_arithmetic: NUMERIC stays exact, with nine digits after the point; a product is rounded to them.
--
-- rows:
--   [null, null, null, null, "0", null, "1.123456789", null, null, null, null]
--   ["2.1", "11", "0", "1.100000001", "0", "-1.1", "1.123456789", "3", "1.1", "2", "1"]
--   ["3.2", "22", "0", "2.200000002", "0", "-2.2", "1.123456789", "7", "2.2", "3", "2"]
--   ["4.3", "33", "0", "3.300000003", "0", "-3.3", "1.123456789", "10", "3.3", "4", "3"]

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
SELECT line + 1 AS v0, line * 10 AS v1, line - line AS v2, line * NUMERIC '1.000000001' AS v3, NUMERIC '0.00001' * NUMERIC '0.00001' AS v4, -line AS v5, NUMERIC '1.123456789' AS v6, ROUND(line * 3) AS v7, ABS(-line) AS v8, CEIL(line) AS v9, FLOOR(line) AS v10
FROM game
ORDER BY line
