"""``featurestore doctor``."""

from __future__ import annotations

import typer

from featurestore.cli import options, output


def run(config: options.Config = None, json: options.Json = False) -> None:
    """Look at versions, settings, files, lock, clock and table schemas; exit code 1 on findings."""
    from featurestore.doctor import examine

    settings = options.load_settings(config)
    with options.open_warehouse(settings) as warehouse:
        checks = examine(settings, options.open_replica(settings), warehouse)
    if json:
        output.print_json(checks)
    else:
        for check in checks:
            typer.echo(f"{'ok  ' if check.is_ok else 'MEND'}  {check.name}: {check.detail}")
            if check.hint:
                typer.echo(f"      hint: {check.hint}")
    raise typer.Exit(0 if all(check.is_ok for check in checks) else 1)
