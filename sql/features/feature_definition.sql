-- feature_definition: each feature of the store: its name, requirements, default and meaning.
--
-- grain:    feature_index
-- inputs:   none
-- lookback: none
-- nulls:    default_value: the feature has none; full_window, window_count: it needs no full window;
--           least_games: it needs no game; low, high: no limit in the formula or in practice

-- A feature's number is its place in the store's arrays, and never changes. Its formula is the column
-- with its name in one of the relations. docs/add-a-feature.md shows how to add one.
--
-- full_window, window_count: with fewer of these than full_window, quality is 87 instead of 100:
--   games  the player's played games of the season before the date
--   rows   his rows of the season before the date, played or not
-- since_version: the version of the contract in which the feature got its present meaning.
SELECT definition.*
FROM UNNEST(
  ARRAY<STRUCT<
    feature_index INT64,
    feature_name STRING,
    category STRING,
    default_value FLOAT64,
    is_required BOOL,
    full_window INT64,
    window_count STRING,
    least_games INT64,
    unit STRING,
    low FLOAT64,
    high FLOAT64,
    since_version INT64,
    description STRING
  >>[
    (0, 'points_avg_last_5', 'player_history', 10.0, TRUE, 5, 'games', 1, 'points', 0.0, 110.0, 2,
      'mean points of L5'),
    (1, 'points_avg_last_10', 'player_history', 10.0, TRUE, 10, 'games', 1, 'points', 0.0, 110.0, 2,
      'mean points of L10'),
    (2, 'points_avg_season', 'player_history', 10.0, TRUE, NULL, NULL, 1, 'points', 0.0, 110.0, 2,
      'mean points of H'),
    (3, 'points_std_last_10', 'player_history', 5.0, TRUE, 10, 'games', 2, 'points', 0.0, 80.0, 2,
      'sample standard deviation (n - 1) of points in L10'),
    (4, 'games_in_last_7_days', 'player_history', NULL, TRUE, NULL, NULL, NULL, 'games', 0.0, 7.0, 2,
      'number of H in the last 7 days'),
    (5, 'fatigue_score', 'matchup', 50.0, TRUE, NULL, NULL, 1, 'score', 0.0, 100.0, 2,
      'freshness from 100: rest, games, minutes and back-to-backs of the last 14 days'),
    (6, 'shot_zone_mismatch_score', 'matchup', 0.0, TRUE, NULL, NULL, NULL, 'score', -10.0, 10.0, 2,
      'what the opponent allows above the league in the player\'s main shot zone'),
    (7, 'pace_score', 'matchup', 0.0, TRUE, NULL, NULL, NULL, 'score', -3.0, 3.0, 2,
      'half of opponent_pace - team_pace'),
    (8, 'usage_spike_score', 'matchup', 0.0, TRUE, NULL, NULL, 5, 'score', -3.0, 3.0, 2,
      '0.3 * (mean usage of the newest 3 of U - mean usage of U)'),
    (9, 'rest_advantage', 'game_context', 0.0, TRUE, NULL, NULL, 1, 'days', -2.0, 2.0, 2,
      'the player\'s rest - the opponent\'s rest'),
    (10, 'injury_risk', 'game_context', 0.0, FALSE, NULL, NULL, NULL, 'severity', 0.0, 3.0, 2,
      'the newest injury report: available 0, probable 1, questionable 2, doubtful or out 3'),
    (11, 'recent_trend', 'game_context', 0.0, TRUE, 5, 'games', 5, 'step', -2.0, 2.0, 2,
      'mean points of the newest 2 of L5 - mean of the other 3, in steps at 2 and 5'),
    (12, 'minutes_change', 'game_context', 0.0, TRUE, NULL, NULL, 1, 'step', -2.0, 2.0, 2,
      'change of mean minutes, L10 against H, in steps at 10 and 20 %'),
    (13, 'opponent_def_rating', 'matchup', 112.0, TRUE, NULL, NULL, NULL, 'points per 100 possessions', 60.0, 180.0, 2,
      'mean def_rating over T(o, 15)'),
    (14, 'opponent_pace', 'matchup', 100.0, TRUE, NULL, NULL, NULL, 'possessions per 48 minutes', 60.0, 150.0, 2,
      'mean pace over T(o, 15)'),
    (15, 'home_away', 'game_context', NULL, TRUE, NULL, NULL, NULL, 'flag', 0.0, 1.0, 2,
      '1 at home, else 0'),
    (16, 'back_to_back', 'game_context', NULL, TRUE, NULL, NULL, NULL, 'flag', 0.0, 1.0, 2,
      '1 if the newest H is on D - 1, else 0'),
    (17, 'playoff_game', 'game_context', 0.0, TRUE, NULL, NULL, NULL, 'flag', 0.0, 1.0, 2,
      '1 on or after the season\'s first playoff day, else 0'),
    (18, 'pct_paint', 'game_context', NULL, TRUE, NULL, NULL, 1, 'ratio', 0.0, 1.0, 2,
      'share of paint attempts among zone attempts in L10'),
    (19, 'pct_mid_range', 'game_context', NULL, TRUE, NULL, NULL, 1, 'ratio', 0.0, 1.0, 2,
      'share of mid-range attempts among zone attempts in L10'),
    (20, 'pct_three', 'game_context', NULL, TRUE, NULL, NULL, 1, 'ratio', 0.0, 1.0, 2,
      'share of three-point attempts among zone attempts in L10'),
    (21, 'pct_free_throw', 'game_context', 0.15, TRUE, NULL, NULL, 5, 'ratio', 0.0, 0.5, 2,
      'free throws made / points, over the rows of L10 with ft_makes'),
    (22, 'team_pace', 'team_context', 100.0, TRUE, NULL, NULL, NULL, 'possessions per 48 minutes', 60.0, 150.0, 2,
      'mean pace over T(t, 10)'),
    (23, 'team_off_rating', 'team_context', 112.0, TRUE, NULL, NULL, NULL, 'points per 100 possessions', 60.0, 180.0, 2,
      'mean off_rating over T(t, 10)'),
    (24, 'team_win_pct', 'team_context', 0.5, TRUE, NULL, NULL, NULL, 'ratio', 0.0, 1.0, 2,
      'wins / decided games of T(t), from 5 games on'),
    (25, 'vegas_points_line', 'vegas', NULL, FALSE, NULL, NULL, NULL, 'points', 0.0, 80.0, 2,
      'the target row\'s points_line'),
    (26, 'vegas_opening_line', 'vegas', NULL, FALSE, NULL, NULL, NULL, 'points', 0.0, 80.0, 2,
      'the target row\'s opening_line, else its points_line'),
    (27, 'vegas_line_move', 'vegas', NULL, FALSE, NULL, NULL, NULL, 'points', -30.0, 30.0, 2,
      'points line - opening line'),
    (28, 'has_vegas_line', 'vegas', NULL, TRUE, NULL, NULL, NULL, 'flag', 0.0, 1.0, 2,
      '1 with a points line, else 0'),
    (29, 'avg_points_vs_opponent', 'player_history', 10.0, TRUE, NULL, NULL, NULL, 'points', 0.0, 110.0, 2,
      'mean points against o in the last 365 days, else points_avg_season'),
    (30, 'games_vs_opponent', 'player_history', NULL, TRUE, NULL, NULL, NULL, 'games', 0.0, 20.0, 2,
      'number of games against o in the last 365 days'),
    (31, 'minutes_avg_last_10', 'player_history', 28.0, TRUE, 10, 'games', 1, 'minutes', 0.0, 65.0, 2,
      'mean minutes of the rows of L10 with minutes above 0'),
    (32, 'ppm_avg_last_10', 'player_history', 0.4, TRUE, 10, 'games', 1, 'points per minute', 0.0, 50.0, 2,
      'mean of points / minutes over the same rows'),
    (33, 'dnp_rate', 'player_history', 0.0, TRUE, 10, 'rows', 3, 'ratio', 0.0, 1.0, 2,
      'share of R10 with is_dnp'),
    (34, 'pts_slope_10g', 'player_history', 0.0, TRUE, 10, 'games', 5, 'points per game', -60.0, 60.0, 2,
      'least-squares slope of points over L10 in date order'),
    (35, 'pts_vs_season_zscore', 'player_history', 0.0, TRUE, NULL, NULL, NULL, 'standard deviations', -3.0, 3.0, 2,
      '(points_avg_last_5 - points_avg_season) / points_std_last_10'),
    (36, 'breakout_flag', 'player_history', 0.0, TRUE, NULL, NULL, NULL, 'flag', 0.0, 1.0, 2,
      '1 if points_avg_last_5 exceeds points_avg_season by 1.5 standard deviations')
  ]
) AS definition
