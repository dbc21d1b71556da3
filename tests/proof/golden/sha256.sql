-- sha256: TO_HEX(SHA256(text)) is lower-case hex.
--
-- rows:
--   ["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "72d5766a1401875c79e86c9824e3b673b42abcee8b5c6360fed9f27cbe5e4c9d", null, "900150983cd24fb0d6963f7d28e17f72"]

SELECT
  TO_HEX(SHA256('abc')) AS v0,
  TO_HEX(SHA256(CONCAT('ä', 'b'))) AS v1,
  TO_HEX(SHA256(CAST(NULL AS STRING))) AS v2,
  TO_HEX(MD5('abc')) AS v3
