-- operators_of_functions: A function that is an operator in DuckDB keeps its arguments whole.
--
-- rows:
--   [3, 3, 6, 6, 33, 2, 6, -3, 6, 5, 0, 1, 4, -3, 2, 4.0, 1.0, true, 50, 6.0, -2, 2]

SELECT
  DIV(7 - 1, 2) AS v0,
  DIV(7, 1 + 1) AS v1,
  2 * DIV(7, 2) AS v2,
  DIV(7, 2) * 2 AS v3,
  DIV(100, DIV(10, 3)) AS v4,
  MOD(7 - 1, 4) AS v5,
  2 * MOD(7, 4) AS v6,
  -DIV(7, 2) AS v7,
  10 - DIV(7, 2) - 1 AS v8,
  1 + BIT_COUNT(3) * 2 AS v9,
  (1 | 2) & 4 AS v10,
  1 | (2 & 4) AS v11,
  (6 >> 1) + 1 AS v12,
  ~(1 + 1) AS v13,
  1 - (2 - 3) AS v14,
  8 / (4 / 2) AS v15,
  8 / 4 / 2 AS v16,
  CONCAT('a', 'b') = 'ab' AS v17,
  2 * TIMESTAMP_DIFF(TIMESTAMP '2024-01-02 01:30:00+00', TIMESTAMP '2024-01-01 00:00:00+00', HOUR) AS v18,
  SAFE_DIVIDE(7 - 1, 1 + 1) * 2 AS v19,
  DIV(DIV(17 - 3, 5) - 10, 4) AS v20,
  DIV(10 - DIV(9 - 2, 3), 4) AS v21
