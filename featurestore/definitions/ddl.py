"""Parses a table's GoogleSQL DDL. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sqlglot import exp

from featurestore.definitions.trees import parse_tree
from sync.errors import BadInput
from sync.model import Column, Table

if TYPE_CHECKING:
    from featurestore.definitions.sql_files import SqlFile
    from sync.model import Direction


def parse_table(file: SqlFile) -> Table:
    """A table from its DDL and its header. Pure.

    The header's fields key, direction, optional, version and unwritten are used.

    Raises:
        BadInput: the text is not a CREATE TABLE of a partitioned table; an unwritten column is not
            among the last ones, or not nullable.
    """
    tree = parse_tree(file.text, file.path)
    body = tree.this
    known = tree.args.get("properties") if isinstance(tree, exp.Create) else None
    properties = known.expressions if known else []
    partition = next((p for p in properties if isinstance(p, exp.PartitionedByProperty)), None)
    if partition is None or not isinstance(body, exp.Schema):
        raise BadInput(
            f"{file.path}: not a CREATE TABLE with columns and PARTITION BY", path=file.path
        )
    cluster = next((p for p in properties if isinstance(p, exp.ClusterProperty)), None)
    options = {
        option.name: option.args["value"].sql("bigquery")
        for option in properties
        if isinstance(option, exp.Property) and isinstance(option.this, exp.Var | exp.Literal)
    }
    dataset, name = file.name.split(".")
    columns, unwritten = _split(file, [_column(node) for node in body.expressions])
    return Table(
        dataset=dataset,
        name=name,
        columns=columns,
        partition_column=partition.this.name,
        key=file.header.names("key"),
        direction=cast("Direction", file.header.fields["direction"]),
        clustering=tuple(node.name for node in cluster.expressions) if cluster else (),
        requires_filter=options.get("require_partition_filter", "").upper() == "TRUE",
        optional=file.header.fields.get("optional") == "yes",
        version_column=file.header.fields.get("version"),
        unwritten=unwritten,
        ddl=file.text,
    )


def _split(file: SqlFile, columns: list[Column]) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """The written columns, then the unwritten ones."""
    names = file.header.names("unwritten")
    written, last = columns[: len(columns) - len(names)], columns[len(columns) - len(names) :]
    if tuple(column.name for column in last) != names:
        raise BadInput(
            f"{file.path}: the unwritten columns are not the last ones, in this order:"
            f" {', '.join(names)}",
            path=file.path,
        )
    if bound := [column.name for column in last if column.required or column.default]:
        raise BadInput(
            f"{file.path}: {bound[0]} is unwritten, and must be nullable and without a default",
            path=file.path,
            column=bound[0],
        )
    return tuple(written), tuple(last)


def _column(node: exp.ColumnDef) -> Column:
    # Not by sqlglot's own properties: in its compiled version they refuse OPTIONS.
    constraints = [one.args["kind"] for one in node.args.get("constraints", ())]
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
