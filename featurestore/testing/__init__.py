"""For tests of features: rows in, rows out, assertions, small replicas.

pytest loads the fixtures ``league``, ``replica`` and ``replica_from`` automatically. The functions
below do not need pytest. Slow imports happen on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from featurestore.testing.assertions import (
        assert_bounded,
        assert_features_equal,
        assert_googlesql,
        assert_no_leak,
        assert_no_leak_pattern,
    )
    from featurestore.testing.computing import (
        feature_rows,
        insert_rows,
        relation_rows,
        store_rows,
    )
    from featurestore.testing.folders import fixture_rows
    from featurestore.testing.games import make_game
    from featurestore.testing.relations import run_relation

__all__ = [
    "assert_bounded",
    "assert_features_equal",
    "assert_googlesql",
    "assert_no_leak",
    "assert_no_leak_pattern",
    "feature_rows",
    "fixture_rows",
    "insert_rows",
    "make_game",
    "relation_rows",
    "run_relation",
    "store_rows",
]

_HOMES = {
    "feature_rows": "computing",
    "fixture_rows": "folders",
    "insert_rows": "computing",
    "make_game": "games",
    "relation_rows": "computing",
    "run_relation": "relations",
    "store_rows": "computing",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(f"{__name__}.{_HOMES.get(name, 'assertions')}")
    globals()[name] = getattr(home, name)
    return globals()[name]
