"""The generated regions of ``sql/`` and ``docs/``, from the definitions. Pure."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from featurestore.definitions.features import version_name
from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from featurestore.definitions.features import Feature

    Known = Sequence[Feature]
    Lines = Callable[[Known], list[str]]

_NONE = "\u2013"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
# One bit per feature in an INT64.
MOST_FEATURES = 63
# The number of rows that appearance counts.
MOST_ROWS_IN_WINDOW = 10


def require_sound(known: Known) -> None:
    """Refuse definitions that the relations do not support.

    Raises:
        BadInput: a feature has no category or an unknown kind of window, or there are too many.
    """
    if len(known) > MOST_FEATURES:
        raise BadInput(f"{len(known)} features: the mask of missing ones has {MOST_FEATURES} bits")
    for one in known:
        if (one.full_window is None) != (one.window_count is None):
            raise BadInput(f"{one.feature_name}: full_window and window_count go together")
        if one.window_count not in (None, "games", "rows"):
            raise BadInput(f"{one.feature_name}: window_count {one.window_count}: games or rows")
        if one.window_count == "rows" and (one.full_window or 0) > MOST_ROWS_IN_WINDOW:
            raise BadInput(
                f"{one.feature_name}: a full window of {one.full_window} rows; appearance counts"
                f" {MOST_ROWS_IN_WINDOW}"
            )
        if not _NAME.fullmatch(one.category):
            raise BadInput(
                f"{one.feature_name}: category {one.category!r} names columns: a-z, 0-9 and _ only"
            )


def _categories(known: Known) -> list[str]:
    """The categories in the order of their first use."""
    return list(dict.fromkeys(one.category for one in known))


def _values(known: Known) -> list[str]:
    return [f"{one.feature_name}," for one in known]


def _window_games(known: Known) -> list[str]:
    most = max(one.full_window or 0 for one in known if one.window_count != "rows")
    return [f"LEAST(season_games, {most}) AS window_games,"]


def _missing_mask(known: Known) -> list[str]:
    first, *others = (
        f"IF({one.feature_name} IS NULL, 1 << {one.feature_index}, 0)" for one in known
    )
    return [first, *(f"  | {other}" for other in others), "  AS missing_mask"]


def _graded(known: Known) -> list[str]:
    kinds = (("qualities", "quality"), ("sources", "source"))
    lines = [
        f"{array}[SAFE_OFFSET({one.feature_index})] AS feature_{one.feature_index}_{kind},"
        for array, kind in kinds
        for one in known
    ]
    return [*lines[:-1], lines[-1].removesuffix(",")]


def _category_counts(known: Known) -> list[str]:
    names = _categories(known)
    return [
        *(f"COUNTIF(is_missing AND category = '{n}') AS {n}_default_count," for n in names),
        *(f"AVG(IF(category = '{n}', quality, NULL)) AS {n}_quality_pct," for n in names),
    ]


def _category_columns(known: Known) -> list[str]:
    names = _categories(known)
    return [*(f"{n}_quality_pct," for n in names), *(f"{n}_default_count," for n in names)]


def _store_categories(known: Known) -> list[str]:
    return [f"feature_quality.{column}" for column in _category_columns(known)]


def _category_ddl(known: Known) -> list[str]:
    kinds = (
        ("quality_pct FLOAT64", "Mean quality of the {} features, 0 to 100"),
        ("default_count INT64", "Number of missing {} features"),
    )
    lines = []
    for kind, words in kinds:
        for name in _categories(known):
            described = words.format(name.replace("_", " "))
            lines += [f"{name}_{kind}", f"  OPTIONS (description = '{described}'),"]
    return lines


def _filled(known: Known) -> list[str]:
    lines = [
        f"IFNULL(feature_{one.feature_index}_value, {one.default_value or 0.0})"
        f" AS filled_{one.feature_index},"
        for one in known
    ]
    return [*lines[:-1], lines[-1].removesuffix(",")]


def _features(known: Known) -> list[str]:
    return _array([f"filled.filled_{one.feature_index}" for one in known], "features")


def _feature_names(known: Known) -> list[str]:
    return _array([f"'{one.feature_name}'" for one in known], "feature_names")


def _array(items: list[str], name: str) -> list[str]:
    inner = ",\n".join(f"  {item}" for item in items).splitlines()
    return ["[", *inner, f"] AS {name},"]


def _version(known: Known) -> list[str]:
    return [
        f"{len(known)} AS feature_count,",
        f"'{version_name(known)}' AS feature_version,",
        f"{len(known)} - feature_quality.default_feature_count AS calculated_feature_count,",
    ]


def _hashed(known: Known) -> list[str]:
    lines = [
        f"CAST(CAST(ROUND(filled.filled_{one.feature_index} * 1e6) AS INT64) AS STRING),"
        for one in known
    ]
    return [*lines[:-1], lines[-1].removesuffix(",")]


def _kept_values(known: Known) -> list[str]:
    lines = [
        f"feature_value.{one.feature_name} AS feature_{one.feature_index}_value," for one in known
    ]
    return [*lines[:-1], lines[-1].removesuffix(",")]


def _store_values(known: Known) -> list[str]:
    return [f"filled.feature_{one.feature_index}_value," for one in known]


def _store_qualities(known: Known) -> list[str]:
    lines = [
        f"feature_quality.feature_{one.feature_index}_{kind},"
        for kind in ("quality", "source")
        for one in known
    ]
    return [*lines[:-1], lines[-1].removesuffix(",")]


def _ddl(known: Known) -> list[str]:
    def column(kind: str, type_: str, words: str) -> list[str]:
        return [
            line
            for one in known
            for line in (
                f"feature_{one.feature_index}_{kind} {type_}",
                f"  OPTIONS (description = '{words.format(one.feature_name)}'),",
            )
        ]

    lines = column("value", "FLOAT64", "{}; NULL when missing")
    lines += column("quality", "FLOAT64", "Quality of {}, 0 to 100")
    return lines + column("source", "STRING", "calculated, or default when {} is missing")


def _missing_sources(known: Known) -> list[str]:
    first, *others = (f"IF(feature_{one.feature_index}_source IS NULL, 1, 0)" for one in known)
    return [first, *(f"  + {other}" for other in others), "  AS missing_source_count"]


def _docs_version(known: Known) -> list[str]:
    return [f"Version `{version_name(known)}`: {len(known)} features."]


def _docs_categories(known: Known) -> list[str]:
    return [
        f"  - {name}: {_runs([one.feature_index for one in known if one.category == name])}"
        for name in _categories(known)
    ]


def _runs(numbers: list[int]) -> str:
    """Ascending numbers as ranges: ``0-4, 29``."""
    starts = [numbers[0], *(late for early, late in pairwise(numbers) if late > early + 1)]
    ends = [*(early for early, late in pairwise(numbers) if late > early + 1), numbers[-1]]
    return ", ".join(
        str(first) if first == last else f"{first}-{last}"
        for first, last in zip(starts, ends, strict=True)
    )


def _docs_table(known: Known) -> list[str]:
    def shown(value: float | None) -> str:
        return _NONE if value is None else f"{value:g}"

    head = "| # | name | value | min / full | default | unit | range | category | required |"
    rows = [
        f"| {one.feature_index} | {one.feature_name} | {one.description}"
        f" | {shown(one.least_games)} / {shown(one.full_window)}"
        f"{' rows' if one.window_count == 'rows' else ''}"
        f" | {_NONE if one.default_value is None else one.default_value} | {one.unit}"
        f" | {shown(one.low)} to {shown(one.high)} | {one.category}"
        f" | {'yes' if one.is_required else 'no'} |"
        for one in known
    ]
    return [head, "|---" * 9 + "|", *rows]


# Path below the root of the repository to region to the function that returns its lines.
REGIONS: dict[str, dict[str, Lines]] = {
    "sql/features/feature_value.sql": {
        "window_games": _window_games,
        "feature_values": _values,
        "missing_mask": _missing_mask,
    },
    "sql/features/feature_quality.sql": {
        "category_counts": _category_counts,
        "categories": _category_columns,
        "graded": _graded,
    },
    "sql/features/stored_row.sql": {"kept_values": _kept_values},
    "sql/features/ml_feature_store_v2.sql": {
        "filled": _filled,
        "features": _features,
        "feature_names": _feature_names,
        "version": _version,
        "hashed": _hashed,
        "store_categories": _store_categories,
        "store_values": _store_values,
        "store_qualities": _store_qualities,
    },
    "sql/schema/nba_predictions.ml_feature_store_v2.sql": {
        "category_columns": _category_ddl,
        "feature_columns": _ddl,
    },
    "sql/checks/stored_key.sql": {"missing_sources": _missing_sources},
    "docs/features.md": {
        "feature_version": _docs_version,
        "feature_table": _docs_table,
        "feature_categories": _docs_categories,
    },
}
