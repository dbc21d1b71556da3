"""The pytest plugin: its fixtures. The only module of the product that imports pytest."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from featurestore.api.store import Store
    from featurestore.league import League


def pytest_configure(config: pytest.Config) -> None:
    """Use the settings in pytest's root folder, which name the project's relations."""
    from featurestore.testing import own_sql

    own_sql.set_root(config.rootpath)


@pytest.fixture(scope="session")
def league() -> League:
    """A generated league: four teams, thirty games each, in the season 2024-25."""
    from featurestore.league import generate

    return generate(teams=4, games_per_team=30, seasons=(2024,), seed=1)


@pytest.fixture(scope="session")
def _league_files(league: League, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a replica of ``league``, made once per process."""
    from featurestore.testing.replicas import league_replica

    folder = tmp_path_factory.mktemp("featurestore")
    league_replica(league, folder)
    return folder


@pytest.fixture
def replica(_league_files: Path, tmp_path: Path) -> Store:
    """A replica of ``league``, pulled and computed: an open `Store` over the test's own files."""
    from featurestore.testing import own_sql

    folder = tmp_path / "featurestore"
    shutil.copytree(_league_files, folder)
    return own_sql.opened(folder / "replica.duckdb", folder / "warehouse.duckdb")


@pytest.fixture
def replica_from(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str | Path], Store]:
    """``replica_from(path)``: a replica of a fixture's files, pulled and not yet computed."""

    def make(path: str | Path) -> Store:
        from featurestore.testing.replicas import replica_of

        return replica_of(Path(path), tmp_path_factory.mktemp("featurestore"))

    return make
