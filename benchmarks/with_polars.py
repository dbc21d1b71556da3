"""The 37 values in polars, for a whole range at once: what a good user of polars would write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from benchmarks.polars_files import playoff_days, read, with_injuries
from benchmarks.polars_teams import ZONES, league_form, matchup_games, team_forms

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


def features(files: dict[str, Path], start: date, end: date) -> pl.DataFrame:
    """``player_lookup``, ``game_date`` and ``f0`` to ``f36`` of both ends' range.

    Args:
        files: Parquet files: ``summary``, and ``injuries`` if there are any.
        start: First date.
        end: Last date.
    """
    summary = read(files["summary"], start, end).collect()
    rows, games = player_rows(summary)
    matchups = matchup_games(summary)
    teams = team_forms(matchups, rows)
    known = (
        rows.filter(pl.col("game_date") >= start)
        .join(player_form(games), on=["ps", "games_before"], how="left", maintain_order="left")
        .join(
            teams.select(
                "team_abbr", "season_year", "game_date", "pace_10", "off_rating_10", "win_pct"
            ),
            on=["team_abbr", "season_year", "game_date"],
            how="left",
        )
        .join(
            teams.drop("pace_10", "off_rating_10", "win_pct"),
            left_on=["opponent_team_abbr", "season_year", "game_date"],
            right_on=["team_abbr", "season_year", "game_date"],
            how="left",
        )
        .join(league_form(matchups), on=["season_year", "game_date"], how="left")
        .join(playoff_days(), on="season_year", how="left")
    )
    return values(with_injuries(known, files, start, end))


def player_rows(summary: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All rows with what was counted before each, and the played ones with their number."""
    played = pl.col("played").cast(pl.Int64)
    rows = (
        summary.with_columns(
            # Integers group and sort in a fraction of the time of names.
            player=pl.col("player_lookup").cast(pl.Categorical).to_physical().cast(pl.Int64),
            opponent=pl.col("opponent_team_abbr").cast(pl.Categorical).to_physical(),
        )
        .with_columns(
            ps=pl.col("player") * 10_000 + pl.col("season_year"),
            pair=pl.col("player") * 1_000 + pl.col("opponent"),
        )
        .sort("ps", "game_date")
        .with_columns(
            games_before=(played.cum_sum() - played).over("ps"),
            rows_before=pl.int_range(pl.len()).over("ps"),
            dnp_10=pl.col("is_dnp")
            .cast(pl.Int64)
            .rolling_sum(10, min_samples=1)
            .shift(1)
            .over("ps"),
            last_played=pl.when("played").then("game_date").forward_fill().shift(1).over("ps"),
        )
        .with_columns(days_rest=(pl.col("game_date") - pl.col("last_played")).dt.total_days())
    )
    doubled = (pl.col("played") & (pl.col("days_rest") == 1)).fill_null(value=False)
    in_7 = {"by": "game_date", "window_size": "7d", "closed": "left"}
    rows = rows.with_columns(
        games_7=played.rolling_sum_by(**in_7).over("ps"),
        tenths_7=pl.when("played")
        .then(pl.col("tenths").fill_null(0))
        .otherwise(0)
        .rolling_sum_by(**in_7)
        .over("ps"),
        doubled_14=doubled.cast(pl.Int64)
        .rolling_sum_by("game_date", window_size="14d", closed="left")
        .over("ps"),
    )
    met = (
        rows.select("pair", "game_date", "points", "played")
        .sort("pair", "game_date")
        .rolling("game_date", period="365d", closed="left", group_by="pair")
        .agg(
            met_count=pl.col("played").sum(),
            met_points=pl.when("played").then("points").otherwise(0).sum(),
        )
    )
    rows = rows.join(met, on=["pair", "game_date"], how="left", maintain_order="left")
    return rows, rows.filter("played")


def player_form(games: pl.DataFrame) -> pl.DataFrame:
    """Sums over a player's last games, by how many he had played."""
    number = pl.col("games_before")
    points, tenths, usage, makes = (pl.col(n) for n in ("points", "tenths", "usage", "ft_makes"))
    games = games.with_columns(
        on_court=pl.when(tenths > 0).then(tenths),
        per_minute=pl.when(tenths > 0).then(points * 10 / tenths),
        ft_points=pl.when(makes.is_not_null()).then(points),
        **{zone: pl.when("zones").then(pl.col(f"{zone}_attempts")) for zone in ZONES},
    )

    def last(n: int, values: pl.Expr) -> pl.Expr:
        return values.rolling_sum(n, min_samples=1).over("ps")

    def count(n: int, values: pl.Expr) -> pl.Expr:
        return values.is_not_null().cast(pl.Int64).rolling_sum(n, min_samples=1).over("ps")

    newest_usage = (
        games.select("ps", "games_before", "usage")
        .drop_nulls("usage")
        .select("ps", "games_before", usage_3=usage.rolling_sum(3, min_samples=1).over("ps"))
    )
    return (
        games.join(newest_usage, on=["ps", "games_before"], how="left", maintain_order="left")
        .select(
            "ps",
            games_before=number + 1,
            points_2=last(2, points),
            points_5=last(5, points),
            points_10=last(10, points),
            squares_10=last(10, points * points),
            ranked_10=last(10, points * number),
            points_all=points.cum_sum().over("ps"),
            tenths_10=last(10, tenths),
            tenths_count_10=count(10, tenths),
            tenths_all=tenths.cum_sum().forward_fill().over("ps"),
            tenths_count_all=tenths.is_not_null().cast(pl.Int64).cum_sum().over("ps"),
            court_count_10=count(10, pl.col("on_court")),
            per_minute_10=pl.col("per_minute").rolling_mean(10, min_samples=1).over("ps"),
            usage_3=pl.col("usage_3").forward_fill().over("ps"),
            usage_10=last(10, usage),
            usage_count_10=count(10, usage),
            makes_10=last(10, makes),
            ft_points_10=last(10, pl.col("ft_points")),
            ft_count_10=count(10, makes),
            **{f"{zone}_10": last(10, pl.col(zone)) for zone in ZONES},
        )
    )  # fmt: skip


def values(known: pl.DataFrame) -> pl.DataFrame:
    """The 37 features from what is known of each row."""
    c = pl.col
    season = c("games_before")
    recent = season.clip(upper_bound=10)
    some = season > 0
    zone_sum = c("paint_10") + c("mid_range_10") + c("three_10")
    shares = {zone: pl.when(zone_sum > 0).then(c(f"{zone}_10") / zone_sum) for zone in ZONES}
    paint_most = (c("paint_10") >= c("mid_range_10")) & (c("paint_10") >= c("three_10"))
    middle_most = c("mid_range_10") >= c("three_10")

    def most(**of: pl.Expr) -> pl.Expr:
        rest = pl.when(middle_most).then(of["mid_range"]).otherwise(of["three"])
        return pl.when(paint_most).then(of["paint"]).otherwise(rest)

    share = most(**shares)
    above = most(**{zone: c(f"{zone}_allowed") - c(f"{zone}_league") for zone in ZONES})
    mismatch = 100 * above * (100 * share / 50).clip(upper_bound=1)
    trend = (c("points_2") / 2 - (c("points_5") - c("points_2")) / 3).round(6)
    minutes_season = c("tenths_all") / c("tenths_count_all")
    minutes_recent = c("tenths_10") / c("tenths_count_10")
    change = pl.when(minutes_season > 0).then((minutes_recent - minutes_season) / minutes_season)
    fatigue = (
        100
        + pl.when(c("days_rest") == 1).then(-15).when(c("days_rest") >= 3).then(5).otherwise(0)
        - pl.when(c("games_7") >= 4).then(10).otherwise(0)
        - pl.when(c("tenths_7") > 2400).then(10).otherwise(0)
        - pl.when(c("tenths_7") > 350 * c("games_7")).then(8).otherwise(0)
        - pl.when(c("doubled_14") >= 2).then(12).when(c("doubled_14") == 1).then(5).otherwise(0)
    )
    spread = (recent * c("squares_10") - c("points_10") ** 2) / (recent * (recent - 1))
    slope_sum = c("ranked_10") - (season - recent) * c("points_10")
    usage = 0.3 * (c("usage_3") / 300 - c("usage_10") / c("usage_count_10") / 100)
    known = known.with_columns(
        f0=pl.when(some).then(c("points_5") / season.clip(upper_bound=5)),
        f1=pl.when(some).then(c("points_10") / recent),
        f2=pl.when(some).then(c("points_all") / season),
        f3=pl.when(season >= 2).then(spread.sqrt()),
    )
    above_season = c("f0") - c("f2")
    recent_rows = c("rows_before").clip(upper_bound=10)
    line = c("points_line")
    opening = pl.coalesce("opening_line", "points_line")
    home = c("game_id").str.split("_").list.get(2, null_on_oob=True) == c("team_abbr")
    return known.select(
        "player_lookup",
        "game_date",
        "f0",
        "f1",
        "f2",
        "f3",
        f4=c("games_7"),
        f5=pl.when(some).then(fatigue.clip(0, 100)),
        f6=(pl.when(mismatch.abs().round(6) > 5).then(1.2).otherwise(1.0) * mismatch).clip(-10, 10),
        f7=((c("pace_15") - c("pace_10")) / 2).clip(-3, 3),
        f8=pl.when(c("usage_count_10") >= 5).then(usage.clip(-3, 3)),
        f9=(c("days_rest") - (c("game_date") - c("last_game")).dt.total_days()).clip(-2, 2),
        f10=pl.when("reported").then(c("severity").fill_null(0)),
        f11=pl.when(season >= 5).then(_steps(trend, 2, 5)),
        f12=pl.when(change.is_not_null()).then(_steps(change.round(6), 0.1, 0.2)),
        f13=c("def_rating_15"),
        f14=c("pace_15"),
        f15=home.fill_null(value=False).cast(pl.Float64),
        f16=(c("days_rest") == 1).fill_null(value=False).cast(pl.Float64),
        f17=(c("game_date") >= c("playoff_day")).cast(pl.Float64),
        f18=shares["paint"],
        f19=shares["mid_range"],
        f20=shares["three"],
        f21=pl.when((c("ft_count_10") >= 5) & (c("ft_points_10") > 0)).then(
            (c("makes_10") / c("ft_points_10")).clip(0, 0.5)
        ),
        f22=c("pace_10"),
        f23=c("off_rating_10"),
        f24=c("win_pct"),
        f25=line,
        f26=opening,
        f27=line - opening,
        f28=line.is_not_null().cast(pl.Float64),
        f29=pl.when(c("met_count") > 0).then(c("met_points") / c("met_count")).otherwise(c("f2")),
        f30=c("met_count"),
        f31=pl.when(c("court_count_10") > 0).then(c("tenths_10") / (10 * c("court_count_10"))),
        f32=c("per_minute_10"),
        f33=pl.when(recent_rows >= 3).then(c("dnp_10") / recent_rows),
        f34=pl.when(season >= 5).then(
            (12 * slope_sum - 6 * (recent - 1) * c("points_10")) / (recent * (recent**2 - 1))
        ),
        f35=pl.when(c("f3").round(6) == 0)
        .then(0.0)
        .otherwise((above_season / c("f3")).clip(-3, 3)),
        f36=((above_season - 1.5 * c("f3")).round(6) > 0).cast(pl.Float64),
    )


def _steps(value: pl.Expr, small: float, large: float) -> pl.Expr:
    """-2 to 2 by two thresholds on each side."""
    return (
        pl.when(value >= large).then(2).when(value >= small).then(1)
        .when(value <= -large).then(-2).when(value <= -small).then(-1).otherwise(0)
    )  # fmt: skip
