"""Computes the rows of a fixture's folder, as ``featurestore fixture`` writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from featurestore.definitions.features import features
from featurestore.fixture.check import compute_fixture

_KEYS = ("player_lookup", "game_date", "game_id")


def fixture_rows(folder: str | Path) -> list[dict[str, Any]]:
    """The features of a fixture's chosen rows by name, as the present SQL computes them.

    Args:
        folder: A folder that ``featurestore fixture make`` or ``shrink`` wrote.

    Returns:
        One dict per row, ordered by player and date: ``player_lookup``, ``game_date``, ``game_id``
        and each feature, None if it is missing.

    Raises:
        BadInput: there is no fixture, or one of its files is missing or was changed.
        Refused: a newer version of this program made it.
    """
    computed = compute_fixture(Path(folder))
    rows = [dict(zip(computed.columns, row, strict=True)) for row in computed.computed]
    return [
        {key: row[key] for key in _KEYS}
        | {one.feature_name: row[one.value_column] for one in features() if one.value_column in row}
        for row in rows
    ]
