"""Features 6 and 18-20: where a player shoots, and what the opponent allows there.

The league's shooting is that of a whole season, so each case has its own season.
"""

from __future__ import annotations

from datetime import date
from itertools import count

from feature_cases import Case, ago, game

SEASONS = count(2030, 2)
NONE = (None, None)


class Season:
    """A season of its own, and its rows.

    A zone is (makes, attempts); of three-point shots those of the play-by-play.
    """

    def __init__(self):
        self.year = next(SEASONS)
        self.day = date(self.year + 1, 1, 31)
        self.rows = [self.row(0, "ann", "AAA", "BBB", (9, 9), (9, 9), (9, 9))]

    def row(self, days, player, team, opponent, paint, mid, three, *, season=None, **columns):
        return game(
            ago(days, self.day),
            player=player,
            team=team,
            opponent=opponent,
            season=season or self.year,
            **{
                "paint_makes": paint[0],
                "paint_attempts": paint[1],
                "mid_range_makes": mid[0],
                "mid_range_attempts": mid[1],
                "three_makes_pbp": three[0],
                "three_attempts_pbp": three[1],
            }
            | columns,
        )

    def ann(self, days, paint, mid, three, **columns):
        """Her attempts; what she made is unknown, and so nothing that anybody allows."""
        zones = [(None, attempts) for attempts in (paint, mid, three)]
        self.rows.append(self.row(days, "ann", "AAA", "GGG", *zones, **columns))
        return self

    def against(self, opponent, days, paint=(0, 0), mid=(0, 0), three=(0, 0), **columns):
        """What a player of CCC shoots against a team, which has a row of the game."""
        self.rows.append(self.row(days, "cid", "CCC", opponent, paint, mid, three, **columns))
        own = {k: v for k, v in columns.items() if k == "season"}
        self.rows.append(self.row(days, f"of{opponent}", opponent, "CCC", NONE, NONE, NONE, **own))
        return self

    def case(self, name, **expected):
        return Case(name, self.rows, expected, day=self.day)


# What EEE allows is a part of the league's, like what BBB does.
SCORES = [
    Season()
    .ann(2, *attempts)
    .against("BBB", 4, **{zone: allowed})
    .against("EEE", 6, **{zone: rest})
    .case(name, shot_zone_mismatch_score=score)
    for name, attempts, zone, allowed, rest, score in (
        # 0.52 allowed, 0.5 in the league: 2 points, times 40 / 50.
        ("a share below a half weighs less", (40, 30, 30), "paint", (52, 100), (48, 100), 1.6),
        ("a share of a half weighs 1", (50, 30, 20), "paint", (52, 100), (48, 100), 2.0),
        ("a share above a half weighs 1", (80, 10, 10), "paint", (52, 100), (48, 100), 2.0),
        ("less than the league is negative", (80, 10, 10), "paint", (48, 100), (52, 100), -2.0),
        # 0.55 - 0.5 is a little more than 0.05 in floats.
        ("a mismatch of 5 is not raised", (80, 10, 10), "paint", (55, 100), (45, 100), 5.0),
        ("a mismatch of -5 is not raised", (80, 10, 10), "paint", (45, 100), (55, 100), -5.0),
        ("more than 5 is raised", (80, 10, 10), "paint", (56, 100), (44, 100), 7.2),
        ("less than -5 is raised", (80, 10, 10), "paint", (44, 100), (56, 100), -7.2),
        ("6 by a share of 40 is not raised", (40, 30, 30), "paint", (56, 100), (44, 100), 4.8),
        ("a mismatch ends at 10 after it is raised", (80, 10, 10), "paint", (59, 100), (41, 100),
         10.0),
        ("a mismatch ends at -10", (80, 10, 10), "paint", (41, 100), (59, 100), -10.0),
        ("mid-range is a zone", (10, 80, 10), "mid", (52, 100), (48, 100), 2.0),
        ("three is a zone", (10, 10, 80), "three", (52, 100), (48, 100), 2.0),
    )
]  # fmt: skip

# What BBB allows differs by zone: 2, 3 and 4 points above the league's half.
TIES = [
    Season()
    .ann(2, *attempts)
    .against("BBB", 4, paint=(52, 100), mid=(53, 100), three=(54, 100))
    .against("EEE", 6, paint=(48, 100), mid=(47, 100), three=(46, 100))
    .case(f"of {attempts} attempts the zone is {zone}", shot_zone_mismatch_score=above * share / 50)
    for attempts, zone, above, share in (
        ((20, 20, 20), "paint", 2, 100 / 3),
        ((40, 40, 20), "paint", 2, 40),
        ((40, 20, 40), "paint", 2, 40),
        ((20, 40, 40), "mid-range", 3, 40),
        ((30, 40, 30), "mid-range", 3, 40),
        ((30, 30, 40), "three", 4, 40),
    )
]


# Each zone has its own columns, so a case for one is tested for all three.
ZONES = (("paint", "mid", "three"), ("mid", "three", "paint"), ("three", "paint", "mid"))


def shooter(zone):
    """A season of ann, who shoots most in one zone."""
    attempts = {"paint": 10, "mid": 10, "three": 10} | {zone: 80}
    return Season().ann(2, *attempts.values())


def fifteen_games(zone):
    """Seventeen games of BBB, of which the oldest two would change what it allows."""
    season = shooter(zone)
    for n in range(17):
        makes = 0 if n < 2 else 50 + (n % 3) * 2
        season.against("BBB", 40 - 2 * n, **{zone: (makes, 60 + 10 * (n % 4))})
    allowed = [(50 + (n % 3) * 2, 60 + 10 * (n % 4)) for n in range(2, 17)]
    # The league's rows: BBB's games, and one that brings the league near.
    season.against("EEE", 5, **{zone: (700, 1000)})
    made, tried = sum(m for m, _ in allowed), sum(a for _, a in allowed)
    league = (made + 700) / (tried + 60 + 70 + 1000)
    x = 100 * (made / tried - league)
    return season.case(
        f"what is allowed is a share of sums over fifteen games: {zone}",
        shot_zone_mismatch_score=x * 1.2 if abs(x) > 5 else x,
    )


def player_shares():
    """Twelve games of ann, the oldest two and one without a zone's attempts left out."""
    season = Season()
    for n, (paint, mid, three) in enumerate([(90, 0, 0), (0, 90, 0)], start=11):
        season.ann(2 * n, paint, mid, three)
    season.ann(300, 0, 0, 90, season=season.year - 1)
    shots = [(8, 3, 1), (2, 2, 2), (0, 1, 9), (5, 0, 5), (12, 4, 0), (1, 1, 1), (3, 6, 2)]
    for n, zones in enumerate(shots, start=4):
        season.ann(2 * n, *zones)
    season.ann(6, 70, None, 20)
    season.ann(4, 70, 20, None)
    season.ann(2, None, 20, 70)
    season.rows.append(
        season.row(1, "ann", "AAA", "GGG", (None, 50), (None, 0), (None, 0), is_dnp=True)
    )
    paint, mid, three = (sum(zones[n] for zones in shots) for n in range(3))
    whole = paint + mid + three
    return season.case(
        "shares are sums over sums of the newest ten games, those with all three zones",
        pct_paint=paint / whole,
        pct_mid_range=mid / whole,
        pct_three=three / whole,
        feature_18_quality=100.0,
        shot_zone_mismatch_score=None,
    )


def three_points():
    """The play-by-play's three-point shots before the box score's, attempts as well as makes."""
    season = Season().ann(2, 10, 10, 20, three_pt_attempts=90)
    season.ann(4, 10, 10, None, three_pt_attempts=30)
    box = {"three_pt_makes": 90, "three_pt_attempts": 100}
    season.against("BBB", 4, three=(26, 50), **box)
    season.against("BBB", 6, three=NONE, three_pt_makes=26, three_pt_attempts=50)
    season.against("EEE", 8, three=(48, 100), **box)
    return season.case(
        "three-point shots are those of the play-by-play, else of the box score",
        pct_three=50 / 90,
        pct_paint=20 / 90,
        shot_zone_mismatch_score=2.0,
    )


def unknown_makes(zone, second, third):
    """Rows whose makes in the zone are unknown, and rows without a zone's attempts."""
    season = shooter(zone)
    season.against("BBB", 4, **{zone: (52, 100), second: (None, 30), third: (None, 30)})
    season.against("BBB", 6, **{zone: (None, 400), second: (5, 30)})
    season.against("BBB", 8, **{zone: (90, 300), second: (0, None)})
    season.against("BBB", 10, **{zone: (90, 300), third: NONE})
    season.against("BBB", 11, **{zone: (90, None)})
    season.against("BBB", 12, **{zone: (90, 300)}, is_dnp=True)
    season.against("EEE", 14, **{zone: (48, 100)})
    season.against("EEE", 16, **{zone: (None, 400)})
    season.against("EEE", 18, **{zone: (90, 300), second: NONE})
    return season.case(
        f"allowed and league leave out unknown makes, and rows without all three zones: {zone}",
        shot_zone_mismatch_score=2.0,
    )


def who_shoots(zone):
    """BBB's own shots, and what AAA allows, are other numbers."""
    season = shooter(zone).against("BBB", 4, **{zone: (52, 100)})
    shots = {"paint": (0, 0), "mid": (0, 0), "three": (0, 0)} | {zone: (70, 100)}
    season.rows.append(season.row(6, "bob", "BBB", "EEE", *shots.values()))
    season.rows.append(season.row(6, "eve", "EEE", "BBB", NONE, NONE, NONE))
    season.against("AAA", 8, **{zone: (28, 100)})
    return season.case(
        f"allowed is what the opponent's opponents make, and the league is everybody: {zone}",
        shot_zone_mismatch_score=2.0,
    )


def other_seasons(zone):
    """What was of another season counts neither as allowed nor for the league."""
    season = shooter(zone).against("BBB", 4, **{zone: (52, 100)})
    season.against("EEE", 6, **{zone: (48, 100)})
    last = season.year - 1
    season.against("BBB", 300, **{zone: (90, 100)}, season=last)
    season.against("EEE", 302, **{zone: (90, 200)}, season=last)
    # Nor the date itself, nor later ones.
    season.against("BBB", 0, **{zone: (0, 500)})
    season.against("EEE", 0, **{zone: (500, 500)})
    season.against("EEE", -1, **{zone: (500, 500)})
    return season.case(
        f"allowed and league are of the season before the date: {zone}",
        shot_zone_mismatch_score=2.0,
    )


CASES = [
    *SCORES,
    *TIES,
    *(fifteen_games(zone) for zone, *_ in ZONES),
    player_shares(),
    three_points(),
    *(unknown_makes(*zones) for zones in ZONES),
    *(who_shoots(zone) for zone, *_ in ZONES),
    *(other_seasons(zone) for zone, *_ in ZONES),
    Season()
    .ann(2, 80, 10, 10)
    .against("EEE", 6, paint=(48, 100))
    .case(
        "without a shot against the opponent the mismatch is missing",
        shot_zone_mismatch_score=None,
        feature_6_quality=40.0,
        pct_paint=0.8,
    ),
    Season()
    .ann(2, 0, 0, 0)
    .against("BBB", 6, paint=(48, 100), mid=(4, 10), three=(4, 10))
    .case(
        "without an attempt the shares are missing, of quality 0",
        pct_paint=None,
        pct_mid_range=None,
        pct_three=None,
        shot_zone_mismatch_score=None,
        feature_18_quality=0.0,
        feature_19_quality=0.0,
        feature_20_quality=0.0,
    ),
]
