"""A few hundred handmade rows with every awkward case of the feature contract.

Teams AAA to DDD play on each date, with two plain players each. There are also players for a single
case, named after it, and team games with missing values. They prove that two engines, or two
implementations, agree in cases that a random league hardly ever has.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from featurestore.league.columns import REPORT_SCHEMA, SUMMARY_SCHEMA
from featurestore.league.edge_case_players import CASES
from featurestore.league.season import League

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = dict[str, Any]


def _days(*texts: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(text) for text in texts)


# 20 and 21 November 2023 are 366 and 365 days before 20 November 2024.
SEASON_2023 = _days(
    "2023-11-20", "2023-11-21", "2024-02-29", "2024-03-20",
    "2024-04-14", "2024-04-19", "2024-04-20", "2024-04-22",
)  # fmt: skip
# 4 November is the last bootstrap date, 5 November the first one after.
SEASON_2024 = _days(
    "2024-10-22", "2024-10-23", "2024-10-26", "2024-10-29", "2024-11-01", "2024-11-04",
    "2024-11-05", "2024-11-08", "2024-11-11", "2024-11-12", "2024-11-14", "2024-11-15",
    "2024-11-17", "2024-11-18", "2024-11-20", "2024-11-22", "2024-12-01", "2024-12-02",
    "2024-12-04", "2024-12-06", "2024-12-08", "2024-12-10",
)  # fmt: skip
NOT_IN_CALENDAR = _days("2031-01-10", "2031-01-11", "2031-01-13")
TARGET = SEASON_2024[15]
"""The date before which the players of the edge cases have fifteen rows of the season."""

_TEAMS = ("AAA", "BBB", "CCC", "DDD")
_PAIRINGS = (
    ("AAA", "BBB", "CCC", "DDD"),
    ("AAA", "CCC", "BBB", "DDD"),
    ("AAA", "DDD", "BBB", "CCC"),
)
_NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
_UNPLAYED: Row = {
    "points": None, "minutes_played": None, "is_dnp": True, "is_active": False,
    "player_status": "dnp", "dnp_reason": "DNP - Coach's Decision",
}  # fmt: skip


def hard_cases() -> League:
    """The rows of the edge cases; ``corrections`` is empty.

    Grain of the summary: ``player_lookup, game_date``, except for the duplicates. The plain players
    are ``aaaone`` to ``dddtwo``; every case is named in this module.
    """
    rows = [*_plain(), *_cases(), *_special(), *_duplicates()]
    return League(
        pa.Table.from_pylist(list(_distorted(rows)), schema=SUMMARY_SCHEMA),
        pa.Table.from_pylist(_reports(), schema=REPORT_SCHEMA),
        SUMMARY_SCHEMA.empty_table(),
    )


def _opponent(day: date, team: str) -> tuple[str, str]:
    """The other team of a team's game, and the game's id."""
    season = next(days for days in (SEASON_2023, SEASON_2024, NOT_IN_CALENDAR) if day in days)
    number = season.index(day)
    # AAA meets DDD on the dates 366, 365 and 0 days before 20 November 2024.
    pairing = _PAIRINGS[2 if day in SEASON_2023[:2] else number % 3]
    place = pairing.index(team)
    other = pairing[place ^ 1]
    teams = (team, other) if (place + number) % 2 else (other, team)
    return other, f"{day:%Y%m%d}_{teams[0]}_{teams[1]}"


def _row(player: str, day: date, team: str, **columns: Any) -> Row:
    opponent, game_id = _opponent(day, team)
    season = 2030 if day in NOT_IN_CALENDAR else 2024 if day in SEASON_2024 else 2023
    row: Row = {
        "player_lookup": player, "universal_player_id": f"{player}_001",
        "player_full_name": player.title(), "game_id": game_id, "game_date": day,
        "team_abbr": team, "opponent_team_abbr": opponent, "season_year": season,
        "points": 12, "minutes_played": 24, "assists": 3, "offensive_rebounds": 1,
        "defensive_rebounds": 4, "steals": 1, "blocks": 0, "turnovers": 2, "fg_attempts": 10,
        "fg_makes": 4, "three_pt_attempts": 3, "three_pt_makes": 2, "ft_attempts": 3,
        "ft_makes": 2, "plus_minus": 0, "personal_fouls": 2, "paint_attempts": 5, "paint_makes": 1,
        "mid_range_attempts": 2, "mid_range_makes": 1, "three_attempts_pbp": 3,
        "three_makes_pbp": 2, "has_complete_shot_zones": True, "usage_rate": 20,
        "starter_flag": False, "win_flag": False, "is_active": True, "player_status": "active",
        "is_dnp": False, "primary_source_used": "handmade", "created_at": _NOON,
        "processed_at": _NOON,
    } | columns  # fmt: skip
    for name in ("minutes_played", "usage_rate", "points_line", "opening_line"):
        if row.get(name) is not None:
            row[name] = Decimal(str(row[name]))
    row["data_hash"] = f"{player}{day:%Y%m%d}"
    return row


def _plain() -> Iterator[Row]:
    """Two players per team on every date, with different games."""
    for number, day in enumerate((*SEASON_2023, *SEASON_2024, *NOT_IN_CALENDAR)):
        for place, team in enumerate(_TEAMS):
            for turn, name in enumerate(("one", "two")):
                mix = 7 * number + 5 * place + 11 * turn
                yield _row(
                    f"{team.lower()}{name}", day, team,
                    points=mix % 31, minutes_played=48, fg_attempts=8 + mix % 13,
                    ft_attempts=mix % 7, ft_makes=mix % 7 // 2, offensive_rebounds=mix % 4,
                    turnovers=mix % 5, usage_rate=Decimal(1500 + 37 * mix % 2000) / 100,
                    paint_attempts=3 + mix % 5, paint_makes=1 + mix % 3,
                    mid_range_attempts=1 + mix % 4, mid_range_makes=mix % 2,
                    three_attempts_pbp=2 + mix % 6, three_makes_pbp=mix % 3,
                )  # fmt: skip


def _cases() -> Iterator[Row]:
    for player, (team, columns) in CASES.items():
        for number, day in enumerate(SEASON_2024[:16]):
            values = {
                name: listed[min(number, len(listed) - 1)] for name, listed in columns.items()
            }
            if values.get("is_dnp") and player != "edge":
                values |= _UNPLAYED
            yield _row(player, day, team, **values)


def _special() -> Iterator[Row]:
    """Players whose case is their team or their dates."""
    # Traded on the ninth date; AAA and CCC meet on others.
    for number, day in enumerate(SEASON_2024):
        yield _row("traded", day, "AAA" if number < 8 else "CCC", points=5 + number)
    # Only one of the two meetings is in the last 365 days of 20 November 2024.
    for day in (*SEASON_2023[:2], SEASON_2024[14]):
        yield _row("rival", day, "AAA", points=11 if day == SEASON_2023[0] else 33)
    # Seasons without is_dnp; the next season starts from zero.
    for number, day in enumerate((*SEASON_2023, *SEASON_2024[:4])):
        absent = {"points": None, "minutes_played": None} if number % 3 == 1 else {}
        yield _row("oldtimer", day, "BBB", is_dnp=None, universal_player_id=None, **absent)
    # Two, then three, rows before the target row: dnp_rate needs three.
    for day in (SEASON_2024[5], *SEASON_2024[13:16]):
        yield _row("threerows", day, "DDD", **(_UNPLAYED if day == SEASON_2024[5] else {}))
    yield _row("rookie", SEASON_2024[15], "CCC")
    # The ends of the 7- and 14-day windows before 22 November: 15 and 8 November.
    for number in (7, 11, 15):
        yield _row("windowends", SEASON_2024[number], "BBB", points=20)


def _duplicates() -> Iterator[Row]:
    """Several rows for one player and date; their points show which one counts."""
    day = SEASON_2024[10]
    _, good = _opponent(day, "AAA")
    later, bad = _NOON + timedelta(hours=1), "0022400123"
    swapped = f"{day:%Y%m%d}_ZZZ_AAA"
    versions: dict[str, tuple[Row, ...]] = {
        # A good id before a newer row.
        "twinid": ({"game_id": bad, "processed_at": later}, {"game_id": good}),
        "twincase": ({"game_id": good.lower(), "processed_at": later}, {"game_id": good}),
        "twinnewest": ({"processed_at": _NOON}, {"processed_at": later}),
        "twinnull": ({"processed_at": None}, {"processed_at": _NOON}),
        "twinbothnull": (
            {"processed_at": None, "game_id": swapped},
            {"processed_at": None, "game_id": good},
        ),
        "twintie": ({"game_id": swapped}, {"game_id": good}),
        "twinteam": ({"team_abbr": "CCC", "opponent_team_abbr": "AAA"}, {"team_abbr": "AAA"}),
        "twinbad": ({"game_id": "x_y"}, {"game_id": bad}),
        "twinfour": (
            {"game_id": bad, "processed_at": later},
            {"game_id": f"{good}_2", "processed_at": later},
            {"processed_at": None},
            {"processed_at": _NOON},
        ),
    }
    for player, rows in versions.items():
        for number, columns in enumerate(rows):
            # The last of them is the one that counts.
            yield _row(player, day, "AAA", points=30 if number < len(rows) - 1 else 6) | columns
        yield _row(player, SEASON_2024[11], "AAA")
        yield _row(player, TARGET, "AAA")


def _distorted(rows: list[Row]) -> Iterator[Row]:
    """The rows, with values missing in team games after TARGET, and an overtime before it."""
    overtime, missing = SEASON_2024[9], (SEASON_2024[16], "BBB")
    seventeenth, eighteenth, nineteenth = SEASON_2024[17:20]
    changes: dict[tuple[date, str], Row] = {
        # Nobody played.
        (seventeenth, "DDD"): _UNPLAYED,
        # Sums over nothing but NULL.
        (seventeenth, "AAA"): {"fg_attempts": None},
        (eighteenth, "CCC"): {"turnovers": None},
        # Not one possession: 10 - 12 + 2.
        (eighteenth, "BBB"): {
            "fg_attempts": 10, "ft_attempts": 0, "offensive_rebounds": 12, "turnovers": 2,
        },
        # No minutes, and a tied game.
        (nineteenth, "DDD"): {"minutes_played": None, "points": 7},
        (nineteenth, "BBB"): {"points": 7},
        (nineteenth, "AAA"): {"minutes_played": Decimal(0), "points": 7},
    }  # fmt: skip
    for row in rows:
        game = (row["game_date"], row["team_abbr"])
        if game == missing:
            continue
        extra = {"minutes_played": Decimal(53)} if game[0] == overtime and _is_plain(row) else {}
        yield row | extra | changes.get(game, {})


def _is_plain(row: Row) -> bool:
    return bool(row["player_lookup"].startswith(row["team_abbr"].lower()))


def _reports() -> list[Row]:
    """Reports on TARGET and around it; other dates have none, so the risk is unknown there."""
    day, before = TARGET, TARGET - timedelta(days=1)
    after = TARGET + timedelta(days=1)
    reported: list[tuple[str, date, int | None, str | None]] = [
        # The newest counts, in any order of the rows.
        ("steady", day, 9, "AVAILABLE"), ("steady", before, 23, "Out"), ("steady", day, 2, "out"),
        # At the same hour the more severe one; unknown is the least severe.
        ("edge", day, 10, "probable"), ("edge", day, 10, "Questionable"),
        ("benched", day, 10, "Doubtful"), ("benched", day, 10, "OUT"),
        ("lines", day, 10, "GTD"), ("lines", day, 10, "PROBABLE"),
        # A missing hour counts as the oldest.
        ("traded", day, None, "out"), ("traded", day, 0, "questionable"),
        ("nominutes", day, None, "doubtful"),
        ("scoreless", day, None, "probable"), ("scoreless", before, 23, "out"),
        # An unknown status, and none at all.
        ("nozones", day, 11, "Game Time Decision"), ("nousage", day, 11, None),
        # Reported after the game: not known before it.
        ("gappyusage", after, 8, "out"),
        ("gappyusage", before, 8, "questionable"), ("fewusage", after, 8, "out"),
    ]  # fmt: skip
    reports = [_report(*report, game_day=TARGET) for report in reported]
    # The only report on this date came too late: the risk is unknown.
    late = SEASON_2024[16]
    return [*reports, _report("steady", late + timedelta(days=1), 8, "out", game_day=late)]


def _report(player: str, day: date, hour: int | None, status: str | None, *, game_day: date) -> Row:
    return {
        "report_date": day,
        "report_hour": hour,
        "game_date": game_day,
        "game_id": f"{game_day:%Y%m%d}_AAA_BBB",
        "player_lookup": player,
        "injury_status": status,
    }
