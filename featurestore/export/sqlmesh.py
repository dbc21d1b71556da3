"""A SQLMesh project: a model for each relation, external models, audits of the grain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from featurestore.compute import plan
from featurestore.definitions import sql_files, tables
from featurestore.export import words
from featurestore.export.references import rewritten
from featurestore.export.words import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from featurestore.definitions.sql_files import SqlFile

# The schema of the models.
SCHEMA = "featurestore"
# SQLMesh reserves start_date and end_date for the interval that a plan fills.
_PREFIX = "feature_"
_CONFIG = """\
gateways:
  bigquery:
    connection:
      type: bigquery
      method: oauth
      project: {project}
default_gateway: bigquery
model_defaults:
  dialect: bigquery
  start: {start}
variables:
{variables}
"""


def project(parameters: Mapping[str, str]) -> dict[str, str]:
    """The project's files: path to text.

    The store is incremental by date: a plan replaces the dates from ``feature_start_date`` to
    ``feature_end_date``. All other relations are tables of that range.

    Args:
        parameters: The parameters of the relations: name to GoogleSQL type.
    """
    variables = "\n".join(
        f"  {_PREFIX}{name}: {quoted(words.DEFAULTS[name])}" for name in parameters
    )
    config = _CONFIG.format(
        project=quoted("my-project"),
        start=quoted(words.DEFAULTS["start_date"]),
        variables=variables,
    )
    files = sql_files.load("features")
    return {
        "config.yaml": config,
        "external_models.yaml": _external_models(),
        **{f"models/{file.name}.sql": _model(file, parameters) for file in files},
    }


def _model(file: SqlFile, parameters: Mapping[str, str]) -> str:
    def reference(name: str) -> str:
        return name if "." in name else f"{SCHEMA}.{name}"

    def variable(name: str) -> str:
        return words.typed(parameters[name], f"@{_PREFIX}{name}")

    # In SQLMesh's DuckDB, 1 is an INT32, which a shift by 31 overflows. BigQuery only has INT64.
    body = re.sub(r"\b1 << ", "CAST(1 AS INT64) << ", rewritten(file, reference, variable))
    return f"MODEL (\n{_header(file)}\n);\n\n{body}"


def _header(file: SqlFile) -> str:
    keys = ", ".join(file.header.grain)
    facts = [f"name {SCHEMA}.{file.name}"]
    if file.name == plan.STORE:
        store = tables.tables()[tables.STORE]
        facts.append("kind INCREMENTAL_BY_PARTITION")
        facts.append(f"partitioned_by ({store.partition_column})")
        facts.append(f"clustered_by ({', '.join(store.clustering)})")
    else:
        facts.append("kind FULL")
    # Unchanged: SQLMesh's optimizer qualifies the columns of UNNEST wrongly.
    facts.append("optimize_query false")
    facts.append(f"description {_literal(file.header.summary)}")
    if keys:
        facts.append(f"grain ({keys})")
        facts.append(f"audits (unique_combination_of_columns(columns := ({keys})))")
    described = words.column_words(file.name)
    if described:
        lines = ",\n".join(f"    {name} = {_literal(text)}" for name, text in described.items())
        facts.append(f"column_descriptions (\n{lines}\n  )")
    return ",\n".join(f"  {fact}" for fact in facts)


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _external_models() -> str:
    lines = []
    for name, table in words.source_tables().items():
        lines += [f"- name: {name}", "  columns:"]
        lines += [f"    {column.name}: {quoted(column.type)}" for column in table.columns]
    return "\n".join(lines) + "\n"
