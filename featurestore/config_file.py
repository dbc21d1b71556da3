"""Finds and reads the settings file: ``featurestore.toml``, or a table of ``pyproject.toml``."""

from __future__ import annotations

import os
import shlex
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_NAME = "featurestore.toml"
PROJECT_FILE = "pyproject.toml"
# What `featurestore demo` writes.
DEMO_FILE = f"data/demo/{FILE_NAME}"


def read(
    config: Path | None, folder: Path, variable: str = ""
) -> tuple[Path, Mapping[str, object]]:
    """The settings file and its settings, none if the file does not exist.

    Args:
        config: The file; by default the one of ``folder``.
        folder: Has ``featurestore.toml``, or ``pyproject.toml`` with ``[tool.featurestore]``.
        variable: The environment variable that names the file, for messages; empty for none.

    Raises:
        BadInput: the named file is missing or not TOML, or both files have settings.
    """
    if config is not None:
        if not config.is_file():
            named = f"{variable}={config}" if variable else str(config)
            has_own = variable and read(None, folder)[0].is_file()
            hint = f"unset {variable}" if has_own else _where_to_get(config)
            raise BadInput(f"{named}: no such settings file", hint=hint, path=str(config))
        return config, (_table(config) or {}) if config.name == PROJECT_FILE else _toml(config)
    path, project = folder / FILE_NAME, folder / PROJECT_FILE
    table = _table(project) if project.is_file() else None
    if not path.is_file():
        return (path, {}) if table is None else (project, table)
    if table is not None:
        raise BadInput(
            f"{path} and [tool.featurestore] of {project} both have settings",
            hint=f"keep one: move the lines to {path} and delete the table",
            path=str(path),
        )
    return path, _toml(path)


def where_to_find_others(folder: Path) -> str:
    """The command that names settings nearby, for a folder without any; '' where there are none.

    Nearby are the demonstration's below the folder, and those of a folder above it.
    """
    here = folder.resolve()
    for above in (here, *here.parents):
        for name in (FILE_NAME, DEMO_FILE):
            if (above / name).is_file():
                path = os.path.relpath(above / name, here)
                return f"export FEATURESTORE_CONFIG={shlex.quote(path)}"
    return ""


def _where_to_get(config: Path) -> str:
    """The command after which a settings file that is missing is there."""
    if not config.is_absolute():
        for above in Path.cwd().parents:
            if (above / config).is_file():
                return f"cd {shlex.quote(str(above))}"
        if config.as_posix() == DEMO_FILE:
            return "featurestore demo"
    return f"featurestore init --config {shlex.quote(str(config))}"


def _table(project: Path) -> Mapping[str, object] | None:
    """The table ``[tool.featurestore]`` of a ``pyproject.toml``; None without one."""
    try:
        # Without the table, the file may be anything, even invalid TOML.
        if b"featurestore" not in project.read_bytes():
            return None
    except OSError as error:
        raise BadInput(f"{project}: cannot be read: {error.strerror}", path=str(project)) from error
    tool = _toml(project).get("tool")
    table = tool.get("featurestore") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise BadInput(f"{project}: tool.featurestore must be a table", path=str(project))
    return table


def _toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadInput(f"{path}: not valid TOML: {error}", path=str(path)) from error
