-- now: The current date and moment.
--
-- rows:
--   [7, true, 0, 0, true]

SELECT
  DATE_DIFF(CURRENT_DATE(), CURRENT_DATE() - 7, DAY) AS v0,
  CURRENT_TIMESTAMP() > TIMESTAMP '2024-03-03 10:00:00' AS v1,
  TIMESTAMP_DIFF(CURRENT_TIMESTAMP(), CURRENT_TIMESTAMP(), DAY) AS v2,
  DATE_DIFF(CURRENT_DATE('Asia/Tokyo'), DATE(CURRENT_TIMESTAMP(), 'Asia/Tokyo'), DAY) AS v3,
  CURRENT_DATE('Pacific/Kiritimati') > CURRENT_DATE('Pacific/Pago_Pago') AS v4
