"""A dbt project for BigQuery: a model for each relation, sources, descriptions, tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.compute import plan
from featurestore.definitions import sql_files, tables
from featurestore.export import words
from featurestore.export.references import rewritten
from featurestore.export.words import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from featurestore.definitions.sql_files import SqlFile

_PROJECT = """\
name: featurestore
version: "1.0"
config-version: 2
profile: featurestore
vars:
{variables}
models:
  featurestore:
    +materialized: table
"""
# dbt needs a profile to start; the user fills in project and dataset.
_PROFILE = """\
featurestore:
  target: bigquery
  outputs:
    bigquery:
      type: bigquery
      method: oauth
      project: "{{ env_var('DBT_PROJECT', 'my-project') }}"
      dataset: "{{ env_var('DBT_DATASET', 'features') }}"
      threads: 4
"""
_STORE_CONFIG = """\
{{{{ config(
    materialized='incremental',
    incremental_strategy='insert_overwrite',
    partition_by={{'field': '{day}', 'data_type': 'date'}},
    cluster_by={cluster},
    require_partition_filter=true
) }}}}
"""


def project(parameters: Mapping[str, str]) -> dict[str, str]:
    """The project's files: path to text.

    The store is incremental by date: a run replaces the dates from ``start_date`` to ``end_date``.
    All other relations are tables of that range, created again by each run.

    Args:
        parameters: The parameters of the relations: name to GoogleSQL type.
    """
    variables = "\n".join(f"  {name}: {quoted(words.DEFAULTS[name])}" for name in parameters)
    files = sql_files.load("features")
    made = {
        "dbt_project.yml": _PROJECT.format(variables=variables),
        "profiles.yml": _PROFILE,
        "models/sources.yml": _sources(),
        "models/schema.yml": _schema(files),
    }
    for file in files:
        made[f"models/{file.name}.sql"] = _model(file, parameters)
        if file.header.grain:
            made[f"tests/{file.name}_grain.sql"] = _grain(file)
    return made


def _model(file: SqlFile, parameters: Mapping[str, str]) -> str:
    body = rewritten(file, _reference, lambda name: _variable(name, parameters[name]))
    if file.name != plan.STORE:
        return body
    store = tables.tables()[tables.STORE]
    config = _STORE_CONFIG.format(day=store.partition_column, cluster=list(store.clustering))
    return f"{config}\n{body}"


def _reference(name: str) -> str:
    dataset, _, table = name.rpartition(".")
    if dataset:
        return f"{{{{ source('{dataset}', '{table}') }}}}"
    return f"{{{{ ref('{table}') }}}}"


def _variable(name: str, kind: str) -> str:
    value = f"{{{{ var('{name}') }}}}"
    return words.typed(kind, f"'{value}'" if kind in words.TEXTS else value)


def _grain(file: SqlFile) -> str:
    """A test of the grain: returns the keys that occur more than once."""
    keys = ", ".join(file.header.grain)
    where = ""
    if file.name == plan.STORE:
        where = (
            "\nWHERE game_date BETWEEN CAST('{{ var('start_date') }}' AS DATE)"
            " AND CAST('{{ var('end_date') }}' AS DATE)"
        )
    return (
        f"SELECT {keys}\nFROM {_reference(file.name)}{where}\n"
        f"GROUP BY {keys}\nHAVING COUNT(*) > 1\n"
    )


def _sources() -> str:
    lines = ["version: 2", "sources:"]
    datasets = dict.fromkeys(table.dataset for table in words.source_tables().values())
    for dataset in datasets:
        lines += [f"  - name: {dataset}", "    tables:"]
        for table in words.source_tables().values():
            if table.dataset == dataset:
                lines += [f"      - name: {table.name}", "        columns:"]
                for column in table.columns:
                    lines += [
                        f"          - name: {column.name}",
                        f"            data_type: {quoted(column.type)}",
                        f"            description: {quoted(column.description)}",
                    ]
    return "\n".join(lines) + "\n"


def _schema(files: tuple[SqlFile, ...]) -> str:
    lines = ["version: 2", "models:"]
    for file in files:
        lines += [f"  - name: {file.name}", f"    description: {quoted(file.header.summary)}"]
        columns = words.column_words(file.name)
        lines += ["    columns:"] if columns else []
        for name, description in columns.items():
            lines += [f"      - name: {name}", f"        description: {quoted(description)}"]
    return "\n".join(lines) + "\n"
