-- recent_game: the dates of a player's last ten games of a season, by how many he had played.
--
-- grain:    player_season_id, games_before
-- inputs:   appearance
-- lookback: 365 days, the game itself excluded
-- nulls:    date_N: fewer than N games were played

-- The played games in order, and an empty slot for the rows after a player's last game, so that the
-- window can end before its own row.
WITH
  slot AS (
    SELECT
      player_season_id,
      games_before,
      DATE_FROM_UNIX_DATE(day_number) AS game_date
    FROM appearance
    WHERE is_played
    UNION ALL
    SELECT
      player_season_id,
      -- lint: allow leak: the number of all games is the slot's number, not a feature
      COUNTIF(is_played) AS games_before,
      NULL AS game_date
    FROM appearance
    GROUP BY player_season_id
  )
SELECT
  player_season_id,
  games_before,
  LAG(game_date, 1) OVER in_order AS date_1,
  LAG(game_date, 2) OVER in_order AS date_2,
  LAG(game_date, 3) OVER in_order AS date_3,
  LAG(game_date, 4) OVER in_order AS date_4,
  LAG(game_date, 5) OVER in_order AS date_5,
  LAG(game_date, 6) OVER in_order AS date_6,
  LAG(game_date, 7) OVER in_order AS date_7,
  LAG(game_date, 8) OVER in_order AS date_8,
  LAG(game_date, 9) OVER in_order AS date_9,
  LAG(game_date, 10) OVER in_order AS date_10
FROM slot
WINDOW in_order AS (PARTITION BY player_season_id ORDER BY games_before)
