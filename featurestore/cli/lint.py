"""``featurestore lint``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from featurestore.cli import options, output

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from featurestore.bounds.finding import Finding
    from featurestore.config import Settings
    from featurestore.lint.own_sql import OwnSql


def run(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="SQL or Python files, or folders; by default those in the settings."),
    ] = None,
    partitioned: Annotated[
        list[str] | None,
        typer.Option(
            "--partitioned",
            help="TABLE=COLUMN: a partitioned table of your own; may be repeated.",
        ),
    ] = None,
    prove: Annotated[
        bool,
        typer.Option(
            "--prove-no-leak",
            help="Prove on the replica's rows that no later result leaks; needs --date.",
        ),
    ] = False,
    day: Annotated[str | None, typer.Option("--date", help="As-of date of the proof.")] = None,
    relation: Annotated[
        str | None,
        typer.Option(help="The relation of the proof; by default the stored features."),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(help="Skip files or folders, such as old or '*_test.sql'; may be repeated."),
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(help="Rules to report, such as FS2 or FS101,unproven; by default all."),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(help="Rules not to report; overrides --select.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Report only findings that are not in this file.")
    ] = None,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Write the findings to --baseline FILE.")
    ] = False,
    diff_from: Annotated[
        str | None,
        typer.Option("--diff-from", help="Report only findings that are new since this commit."),
    ] = None,
    form: Annotated[str, typer.Option("--format", help="text, json, github or sarif.")] = "text",
    config: options.Config = None,
    json: options.Json = False,
) -> None:
    """Find unbounded scans, leaks and unproven constructs in SQL; exit code 1 on errors.

    Folders are searched for .sql and .py files that git does not ignore. Each rule has a page in
    docs/rules.
    """
    from featurestore.lint.formats import FORMATS
    from featurestore.lint.own_sql import OwnSql
    from sync.errors import BadInput

    if prove:
        if day is None:
            raise BadInput("--prove-no-leak: needs --date", hint="add --date 2025-01-15")
        _prove(options.parse_date(day, "--date"), relation, config, json=json)
    settings = options.load_settings(config)
    own = OwnSql(settings.sql)
    if not paths:
        own.require_folders()
        paths = own.folders
    if not paths:
        raise BadInput(
            "lint: no path is given, and the settings name no folder of SQL",
            hint='featurestore lint queries/, or sql = ["features/"] in featurestore.toml',
        )
    if form not in FORMATS:
        raise BadInput(f"--format {form}: not one of {', '.join(FORMATS)}")

    def check(files: list[Path], moved: Callable[[Path], Path] | None = None) -> list[Finding]:
        there = OwnSql([str(moved(folder)) for folder in own.folders]) if moved else own
        return _findings(
            files, partitioned or [], exclude or [], select or [], ignore or [], settings, there
        )

    form = "json" if json else form
    if write_baseline:
        _write_baseline(baseline, diff_from, check(paths), form)
    else:
        _print(_new(paths, check, baseline, diff_from), form)


def _new(
    paths: list[Path],
    check: Callable[..., list[Finding]],
    baseline: Path | None,
    diff_from: str | None,
) -> list[Finding]:
    from featurestore.lint.known_findings import counted, findings_at, new_findings, read_baseline

    findings = check(paths)
    known = counted([]) if baseline is None else read_baseline(baseline)
    if diff_from is not None:
        # A finding in both the commit and the baseline counts once.
        known |= counted(findings_at(diff_from, paths, check))
    return new_findings(findings, known)


def _findings(
    paths: list[Path],
    partitioned: list[str],
    exclude: list[str],
    select: list[str],
    ignore: list[str],
    settings: Settings,
    own: OwnSql,
) -> list[Finding]:
    from featurestore.definitions import tables
    from featurestore.definitions.column_roles import column_roles
    from featurestore.lint.check import lint_paths
    from featurestore.lint.rules import selected
    from featurestore.query import schema
    from sync.errors import BadInput

    selected([], select, ignore)
    declared = dict(tables.partitioned())
    for pair in partitioned:
        table, separator, column = pair.partition("=")
        if not (table and separator and column):
            raise BadInput(
                f"--partitioned {pair}: not TABLE=COLUMN",
                hint="--partitioned shop.orders=order_date",
            )
        declared[".".join(table.split(".")[-2:])] = column
    roles = column_roles(settings.columns)
    findings = lint_paths(paths, declared, schema=schema(), exclude=exclude, roles=roles, own=own)
    return selected(findings, select, ignore)


def _write_baseline(
    file: Path | None, diff_from: str | None, findings: list[Finding], form: str
) -> None:
    """Replace the file atomically: an interrupted run leaves the old one."""
    from featurestore.lint import formats
    from featurestore.lint.known_findings import baseline_text
    from sync.errors import BadInput

    if file is None or diff_from is not None:
        raise BadInput(
            "--write-baseline: needs --baseline FILE, without --diff-from",
            hint="featurestore lint --write-baseline --baseline lint.json",
        )
    new = file.with_name(f".{file.name}.new")
    try:
        new.write_text(baseline_text(findings), encoding="utf-8")
        new.replace(file)
    except OSError as error:
        raise BadInput(f"--baseline {file}: cannot be written: {error.strerror}") from error
    what = f"{file}: {output.counted(len(findings), 'finding')}"
    typer.echo(what if form == "text" else formats.written(findings, form))


def _print(findings: list[Finding], form: str) -> None:
    from featurestore.lint.formats import written

    text = written(findings, form)
    if text:
        typer.echo(text)
    raise typer.Exit(1 if any(finding.severity == "error" for finding in findings) else 0)


def _prove(day: date, relation: str | None, config: Path | None, *, json: bool) -> None:
    from featurestore.clock import utc_now
    from featurestore.definitions import compose, own_files
    from featurestore.verify.leak_proof import prove_no_leak

    settings = options.load_settings(config)
    files = compose.by_name(own_files.relation_files(settings.sql))
    replica = options.open_replica(settings)
    proof = prove_no_leak(replica, day, now=utc_now(), relation=relation, files=files)
    if json:
        output.print_json(proof)
    else:
        for column, player in proof.leaks:
            typer.echo(f"{proof.day}: error: {column} changed for {player}")
        what = "feature rows" if relation is None else f"rows of {relation}"
        outcome = f"{len(proof.leaks)} columns leak" if proof.leaks else "no leak"
        typer.echo(
            f"{proof.day}: {outcome}; {proof.rows:,} {what} compared after changing the"
            f" results of {proof.changed_rows:,} rows of that date and later"
        )
    raise typer.Exit(1 if proof.leaks else 0)
