-- text_to_date: A DATE from text is YYYY-MM-DD; SAFE_CAST of other texts is NULL.
--
-- rows:
--   [null, null, "2024-02-03", "2024-02-03", null, null]
--   ["a", null, "2024-02-03", "2024-02-03", null, null]
--   ["b", null, "2024-02-03", "2024-02-03", null, null]
--   ["d", null, "2024-02-03", "2024-02-03", null, null]

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
SELECT label, SAFE_CAST(label AS DATE) AS v0, CAST(SUBSTR('2024-02-03T', 1, 10) AS DATE) AS v1, CAST(CONCAT('2024-2', '-3') AS DATE) AS v2, SAFE_CAST(CONCAT('2024-02', '-30') AS DATE) AS v3, SAFE_CAST(CONCAT('20240', '203') AS DATE) AS v4
FROM game
ORDER BY label
