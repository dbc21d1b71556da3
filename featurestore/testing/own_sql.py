"""The relations that tests may name: the shipped ones, and those of the project under test."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from featurestore.api.store import Store
    from featurestore.definitions.sql_files import SqlFile

_root: list[Path] = []


def set_root(folder: Path | None) -> None:
    """Set the folder whose settings apply; None for the current one."""
    _root[:] = [] if folder is None else [folder]


def opened(replica: Path, warehouse: Path) -> Store:
    """A replica of a test, whose queries can name the relations of the project under test.

    Its runs send no events.
    """
    import featurestore
    from featurestore import config

    store = featurestore.open(replica, warehouse=str(warehouse))
    settings = replace(store.settings, openlineage_namespace="")
    if _root:
        settings = replace(settings, sql=config.load(folder=_root[0]).sql)
    return replace(store, settings=settings)


def relations() -> dict[str, SqlFile]:
    """Files by name: ``sql/features``, and the folders that ``sql`` of the settings names.

    The settings are those of pytest's root folder; without pytest, of the current one.

    Raises:
        BadInput: the settings, or a file's header, cannot be used.
    """
    # pytest loads this module with every project, so other modules are imported only here.
    from featurestore import config
    from featurestore.definitions import compose, own_files

    settings = config.load(folder=_root[0] if _root else None)
    return compose.by_name(own_files.relation_files(settings.sql))


def columns_named(sql: str) -> dict[str, dict[str, str]]:
    """Output columns with their GoogleSQL types, of the relations that a text names."""
    from featurestore.compute.one_relation import relation_steps

    files = relations()
    words = set(re.findall(r"\w+", sql))
    named = [name for name in files if name in words]
    steps = relation_steps(named, files) if named else ()
    return {step.name: dict(step.columns) for step in steps if step.name in words}
