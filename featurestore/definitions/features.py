"""The features as ``sql/features/feature_definition.sql`` defines them, one row each."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from featurestore.definitions import sql_files
from featurestore.definitions.trees import parse_tree
from featurestore.disk_cache import cached
from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from featurestore.definitions.sql_files import SqlFile

RELATION = "feature_definition"


@dataclass(frozen=True, slots=True)
class Feature:
    """One row of the definitions.

    Attributes:
        feature_index: The place in the store's arrays, from 0.
        feature_name: The column with its formula.
        category: The group in whose quality it counts.
        default_value: The array's value if the feature is missing; None for 0.0.
        is_required: Whether a model needs it.
        full_window: How many games or rows fill the window; None without a window.
        window_count: Whether ``games`` or ``rows`` fill the window.
        least_games: With fewer games there is no value; None if none are needed.
        unit: The value's unit.
        low: The smallest plausible value, included; None without a limit.
        high: The largest plausible value, included; None without a limit.
        since_version: The version in which the feature got its present meaning.
        description: What the value is, in the terms of ``docs/features.md``.
    """

    feature_index: int
    feature_name: str
    category: str
    default_value: float | None
    is_required: bool
    full_window: int | None
    window_count: str | None
    least_games: int | None
    unit: str
    low: float | None
    high: float | None
    since_version: int
    description: str

    @property
    def value_column(self) -> str:
        """The store's column of its value."""
        return f"feature_{self.feature_index}_value"


@lru_cache(maxsize=1)
def features() -> tuple[Feature, ...]:
    """All features in the order of their numbers.

    Raises:
        BadInput: the number of values of a row is not that of the columns, the numbers are not
            0, 1, 2 and so on, or a name occurs twice; names the row.
    """
    (file,) = (one for one in sql_files.load("features") if one.name == RELATION)
    rows = cached(RELATION, file.text, lambda: [asdict(one) for one in parse(file)])
    return tuple(Feature(**row) for row in rows)


def named(name: str) -> Feature:
    """The feature of a name.

    Raises:
        BadInput: there is none; names the nearest ones.
    """
    known = {one.feature_name: one for one in features()}
    if name not in known:
        from featurestore.suggestions import did_you_mean

        raise BadInput(
            f"feature {name}: unknown",
            hint=did_you_mean(name, known, "featurestore features list"),
            feature=name,
        )
    return known[name]


def parse(file: SqlFile) -> tuple[Feature, ...]:
    """The features of a file's text, checked. Pure.

    Raises:
        BadInput: see :func:`features`.
    """
    from sqlglot import exp

    array = parse_tree(file.text, file.path).find(exp.Array)
    names = list(Feature.__dataclass_fields__)
    defined = []
    for row in array.expressions if array else ():
        values = [_value(node) for node in row.expressions]
        if len(values) != len(names):
            raise BadInput(
                f"{file.path}: row {values[:2]} has {len(values)} values, the definitions have"
                f" {len(names)} columns"
            )
        defined.append(Feature(**dict(zip(names, values, strict=True))))
    for place, feature in enumerate(defined):
        if feature.feature_index != place:
            raise BadInput(
                f"{file.path}: {feature.feature_name} has number {feature.feature_index} in place"
                f" {place}; numbers are 0, 1, 2, ... without gaps"
            )
    names = [feature.feature_name for feature in defined]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"{file.path}: {name} is defined {names.count(name)} times")
    return tuple(defined)


def _value(node: Any) -> Any:
    from sqlglot import exp

    if isinstance(node, exp.Neg):
        return -_value(node.this)
    if isinstance(node, exp.Null):
        return None
    if isinstance(node, exp.Boolean):
        return node.this
    if node.is_string:
        return node.name
    return float(node.name) if "." in node.name else int(node.name)


def version_name(known: Sequence[Feature]) -> str:
    """The version name of these definitions, such as ``v2_37features``. Pure."""
    return f"v{max(one.since_version for one in known)}_{len(known)}features"


def feature_version() -> str:
    """The version of rows that are computed now."""
    return version_name(features())


def feature_count() -> int:
    """The number of features."""
    return len(features())
