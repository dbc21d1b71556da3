"""Without ``--live``, one skipped test says how all of them are run."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config, items):
    if config.getoption("--live") is not None:
        return
    live = [item for item in items if item.path.is_relative_to(HERE)]
    if live:
        reason = f"{len(live)} tests need a project: pytest tests/live --live PROJECT.DATASET"
        live[0].add_marker(pytest.mark.skip(reason=reason))
        items[:] = [item for item in items if item not in live[1:]]
        config.hook.pytest_deselected(items=live[1:])
