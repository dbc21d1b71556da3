"""Converts arriving record batches to the declared names and types, and counts their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from sync.counted import counted
from sync.errors import Refused, WarehouseFailed

if TYPE_CHECKING:
    from collections.abc import Iterator


def checked(
    batches: Iterator[pa.RecordBatch], schema: pa.Schema, expected: int, subject: str
) -> Iterator[pa.RecordBatch]:
    """The batches with the columns and types of ``schema``, whose names are in lower case.

    Raises:
        Refused: the values of a column cannot be converted to its declared type.
        WarehouseFailed: after the last batch, the number of rows is not ``expected``.
    """
    rows = 0
    for batch in batches:
        rows += batch.num_rows
        try:
            yield in_lower_case(batch).select(schema.names).cast(schema)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
            raise Refused(
                f"{subject}: a column's type differs from the declared one: {error}",
                hint="featurestore doctor",
            ) from error
    if rows != expected:
        raise WarehouseFailed(
            f"{subject}: {counted(rows, 'row')} arrived, {expected} were counted",
            hint="run the same command again",
            rows=rows,
            expected=expected,
        )


def in_lower_case(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with the names of columns and of STRUCT fields in lower case.

    BigQuery ignores case; a batch has the live table's. Arrow does not: a field in another case
    would be cast to NULL.
    """
    names = [name.lower() for name in batch.schema.names]
    return pa.RecordBatch.from_arrays([_lowered(column) for column in batch.columns], names=names)


def _lowered(values: pa.Array) -> pa.Array:
    kind = values.type
    if not _has_capitals(kind):
        return values
    mask = values.is_null() if values.null_count else None
    if pa.types.is_struct(kind):
        parts = [_lowered(part) for part in values.flatten()]
        return pa.StructArray.from_arrays(
            parts, names=[field.name.lower() for field in kind], mask=mask
        )
    return pa.ListArray.from_arrays(values.offsets, _lowered(values.values), mask=mask)


def _has_capitals(kind: pa.DataType) -> bool:
    """Whether a STRUCT in the type has a field whose name is not in lower case."""
    if pa.types.is_struct(kind):
        return any(f.name != f.name.lower() or _has_capitals(f.type) for f in kind)
    return pa.types.is_list(kind) and _has_capitals(kind.value_type)
