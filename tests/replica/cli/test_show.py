"""``featurestore show``: the rows of an intermediate relation."""

from __future__ import annotations

import re

import pytest

DAY = ("--date", "2025-01-04")
PLAYER = ("--player", "bosplayer1")


@pytest.fixture
def pulled(ready, span):
    assert ready("pull", *span).code == 0
    return ready


def test_a_relation_shows_a_players_rows_up_to_the_date(pulled):
    answer = pulled("show", "summary", *DAY, *PLAYER, "--json")
    assert answer.code == 0, answer.err
    assert [(row["player_lookup"], row["game_date"], row["points"]) for row in answer.json] == [
        ("bosplayer1", f"2025-01-0{day}", 21) for day in (1, 2, 3, 4)
    ]


def test_an_earlier_date_does_not_include_later_games(pulled):
    answer = pulled("show", "summary", "--date", "2025-01-02", *PLAYER, "--json")
    assert [row["game_date"] for row in answer.json] == ["2025-01-01", "2025-01-02"]


def test_a_relation_with_player_numbers_shows_the_named_player(pulled):
    means = {}
    for player in ("bosplayer0", "bosplayer2"):
        answer = pulled("show", "player_form", *DAY, "--player", player, "--json")
        assert answer.code == 0, answer.err
        means[player] = [
            row["points_avg_last_5"] for row in answer.json if row["games_before"] <= 4
        ]
    assert means == {"bosplayer0": [20.0] * 4, "bosplayer2": [22.0] * 4}


def test_without_a_player_all_rows_are_shown_and_a_limit_says_how_many_there_are(pulled):
    answer = pulled("show", "summary", *DAY, "--limit", "2")
    assert answer.code == 0, answer.err
    assert "summary for 2025-01-04: 24 rows\n" in answer.out
    assert answer.out.endswith("2 of 24 rows; --limit N prints more, --json all\n")
    assert answer.out.count("bosplayer0") == 2
    assert "bosplayer1" not in answer.out


def test_a_narrow_relation_is_a_table_with_one_line_per_row(pulled):
    answer = pulled("show", "player_season", *DAY)
    assert answer.code == 0, answer.err
    assert "player_season for 2025-01-04: 6 rows" in answer.out
    lines = [line for line in answer.out.splitlines() if re.search(r"(bos|nyk)player\d", line)]
    assert len(lines) == 6


def test_player_numbers_also_select_rows(pulled):
    every = pulled("show", "recency", *DAY, "--json").json
    mine = pulled("show", "recency", *DAY, *PLAYER, "--json").json
    assert 0 < len(mine) < len(every)
    assert len({row["player_id"] for row in mine}) == 1


def test_a_relation_without_players_refuses_one(pulled):
    answer = pulled("show", "team_form", *DAY, *PLAYER)
    assert (answer.code, answer.out) == (2, "")
    assert "relation team_form: its rows belong to no player" in answer.err


def test_an_unknown_relation_is_refused_and_the_known_ones_are_listed(pulled):
    answer = pulled("show", "player_from", *DAY)
    assert answer.code == 2
    assert "relation player_from: unknown" in answer.err
    assert "player_form" in answer.err


def test_a_date_that_was_never_pulled_is_refused(ready):
    answer = ready("show", "summary", *DAY)
    assert (answer.code, "never pulled" in answer.err) == (3, True)
