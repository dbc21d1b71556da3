"""What the contestants share: columns to read, and whether the 37 values agree."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from benchmarks.stage import STORE
from sync.duck import connections
from sync.duck.quoting import quote_table

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

FEATURES = tuple(f"f{number}" for number in range(37))
# All that the features need of player_game_summary, with polars' names of the types.
COLUMNS = {
    "player_lookup": "String",
    "game_id": "String",
    "game_date": "Date",
    "team_abbr": "String",
    "opponent_team_abbr": "String",
    "season_year": "Int64",
    "points": "Int64",
    "minutes_played": "Float64",
    "usage_rate": "Float64",
    "fg_attempts": "Int64",
    "ft_attempts": "Int64",
    "ft_makes": "Int64",
    "offensive_rebounds": "Int64",
    "turnovers": "Int64",
    "paint_attempts": "Int64",
    "paint_makes": "Int64",
    "mid_range_attempts": "Int64",
    "mid_range_makes": "Int64",
    "three_attempts_pbp": "Int64",
    "three_makes_pbp": "Int64",
    "three_pt_attempts": "Int64",
    "three_pt_makes": "Int64",
    "points_line": "Float64",
    "opening_line": "Float64",
    "is_dnp": "Boolean",
    "processed_at": "Datetime",
}
SEVERITY = {"probable": 1, "questionable": 2, "doubtful": 3, "out": 3}


def disagreements(computed: Path, theirs: pa.Table) -> dict[str, int]:
    """How many of another tool's values differ from the product's, by feature; 0s left out.

    Floats count as equal within 1e-9 of their size: the order of summation is not the same. A
    missing or an additional row counts as one ``row``.

    Args:
        computed: A replica with the store's rows.
        theirs: ``player_lookup``, ``game_date`` and ``f0`` to ``f36``, NULL where missing; the
            dates that occur are compared.
    """
    columns = ", ".join(
        f"""count(*) FILTER (WHERE (mine.feature_{n}_value IS NULL) != (theirs.f{n} IS NULL)
            OR abs(mine.feature_{n}_value - theirs.f{n})
                > 1e-9 * greatest(1, abs(theirs.f{n})))"""
        for n in range(37)
    )
    with closing(connections.connect(computed, read_only=True)) as con:
        con.register("theirs", theirs)
        row = con.execute(
            f"""SELECT {columns},
                count(*) FILTER (WHERE mine.game_date IS NULL OR theirs.game_date IS NULL)
            FROM (FROM {quote_table(STORE)}
                WHERE game_date IN (SELECT DISTINCT game_date FROM theirs)) AS mine
            FULL JOIN theirs USING (player_lookup, game_date)"""
        ).fetchall()[0]
    return {name: n for name, n in zip((*FEATURES, "row"), row, strict=True) if n}
