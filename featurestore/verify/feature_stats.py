"""How two versions of the features differ, feature by feature: SQL over two temporary tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.duck.quoting import quote, quote_literal
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import duckdb

NEW, OLD, BOTH = Sql("features_new"), Sql("features_old"), Sql("features_both")
KEYS = ("player_lookup", "game_date")
TOP = 10
# Floating-point sums in a different order differ in the last digits.
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Move:
    """A row whose value changed."""

    player_lookup: str
    game_date: date
    old: float | None
    new: float | None


@dataclass(frozen=True, slots=True)
class FeatureChange:
    """How one feature differs between two versions, over the rows that both have.

    Attributes:
        feature: Its name.
        rows: Rows whose value differs by more than 1e-9, relative, or is NULL in one version.
        nulls_gained: Rows that lost their value.
        nulls_lost: Rows that gained one.
        mean_change: Mean of new - old over the differing rows with both values.
        largest_change: The largest absolute difference; None if no row has both values.
        quantiles: Median, 90th and 99th percentile of the absolute differences.
        drift: Population stability index of the new values against deciles of the old ones: below
            0.1 is little, above 0.25 much. None without values.
        first_date: The first date with a differing row.
        moves: The ten rows that change most, then those that gain or lose their value.
        causes: The changed relations that change this feature by themselves; if none does, all
            changed ones that it reads.
    """

    feature: str
    rows: int
    nulls_gained: int
    nulls_lost: int
    mean_change: float | None
    largest_change: float | None
    quantiles: tuple[float, float, float] | None
    drift: float | None
    first_date: date
    moves: tuple[Move, ...]
    causes: tuple[str, ...] = ()


def join_versions(con: duckdb.DuckDBPyConnection, features: Sequence[str], player: str) -> None:
    """Create a table of the rows that both versions have: ``new_0``, ``old_0`` and so on.

    Args:
        con: Has ``features_new`` and ``features_old``.
        features: The features that both versions have.
        player: One player; empty for all.
    """
    values = [
        sql(
            ", n.{name}::DOUBLE AS {new}, o.{name}::DOUBLE AS {old}",
            name=quote(name),
            new=_new(at),
            old=_old(at),
        )
        for at, name in enumerate(features)
    ]
    con.execute(
        sql(
            """CREATE OR REPLACE TEMP TABLE {both} AS
        SELECT n.player_lookup, n.game_date{values}
        FROM {new} AS n JOIN {old} AS o USING (player_lookup, game_date)
        WHERE $player = '' OR n.player_lookup = $player""",
            both=BOTH,
            values=join("", values),
            new=NEW,
            old=OLD,
        ),
        {"player": player},
    )


def changed_features(con: duckdb.DuckDBPyConnection, features: Sequence[str]) -> dict[str, int]:
    """Feature to number of differing rows, if there are any."""
    if not features:
        return {}
    counts = join(", ", (sql("count(*) FILTER ({})", _differs(at)) for at in range(len(features))))
    row = con.execute(sql("SELECT {} FROM {}", counts, BOTH)).fetchall()[0]
    return {name: count for name, count in zip(features, row, strict=True) if count}


def describe_change(con: duckdb.DuckDBPyConnection, at: int, feature: str) -> FeatureChange:
    """The statistics of one feature that differs; ``at`` is its index in `join_versions`."""
    new, old = _new(at), _old(at)
    row = con.execute(
        sql(
            """SELECT count(*), count(*) FILTER ({new} IS NULL), count(*) FILTER ({old} IS NULL),
            avg({new} - {old}), max(abs({new} - {old})),
            quantile_cont(abs({new} - {old}), [0.5, 0.9, 0.99]), min(game_date)
        FROM {both} WHERE {differs}""",
            new=new,
            old=old,
            both=BOTH,
            differs=_differs(at),
        )
    ).fetchall()[0]
    count, gained, lost, mean, largest, quantiles, first = row
    moves = con.execute(
        sql(
            """SELECT player_lookup, game_date, {old}, {new} FROM {both} WHERE {differs}
        ORDER BY abs({new} - {old}) DESC NULLS LAST, game_date, player_lookup LIMIT {top}""",
            old=old,
            new=new,
            both=BOTH,
            differs=_differs(at),
            top=Sql(str(TOP)),
        )
    ).fetchall()
    return FeatureChange(
        feature,
        count,
        gained,
        lost,
        mean,
        largest,
        tuple(quantiles) if quantiles else None,
        _drift(con, new, old),
        first,
        tuple(Move(*move) for move in moves),
    )


def changed_rows_sql(features: Sequence[str]) -> Sql:
    """SELECT of (player_lookup, game_date, feature, old, new): every difference, one a row."""
    parts = (
        sql(
            "SELECT player_lookup, game_date, {feature} AS feature, {old} AS old, {new} AS new"
            " FROM {both} WHERE {differs}",
            feature=quote_literal(name),
            old=_old(at),
            new=_new(at),
            both=BOTH,
            differs=_differs(at),
        )
        for at, name in enumerate(features)
    )
    return sql("{}\nORDER BY feature, game_date, player_lookup", join("\nUNION ALL\n", parts))


def _new(at: int) -> Sql:
    """The column with the new version's values of a feature."""
    return quote(f"new_{at}")


def _old(at: int) -> Sql:
    return quote(f"old_{at}")


def _differs(at: int) -> Sql:
    return sql(
        "(({new} IS NULL) <> ({old} IS NULL)"
        " OR abs({new} - {old}) > {tolerance} * greatest(1, abs({old})))",
        new=_new(at),
        old=_old(at),
        tolerance=Sql(repr(TOLERANCE)),
    )


def _drift(con: duckdb.DuckDBPyConnection, new: Sql, old: Sql) -> float | None:
    """The population stability index: sum of (share new - share old) * ln(share new / share old).

    Bins end at the deciles of the old values; an empty one counts as a share of 0.0001.
    """
    (bounds,) = con.execute(
        sql("SELECT list_distinct(quantile_cont({}, $shares)) FROM {}", old, BOTH),
        {"shares": [n / 10 for n in range(1, 10)]},
    ).fetchall()[0]
    if not bounds:
        return None
    index = sql(
        """
        WITH bins AS (
            SELECT len(list_filter($bounds, lambda b: b < value)) AS bin, is_new, count(*) AS rows
            FROM (SELECT {new} AS value, TRUE AS is_new FROM {both}
                UNION ALL SELECT {old}, FALSE FROM {both})
            WHERE value IS NOT NULL GROUP BY ALL),
        shares AS (
            SELECT bin, is_new, greatest(rows / sum(rows) OVER (PARTITION BY is_new), 0.0001) AS p
            FROM bins),
        pairs AS (
            SELECT coalesce(max(p) FILTER (is_new), 0.0001) AS n,
                coalesce(max(p) FILTER (NOT is_new), 0.0001) AS o
            FROM shares GROUP BY bin)
        SELECT sum((n - o) * ln(n / o)), (SELECT count(*) FROM shares WHERE is_new) FROM pairs""",
        new=new,
        both=BOTH,
        old=old,
    )
    value, has_new = con.execute(index, {"bounds": bounds}).fetchall()[0]
    return value if has_new else None
