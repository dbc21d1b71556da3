-- matchup: how a player and his team compare with this opponent, added to the betting lines.
--
-- grain:    player_lookup, game_date
-- inputs:   vegas
-- lookback: none
-- nulls:    a feature with too few games, or without an input

-- opponent_pace and opponent_def_rating are in team_form.
WITH
  met AS (
    SELECT
      vegas.*,
      -- The player's zone is the one with most attempts; ties: paint, then mid-range, then three.
      CASE
        WHEN pct_paint >= pct_mid_range AND pct_paint >= pct_three THEN
          100 * paint_allowed_above_league * LEAST(pct_paint / 0.5, 1.0)
        WHEN pct_mid_range >= pct_three THEN
          100 * mid_range_allowed_above_league * LEAST(pct_mid_range / 0.5, 1.0)
        ELSE
          100 * three_allowed_above_league * LEAST(pct_three / 0.5, 1.0)
      END AS zone_mismatch,
      100
        + CASE WHEN days_rest = 1 THEN -15 WHEN days_rest >= 3 THEN 5 ELSE 0 END
        - IF(games_last_7_days >= 4, 10, 0)
        - IF(minutes_tenths_last_7_days > 2400, 10, 0)
        - IF(minutes_tenths_last_7_days > 350 * games_last_7_days, 8, 0)
        - CASE
          WHEN back_to_backs_last_14_days >= 2 THEN 12
          WHEN back_to_backs_last_14_days = 1 THEN 5
          ELSE 0
        END AS freshness,
      0.3 * (usage_hundredths_last_3 / 300 - usage_avg_last_10) AS usage_change
    FROM vegas
  )
SELECT
  met.*,
  CAST(IF(season_games > 0, GREATEST(LEAST(freshness, 100), 0), NULL) AS FLOAT64)
    AS fatigue_score,
  LEAST(GREATEST(IF(ROUND(ABS(zone_mismatch), 6) > 5, 1.2, 1.0) * zone_mismatch, -10.0), 10.0)
    AS shot_zone_mismatch_score,
  LEAST(GREATEST((opponent_pace - team_pace) / 2, -3.0), 3.0) AS pace_score,
  IF(usage_games_last_10 >= 5, LEAST(GREATEST(usage_change, -3.0), 3.0), NULL)
    AS usage_spike_score
FROM met
