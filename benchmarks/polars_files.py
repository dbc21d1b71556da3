"""Reads the files of :mod:`benchmarks.with_polars`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from benchmarks.contract import COLUMNS, SEVERITY
from benchmarks.polars_teams import ZONES
from featurestore.definitions.seasons import calendar

if TYPE_CHECKING:
    from pathlib import Path


def read(file: Path, start: date, end: date) -> pl.LazyFrame:
    """The range and its lookback, one row a player and date."""
    scan = pl.scan_parquet(file)
    held = scan.collect_schema().names()
    columns = [
        (pl.col(name) if name in held else pl.lit(None)).cast(getattr(pl, kind)()).alias(name)
        for name, kind in COLUMNS.items()
    ]
    bounded = scan.filter(pl.col("game_date").is_between(start - timedelta(days=365), end))
    key = ["player_lookup", "game_date"]
    chosen = bounded.select(columns).with_columns(twice=pl.struct(key).is_duplicated())
    once = chosen.filter(~pl.col("twice"))
    kept = (
        chosen.filter(pl.col("twice"))
        .sort(
            ~pl.col("game_id").str.contains(r"^[0-9]{8}_[A-Z]+_[A-Z]+$"),
            -pl.col("processed_at").dt.epoch("us"),
            "game_id",
            "team_abbr",
            nulls_last=True,
        )
        .unique(key, keep="first", maintain_order=True)
    )
    points, minutes = pl.col("points"), pl.col("minutes_played")
    is_dnp = pl.col("is_dnp").fill_null(value=False)
    return (
        pl.concat([once, kept])
        .with_columns(
            is_dnp=is_dnp,
            played=points.is_not_null()
            & ~is_dnp
            & ((minutes > 0).fill_null(value=False) | (points > 0)),
            tenths=(minutes * 10).round().cast(pl.Int64),
            usage=(pl.col("usage_rate") * 100).round().cast(pl.Int64),
            three_attempts=pl.coalesce("three_attempts_pbp", "three_pt_attempts"),
            three_makes=pl.coalesce("three_makes_pbp", "three_pt_makes"),
        )
        .with_columns(
            zones=pl.all_horizontal(pl.col(f"{zone}_attempts").is_not_null() for zone in ZONES)
        )
    )


def playoff_days() -> pl.DataFrame:
    """First playoff day of each season of the calendar."""
    years = calendar()
    playoffs = [playoff for _, playoff in years.values()]
    return pl.DataFrame({"season_year": list(years), "playoff_day": playoffs})


def with_injuries(
    known: pl.DataFrame, files: dict[str, Path], start: date, end: date
) -> pl.DataFrame:
    """The newest report on each player of a date, and whether there was any that day."""
    if "injuries" not in files:
        return known.with_columns(
            severity=pl.lit(None, pl.Int64), reported=pl.lit(None, pl.Boolean)
        )
    reports = (
        pl.scan_parquet(files["injuries"])
        .filter(
            pl.col("game_date").is_between(start, end)
            & (pl.col("report_date") <= pl.col("game_date"))
            & (pl.col("report_date") >= start - timedelta(days=365))
        )
        .with_columns(
            severity=pl.col("injury_status").str.to_lowercase()
            .replace_strict(SEVERITY, default=0, return_dtype=pl.Int64)
        )
        .collect()
    )  # fmt: skip
    newest = (
        reports.sort("report_date", "report_hour", "severity", descending=True, nulls_last=True)
        .unique(["game_date", "player_lookup"], keep="first")
        .select("game_date", "player_lookup", "severity")
    )
    dates = reports.select("game_date").unique().with_columns(reported=pl.lit(value=True))
    return known.join(newest, on=["player_lookup", "game_date"], how="left").join(
        dates, on="game_date", how="left"
    )
