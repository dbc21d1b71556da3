"""Runs one relation alone, a shipped one or the project's own: rows in, rows out."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

from featurestore.compute import feature_view, one_relation, plan
from featurestore.compute.request import ComputeRequest
from featurestore.definitions import tables
from featurestore.testing import own_sql
from featurestore.testing.computing import COMPUTED_AT, create_table, insert_rows
from sync.duck import connections
from sync.duck.quoting import quote, quote_list, quote_table
from sync.duck.types import duckdb_type
from sync.errors import BadInput
from sync.model import DateRange
from sync.sql_text import join, sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from featurestore.compute.relations import Step
    from featurestore.testing.computing import Rows

_ALWAYS = (date(1900, 1, 1), date(2100, 1, 1))


def run_relation(
    name: str,
    *,
    start: date = _ALWAYS[0],
    end: date = _ALWAYS[1],
    include_bootstrap: bool = True,
    include_injured: bool = False,
    **inputs: Rows,
) -> list[dict[str, Any]]:
    """The rows of one relation, computed from rows of its inputs.

    Args:
        name: The relation, such as ``player_form``, or one of the project under test.
        start: ``@start_date``.
        end: ``@end_date``, included.
        include_bootstrap: ``@include_bootstrap``.
        include_injured: ``@include_injured``.
        inputs: Rows of the relations and tables that its header names, by name; a table without its
            dataset. Columns that a row does not name are NULL. An input that is omitted is empty,
            except one without inputs, such as ``season_calendar``, which has its own rows.

    Returns:
        One dict per row, ordered by the relation's grain.

    Raises:
        BadInput: the relation, an input or a column of an input is unknown.
    """
    files = own_sql.relations()
    file = one_relation.require_relation(name, files)
    read = {full.rpartition(".")[2]: full for full in file.header.inputs}
    unknown = sorted(inputs.keys() - read.keys())
    if unknown:
        raise BadInput(
            f"{name}: does not read {', '.join(unknown)}",
            hint=f"its inputs are {', '.join(read) or 'none'}",
            relation=name,
        )
    relations = [full for full in read.values() if "." not in full]
    steps = {step.name: step for step in one_relation.relation_steps([*relations, name], files)}
    request = ComputeRequest(DateRange(start, end), COMPUTED_AT, include_bootstrap, include_injured)
    values = {**plan.DEFAULTS, **request.parameters()}
    with closing(connections.connect(None, threads=1)) as con:
        for short, full in read.items():
            if short not in inputs and full in files and not files[full].header.inputs:
                connections.run(con, steps[full].create_sql, steps[full].chosen(values))
                continue
            _create(con, full, steps)
            insert_rows(con, full, inputs.get(short, ()))
        relation = con.sql(steps[name].sql, params=steps[name].chosen(values))
        order = [one for one in file.header.grain if one in relation.columns]
        if order:
            relation = relation.order(quote_list(order))
        rows: list[dict[str, Any]] = relation.to_arrow_table().to_pylist()
        return rows


def _create(con: duckdb.DuckDBPyConnection, name: str, steps: Mapping[str, Step]) -> None:
    """An empty table with the columns of an input."""
    if name in tables.tables():
        create_table(con, name)
        return
    is_view = name == tables.FEATURES_VIEW
    types = feature_view.column_types() if is_view else steps[name].columns
    columns = join(
        ", ",
        (sql("{} {}", quote(column), duckdb_type(kind)) for column, kind in types.items()),
    )
    if is_view:
        con.execute(sql("CREATE SCHEMA {}", quote(name.partition(".")[0])))
        con.execute(sql("CREATE TABLE {} ({})", quote_table(name), columns))
    else:
        con.execute(sql("CREATE TEMP TABLE {} ({})", quote(name), columns))
