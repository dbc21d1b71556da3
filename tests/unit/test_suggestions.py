"""The known names that are nearest to a mistyped one."""

from __future__ import annotations

import pytest

from featurestore.suggestions import did_you_mean, near_names

TABLES = ("nba_analytics.player_game_summary", "nba_raw.nbac_injury_report", "roster")


@pytest.mark.parametrize(
    ("name", "known", "nearest"),
    [
        ("Fin Ricravford", ("finricravford", "annericrawford"), "finricravford"),
        ("rooster", TABLES, "roster"),
        ("player_game_sumary", TABLES, "nba_analytics.player_game_summary"),
        ("nba_analytic.player_game_summary", TABLES, "nba_analytics.player_game_summary"),
        ("PLAYER_GAME_SUMMARY", TABLES, "nba_analytics.player_game_summary"),
        ("points_avg_last5", ("points_avg_season", "points_avg_last_5"), "points_avg_last_5"),
    ],
)
def test_the_nearest_name_comes_first(name, known, nearest):
    assert near_names(name, known)[0] == nearest


def test_a_name_unlike_any_other_has_no_nearest_one():
    assert near_names("zzz", TABLES) == ()
    assert did_you_mean("zzz", TABLES) == ""
    assert did_you_mean("zzz", TABLES, "featurestore features list") == "featurestore features list"


def test_names_are_listed_as_a_question():
    assert did_you_mean("rooster", TABLES) == "did you mean roster?"
    assert did_you_mean("ann1", ("ann1a", "ann1b")) == "did you mean ann1b or ann1a?"
    assert len(near_names("ann", [f"ann{n}" for n in range(9)])) == 3


def test_two_tables_of_one_name_are_both_named():
    assert set(near_names("games", ("a.games", "b.games"))) == {"a.games", "b.games"}
