"""Parses a table's GoogleSQL DDL. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from sync.model import Column, Table

if TYPE_CHECKING:
    from featurestore.definitions.sql_files import SqlFile


def parse_table(file: SqlFile) -> Table:
    """A table from its DDL and its header (key, direction, optional, version). Pure."""
    tree = sqlglot.parse_one(file.text, read="bigquery")
    body = tree.this
    properties = tree.args["properties"].expressions
    partition = next(p for p in properties if isinstance(p, exp.PartitionedByProperty))
    cluster = next((p for p in properties if isinstance(p, exp.ClusterProperty)), None)
    options = {
        option.name: option.args["value"].sql("bigquery")
        for option in properties
        if isinstance(option, exp.Property) and isinstance(option.this, exp.Var | exp.Literal)
    }
    dataset, name = file.name.split(".")
    return Table(
        dataset=dataset,
        name=name,
        columns=tuple(_column(node) for node in body.expressions),
        partition_column=partition.this.name,
        key=file.header.names("key"),
        direction=file.header.fields["direction"],  # type: ignore[arg-type]
        clustering=tuple(node.name for node in cluster.expressions) if cluster else (),
        requires_filter=options.get("require_partition_filter", "").upper() == "TRUE",
        optional=file.header.fields.get("optional") == "yes",
        version_column=file.header.fields.get("version"),
        ddl=file.text,
    )


def _column(node: exp.ColumnDef) -> Column:
    # Not by sqlglot's own properties: where it is compiled, they refuse OPTIONS.
    constraints = [found.args["kind"] for found in node.args.get("constraints", ())]
    default = next(
        (c.this.sql("bigquery") for c in constraints if isinstance(c, exp.DefaultColumnConstraint)),
        None,
    )
    described = next(
        (
            option.args["value"].name
            for c in constraints
            if isinstance(c, exp.Properties)
            for option in c.expressions
        ),
        "",
    )
    kind = node.args["kind"].sql("bigquery").replace(", ", ",")
    return Column(
        name=node.name,
        type=kind,
        required=any(isinstance(c, exp.NotNullColumnConstraint) for c in constraints),
        default=default,
        description=described,
    )
