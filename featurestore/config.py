"""Settings: ``featurestore.toml``, overridden by ``FEATURESTORE_*``, overridden by flags."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_NAME = "featurestore.toml"
TEMPLATE = """\
# Settings of featurestore. FEATURESTORE_<NAME> in the environment overrides a line.
replica = "data/replica.duckdb"
warehouse = "data/warehouse.duckdb"
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user may set.

    Attributes:
        replica: The replica's DuckDB file.
        warehouse: The embedded warehouse's DuckDB file, or a warehouse's URL.
        bootstrap_days: Days at the start of a season that get no rows by default.
        lock_wait_seconds: How long to wait for another writer.
        memory_limit: DuckDB's memory limit, such as ``4GB``; empty for its own.
        threads: DuckDB's threads; 0 for all cores.
    """

    replica: str = "data/replica.duckdb"
    warehouse: str = "data/warehouse.duckdb"
    bootstrap_days: int = 14
    lock_wait_seconds: float = 10.0
    memory_limit: str = ""
    threads: int = 0


def load(config: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of the file and the environment.

    Args:
        config: A settings file; by default ``featurestore.toml`` here, if there is one.
        environment: By default the process's.

    Raises:
        BadInput: the named file is missing or no TOML, a name is unknown, a value is of another
            type.
    """
    path = config or Path(FILE_NAME)
    values: dict[str, object] = {}
    if path.is_file():
        values = _read(path)
    elif config is not None:
        raise BadInput(f"{path}: no such settings file", hint="featurestore init", path=str(path))
    settings = _apply(Settings(), values, str(path))
    env = os.environ if environment is None else environment
    names = {field.name for field in fields(Settings)}
    overrides = {name: env[key] for name in names if (key := f"FEATURESTORE_{name.upper()}") in env}
    return _apply(settings, overrides, "environment")


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: no valid TOML: {error}", path=str(path)) from error


def _apply(settings: Settings, values: Mapping[str, object], source: str) -> Settings:
    known = {field.name: type(getattr(settings, field.name)) for field in fields(Settings)}
    changes: dict[str, object] = {}
    for name, value in values.items():
        if name not in known:
            raise BadInput(
                f"{source}: unknown setting {name}; known are {', '.join(known)}", setting=name
            )
        kind = known[name]
        try:
            changes[name] = kind(value)
        except (TypeError, ValueError) as error:
            raise BadInput(
                f"{source}: {name} is {value!r}, which is no {kind.__name__}", setting=name
            ) from error
    return replace(settings, **changes)  # type: ignore[arg-type]
