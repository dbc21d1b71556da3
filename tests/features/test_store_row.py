"""Qualities, score, tiers and counts, against the contract's rules written out in Python."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest

from featurestore import league

CATEGORIES = {
    "matchup": [5, 6, 7, 8, 13, 14],
    "player_history": [*range(5), *range(29, 37)],
    "team_context": [22, 23, 24],
    "vegas": [25, 26, 27, 28],
    "game_context": [*range(9, 13), *range(15, 22)],
}
FULL = {0: 5, 1: 10, 3: 10, 11: 5, 31: 10, 32: 10, 34: 10}
NO_DEFAULT = {18, 19, 20, 25, 26, 27}
OPTIONAL = {10, 25, 26, 27}


@pytest.fixture(scope="module")
def rows(compute_rows):
    small = league.generate(teams=6, games_per_team=30, seasons=(2024,), seed=11)
    return compute_rows(
        small.player_game_summary, small.injury_report, date(2024, 10, 22), date(2025, 3, 1)
    )


def test_every_feature_has_a_source_and_a_quality(rows):
    for row in rows:
        games = row["historical_completeness"]["games_found"]
        for n in range(37):
            missing = row[f"feature_{n}_value"] is None
            assert row[f"feature_{n}_source"] == ("default" if missing else "calculated")
            if missing:
                assert row[f"feature_{n}_quality"] == (0 if n in NO_DEFAULT else 40)
            elif n != 33:
                full = games >= FULL.get(n, 0)
                assert row[f"feature_{n}_quality"] == (100 if full else 87)
    assert {row["feature_33_quality"] for row in rows} == {40.0, 87.0, 100.0}


def test_counts_and_categories_follow_from_the_features(rows):
    for row in rows:
        missing = [n for n in range(37) if row[f"feature_{n}_value"] is None]
        assert row["default_feature_indices"] == missing
        assert row["default_feature_count"] == len(missing)
        assert row["calculated_feature_count"] == 37 - len(missing)
        assert row["required_default_count"] == len(set(missing) - OPTIONAL)
        for name, members in CATEGORIES.items():
            mean = sum(row[f"feature_{n}_quality"] for n in members) / len(members)
            assert row[f"{name}_quality_pct"] == pytest.approx(mean, abs=1e-9)
            assert row[f"{name}_default_count"] == len(set(missing) & set(members))


def test_the_score_is_the_capped_mean_and_the_tier_follows(rows):
    for row in rows:
        total = Decimal(sum(row[f"feature_{n}_quality"] for n in range(37)))
        score = (total / 37).quantize(Decimal("0.01"), ROUND_HALF_UP)
        required = row["required_default_count"]
        if required:
            score = min(score, Decimal(69 if required < 5 else 49))
        assert row["feature_quality_score"] == score
        tiers = ((95, "gold"), (85, "silver"), (70, "bronze"), (50, "poor"), (-1, "critical"))
        assert row["quality_tier"] == next(tier for least, tier in tiers if score >= least)
    assert len({row["quality_tier"] for row in rows}) >= 3


def test_readiness_and_alerts_follow_the_rules(rows):
    for row in rows:
        score, matchup = row["feature_quality_score"], row["matchup_quality_pct"]
        required = row["required_default_count"]
        assert row["is_quality_ready"] == (score >= 70 and matchup >= 50 and required == 0)
        assert row["is_training_ready"] == (
            score >= 85
            and matchup >= 70
            and row["player_history_quality_pct"] >= 80
            and not row["early_season_flag"]
        )
        red = matchup < 50 or score < 50
        yellow = required > 0 or score < 70 or matchup < 70
        assert row["quality_alert_level"] == ("red" if red else "yellow" if yellow else "green")


def test_the_hash_is_over_the_rounded_array(rows):
    for row in rows:
        text = ",".join(
            str(int(Decimal(v * 1_000_000).quantize(Decimal(1), ROUND_HALF_UP)))
            for v in row["features"]
        )
        assert row["data_hash"] == hashlib.sha256(text.encode()).hexdigest()


def test_the_array_holds_the_value_or_the_default_and_never_null(rows):
    for row in rows:
        assert len(row["features"]) == len(row["feature_names"]) == 37
        for n, value in enumerate(row["features"]):
            stored = row[f"feature_{n}_value"]
            assert value == stored if stored is not None else value is not None
