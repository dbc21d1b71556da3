"""Appends columns to a live table, unless its schema is changed concurrently."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync.bigquery.errors import translated
from sync.bigquery.schema import schema_field
from sync.schema_drift import refuse_required

if TYPE_CHECKING:
    from collections.abc import Sequence

    from google.cloud import bigquery

    from sync.bigquery.client import Settings
    from sync.model import Column, Table


def add_columns(
    rest: bigquery.Client, settings: Settings, table: Table, columns: Sequence[Column]
) -> None:
    """One ``tables.patch`` of the schema, with the etag of the one that was read.

    If the reply is lost, the request is sent again and fails because the etag changed: the caller
    repeats the call, and finds the columns.

    Raises:
        Conflict: the table changed in between; nothing was written.
        Refused: a column is required.
        WarehouseFailed: there is no such table, or it cannot be changed.
    """
    refuse_required(table, columns)
    retry = settings.retry()
    with translated(table.full_name):
        live = rest.get_table(f"{settings.project}.{table.full_name}", retry=retry)
        present = {field.name.lower() for field in live.schema}
        # BigQuery does not accept a default with a new column.
        fields = [
            schema_field(replace(column, default=None))
            for column in columns
            if column.name not in present
        ]
        if not fields:
            return
        live.schema = [*live.schema, *fields]
        # With the etag that came with the table, the client sends If-Match.
        rest.update_table(live, ["schema"], retry=retry)
