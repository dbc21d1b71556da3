"""Settings: ``featurestore.toml``, overridden by ``FEATURESTORE_*``, overridden by flags.

Instead of the file, there may be a table ``[tool.featurestore]`` in ``pyproject.toml``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from featurestore import config_file
from featurestore.config_file import FILE_NAME as FILE_NAME
from featurestore.setting_values import SHAPES, TEXT_PROBLEMS
from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

TEMPLATE = """\
# Settings of featurestore. FEATURESTORE_<NAME> in the environment overrides a line.
# Paths start at this file's folder.
replica = "data/replica.duckdb"
warehouse = "data/warehouse.duckdb"  # or bigquery://PROJECT?location=US&query_price=6.25
# bootstrap_days = 14        # days at the start of a season that get no rows by default
# lock_wait_seconds = 10.0   # how long to wait for another writer
# memory_limit = "4GB"       # DuckDB's; by default its own
# threads = 2                # DuckDB's; by default all cores
# max_bytes_per_run = 1099511627776  # what BigQuery may bill a run for; 0 for no limit
# sql = ["features/"]        # folders of your own relations
# openlineage_namespace = "nba"  # send OpenLineage events; docs/openlineage.md
# [datasets]                 # where the warehouse has other names than sql/schema
# nba_analytics = "nba_analytics_dev"
# [columns."nba_raw.odds"]   # what columns are to a game, where sql/schema does not say it
# entity = ["player_lookup"] # keys of whom a row is about
# event = ["game_date"]      # keys of the game or its date
# results = ["final_line"]   # known after the game; or pregame = [...], all others are results
# clock = "minutes_before_tipoff > 0"  # what rows known before the game meet
"""
PREFIX = "FEATURESTORE_"
# Names the settings file, if no option does.
FILE_VARIABLE = "FEATURESTORE_CONFIG"
# Read elsewhere: the clock, and the emulator of BigQuery's storage service.
OTHER_VARIABLES = frozenset({FILE_VARIABLE, "FEATURESTORE_TODAY", "FEATURESTORE_STORAGE_HOST"})

# DuckDB would start any number, until the machine kills it.
_MOST = {
    "threads": 1024,
    "bootstrap_days": 366,
    "lock_wait_seconds": 86_400.0,
    "max_bytes_per_run": 2**63 - 1,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings.

    Paths of a settings file start at its folder, those of the environment at the current one.

    Attributes:
        replica: The replica's DuckDB file.
        warehouse: The embedded warehouse's DuckDB file, or a warehouse's URL.
        bootstrap_days: Days at the start of a season that get no rows by default.
        lock_wait_seconds: How long to wait for another writer.
        memory_limit: DuckDB's memory limit, such as ``4GB``; empty for its own.
        threads: DuckDB's threads; 0 for all cores.
        max_bytes_per_run: Bytes that BigQuery may bill one run for; 0 for no limit.
        sql: Folders of relations beside the shipped ones.
        openlineage_namespace: Namespace of the jobs in OpenLineage events; empty to send none.
        datasets: Declared dataset to its name in the warehouse, if the two differ. The replica
            uses the declared names.
        columns: Table to the roles of its columns, for ``lint``; see
            :mod:`featurestore.definitions.column_roles`.
    """

    replica: str = "data/replica.duckdb"
    warehouse: str = "data/warehouse.duckdb"
    bootstrap_days: int = 14
    lock_wait_seconds: float = 10.0
    memory_limit: str = ""
    threads: int = 0
    max_bytes_per_run: int = 1024**4
    sql: tuple[str, ...] = ()
    openlineage_namespace: str = ""
    datasets: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


_KNOWN = {known.name: str(known.type) for known in fields(Settings)}


def load(
    config: Path | None = None,
    environment: Mapping[str, str] | None = None,
    *,
    folder: Path | None = None,
) -> Settings:
    """The settings of the file and the environment.

    Args:
        config: A settings file; by default the one that ``FEATURESTORE_CONFIG`` names, else the
            one of the current folder, if there is one.
        environment: By default that of the process.
        folder: Where to look for ``featurestore.toml``, or ``pyproject.toml`` with a table
            ``[tool.featurestore]``, ignoring the environment; by default the current folder.

    Raises:
        BadInput: the named file is missing or not TOML, both files have settings, a name is
            unknown, or a value cannot be used.
    """
    env = os.environ if environment is None else environment
    variable = ""
    if folder is None:
        variable = "" if config else FILE_VARIABLE
        config = named(config, env)
    path, written = config_file.read(config, folder or Path(), variable)
    return _settings(path, written, env)


def load_new(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of a file with the text of `TEMPLATE`, and of the environment.

    Raises:
        BadInput: a variable cannot be used.
    """
    return _settings(path, {}, os.environ if environment is None else environment)


def named(config: Path | None, environment: Mapping[str, str]) -> Path | None:
    """The settings file of the option, else of ``FEATURESTORE_CONFIG``; None without both."""
    variable = environment.get(FILE_VARIABLE)
    return Path(variable) if config is None and variable else config


def find(config: Path | None = None) -> Path:
    """The settings file of this run; if there is none, the one to write."""
    path = named(config, os.environ)
    return config_file.read(None, Path())[0] if path is None else path


def how_to_begin() -> str:
    """The command where there is no replica yet: other settings, if these are all defaults."""
    nearby = "" if find().is_file() else config_file.where_to_find_others(Path())
    return f"{nearby}, or make a replica here: featurestore init" if nearby else "featurestore init"


def _settings(path: Path, written: Mapping[str, object], env: Mapping[str, str]) -> Settings:
    """The settings of a file, overridden by the environment."""
    overrides = {
        name.removeprefix(PREFIX).lower(): text
        for name, text in sorted(env.items())
        if name.startswith(PREFIX) and name not in OTHER_VARIABLES
    }
    settings = replace(Settings(), **parse(written, str(path)))
    settings = _from_folder(settings, path.parent)
    settings = replace(settings, **parse(overrides, "environment", is_text=True))
    require_two_files(settings.replica, settings.warehouse)
    return settings


def _from_folder(settings: Settings, folder: Path) -> Settings:
    """The settings with their paths relative to a file's folder."""
    is_url = "://" in settings.warehouse
    return replace(
        settings,
        replica=str(folder / settings.replica),
        warehouse=settings.warehouse if is_url else str(folder / settings.warehouse),
        sql=tuple(str(folder / one) for one in settings.sql),
    )


def require_two_files(replica: str, warehouse: str) -> None:
    """Refuse a replica and a warehouse in the same file, even by different paths.

    Raises:
        BadInput: they are the same: computed rows would be pushed over themselves.
    """
    if "://" in warehouse:
        return
    here, there = Path(replica), Path(warehouse)
    is_one = here.resolve() == there.resolve()
    if is_one or (here.exists() and there.exists() and here.samefile(there)):
        raise BadInput(
            f"replica {replica} and warehouse {warehouse} are the same file",
            hint="set warehouse = 'data/warehouse.duckdb' in featurestore.toml",
            replica=replica,
            warehouse=warehouse,
        )


def parse(values: Mapping[str, object], source: str, *, is_text: bool = False) -> dict[str, Any]:
    """Setting to value, each of its type. Pure.

    Args:
        values: From a TOML file or the environment.
        source: For messages.
        is_text: Whether numbers and datasets are text, as in the environment.

    Raises:
        BadInput: a name is unknown, or a value cannot be used.
    """
    usable_values: dict[str, object] = {}
    for name, value in values.items():
        if name not in _KNOWN:
            raise BadInput(
                f"{source}: unknown setting {name}; known are {', '.join(_KNOWN)}",
                setting=name,
                source=source,
            )
        usable = _from_text(name, str(value)) if is_text else value
        problem = _problem(name, usable)
        if problem:
            raise BadInput(
                f"{source}: {name} must be {problem}, got {value!r}", setting=name, source=source
            )
        usable_values[name] = _typed(_KNOWN[name], usable)
    return usable_values


def _typed(kind: str, value: Any) -> object:
    """A valid value in the type of its setting."""
    if kind == "float":
        return float(value)
    return tuple(value) if kind.startswith("tuple") else value


def _from_text(name: str, text: str) -> object:
    """The value of a text; the text itself if it has another form."""
    if name == "datasets":
        pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
        return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}
    if name == "sql":
        return [part.strip() for part in text.split(",") if part.strip()]
    kinds = {"int": int, "float": float}
    try:
        return kinds[_KNOWN[name]](text) if _KNOWN[name] in kinds else text
    except ValueError:
        return text


def _problem(name: str, value: object) -> str:
    """What the value must be, but is not; '' if it is valid."""
    if name in SHAPES:
        is_usable, what = SHAPES[name]
        return "" if is_usable(value) else what
    if _KNOWN[name] == "str":
        if not isinstance(value, str):
            return "a string"
        if name in TEXT_PROBLEMS:
            return TEXT_PROBLEMS[name](value)
        if "\0" in value:
            return "a path"
        return "" if value else "a nonempty string"
    types = int if _KNOWN[name] == "int" else (int, float)
    if isinstance(value, bool) or not isinstance(value, types):
        return "a whole number" if types is int else "a number"
    most = _MOST[name]
    return "" if 0 <= value <= most else f"from 0 to {most:,}"
