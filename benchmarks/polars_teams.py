"""Team and league side of :mod:`benchmarks.with_polars`."""

from __future__ import annotations

import polars as pl

ZONES = ("paint", "mid_range", "three")
KEY = ("game_date", "team_abbr", "opponent_team_abbr", "season_year")
BOX = ("points", "fg_attempts", "ft_attempts", "offensive_rebounds", "turnovers", "tenths")


def matchup_games(summary: pl.DataFrame) -> pl.DataFrame:
    """What a team's played rows add up to, by date and opponent; NULL where all are NULL."""
    played = pl.col("played")
    zoned = played & pl.col("zones")
    sums = {name: pl.when(played).then(name) for name in BOX}
    for zone in ZONES:
        tried, made = f"{zone}_attempts", f"{zone}_makes"
        sums[f"{zone}_tried"] = pl.when(zoned & pl.col(made).is_not_null()).then(tried)
        sums[f"{zone}_made"] = pl.when(zoned).then(made)
    return summary.select(*KEY, **sums).group_by(KEY).agg(_total(name) for name in sums)


def _total(name: str) -> pl.Expr:
    """The sum; NULL, not 0, of nothing but NULLs."""
    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)


def _side(matchups: pl.DataFrame, team: str) -> pl.DataFrame:
    sums = [_total(name) for name in matchups.columns if name not in KEY]
    return (
        matchups.group_by(pl.col(team).alias("team_abbr"), "game_date")
        .agg(pl.col("season_year").min(), *sums)
        .with_columns(
            possessions=pl.col("fg_attempts") + 0.44 * pl.col("ft_attempts")
            - pl.col("offensive_rebounds") + pl.col("turnovers")
        )
    )  # fmt: skip


def team_forms(matchups: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Each team and date that a row names, with the team's last games before it."""
    c = pl.col
    both = _side(matchups, "team_abbr").join(
        _side(matchups, "opponent_team_abbr").drop("season_year"),
        on=["team_abbr", "game_date"],
        how="left",
        suffix="_other",
    )
    tenths = pl.when(c("tenths").fill_null(0) == 0).then(2400).otherwise(c("tenths"))
    own, other = (
        pl.when(c(name) != 0).then(c(name)) for name in ("possessions", "possessions_other")
    )
    group = ["team_abbr", "season_year"]
    games = both.sort(*group, "game_date").select(
        *group,
        "game_date",
        win=(c("points") > c("points_other")).cast(pl.Int64),
        pace=48 * ((c("possessions") + c("possessions_other")) / 2) / (tenths / 50),
        off_rating=100 * c("points") / own,
        def_rating=100 * c("points_other") / other,
        **{f"{zone}_tried": c(f"{zone}_tried_other") for zone in ZONES},
        **{f"{zone}_made": c(f"{zone}_made_other") for zone in ZONES},
    )
    decided = c("win").is_not_null().cast(pl.Int64).cum_sum().over(group)

    def allowed(zone: str) -> pl.Expr:
        tried, made = (
            c(f"{zone}_{what}").rolling_sum(15, min_samples=1).over(group)
            for what in ("tried", "made")
        )
        return pl.when(tried > 0).then(made / tried)

    form = games.select(
        *group,
        "game_date",
        last_game=c("game_date"),
        pace_10=c("pace").rolling_mean(10, min_samples=1).over(group),
        off_rating_10=c("off_rating").rolling_mean(10, min_samples=1).over(group),
        pace_15=c("pace").rolling_mean(15, min_samples=1).over(group),
        def_rating_15=c("def_rating").rolling_mean(15, min_samples=1).over(group),
        win_pct=pl.when(decided >= 5).then(c("win").fill_null(0).cum_sum().over(group) / decided),
        **{f"{zone}_allowed": allowed(zone) for zone in ZONES},
    )
    keys = ["season_year", "game_date"]
    wanted = pl.concat(
        [
            rows.select(c(name).alias("team_abbr"), *keys)
            for name in ("team_abbr", "opponent_team_abbr")
        ]
    ).unique()
    return wanted.sort("game_date").join_asof(
        form.sort("game_date"),
        on="game_date",
        by=group,
        allow_exact_matches=False,
        check_sortedness=False,
    )


def league_form(matchups: pl.DataFrame) -> pl.DataFrame:
    """The league's share of made attempts in each zone before each date."""
    names = [f"{zone}_{what}" for zone in ZONES for what in ("tried", "made")]
    days = matchups.group_by("season_year", "game_date").agg(pl.col(names).sum())

    def share(zone: str) -> pl.Expr:
        tried, made = (
            pl.col(f"{zone}_{what}").cum_sum().shift(1).over("season_year")
            for what in ("tried", "made")
        )
        return pl.when(tried > 0).then(made / tried)

    return days.sort("season_year", "game_date").select(
        "season_year", "game_date", **{f"{zone}_league": share(zone) for zone in ZONES}
    )
