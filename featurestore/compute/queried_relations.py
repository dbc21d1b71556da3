"""Relations that a query reads as ``features.NAME``, computed for the dates that it reads."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from featurestore import bounds, dialect
from featurestore.clock import utc_now
from featurestore.compute import one_relation
from featurestore.compute.request import ComputeRequest
from featurestore.definitions import compose, own_files
from sync.duck import connections
from sync.duck.quoting import quote, quote_table
from sync.errors import BadInput, Refused
from sync.model import DateRange
from sync.sql_text import Sql, sql

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import duckdb

    from featurestore.compute.relations import Step
    from featurestore.definitions.sql_files import SqlFile
    from featurestore.query_parameters import Value

DATASET = "features"
_NAMED = re.compile(r"(?<![\w.`])`?features`?\s*\.\s*`?(\w+)", re.IGNORECASE)
_SOURCE = re.compile(rf"\b(?:FROM|JOIN)\s+{_NAMED.pattern}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Requested:
    """What a statement reads of the relations.

    Attributes:
        names: The relations, without the dataset.
        dates: From the first to the last date that the statement can read; None for no date.
    """

    names: tuple[str, ...] = ()
    dates: DateRange | None = None


@dataclass(frozen=True, slots=True)
class QueriedRelations:
    """The relations that a statement names, with all that they read.

    Attributes:
        files: Shipped relations and the user's own, by name; empty if the statement names none.
        steps: The steps that create them.
        schema: ``features.NAME`` to output column to GoogleSQL type.
        partitioned: ``features.NAME`` to the date of its grain.
    """

    files: Mapping[str, SqlFile] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    schema: Mapping[str, dict[str, str]] = field(default_factory=dict)
    partitioned: Mapping[str, str] = field(default_factory=dict)

    def requested(
        self, statement: str, read: Collection[str], values: Mapping[str, Value]
    ) -> Requested:
        """What the statement reads, and for which dates.

        Args:
            statement: One SELECT that the analyzer passed.
            read: The tables that it reads, lower case.
            values: Values of its parameters, by name in lower case.

        Raises:
            Refused: a relation is not bounded by constant dates on both sides, or has no date.
        """
        names = tuple(name.partition(".")[2] for name in self.schema if name in read)
        if not names:
            return Requested()
        for name in names:
            if f"{DATASET}.{name}" not in self.partitioned:
                raise Refused(
                    f"query: {DATASET}.{name}: cannot be computed for a range, because its grain"
                    " has no DATE",
                    hint=f"featurestore compute --relation {name} -o {name}.parquet",
                )
        bounds.require_bounds(statement, self.partitioned, upper=True, origin="query")
        constants = bounds.bound_constants(statement, self.partitioned)
        if constants is None:
            raise Refused(
                f"query: {DATASET}.{names[0]}: dates in an array are unknown before the query runs",
                hint="add a bound: game_date BETWEEN @start_date AND @end_date",
            )
        return Requested(names, _range(sorted(constants), values))

    def create(self, con: duckdb.DuckDBPyConnection, requested: Requested) -> None:
        """Create the requested relations in memory, readable as ``features.NAME``.

        Raises:
            Refused: a date or its lookback was never pulled.
        """
        if not requested.names:
            return
        con.execute(sql("ATTACH ':memory:' AS {} (READ_WRITE)", quote(DATASET)))
        # Without a date there are no rows: compute any day, and keep none of its rows.
        none = DateRange(utc_now().date(), utc_now().date())
        if requested.dates is not None:
            one_relation.require_inputs(con, requested.names, self.files, requested.dates)
        request = ComputeRequest(requested.dates or none, utc_now(), include_bootstrap=True)
        one_relation.create_relations(con, self.steps, request)
        for step in self.steps:
            if step.name in requested.names:
                rows = one_relation.rows_sql(con, step)
                target = quote_table(f"{DATASET}.{step.name}")
                kept = Sql("TRUE" if requested.dates else "FALSE")
                con.execute(sql("CREATE TABLE {} AS {} WHERE {}", target, rows, kept))
        # A frame may have the name of a relation.
        for step in self.steps:
            con.execute(sql("DROP TABLE {}", quote(step.name)))


def queried_relations(statement: str, folders: Sequence[str]) -> QueriedRelations:
    """The relations that a statement names as ``features.NAME``.

    Args:
        statement: One SELECT; if it names none, no file is read.
        folders: The folders of the user's own relations.

    Raises:
        BadInput: there is no such relation, or one of them is wrong.
        Refused: a scan of a relation lacks a bound, or a construct is not proven.
    """
    named = dict.fromkeys(name.lower() for name in _NAMED.findall(statement))
    if not named:
        return QueriedRelations()
    files = compose.by_name(own_files.relation_files(folders))
    for match in _SOURCE.finditer(statement):
        if match[1].lower() not in files:
            line = statement.count("\n", 0, match.start(1)) + 1
            raise BadInput(
                f"query:{line}: {DATASET}.{match[1]}: unknown relation",
                hint=own_files.nearest(match[1].lower(), files),
                line=line,
            )
    names = [name for name in named if name in files]
    if not names:
        return QueriedRelations()
    steps = one_relation.relation_steps(names, files)
    types = {step.name: step.columns for step in steps}
    dates = {
        name: [column for column in files[name].header.grain if types[name].get(column) == "DATE"]
        for name in names
    }
    return QueriedRelations(
        files,
        steps,
        {f"{DATASET}.{name}": dict(types[name]) for name in names},
        {f"{DATASET}.{name}": columns[0] for name, columns in dates.items() if columns},
    )


def _range(constants: Sequence[str], values: Mapping[str, Value]) -> DateRange | None:
    """From the least to the greatest of the GoogleSQL constants; None if all are NULL."""
    if not constants:
        return None
    columns = ", ".join(f"CAST({text} AS DATE) AS day_{n}" for n, text in enumerate(constants))
    types = {name: value.type for name, value in values.items()}
    made = dialect.translate(f"SELECT {columns}", columns={}, parameters=types)
    taken = {name.lower() for name in made.parameters}
    with closing(connections.connect(None)) as con:
        (row,) = con.execute(
            made.sql, {name: value.value for name, value in values.items() if name in taken}
        ).fetchall()
    days = [day for day in row if day is not None]
    return DateRange(min(days), max(days)) if days else None
