-- points_baseline: features for a first model of a player's points: form, rest and opponent.
--
-- grain:    feature_name
-- inputs:   none
-- nulls:    none

-- A row is ready for a model when no required feature is missing; the others may be missing.
SELECT
  member.feature_name,
  member.is_required
FROM UNNEST(ARRAY<STRUCT<feature_name STRING, is_required BOOL>>[
  ('points_avg_last_5', TRUE),
  ('points_avg_last_10', TRUE),
  ('points_avg_season', TRUE),
  ('minutes_avg_last_10', TRUE),
  ('opponent_def_rating', TRUE),
  ('opponent_pace', TRUE),
  ('home_away', TRUE),
  ('back_to_back', TRUE),
  ('rest_advantage', FALSE),
  ('avg_points_vs_opponent', FALSE)
]) AS member
