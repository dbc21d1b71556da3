-- conditionals: Conditionals, and the common type of their branches.
--
-- rows:
--   [1, 2, 1.0, null, "a", 2.5, 3, 2.5, 1, "x", null, 1]

SELECT
  IF(TRUE, 1, 2) AS v0,
  IF(NULL, 1, 2) AS v1,
  IF(TRUE, 1, 2.5) AS v2,
  CASE WHEN FALSE THEN 1 END AS v3,
  CASE 3 WHEN 3 THEN 'a' ELSE 'b' END AS v4,
  CASE WHEN NULL THEN 1 WHEN TRUE THEN 2.5 ELSE 3 END AS v5,
  IFNULL(NULL, 3) AS v6,
  IFNULL(CAST(NULL AS INT64), 2.5) AS v7,
  COALESCE(NULL, 1, 2) AS v8,
  COALESCE(CAST(NULL AS STRING), 'x') AS v9,
  NULLIF(1, 1) AS v10,
  NULLIF(1, 2) AS v11
