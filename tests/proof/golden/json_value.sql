-- json_value: JSON_VALUE gives a scalar as text, and NULL for anything else.
--
-- rows:
--   ["1", null, null]
--   ["1.0", null, null]
--   ["1.5", null, null]
--   ["x\"y", null, null]
--   ["true", null, null]
--   [null, null, null]
--   [null, null, "2"]
--   [null, "x", null]
--   [null, null, null]
--   [null, null, null]
--   [null, null, null]

SELECT
  JSON_VALUE(j, '$.a') AS v0, JSON_VALUE(j, '$.a.b') AS v1, JSON_VALUE(j, '$.a[1]') AS v2
FROM UNNEST([
  JSON '{"a":1}', JSON '{"a":1.0}', JSON '{"a":1.50}', JSON '{"a":"x\\"y"}', JSON '{"a":true}',
  JSON '{"a":null}', JSON '{"a":[1,2]}', JSON '{"a":{"b":"x"}}', JSON '{"z":1}', JSON 'null', JSON '3'
]) AS j WITH OFFSET AS i
ORDER BY i
