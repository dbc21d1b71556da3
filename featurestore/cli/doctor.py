"""``featurestore doctor``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from featurestore.cli import options, output

if TYPE_CHECKING:
    from featurestore.config import Settings
    from sync.warehouse import Warehouse

PATIENCE_SECONDS = 20


def run(config: options.Config = None, json: options.Json = False) -> None:
    """Check versions, settings, files, lock, clock, access and schemas; exit code 1 on findings.

    With BigQuery also credentials, project, location and money spent; this bills 10 MB for each
    table.
    """
    from featurestore.doctor import examine

    settings = options.load_settings(config)
    with _open_impatient(settings) as warehouse:
        checks = examine(settings, options.open_replica(settings), warehouse)
    if json:
        output.print_json({"checks": checks})
    else:
        for check in checks:
            typer.echo(f"{'ok  ' if check.is_ok else 'FAIL'}  {check.name}: {check.detail}")
            if check.hint:
                output.print_command("      hint", check.hint)
    raise typer.Exit(0 if all(check.is_ok for check in checks) else 1)


def _open_impatient(settings: Settings) -> Warehouse:
    """The warehouse; with BigQuery, a short timeout."""
    if not settings.warehouse.startswith("bigquery://"):
        return options.open_warehouse(settings, may_be_missing=True)
    from dataclasses import replace

    from sync.bigquery import BigQueryWarehouse
    from sync.bigquery.client import Settings as Access

    access = Access.from_url(settings.warehouse, settings.datasets)
    return BigQueryWarehouse(replace(access, timeout_seconds=PATIENCE_SECONDS))
