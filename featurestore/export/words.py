"""Types, descriptions and parameters of relations, as other tools read them. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from featurestore.compute import plan
from featurestore.definitions import sql_files, tables
from featurestore.definitions.features import features

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync.model import Table

# Parameters of a run over one season, as an example.
DEFAULTS: Mapping[str, object] = {
    "start_date": "2024-10-22",
    "end_date": "2025-06-22",
    "include_bootstrap": False,
    "bootstrap_days": 14,
    "include_injured": False,
    "computed_at": "2025-06-23 00:00:00",
}
# Types whose values are written as strings.
TEXTS = ("DATE", "TIMESTAMP")


def quoted(text: object) -> str:
    """A scalar as YAML: JSON is a subset of YAML."""
    return json.dumps(text, ensure_ascii=False)


def source_tables() -> dict[str, Table]:
    """The warehouse tables that the relations read, by ``dataset.table``."""
    known = tables.tables()
    read = {name for file in sql_files.load("features") for name in file.header.inputs}
    return {name: known[name] for name in sorted(read) if "." in name}


def column_words(relation: str) -> dict[str, str]:
    """Column to description, if the definitions or the schema have one."""
    if relation == plan.FEATURE_VALUE:
        return {one.feature_name: f"{one.description} ({one.unit})" for one in features()}
    if relation == plan.STORE:
        return {column.name: column.description for column in tables.tables()[tables.STORE].columns}
    return {}


def typed(kind: str, value: str) -> str:
    """A parameter's value as a GoogleSQL literal of its type."""
    return f"CAST({value} AS {kind})" if kind in TEXTS else value
