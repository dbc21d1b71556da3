"""``featurestore init``."""

from __future__ import annotations

from pathlib import Path

import typer

from featurestore.cli import options, output


def run(
    config: options.Config = None, dry_run: options.DryRun = False, json: options.Json = False
) -> None:
    """Write featurestore.toml, create the replica, and create missing warehouse tables."""
    from featurestore import config as settings_file
    from featurestore import schema

    path = config or Path(settings_file.FILE_NAME)
    writes_file = not path.exists()
    settings = options.load_settings(config if path.exists() else None)
    replica = options.open_replica(settings)
    tables = list(schema.tables().values())
    done: list[str] = [f"settings {path}"] if writes_file else []
    with options.open_warehouse(settings) as warehouse:
        if dry_run:
            if not replica.path.exists():
                done.append(f"replica {settings.replica}")
            with warehouse.snapshot() as snapshot:
                missing = [t.full_name for t in tables if snapshot.columns(t) is None]
            done += [f"warehouse table {name}" for name in missing]
        else:
            if writes_file:
                path.write_text(settings_file.TEMPLATE, encoding="utf-8")
            if replica.create(tables):
                done.append(f"replica {settings.replica}")
            done += [f"warehouse table {t.full_name}" for t in tables if warehouse.create(t)]
    if json:
        output.print_json({"created": done, "dry_run": dry_run})
        return
    word = "would create" if dry_run else "created"
    for item in done:
        typer.echo(f"{word} {item}")
    if not done:
        typer.echo(f"nothing to do: {settings.replica} and {settings.warehouse} are complete")
