"""Casts a Parquet file, by column name and without loss, to the live schema of its target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sync.bigquery.schema import arrow_type
from sync.canonical_json import find_loss
from sync.counted import counted
from sync.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sync.model import Column, Replacement

BATCH_ROWS = 65_536
SHOWN_CHARACTERS = 60
_MISFIT = (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError)


def staged_columns(replacement: Replacement, live: Sequence[Column]) -> tuple[Column, ...]:
    """The target's columns in the file, in the target's order.

    Raises:
        Refused: the file has a column that the target lacks.
    """
    table = replacement.table.full_name
    names = {name.lower() for name in pq.read_schema(replacement.parquet).names}
    if unknown := sorted(names - {column.name for column in live}):
        raise Refused(
            f"{table}: the warehouse's table has no column {', '.join(unknown)}",
            hint="featurestore init --migrate",
            columns=unknown,
        )
    return tuple(column for column in live if column.name in names)


def write_staged(replacement: Replacement, columns: Sequence[Column], path: Path) -> None:
    """Write the file's rows to ``path`` in target column order and types.

    Raises:
        Refused: the cast would change a value, a required value is NULL, a date is not among the
            replacement's days, a key occurs twice, or the number of rows differs.
    """
    table = replacement.table
    schema = pa.schema([(column.name, arrow_type(column.type)) for column in columns])
    days = pa.array(replacement.days, pa.date32())
    # A key column that is not in the file gets the target's default, which is unknown here.
    has_key = set(replacement.key) <= set(schema.names)
    keys: list[pa.RecordBatch] = []
    rows = 0
    with pq.ParquetFile(replacement.parquet) as source, pq.ParquetWriter(path, schema) as target:
        for raw in source.iter_batches(BATCH_ROWS):
            named = raw.rename_columns([name.lower() for name in raw.schema.names])
            arrays = [_exact(named.column(c.name), c, table.full_name) for c in columns]
            batch = pa.RecordBatch.from_arrays(arrays, schema=schema)
            dates = batch.column(table.partition_column)
            other = pc.filter(dates, pc.invert(pc.is_in(dates, value_set=days)))
            if len(other):
                raise Refused(
                    f"{table.full_name}: the file has rows of {other[0]},"
                    " which is not a date of this write",
                    date=str(other[0]),
                )
            rows += batch.num_rows
            if has_key:
                keys.append(batch.select(replacement.key))
            target.write_batch(batch)
    if rows != replacement.rows:
        raise Refused(
            f"{table.full_name}: the file has {counted(rows, 'row')} instead of {replacement.rows}",
            rows=rows,
            expected=replacement.rows,
        )
    if keys:
        _refuse_repeated(pa.Table.from_batches(keys), table.full_name)


def _refuse_repeated(keys: pa.Table, table: str) -> None:
    """Refuse two rows with the same key; NULL equals NULL."""
    names = keys.column_names
    counted = keys.group_by(names).aggregate([([], "count_all")])
    twice = counted.filter(pc.greater(counted["count_all"], 1)).slice(0, 1).to_pylist()
    if twice:
        named = ", ".join(f"{name} = {twice[0][name]}" for name in names)
        raise Refused(
            f"{table}: the key {named} is repeated in the rows to write",
            key={name: str(twice[0][name]) for name in names},
        )


def _exact(values: pa.Array, column: Column, table: str) -> pa.Array:
    if column.required and values.null_count:
        raise Refused(
            f"{table}.{column.name}: {values.null_count} values of a required column are NULL",
            column=column.name,
        )
    if column.type == "JSON":
        _refuse_lossy_json(values, column, table)
    kind = arrow_type(column.type)
    if values.type == kind:
        return values
    try:
        cast = values.cast(kind)
        same = _unchanged(values, cast)
    except _MISFIT as error:
        raise Refused(
            f"{table}.{column.name}: {values.type} cannot be converted to {column.type}: {error}",
            column=column.name,
            type=column.type,
        ) from error
    if not same:
        raise Refused(
            f"{table}.{column.name}: converting {values.type} to {column.type} changes a value",
            column=column.name,
            type=column.type,
        )
    return cast


def _refuse_lossy_json(values: pa.Array, column: Column, table: str) -> None:
    for text in pc.unique(values.cast(pa.string())).drop_null().to_pylist():
        if lost := find_loss(text):
            shown = lost if len(lost) <= SHOWN_CHARACTERS else f"{lost[:SHOWN_CHARACTERS]}..."
            raise Refused(
                f"{table}.{column.name}: BigQuery's JSON cannot store {shown} exactly",
                hint="its numbers are 64-bit integers, or doubles with at most 17 digits",
                column=column.name,
                value=lost,
            )


def _unchanged(values: pa.Array, cast: pa.Array) -> bool:
    """Whether the cast is reversible; Arrow checks overflow itself, but rounds decimals."""
    numeric = pa.types.is_floating(values.type) or pa.types.is_decimal(values.type)
    if not numeric and not pa.types.is_integer(values.type):
        return True
    return bool(cast.cast(values.type).equals(values))
