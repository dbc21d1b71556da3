"""The 37 values in pandas, date by date, as the old backfill went; each date is vectorised.

The frame is in memory and sorted by date, which the old backfill had not: it asked the warehouse
again for every date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from benchmarks.contract import COLUMNS, SEVERITY
from benchmarks.pandas_teams import ZONES, divide, league_form, teams_form
from featurestore.definitions.seasons import calendar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

_KEY = ["player_lookup", "game_date"]


class Backfill:
    """Reads the files once; :meth:`date` gives one date's rows."""

    def __init__(self, files: dict[str, Path]) -> None:
        self.rows = _read(files["summary"])
        self.days = self.rows["game_date"].to_numpy()
        injuries = pd.read_parquet(files["injuries"]) if "injuries" in files else None
        if injuries is not None:
            for name in ("game_date", "report_date"):
                injuries[name] = pd.to_datetime(injuries[name])
        self.injuries = injuries

    def dates(self, days: Iterable[date], *, by_player: bool = False) -> pd.DataFrame:
        """The rows of some dates, each computed on its own; see :meth:`date`."""
        done = [self.date(day, by_player=by_player) for day in days]
        return pd.concat(done, ignore_index=True)

    def date(self, day: date, *, by_player: bool = False) -> pd.DataFrame:
        """``player_lookup``, ``game_date`` and ``f0`` to ``f36`` of one date; NaN where missing.

        All players of the date at once, or one after the other, as the old backfill went.
        """
        at = np.datetime64(day).astype(self.days.dtype)
        first, here, after = (
            int(np.searchsorted(self.days, at + np.timedelta64(offset, "D")))
            for offset in (-365, 0, 1)
        )
        past, today = self.rows.iloc[first:here], self.rows.iloc[here:after]
        values = []
        for year, group in today.groupby("season_year"):
            season = past[past["season_year"] == year]
            context = teams_form(season), league_form(season)
            parts = [group.iloc[n : n + 1] for n in range(len(group))] if by_player else [group]
            values += [_players(past, season, part, context, pd.Timestamp(day)) for part in parts]
        done = pd.concat(values)
        done["f10"] = self._injury_risk(done["player_lookup"], pd.Timestamp(day))
        return done

    def _injury_risk(self, players: pd.Series, day: pd.Timestamp) -> pd.Series | float:
        if self.injuries is None:
            return np.nan
        reports = self.injuries
        reports = reports[(reports["game_date"] == day) & (reports["report_date"] <= day)]
        if reports.empty:
            return np.nan
        severity = reports["injury_status"].str.lower().map(SEVERITY).fillna(0)
        newest = (
            reports.assign(severity=severity)
            .sort_values(["report_date", "report_hour", "severity"], ascending=False)
            .drop_duplicates("player_lookup")
            .set_index("player_lookup")["severity"]
        )
        return players.map(newest).fillna(0.0)


def _read(file: Path) -> pd.DataFrame:
    rows = pd.read_parquet(file)
    rows = rows.reindex(columns=list(COLUMNS))
    for name, kind in COLUMNS.items():
        if kind in ("Int64", "Float64"):
            rows[name] = rows[name].astype("float64")
    rows["game_date"] = pd.to_datetime(rows["game_date"])
    key_is_good = rows["game_id"].str.match(r"^[0-9]{8}_[A-Z]+_[A-Z]+$")
    rows = (
        rows.assign(bad=~key_is_good)
        .sort_values(
            ["bad", "processed_at", "game_id", "team_abbr"], ascending=[True, False, True, True]
        )
        .drop_duplicates(_KEY)
        .sort_values("game_date", kind="stable", ignore_index=True)
    )
    minutes, points = rows["minutes_played"], rows["points"]
    rows["is_dnp"] = rows["is_dnp"].eq(other=True).fillna(value=False).astype(bool)
    rows["played"] = points.notna() & ~rows["is_dnp"] & ((minutes > 0) | (points > 0))
    rows["tenths"] = (minutes * 10).round()
    rows["usage"] = (rows["usage_rate"] * 100).round()
    rows["three_attempts"] = rows["three_attempts_pbp"].fillna(rows["three_pt_attempts"])
    rows["three_makes"] = rows["three_makes_pbp"].fillna(rows["three_pt_makes"])
    zones = rows[[f"{zone}_attempts" for zone in ZONES]].notna().all(axis=1)
    rows["zones"] = zones & rows["played"]
    return rows


def _players(
    past: pd.DataFrame,
    season: pd.DataFrame,
    today: pd.DataFrame,
    context: tuple[pd.DataFrame, dict[str, float]],
    day: pd.Timestamp,
) -> pd.DataFrame:
    """Features of some rows of a date."""
    teams, league = context
    mine = season[season["player_lookup"].isin(today["player_lookup"])].iloc[::-1]
    columns = [*_KEY, "game_id", "team_abbr", "opponent_team_abbr", "season_year"]
    known = today[[*columns, "points_line", "opening_line"]].reset_index(drop=True)
    for part in (_form(mine[mine["played"]], day), _rows(mine)):
        known = known.join(part, on="player_lookup")
    pair = ["player_lookup", "opponent_team_abbr"]
    known = known.merge(_meetings(past, today), how="left", on=pair)
    own = ["pace_10", "off_rating_10", "win_pct"]
    known = known.join(teams[own], on="team_abbr")
    known = known.join(teams.drop(columns=own), on="opponent_team_abbr")
    return _values(known.assign(**league), day)


def _rows(mine: pd.DataFrame) -> pd.DataFrame:
    """How many of a player's newest ten rows were not played."""
    newest = mine[mine.groupby("player_lookup").cumcount() < 10]
    return newest.groupby("player_lookup")["is_dnp"].agg(recent_rows="size", dnp_10="sum")


def _form(games: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """A player's last games; ``games`` are his played ones, newest first."""
    games = games.assign(rank=games.groupby("player_lookup").cumcount())
    age = (day - games["game_date"]).dt.days
    gap = -games.groupby("player_lookup")["game_date"].shift(-1).sub(games["game_date"]).dt.days
    games = games.assign(
        age=age,
        squares=games["points"] ** 2,
        ranked=-games["rank"] * games["points"],
        per_minute=(games["points"] * 10 / games["tenths"]).where(games["tenths"] > 0),
        ft_points=games["points"].where(games["ft_makes"].notna()),
        doubled=(gap == 1) & (age <= 14),
        **{f"{zone}_10": games[f"{zone}_attempts"].where(games["zones"]) for zone in ZONES},
    )
    by = games.groupby("player_lookup")
    ten = games[games["rank"] < 10]
    last = ten.groupby("player_lookup")
    week = games[games["age"] <= 7].groupby("player_lookup")
    with_usage = ten[ten["usage"].notna()]
    newest_usage = with_usage[with_usage.groupby("player_lookup").cumcount() < 3]
    sums = last[
        [
            "points",
            "squares",
            "ranked",
            "tenths",
            "usage",
            "ft_makes",
            "ft_points",
            *(f"{z}_10" for z in ZONES),
        ]
    ].sum(min_count=1)
    counts = last[["tenths", "usage", "ft_makes", "per_minute"]].count()
    return sums.add_suffix("_sum").join(counts.add_suffix("_count")).assign(
        games=by.size(),
        days_rest=by["age"].min(),
        points_2=games[games["rank"] < 2].groupby("player_lookup")["points"].sum(),
        points_5=games[games["rank"] < 5].groupby("player_lookup")["points"].sum(),
        f2=by["points"].mean(),
        minutes_season=by["tenths"].mean(),
        games_7=week.size(),
        tenths_7=week["tenths"].sum(),
        doubled_14=by["doubled"].sum(),
        per_minute=last["per_minute"].mean(),
        usage_3=newest_usage.groupby("player_lookup")["usage"].mean(),
    )  # fmt: skip


def _meetings(past: pd.DataFrame, today: pd.DataFrame) -> pd.DataFrame:
    keys = ["player_lookup", "opponent_team_abbr"]
    met = past[past["played"]].merge(today[keys], on=keys)
    return met.groupby(keys)["points"].agg(met_count="size", met_points="mean").reset_index()


def _values(k: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    none = k["games"].isna()
    games = k["games"].fillna(0)
    ten = games.clip(upper=10)
    zone_sum = sum(k[f"{zone}_10_sum"] for zone in ZONES)
    share = {zone: divide(k[f"{zone}_10_sum"], zone_sum) for zone in ZONES}
    paint, middle, three = (k[f"{zone}_10_sum"] for zone in ZONES)
    most = [(paint >= middle) & (paint >= three), middle >= three]
    chosen = np.select(most, [share["paint"], share["mid_range"]], share["three"])
    above = {zone: k[f"{zone}_allowed"] - k[f"{zone}_league"] for zone in ZONES}
    allowed = np.select(most, [above["paint"], above["mid_range"]], above["three"])
    mismatch = 100 * allowed * np.minimum(100 * chosen / 50, 1)
    mismatch = np.where(np.round(np.abs(mismatch), 6) > 5, 1.2, 1.0) * mismatch
    trend = (k["points_2"] / 2 - (k["points_5"] - k["points_2"]) / 3).round(6)
    minutes = k["tenths_sum"] / k["tenths_count"]
    season_minutes = k["minutes_season"].where(k["minutes_season"] > 0)
    change = (minutes - season_minutes) / season_minutes
    rest, week, tenths = k["days_rest"], k["games_7"].fillna(0), k["tenths_7"].fillna(0)
    doubled = k["doubled_14"].fillna(0)
    fatigue = (
        100
        + np.select([rest == 1, rest >= 3], [-15, 5], 0)
        - np.where(week >= 4, 10, 0)
        - np.where(tenths > 2400, 10, 0)
        - np.where(tenths > 350 * week, 8, 0)
        - np.select([doubled >= 2, doubled == 1], [12, 5], 0)
    )
    spread = (ten * k["squares_sum"] - k["points_sum"] ** 2) / (ten * (ten - 1)).where(ten > 1)
    f0, f2, f3 = k["points_5"] / games.clip(upper=5).where(~none), k["f2"], np.sqrt(spread)
    usage = 0.3 * (k["usage_3"] - k["usage_sum"] / k["usage_count"]) / 100
    slope_sum = k["ranked_sum"] + (ten - 1) * k["points_sum"]
    slope = (12 * slope_sum - 6 * (ten - 1) * k["points_sum"]) / (ten * (ten**2 - 1))
    playoff = calendar().get(int(k["season_year"].iloc[0]), (None, None))[1]
    zscore = ((f0 - f2) / f3).clip(-3, 3).where(f3.round(6) != 0, 0.0)
    values = {
        0: f0,
        1: k["points_sum"] / ten,
        2: f2,
        3: f3,
        4: week,
        5: pd.Series(fatigue, k.index).clip(0, 100).where(~none),
        6: pd.Series(mismatch, k.index).clip(-10, 10),
        7: ((k["pace_15"] - k["pace_10"]) / 2).clip(-3, 3),
        8: usage.clip(-3, 3).where(k["usage_count"] >= 5),
        9: (rest - (day - k["last_game"]).dt.days).clip(-2, 2),
        11: _steps(trend, 2, 5).where(games >= 5),
        12: _steps(change.round(6), 0.1, 0.2).where(change.notna()),
        13: k["def_rating_15"],
        14: k["pace_15"],
        15: (k["game_id"].str.split("_").str[2] == k["team_abbr"]).astype(float),
        16: (rest == 1).astype(float),
        17: np.nan if playoff is None else float(day >= pd.Timestamp(playoff)),
        18: share["paint"],
        19: share["mid_range"],
        20: share["three"],
        21: divide(k["ft_makes_sum"], k["ft_points_sum"])
        .clip(0, 0.5)
        .where(k["ft_makes_count"] >= 5),
        22: k["pace_10"],
        23: k["off_rating_10"],
        24: k["win_pct"],
        25: k["points_line"],
        26: k["opening_line"].fillna(k["points_line"]),
        27: k["points_line"] - k["opening_line"].fillna(k["points_line"]),
        28: k["points_line"].notna().astype(float),
        29: k["met_points"].fillna(f2),
        30: k["met_count"].fillna(0),
        31: k["tenths_sum"] / 10 / k["per_minute_count"].where(k["per_minute_count"] > 0),
        32: k["per_minute"],
        33: (k["dnp_10"] / k["recent_rows"]).where(k["recent_rows"] >= 3),
        34: slope.where(games >= 5),
        35: zscore.where(f3.notna()),
        36: ((f0 - f2 - 1.5 * f3).round(6) > 0).astype(float).where(f3.notna()),
    }
    return k[_KEY].assign(**{f"f{n}": value for n, value in values.items()})


def _steps(value: pd.Series, small: float, large: float) -> pd.Series:
    conditions = [value >= large, value >= small, value <= -large, value <= -small]
    return pd.Series(np.select(conditions, [2.0, 1.0, -2.0, -1.0], 0.0), value.index)
