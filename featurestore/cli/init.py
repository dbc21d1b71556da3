"""``featurestore init``."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from featurestore.cli import options, output
from sync.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

    from featurestore.config import Settings
    from sync.warehouse import Warehouse

Migrate = Annotated[
    bool, typer.Option("--migrate", help="Add missing nullable columns to warehouse tables.")
]


def run(
    config: options.Config = None,
    migrate: Migrate = False,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Write featurestore.toml, create the replica, and create missing warehouse tables.

    Existing tables are compared with the declared schema: a column of another type is refused;
    missing nullable columns are listed, and added with --migrate.
    """
    from featurestore import config as settings_file

    path = settings_file.find(config)
    if not path.parent.is_dir():
        raise BadInput(
            f"{path}: the folder {path.parent} does not exist",
            hint=f"mkdir -p {shlex.quote(str(path.parent))}",
            path=str(path),
        )
    settings = settings_file.load(path) if path.exists() else settings_file.load_new(path)
    with options.open_warehouse(settings, may_be_missing=True) as warehouse:
        done, lacking = _init(path, settings, warehouse, migrate=migrate, dry_run=dry_run)
    if json:
        output.print_json({"created": done, "missing_columns": lacking, "dry_run": dry_run})
        return
    word = "would create" if dry_run else "created"
    for item in done:
        typer.echo(f"{word} {item}")
    for name in lacking:
        typer.echo(f"missing warehouse column {name}")
    if lacking:
        output.print_command("hint", "featurestore init --migrate")
    if not done and not lacking:
        typer.echo(f"nothing to do: {settings.replica} and {settings.warehouse} are up to date")


def _init(
    path: Path, settings: Settings, warehouse: Warehouse, *, migrate: bool, dry_run: bool
) -> tuple[list[str], list[str]]:
    """Create what is missing; returns what was created, and the columns that are still missing."""
    from featurestore import config as settings_file
    from featurestore.add_columns import add_all, find_additions
    from featurestore.compute.store_views import create_store
    from featurestore.definitions import tables

    replica = options.open_replica(settings)
    declared = list(tables.tables().values())
    done = [] if path.exists() else [f"settings {path}"]
    with warehouse.snapshot() as snapshot:
        # First, so that a refusal changes nothing.
        additions = find_additions(snapshot, declared)
        absent = [table for table in declared if snapshot.columns(table) is None]
    if dry_run:
        if not replica.path.exists():
            done.append(f"replica {settings.replica}")
    else:
        if not path.exists():
            path.write_text(settings_file.TEMPLATE, encoding="utf-8")
        is_new = not replica.path.exists()
        if create_store(replica):
            what = "" if is_new else "tables and views of "
            done.append(f"{what}replica {settings.replica}")
        absent = [table for table in absent if warehouse.create(table)]
        if migrate:
            add_all(warehouse, additions)
    done += [f"warehouse table {table.full_name}" for table in absent]
    names = [name for addition in additions for name in addition.names]
    return ([*done, *(f"warehouse column {n}" for n in names)], []) if migrate else (done, names)
