"""Team and league side of :mod:`benchmarks.with_pandas`."""

from __future__ import annotations

import numpy as np
import pandas as pd

ZONES = ("paint", "mid_range", "three")
_BOX = ["points", "fg_attempts", "ft_attempts", "offensive_rebounds", "turnovers", "tenths"]


def teams_form(season: pd.DataFrame) -> pd.DataFrame:
    """Each team's last games of the season."""
    played = season[season["played"]]
    key = ["team_abbr", "game_date"]
    every = season[key].drop_duplicates().set_index(key)
    mine = played.groupby(key)[_BOX].sum(min_count=1)
    zoned = season[season["zones"]]
    theirs = (
        played.groupby(["opponent_team_abbr", "game_date"])[_BOX].sum(min_count=1)
        .rename_axis(index=key)
    )  # fmt: skip
    games = every.join(mine).join(theirs, rsuffix="_other")
    for zone in ZONES:
        kept = zoned[zoned[f"{zone}_makes"].notna()]
        sums = kept.groupby(["opponent_team_abbr", "game_date"])[
            [f"{zone}_attempts", f"{zone}_makes"]
        ].sum()
        games = games.join(sums.rename_axis(index=key))
    for side in ("", "_other"):
        games[f"poss{side}"] = (
            games[f"fg_attempts{side}"] + 0.44 * games[f"ft_attempts{side}"]
            - games[f"offensive_rebounds{side}"] + games[f"turnovers{side}"]
        )  # fmt: skip
    tenths = games["tenths"].fillna(0).replace(0, 2400)
    games["pace"] = 48 * ((games["poss"] + games["poss_other"]) / 2) / (tenths / 50)
    games["off_rating"] = 100 * divide(games["points"], games["poss"])
    games["def_rating"] = 100 * divide(games["points_other"], games["poss_other"])
    both = games["points"].notna() & games["points_other"].notna()
    games["win"] = (games["points"] > games["points_other"]).where(both).astype(float)
    games = games.reset_index().sort_values("game_date", ascending=False)
    number = games.groupby("team_abbr").cumcount()
    ten = games[number < 10].groupby("team_abbr")
    fifteen = games[number < 15].groupby("team_abbr")
    wins = games.groupby("team_abbr")["win"].agg(["mean", "count"])
    shots = fifteen[[f"{zone}_{what}" for zone in ZONES for what in ("attempts", "makes")]].sum()
    return pd.DataFrame(
        {
            "pace_10": ten["pace"].mean(),
            "off_rating_10": ten["off_rating"].mean(),
            "pace_15": fifteen["pace"].mean(),
            "def_rating_15": fifteen["def_rating"].mean(),
            "win_pct": wins["mean"].where(wins["count"] >= 5),
            "last_game": games.groupby("team_abbr")["game_date"].max(),
            **{
                f"{zone}_allowed": divide(shots[f"{zone}_makes"], shots[f"{zone}_attempts"])
                for zone in ZONES
            },
        }
    )


def divide(above: pd.Series | float, below: pd.Series | float) -> pd.Series | float:
    """NaN where the divisor is 0."""
    if isinstance(below, pd.Series):
        return above / below.where(below != 0)
    return above / below if below else np.nan


def league_form(season: pd.DataFrame) -> dict[str, float]:
    """The league's share of made attempts by zone."""
    zoned = season[season["zones"]]
    shares = {}
    for zone in ZONES:
        kept = zoned[zoned[f"{zone}_makes"].notna()]
        made, tried = kept[f"{zone}_makes"].sum(), kept[f"{zone}_attempts"].sum()
        shares[f"{zone}_league"] = divide(made, tried)
    return shares
