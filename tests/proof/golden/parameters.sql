-- parameters: Parameters have the types of their values.
--
-- params: {"number": ["INT64", 3], "day": ["DATE", "2024-01-09"], "name": ["STRING", "x"], "flag": ["BOOL", true]}
-- rows:
--   [4, "2023-01-09", "x", true, true, "3"]

SELECT
  @number + 1 AS v0, DATE_SUB(@day, INTERVAL 365 DAY) AS v1, @name AS v2, @flag OR FALSE AS v3,
  DATE '2024-01-01' BETWEEN DATE_SUB(@day, INTERVAL 365 DAY) AND @day AS v4, CAST(@number AS STRING) AS v5
