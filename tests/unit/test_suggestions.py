"""A mistyped name is answered with similar ones."""

from __future__ import annotations

import pytest

from featurestore.suggestions import did_you_mean, near_names

KNOWN = ("roster", "rooster", "player_form", "team_form", "toaster")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("rostr", "did you mean roster, rooster, toaster?"),
        ("player_from", "did you mean player_form?"),
        ("nothing alike", "featurestore features list"),
        ("", "featurestore features list"),
    ],
)
def test_the_most_similar_names_come_first_and_none_gives_the_other_hint(name, hint):
    assert did_you_mean(name, KNOWN, "featurestore features list") == hint


def test_at_most_three_names_are_suggested():
    assert near_names("form_1", [f"form_{n}" for n in range(2, 9)]) == (
        "form_8",
        "form_7",
        "form_6",
    )
