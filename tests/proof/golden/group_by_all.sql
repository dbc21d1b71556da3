-- group_by_all: The output columns that name a column and hold no aggregate are the keys.
--
-- rows:
--   [null, "b", "n", 1, null, null]
--   [0, "a", "n", 1, 3, 2]
--   [1, null, "n", 1, 6, 5]
--   [1, "a", "n", 2, 4, 6]

SELECT
  MOD(t.x, 2) AS parity,
  t.label,
  'n' AS what,
  COUNT(*) AS n,
  MAX(t.x) + 1 AS more,
  SUM(SUM(t.x)) OVER (PARTITION BY t.label ORDER BY COUNT(*)) AS running
FROM (
  SELECT 1 AS x, 'a' AS label
  UNION ALL
  SELECT 3, 'a'
  UNION ALL
  SELECT 2, 'a'
  UNION ALL
  SELECT 5, NULL
  UNION ALL
  SELECT NULL, 'b'
) AS t
GROUP BY ALL
ORDER BY parity, label
