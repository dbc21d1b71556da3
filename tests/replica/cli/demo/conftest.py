"""The demonstration, as the README's ten minutes leave it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import tour

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Toured:
    """A clone after the README's ten minutes.

    Attributes:
        folder: The clone.
        said: Exit code and output of each command, in the page's order.
        demo: A copy of the demonstration's folder as the README leaves it.
    """

    folder: Path
    said: Sequence[tuple[int, str]]
    demo: Path


@pytest.fixture(scope="session")
def toured(tmp_path_factory: pytest.TempPathFactory) -> Toured:
    """The README's tour in a clone; `whole_files` keeps what uses it together."""
    folder = tour.make_clone(tmp_path_factory.mktemp("clone"))
    said = tour.shell([cell.command for cell in tour.readme_tour()], folder)
    demo = tmp_path_factory.mktemp("toured") / "demo"
    shutil.copytree(folder / "data/demo", demo)
    return Toured(folder, said, demo)
