"""Readings of what the contract says of a feature beside its formula."""

from __future__ import annotations

from cases.store_row import DEFAULTS, EMPTY, MISSING
from feature_cases import NAMES
from wrong_readings import Edit, Reading, reading

# Another default of each feature that can be missing.
READINGS: list[Reading] = [
    reading(
        "features",
        f"{NAMES[n]} has another default",
        "ml_feature_store_v2",
        Edit(
            f"IFNULL(feature_{n}_value, {DEFAULTS[n]})",
            f"IFNULL(feature_{n}_value, {DEFAULTS[n] + 1})",
        ),
        by=EMPTY.name,
    )
    for n in MISSING
]
