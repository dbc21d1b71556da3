"""Writes the generated regions into the repository, or lists those that are out of date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.catalog import generate, regions, versions
from featurestore.definitions import sql_files
from featurestore.definitions.features import features
from sync.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path


def repository() -> Path:
    """The root of the checkout.

    Raises:
        BadInput: the package is installed, not run from a checkout.
    """
    root = sql_files.sql_root()
    if root.name != "sql":
        raise BadInput(
            f"{root}: an installed package; generated files are written in a checkout",
            hint="run it in a checkout of the repository",
        )
    return root.parent


def generated_texts(root: Path) -> dict[str, str]:
    """Path below the root to the text that the file should have. Changes nothing.

    Raises:
        BadInput: the definitions are not sound, or a file lacks its regions.
        Refused: the definitions changed, and their version did not.
    """
    known = features()
    generate.require_sound(known)
    texts = {}
    for path, makers in generate.REGIONS.items():
        if not (root / path).exists() and path.startswith("docs/"):
            continue
        lines = {name: make(known) for name, make in makers.items()}
        texts[path] = regions.regenerated((root / path).read_text("utf-8"), path, lines)
    file = root / versions.PATH
    held = file.read_text("utf-8") if file.exists() else ""
    texts[versions.PATH] = versions.recorded_with(held, known)
    return texts


def outdated(root: Path) -> tuple[str, ...]:
    """The files whose text differs from the generated one. Raises like :func:`generated_texts`."""
    return tuple(
        path
        for path, text in generated_texts(root).items()
        if not (root / path).exists() or (root / path).read_text("utf-8") != text
    )


def write(root: Path) -> tuple[str, ...]:
    """Write each file that differs from the generated text; returns their paths. Idempotent.

    Every text is generated before the first is written: an error changes nothing.
    """
    texts = generated_texts(root)
    changed = outdated(root)
    for path in changed:
        (root / path).write_text(texts[path], "utf-8")
    return changed
