"""The caller's tables that a query reads by a bare name. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.errors import BadInput

if TYPE_CHECKING:
    import pyarrow as pa


def readable_frame(name: str, frame: pa.Table) -> tuple[pa.Table, dict[str, str]]:
    """A frame with GoogleSQL's types, and the type of each column.

    Integers become INT64, floats FLOAT64, decimals NUMERIC, times get microseconds.

    Args:
        name: The name in the query, for messages.
        frame: Any columns; a dictionary is replaced by its values.

    Raises:
        BadInput: a type has no counterpart, a value does not fit it, a FLOAT64 is not finite, or
            two names differ only in case.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    from featurestore.googlesql.types import arrow_schema, arrow_type

    names = [column.lower() for column in frame.column_names]
    twice = sorted({column for column in names if names.count(column) > 1})
    if twice:
        raise BadInput(f"frame {name}: two columns {twice[0]}", frame=name, column=twice[0])
    types: dict[str, str] = {}
    for field in frame.schema:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        try:
            # A column of only NULL is INT64, as in a query.
            types[field.name] = "INT64" if pa.types.is_null(kind) else arrow_type(kind)
        except BadInput as error:
            raise BadInput(
                f"frame {name}: column {field.name}: {error.message}", frame=name, column=field.name
            ) from error
    try:
        made = frame.cast(arrow_schema(list(types.items())))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise BadInput(f"frame {name}: {error}", frame=name) from error
    for column, kind in types.items():
        if kind == "FLOAT64" and pc.all(pc.is_finite(made[column])).as_py() is False:
            raise BadInput(
                f"frame {name}: column {column}: a value is not finite",
                hint="write NULL for a missing value",
                frame=name,
                column=column,
            )
    return made, types
