-- feature_value: the 37 features by name; NULL where a feature is missing.
--
-- grain:    player_lookup, game_date
-- inputs:   roster, appearance, player_form, usage_form, meeting, team_form,
--           league_form, injury_status
-- lookback: none
-- nulls:    a feature with too few games, or without an input; bit n of missing_mask is set

WITH
  injury_report_day AS (
    SELECT
      game_date,
      COUNT(*) AS report_count
    FROM injury_status
    GROUP BY game_date
  ),
  joined AS (
    SELECT
      target.player_id,
      target.player_season_id,
      target.day_number,
      target.player_lookup,
      target.universal_player_id,
      target.game_id,
      target.game_date,
      target.opponent_team_abbr,
      target.is_home,
      target.is_playoff,
      target.is_early_season,
      target.listed_status,
      target.points_line,
      target.opening_line,
      appearance.games_before AS season_games,
      LEAST(appearance.games_before, 10) AS recent_games,
      appearance.recent_row_count,
      appearance.dnp_count,
      appearance.points_season,
      appearance.minutes_games_season,
      appearance.minutes_tenths_season,
      IFNULL(appearance.minutes_tenths_last_7_days, 0) AS minutes_tenths_last_7_days,
      -- Bit n: a game 15 - n days before. The product holds the 16 bits twice; the shift turns
      -- them.
      (IFNULL(appearance.played_days, 0) * 65537 >> ((target.day_number & 15) + 1)) & 32767
        AS last_15_days,
      target.day_number - player_form.last_played_day AS days_rest,
      player_form.points_last_2,
      player_form.points_last_5,
      player_form.points_last_10,
      player_form.points_squared_last_10,
      player_form.points_by_recency_last_10,
      player_form.minutes_tenths_last_10,
      player_form.minutes_games_last_10,
      player_form.court_games_last_10,
      player_form.points_per_minute_last_10,
      player_form.usage_hundredths_last_10,
      player_form.usage_games_last_10,
      player_form.ft_makes_last_10,
      player_form.free_throw_game_points_last_10,
      player_form.free_throw_games_last_10,
      player_form.paint_attempts_last_10,
      player_form.mid_range_attempts_last_10,
      player_form.three_attempts_last_10,
      usage_form.usage_hundredths_last_3,
      team.pace_last_10 AS team_pace,
      team.off_rating_last_10 AS team_off_rating,
      IF(team.decided_count >= 5, team.win_count / team.decided_count, NULL) AS team_win_pct,
      DATE_DIFF(target.game_date, opponent.last_game_date, DAY) AS opponent_days_rest,
      opponent.pace_last_15 AS opponent_pace,
      opponent.def_rating_last_15 AS opponent_def_rating,
      opponent.paint_allowed,
      opponent.mid_range_allowed,
      opponent.three_allowed,
      league_form.paint_league,
      league_form.mid_range_league,
      league_form.three_league,
      IFNULL(meeting.meeting_count, 0) AS meeting_count,
      meeting.meeting_points / meeting.meeting_count AS points_avg_meetings,
      IF(injury_report_day.report_count > 0, IFNULL(injury_status.severity, 0), NULL)
        AS injury_severity
    FROM roster AS target
    INNER JOIN appearance
      ON appearance.player_season_id = target.player_season_id
      AND appearance.day_number = target.day_number
    LEFT JOIN player_form
      ON player_form.player_season_id = appearance.player_season_id
      AND player_form.games_before = appearance.games_before
    LEFT JOIN usage_form
      ON usage_form.player_season_id = appearance.player_season_id
      AND usage_form.usage_games_before = appearance.usage_games_before
    LEFT JOIN meeting
      ON meeting.player_id = target.player_id
      AND meeting.day_number = target.day_number
    LEFT JOIN team_form AS team
      ON team.team_abbr = target.team_abbr
      AND team.season_year = target.season_year
      AND team.game_date = target.game_date
    LEFT JOIN team_form AS opponent
      ON opponent.team_abbr = target.opponent_team_abbr
      AND opponent.season_year = target.season_year
      AND opponent.game_date = target.game_date
    LEFT JOIN league_form
      ON league_form.season_year = target.season_year
      AND league_form.game_date = target.game_date
    LEFT JOIN injury_report_day
      ON injury_report_day.game_date = target.game_date
    LEFT JOIN injury_status
      ON injury_status.game_date = target.game_date
      AND injury_status.player_lookup = target.player_lookup
  ),
  known AS (
    SELECT
      joined.*,
      -- 32512: the last 7 days.
      BIT_COUNT(last_15_days & 32512) AS games_last_7_days,
      -- A game whose eve has one, too; 32766: the last 14 days.
      BIT_COUNT(last_15_days & (last_15_days << 1) & 32766) AS back_to_backs_last_14_days,
      SAFE_DIVIDE(points_last_5, LEAST(season_games, 5)) AS points_avg_last_5,
      SAFE_DIVIDE(points_last_10, recent_games) AS points_avg_last_10,
      SAFE_DIVIDE(points_season, season_games) AS points_avg_season,
      IF(
        season_games >= 2,
        SQRT(
          (recent_games * points_squared_last_10 - points_last_10 * points_last_10)
          / (recent_games * (recent_games - 1))
        ),
        NULL
      ) AS points_std_last_10,
      SAFE_DIVIDE(minutes_tenths_last_10, minutes_games_last_10) AS minutes_tenths_avg_last_10,
      SAFE_DIVIDE(minutes_tenths_season, minutes_games_season) AS minutes_tenths_avg_season,
      SAFE_DIVIDE(minutes_tenths_last_10, court_games_last_10 * 10) AS minutes_avg_last_10,
      SAFE_DIVIDE(points_per_minute_last_10 / 17592186044416, court_games_last_10)
        AS points_per_minute_avg_last_10,
      usage_hundredths_last_3 / 300 AS usage_avg_last_3,
      SAFE_DIVIDE(usage_hundredths_last_10, usage_games_last_10 * 100) AS usage_avg_last_10,
      IF(
        free_throw_games_last_10 >= 5 AND free_throw_game_points_last_10 > 0,
        ft_makes_last_10 / free_throw_game_points_last_10,
        NULL
      ) AS free_throw_share,
      paint_attempts_last_10 + mid_range_attempts_last_10 + three_attempts_last_10
        AS zone_attempts_last_10
    FROM joined
  ),
  shot_zone AS (
    SELECT
      known.*,
      CASE
        WHEN paint_attempts_last_10 >= mid_range_attempts_last_10
          AND paint_attempts_last_10 >= three_attempts_last_10 THEN
          100 * SAFE_DIVIDE(paint_attempts_last_10, zone_attempts_last_10)
        WHEN mid_range_attempts_last_10 >= three_attempts_last_10 THEN
          100 * SAFE_DIVIDE(mid_range_attempts_last_10, zone_attempts_last_10)
        ELSE
          100 * SAFE_DIVIDE(three_attempts_last_10, zone_attempts_last_10)
      END AS zone_share_pct,
      CASE
        WHEN paint_attempts_last_10 >= mid_range_attempts_last_10
          AND paint_attempts_last_10 >= three_attempts_last_10 THEN
          paint_allowed - paint_league
        WHEN mid_range_attempts_last_10 >= three_attempts_last_10 THEN
          mid_range_allowed - mid_range_league
        ELSE
          three_allowed - three_league
      END AS zone_allowed_above_league,
      points_last_2 / 2 - (points_last_5 - points_last_2) / 3 AS points_trend,
      SAFE_DIVIDE(
        minutes_tenths_avg_last_10 - minutes_tenths_avg_season,
        minutes_tenths_avg_season
      ) AS minutes_change_ratio
    FROM known
  ),
  mismatch AS (
    SELECT
      shot_zone.*,
      100 * zone_allowed_above_league * LEAST(zone_share_pct / 50, 1.0) AS zone_mismatch
    FROM shot_zone
  ),
  -- Scores before they are cut off at their ends or sorted into steps. What is compared is rounded
  -- to six digits, in millionths.
  uncut AS (
    SELECT
      mismatch.*,
      ROUND(points_trend * 1000000) AS trend_millionths,
      ROUND(minutes_change_ratio * 1000000) AS minutes_change_millionths,
      IF(ROUND(ABS(zone_mismatch) * 1000000) > 5000000, 1.2, 1.0) * zone_mismatch
        AS uncut_zone_mismatch,
      100
        + CASE WHEN days_rest = 1 THEN -15 WHEN days_rest >= 3 THEN 5 ELSE 0 END
        - IF(games_last_7_days >= 4, 10, 0)
        - IF(minutes_tenths_last_7_days > 2400, 10, 0)
        - IF(minutes_tenths_last_7_days > 350 * games_last_7_days, 8, 0)
        - CASE
          WHEN back_to_backs_last_14_days >= 2 THEN 12
          WHEN back_to_backs_last_14_days = 1 THEN 5
          ELSE 0
        END AS uncut_fatigue,
      (opponent_pace - team_pace) / 2 AS uncut_pace,
      0.3 * (usage_avg_last_3 - usage_avg_last_10) AS uncut_usage_spike,
      days_rest - opponent_days_rest AS uncut_rest_advantage,
      points_avg_last_5 - points_avg_season - 1.5 * points_std_last_10 AS points_above_breakout,
      ROUND(points_std_last_10 * 1000000) = 0 AS is_std_zero,
      SAFE_DIVIDE(points_avg_last_5 - points_avg_season, points_std_last_10) AS uncut_zscore
    FROM mismatch
  ),
  feature AS (
    SELECT
      player_id,
      player_season_id,
      day_number,
      player_lookup,
      universal_player_id,
      game_id,
      game_date,
      opponent_team_abbr,
      is_early_season,
      listed_status,
      days_rest,
      season_games,
      recent_games,
      recent_row_count,
      points_avg_last_5,
      points_avg_last_10,
      points_avg_season,
      points_std_last_10,
      CAST(games_last_7_days AS FLOAT64) AS games_in_last_7_days,
      CAST(IF(season_games = 0, NULL, GREATEST(LEAST(uncut_fatigue, 100), 0)) AS FLOAT64)
        AS fatigue_score,
      LEAST(GREATEST(uncut_zone_mismatch, -10.0), 10.0) AS shot_zone_mismatch_score,
      LEAST(GREATEST(uncut_pace, -3.0), 3.0) AS pace_score,
      IF(usage_games_last_10 >= 5, LEAST(GREATEST(uncut_usage_spike, -3.0), 3.0), NULL)
        AS usage_spike_score,
      CAST(LEAST(GREATEST(uncut_rest_advantage, -2), 2) AS FLOAT64) AS rest_advantage,
      CAST(injury_severity AS FLOAT64) AS injury_risk,
      CASE
        WHEN season_games < 5 THEN NULL
        WHEN trend_millionths >= 5000000 THEN 2.0
        WHEN trend_millionths >= 2000000 THEN 1.0
        WHEN trend_millionths <= -5000000 THEN -2.0
        WHEN trend_millionths <= -2000000 THEN -1.0
        ELSE 0.0
      END AS recent_trend,
      CASE
        WHEN minutes_change_ratio IS NULL THEN NULL
        WHEN minutes_change_millionths >= 200000 THEN 2.0
        WHEN minutes_change_millionths >= 100000 THEN 1.0
        WHEN minutes_change_millionths <= -200000 THEN -2.0
        WHEN minutes_change_millionths <= -100000 THEN -1.0
        ELSE 0.0
      END AS minutes_change,
      opponent_def_rating,
      opponent_pace,
      IF(IFNULL(is_home, FALSE), 1.0, 0.0) AS home_away,
      IF(IFNULL(days_rest = 1, FALSE), 1.0, 0.0) AS back_to_back,
      IF(is_playoff IS NULL, NULL, IF(is_playoff, 1.0, 0.0)) AS playoff_game,
      SAFE_DIVIDE(paint_attempts_last_10, zone_attempts_last_10) AS pct_paint,
      SAFE_DIVIDE(mid_range_attempts_last_10, zone_attempts_last_10) AS pct_mid_range,
      SAFE_DIVIDE(three_attempts_last_10, zone_attempts_last_10) AS pct_three,
      LEAST(GREATEST(free_throw_share, 0.0), 0.5) AS pct_free_throw,
      team_pace,
      team_off_rating,
      team_win_pct,
      points_line AS vegas_points_line,
      opening_line AS vegas_opening_line,
      points_line - opening_line AS vegas_line_move,
      IF(points_line IS NULL, 0.0, 1.0) AS has_vegas_line,
      COALESCE(points_avg_meetings, points_avg_season) AS avg_points_vs_opponent,
      CAST(meeting_count AS FLOAT64) AS games_vs_opponent,
      minutes_avg_last_10,
      points_per_minute_avg_last_10 AS ppm_avg_last_10,
      IF(recent_row_count >= 3, dnp_count / recent_row_count, NULL) AS dnp_rate,
      IF(
        recent_games >= 5,
        -- Least squares over x = 0 .. n - 1, from exact sums; the newest game has x = n - 1.
        (
          12 * (recent_games * points_last_10 - points_by_recency_last_10)
          - 6 * (recent_games - 1) * points_last_10
        )
        / (recent_games * (recent_games * recent_games - 1)),
        NULL
      ) AS pts_slope_10g,
      IF(is_std_zero, 0.0, LEAST(GREATEST(uncut_zscore, -3.0), 3.0)) AS pts_vs_season_zscore,
      IF(
        points_std_last_10 IS NULL,
        NULL,
        IF(ROUND(points_above_breakout * 1000000) > 0, 1.0, 0.0)
      ) AS breakout_flag
    FROM uncut
  )
SELECT
  feature.*,
  -- Bit n: feature n is missing.
  IF(points_avg_last_5 IS NULL, 1, 0)
    + IF(points_avg_last_10 IS NULL, 2, 0)
    + IF(points_avg_season IS NULL, 4, 0)
    + IF(points_std_last_10 IS NULL, 8, 0)
    + IF(fatigue_score IS NULL, 32, 0)
    + IF(shot_zone_mismatch_score IS NULL, 64, 0)
    + IF(pace_score IS NULL, 128, 0)
    + IF(usage_spike_score IS NULL, 256, 0)
    + IF(rest_advantage IS NULL, 512, 0)
    + IF(injury_risk IS NULL, 1024, 0)
    + IF(recent_trend IS NULL, 2048, 0)
    + IF(minutes_change IS NULL, 4096, 0)
    + IF(opponent_def_rating IS NULL, 8192, 0)
    + IF(opponent_pace IS NULL, 16384, 0)
    + IF(playoff_game IS NULL, 131072, 0)
    + IF(pct_paint IS NULL, 262144, 0)
    + IF(pct_mid_range IS NULL, 524288, 0)
    + IF(pct_three IS NULL, 1048576, 0)
    + IF(pct_free_throw IS NULL, 2097152, 0)
    + IF(team_pace IS NULL, 4194304, 0)
    + IF(team_off_rating IS NULL, 8388608, 0)
    + IF(team_win_pct IS NULL, 16777216, 0)
    + IF(vegas_points_line IS NULL, 33554432, 0)
    + IF(vegas_opening_line IS NULL, 67108864, 0)
    + IF(vegas_line_move IS NULL, 134217728, 0)
    + IF(avg_points_vs_opponent IS NULL, 536870912, 0)
    + IF(minutes_avg_last_10 IS NULL, 2147483648, 0)
    + IF(ppm_avg_last_10 IS NULL, 4294967296, 0)
    + IF(dnp_rate IS NULL, 8589934592, 0)
    + IF(pts_slope_10g IS NULL, 17179869184, 0)
    + IF(pts_vs_season_zscore IS NULL, 34359738368, 0)
    + IF(breakout_flag IS NULL, 68719476736, 0)
    AS missing_mask
FROM feature
