"""The input of a trace: the warehouse's rows, numbered, and the relations as nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.compute import plan
from featurestore.compute.relations import translated
from featurestore.definitions import compose, sql_files, tables
from featurestore.verify.trace_model import ID
from featurestore.verify.trace_nodes import nodes_of
from sync.duck.quoting import quote, quote_list, quote_table
from sync.sql_text import sql

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb
    import pyarrow as pa

    from featurestore.compute.request import ComputeRequest
    from featurestore.definitions.sql_files import SqlFile
    from featurestore.verify.trace_model import Node


def read_rows(
    con: duckdb.DuckDBPyConnection, request: ComputeRequest, files: Iterable[SqlFile]
) -> dict[str, pa.Table]:
    """The warehouse's rows that a request reads: table to rows, numbered in ``_id`` from 1.

    Only with the columns that a relation names, and the keys.
    """
    files = tuple(files)
    ordered = compose.dependency_order([plan.FEATURE_VALUE], compose.by_name(files))
    dates = request.dates.with_lookback(sql_files.lookback_days())
    rows = {}
    for name, table in tables.tables().items():
        readers = [file.text for file in ordered if name in file.header.inputs]
        columns = [
            one.name
            for one in table.columns
            if one.name in table.key or any(one.name in text for text in readers)
        ]
        if readers:
            rows[name] = con.sql(
                sql(
                    "SELECT row_number() OVER () AS {}, {} FROM {}"
                    " WHERE {} BETWEEN $start AND $end",
                    ID,
                    quote_list(columns),
                    quote_table(name),
                    quote(table.partition_column),
                ),
                params={"start": dates.start, "end": dates.end},
            ).to_arrow_table()
    return rows


def traced_nodes(files: Iterable[SqlFile]) -> tuple[Node, ...]:
    """The nodes of the features and of all relations that they read, each after its inputs.

    Raises:
        NotTraceable: a relation has a construct that cannot be traced.
        BadInput: GoogleSQL's analyzer refuses a relation; file and line are named.
        Refused: a construct of the SQL is not proven; file and line are named.
    """
    files = tuple(files)
    ordered = compose.dependency_order([plan.FEATURE_VALUE], compose.by_name(files))
    names = [file.name for file in ordered]
    steps = translated(names, files, columns=tables.column_types(), parameters=plan.PARAMETERS)
    known = (*names, *tables.column_types())
    return tuple(node for step in steps for node in nodes_of(step.name, step.sql, known))
