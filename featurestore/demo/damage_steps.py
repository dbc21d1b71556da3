"""What is damaged in the demonstration's warehouse, step by step: which rows, and how.

Each step is what went wrong in a real store. Rows are chosen by their keys alone, so that the same
league is damaged in the same way on every machine; no two steps share a date.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from featurestore.definitions import tables
from featurestore.definitions.features import feature_count
from sync.duck.quoting import quote, quote_table
from sync.sql_text import join, sql

if TYPE_CHECKING:
    from sync.sql_text import Sql

ROWS_WITHOUT_SOURCES = 3_594

_STORE, _SUMMARY = quote_table(tables.STORE), quote_table(tables.SUMMARY)
_NO_SOURCES = join(
    ", ", (sql("{} = NULL", quote(f"feature_{n}_source")) for n in range(feature_count()))
)
_SAME_KEY = sql("row.player_lookup = chosen.player_lookup AND row.game_date = chosen.game_date")


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of damage.

    Attributes:
        reason: What is wrong with the rows; what `gaps audit` calls it where it finds them.
        found_by: The verb that finds them.
        choose: SELECT of the damaged rows' ``player_lookup`` and ``game_date``.
        change: The statement that damages the rows in ``chosen``.
        rows: How many rows must be chosen; None for any number.
    """

    reason: str
    found_by: str
    choose: Sql
    change: Sql
    rows: int | None = None


def _stored(condition: Sql) -> Sql:
    """The keys of the store's rows under a condition."""
    return sql("SELECT player_lookup, game_date FROM {} WHERE {}", _STORE, condition)


_DELETE = sql("DELETE FROM {} AS row USING chosen WHERE {}", _STORE, _SAME_KEY)

WITHOUT_SOURCES = Step(
    "missing_sources",
    "gaps audit",
    sql(
        """{} ORDER BY md5(player_lookup || game_date::VARCHAR), player_lookup, game_date
        LIMIT $rows""",
        _stored(sql("game_date BETWEEN DATE '2024-12-01' AND DATE '2025-02-02'")),
    ),
    sql("UPDATE {} AS row SET {} FROM chosen WHERE {}", _STORE, _NO_SOURCES, _SAME_KEY),
    rows=ROWS_WITHOUT_SOURCES,
)
# Skipped, and not logged in the warehouse.
BOOTSTRAP = Step(
    "bootstrap",
    "gaps audit",
    _stored(sql("game_date BETWEEN DATE '2024-10-22' AND DATE '2024-10-24'")),
    _DELETE,
)
MISSING = Step(
    "missing_row",
    "gaps audit",
    _stored(sql("game_date BETWEEN DATE '2024-11-16' AND DATE '2024-11-17'")),
    _DELETE,
)
# Beside rows of the newer version, on the same dates.
OLD_VERSION = Step(
    "old_version",
    "gaps audit",
    _stored(
        sql(
            """game_date BETWEEN DATE '2024-11-12' AND DATE '2024-11-13'
            AND md5(player_lookup || game_date::VARCHAR) < '8'"""
        )
    ),
    sql(
        "UPDATE {} AS row SET feature_version = 'v1_33features' FROM chosen WHERE {}",
        _STORE,
        _SAME_KEY,
    ),
)
# Written by two backfills at once.
DOUBLED = Step(
    "duplicate_row",
    "gaps audit",
    sql(
        "{} ORDER BY md5(player_lookup || game_date::VARCHAR) LIMIT 79",
        _stored(sql("game_date BETWEEN DATE '2024-11-20' AND DATE '2024-11-22'")),
    ),
    sql(
        "INSERT INTO {store} BY NAME SELECT row.* FROM {store} AS row JOIN chosen ON {same_key}",
        store=_STORE,
        same_key=_SAME_KEY,
    ),
)
# Of a game that was put off by a day, and computed for the day before, too.
STALE = Step(
    "stale_row",
    "gaps audit",
    sql(
        """
        WITH off AS (
            SELECT min(game.game_id) AS game_id FROM {store} AS game
            WHERE game.game_date BETWEEN DATE '2024-11-24' AND DATE '2024-11-30'
            AND game.game_id NOT IN (
                SELECT later.game_id FROM {summary} AS later
                JOIN {summary} AS earlier ON earlier.team_abbr = later.team_abbr
                    AND earlier.game_date = later.game_date - 1
                WHERE later.game_date BETWEEN DATE '2024-11-24' AND DATE '2024-11-30'))
        SELECT player_lookup, game_date - 1 AS game_date FROM {store} JOIN off USING (game_id)
        """,
        store=_STORE,
        summary=_SUMMARY,
    ),
    sql(
        """
        INSERT INTO {store} BY NAME
        SELECT row.* REPLACE (chosen.game_date AS game_date) FROM {store} AS row
        JOIN chosen ON row.player_lookup = chosen.player_lookup
            AND row.game_date = chosen.game_date + 1
        """,
        store=_STORE,
    ),
)
# "<=" for "<" in the windows: the game itself counts.
LEAKS = Step(
    "leak",
    "diff",
    sql(
        """
        WITH played AS (
            SELECT player_lookup, game_date,
                avg(points) OVER (games ROWS 4 PRECEDING) AS last_5,
                avg(points) OVER (games ROWS 9 PRECEDING) AS last_10,
                avg(points) OVER games AS season
            FROM {} WHERE season_year = 2024 AND points IS NOT NULL
            WINDOW games AS (PARTITION BY player_lookup ORDER BY game_date))
        SELECT played.* FROM played JOIN {} USING (player_lookup, game_date)
        WHERE game_date BETWEEN DATE '2025-03-10' AND DATE '2025-03-16'
            AND (last_5, last_10, season)
                <> (feature_0_value, feature_1_value, feature_2_value)
        """,
        _SUMMARY,
        _STORE,
    ),
    sql(
        """
        UPDATE {} AS row SET
            feature_0_value = last_5, feature_1_value = last_10, feature_2_value = season,
            features = list_concat([last_5, last_10, season], features[4:])
        FROM chosen WHERE {}
        """,
        _STORE,
        _SAME_KEY,
    ),
)
CORRECTED = Step(
    "late_correction",
    "status",
    sql(
        """
        SELECT player_lookup, game_date FROM {}
        WHERE game_date IN (DATE '2025-05-02', DATE '2025-05-05', DATE '2025-05-08')
            AND points IS NOT NULL AND md5(player_lookup) < '4'
        """,
        _SUMMARY,
    ),
    sql(
        """
        UPDATE {} AS row SET points = points + 2, ft_makes = ft_makes + 2,
            ft_attempts = ft_attempts + 2, processed_at = now()
        FROM chosen WHERE {}
        """,
        _SUMMARY,
        _SAME_KEY,
    ),
)
STEPS = (WITHOUT_SOURCES, BOOTSTRAP, OLD_VERSION, MISSING, DOUBLED, STALE, LEAKS, CORRECTED)
