"""Feature sets: which features a model needs, from ``sql/feature_sets``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from featurestore.definitions import sql_files
from featurestore.definitions.trees import parse_tree
from featurestore.suggestions import did_you_mean
from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping


def feature_sets() -> Mapping[str, Mapping[str, bool]]:
    """For each set a mapping of feature name to whether it is required, in the order of the files.

    Raises:
        BadInput: a file is not a list of (feature name, required).
    """
    return {file.name: _members(file) for file in sql_files.load("feature_sets")}


def feature_set(name: str) -> Mapping[str, bool]:
    """The features of a set, each with whether it is required.

    Raises:
        BadInput: there is no such set; names the nearest ones.
    """
    known = feature_sets()
    if name not in known:
        raise BadInput(
            f"feature set {name!r}: unknown; known are {', '.join(known)}",
            hint=did_you_mean(name, known),
        )
    return known[name]


def _members(file: sql_files.SqlFile) -> dict[str, bool]:
    tree = parse_tree(file.text, file.path)
    members: dict[str, bool] = {}
    for member in tree.find_all(exp.Tuple, exp.Struct):
        values = [
            value.this if isinstance(value, exp.Alias) else value for value in member.expressions
        ]
        if (
            len(values) != 2
            or not isinstance(values[0], exp.Literal)
            or not isinstance(values[1], exp.Boolean)
        ):
            raise BadInput(f"{file.path}: a member must be ('feature_name', TRUE or FALSE)")
        members[values[0].name] = bool(values[1].this)
    if not members:
        raise BadInput(f"{file.path}: names no feature")
    return members
