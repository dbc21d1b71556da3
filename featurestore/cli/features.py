"""``featurestore features``."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from featurestore.cli import options, output

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from featurestore.catalog.check import Finding
    from featurestore.definitions.features import Feature


class ExportTo(Enum):
    """A tool to export to."""

    dbt = "dbt"
    sqlmesh = "sqlmesh"


app = typer.Typer(help="List, show, check and generate the features.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """List, show, check and generate the features."""


@app.command("list")
def list_features(json: options.Json = False) -> None:
    """List the defined features."""
    from featurestore.definitions.features import feature_version, features

    if json:
        output.print_json({"feature_version": feature_version(), "features": list(features())})
        return
    output.print_table(
        f"{feature_version()}: {len(features())} features",
        ["#", "name", "category", "default", "required", "unit", "since"],
        [
            [
                one.feature_index,
                one.feature_name,
                one.category,
                one.default_value,
                "yes" if one.is_required else "no",
                one.unit,
                f"v{one.since_version}",
            ]
            for one in features()
        ],
        expendable=("since", "category", "required"),
    )


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="The feature's name.")],
    config: options.Config = None,
    html: options.Html = None,
    json: options.Json = False,
) -> None:
    """Show a feature: formula, inputs, lookback, window, default, and its values in the replica."""
    from featurestore.catalog import formula
    from featurestore.catalog.distribution import distribution
    from featurestore.catalog.lineage import lineage
    from featurestore.definitions.features import named

    options.require_page_library(html)
    feature = named(name)
    (formula_text, *_) = formula.formulas(name)
    replica = options.open_replica(options.load_settings(config))
    values = distribution(replica, feature) if replica.path.exists() else None
    origin = lineage(name)
    facts = {
        "formula": formula_text,
        "inputs": origin.made_of,
        "rows_chosen_by": origin.chosen_by,
        "lookback_days": formula.lookback_days(name),
        "distribution": values,
    }
    shown = _shown(feature, formula_text.path, formula_text.line, facts)
    if html is not None:
        from featurestore.pages import feature as feature_page

        options.write_page(html, feature_page.page(feature, shown, values))
    if json:
        output.print_json({**output.plain(feature), **output.plain(facts)})
        return
    output.print_facts(name, shown)
    typer.echo("")
    typer.echo(formula_text.sql)
    if values is None:
        typer.echo("")
        typer.echo("the replica has no store rows")
        return
    output.print_facts(f"values from {values.first} to {values.last}", values.numbers())


def _by_table(columns: Sequence[str]) -> str:
    """``dataset.table.column`` names, with each table named once."""
    tables: dict[str, list[str]] = {}
    for table, _, column in (name.rpartition(".") for name in columns):
        tables.setdefault(table, []).append(column)
    return "; ".join(f"{table}: {', '.join(names)}" for table, names in tables.items())


def _shown(feature: Feature, path: str, line: int, facts: Mapping[str, Any]) -> dict[str, object]:
    window = f"{feature.full_window} {feature.window_count}" if feature.full_window else "none"
    return {
        "meaning": feature.description,
        "number": feature.feature_index,
        "category": feature.category,
        "required": "yes" if feature.is_required else "no",
        "default": "none" if feature.default_value is None else feature.default_value,
        "full window": window,
        "least games": feature.least_games or 0,
        "unit": feature.unit,
        "plausible range": f"{feature.low} to {feature.high}",
        "since": f"v{feature.since_version}",
        "lookback": f"{facts['lookback_days']} days",
        "made of": _by_table(facts["inputs"]) or "the number of rows",
        "rows chosen by": _by_table(facts["rows_chosen_by"]),
        "file": f"{path}:{line}",
    }


@app.command("check")
def check(config: options.Config = None, json: options.Json = False) -> None:
    """Check that definitions, SQL, DDL, docs and live tables agree; exit code 1 on findings.

    If the warehouse cannot be reached, the rest is still checked.
    """
    from featurestore.catalog import check as checks
    from featurestore.definitions import sql_files
    from sync.errors import Failure

    settings = options.load_settings(config)
    root = sql_files.sql_root()
    in_files = checks.in_repository(root.parent) if root.name == "sql" else checks.in_sql()
    findings = [*in_files, *checks.in_translation()]
    findings += checks.in_replica(options.open_replica(settings))
    unreached = ""
    try:
        with options.open_warehouse(settings) as warehouse:
            findings += checks.in_warehouse(warehouse)
    except Failure as failure:
        unreached = failure.message
    if json:
        output.print_json({"findings": findings, "warehouse_not_checked": unreached})
    else:
        _print_findings(findings, unreached)
    raise typer.Exit(1 if findings else 0)


def _print_findings(findings: list[Finding], unreached: str) -> None:
    for finding in findings:
        typer.echo(f"{finding.place}: {finding.message}")
        output.print_command("  hint", finding.hint)
    if unreached:
        typer.echo(f"the warehouse was not checked: {unreached}")
    if not findings:
        typer.echo("definitions, SQL, schema and docs agree")


@app.command("export")
def export(
    to: Annotated[ExportTo, typer.Option("--to", help="The tool.")],
    folder: Annotated[
        Path, typer.Option("--output", "-o", help="A new folder, or that of an earlier export.")
    ],
    json: options.Json = False,
) -> None:
    """Export sql/features as a dbt or SQLMesh project with a model for each relation."""
    from featurestore.compute.plan import PARAMETERS
    from featurestore.export import dbt, sqlmesh, write

    maker = {ExportTo.dbt: dbt.project, ExportTo.sqlmesh: sqlmesh.project}[to]
    files = maker(PARAMETERS)
    changed = write.write(folder, files)
    if json:
        output.print_json({"to": to.value, "folder": str(folder), "files": sorted(files),
                           "changed": changed})  # fmt: skip
    else:
        typer.echo(f"wrote {len(changed):,} of {len(files):,} files to {folder}")


@app.command("generate")
def generate(
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 if a file would change.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Generate parts of sql/ and docs/ of the checkout from the feature definitions."""
    from featurestore.catalog import write

    root: Path = write.repository()
    changed = write.outdated(root) if check_only else write.write(root)
    if json:
        output.print_json({"changed": changed, "written": not check_only})
    else:
        for path in changed:
            typer.echo(f"{'would write' if check_only else 'wrote'} {path}")
        if not changed:
            typer.echo("nothing to do: every file is up to date")
    raise typer.Exit(1 if check_only and changed else 0)
