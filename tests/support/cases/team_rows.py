"""Rows of team games, and what the contract makes of a game's two box scores."""

from __future__ import annotations

from feature_cases import ago, game


def box(points, fga, fta, oreb, tov, minutes=240.0):
    return {
        "points": points,
        "fg_attempts": fga,
        "ft_attempts": fta,
        "offensive_rebounds": oreb,
        "turnovers": tov,
        "minutes": minutes,
    }


def possessions(side):
    fga, oreb, tov = side["fg_attempts"], side["offensive_rebounds"], side["turnovers"]
    return fga + 0.44 * side["ft_attempts"] - oreb + tov


def pace(own, other):
    return 48 * ((possessions(own) + possessions(other)) / 2) / (own["minutes"] / 5)


def off_rating(own):
    return 100 * own["points"] / possessions(own)


def def_rating(other):
    return 100 * other["points"] / possessions(other)


def meet(days, team, own, opponent, other, **columns):
    """One row for each team of a game so many days before."""
    return [
        game(ago(days), player=f"of{team}", team=team, opponent=opponent, **own, **columns),
        game(ago(days), player=f"of{opponent}", team=opponent, opponent=team, **other, **columns),
    ]


# Games n of AAA against CCC and of BBB against DDD, oldest first; no two alike.
def aaa(n):
    return box(90 + (7 * n) % 23, 80 + (5 * n) % 13, 15 + (3 * n) % 11, 6 + n % 7, 9 + n % 5, 240)


def ccc(n):
    return box(88 + (11 * n) % 29, 84 + (3 * n) % 17, 18 + n % 7, 8 + n % 5, 12 + n % 4, 265)


def bbb(n):
    return box(85 + (5 * n) % 31, 78 + (7 * n) % 19, 11 + n % 9, 5 + n % 6, 10 + n % 6, 250)


def ddd(n):
    return box(93 + (13 * n) % 17, 90 + (2 * n) % 15, 21 + n % 5, 9 + n % 4, 8 + n % 7, 235)


def changed(side, **columns):
    return side | columns
