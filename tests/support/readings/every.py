"""All wrong readings of the feature contract."""

from __future__ import annotations

from readings import (
    context,
    definitions,
    fatigue,
    meetings,
    minutes,
    points,
    quality,
    rows,
    scores,
    teams,
    zones,
)

GROUPS = (
    rows,
    points,
    scores,
    minutes,
    meetings,
    fatigue,
    teams,
    zones,
    context,
    quality,
    definitions,
)
READINGS = [reading for group in GROUPS for reading in group.READINGS]
