"""``featurestore fixture``: make, check, shrink."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from featurestore.cli import options, output

if TYPE_CHECKING:
    from featurestore.fixture.check import Check
    from featurestore.fixture.make import Made
    from featurestore.fixture.selection import Selection
    from sync.model import DateRange

app = typer.Typer(help="Small, complete slices for tests.", no_args_is_help=True)

# More differences than these are too many to read.
_MOST_DIFFERENCES = 20

Dates = Annotated[
    list[str] | None,
    typer.Option(
        "--dates",
        help="The rows of a date or of START..END; may be repeated or separated by commas.",
    ),
]
Players = Annotated[
    list[str] | None,
    typer.Option(
        "--players", help="The rows of this player_lookup; may be repeated or separated by commas."
    ),
]
Games = Annotated[
    list[str] | None, typer.Option("--game", help="The rows of this game_id; may be repeated.")
]
Folder = Annotated[
    Path, typer.Option("--output", "-o", help="A new or empty folder for the files.")
]
Format = Annotated[str, typer.Option("--format", help="parquet or csv.")]
Sums = Annotated[
    bool,
    typer.Option("--sums", help="Replace other players' rows with fewer that have the same sums."),
]
Anonymize = Annotated[
    bool, typer.Option("--anonymize", help="Replace players' names, consistently.")
]


@app.callback()
def _group() -> None:
    """Small, complete slices for tests."""


@app.command("make")
def make(
    folder: Folder,
    dates: Dates = None,
    players: Players = None,
    game: Games = None,
    start_date: options.StartDate = None,
    end_date: options.EndDate = None,
    season: options.Season = None,
    kind: Format = "parquet",
    sums: Sums = False,
    anonymize: Anonymize = False,
    config: options.Config = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Write the chosen rows, and the fewest source rows from which they are computed.

    --dates, --players and --game are combined with AND. Without --sums, all rows that a sum over
    the league reads are kept.
    """
    from featurestore.fixture.make import HowToMake, make_fixture

    ranges = [_dates(part) for part in _listed(dates)]
    if start_date or end_date or season:
        ranges.append(options.date_range(start_date, end_date, season))
    selection = _selection(ranges, players, game)
    replica = options.open_replica(options.load_settings(config))
    with output.progress() as announce:
        made = make_fixture(
            replica,
            selection,
            folder,
            HowToMake(_kind(kind), sums=sums, anonymize=anonymize),
            dry_run=dry_run,
            progress=announce("smallest slice"),
        )
    if json:
        output.print_json({"dry_run": dry_run, **output.plain(made), "folder": str(folder)})
        return
    _print_made(made, folder, sums=sums, dry_run=dry_run)


@app.command("check")
def check(
    folder: Annotated[Path, typer.Argument(help="A folder that `fixture make` wrote.")],
    json: options.Json = False,
) -> None:
    """Compute a fixture's rows again and compare them, bit for bit; exit code 1 if they differ."""
    from featurestore.fixture.check import check_fixture

    result = check_fixture(folder)
    if json:
        output.print_json(output.plain(result) | {"is_same": result.is_same})
    else:
        _print_check(result, folder)
    raise typer.Exit(0 if result.is_same else 1)


@app.command("shrink")
def shrink(
    folder: Folder,
    dates: Dates = None,
    against: Annotated[
        str,
        typer.Option("--against", help="Another version: a folder with SQL, or a git revision."),
    ] = "",
    expect: Annotated[
        str, typer.Option("--expect", help="The correct value of a wrong feature, or NULL.")
    ] = "",
    players: Players = None,
    column: Annotated[
        list[str] | None, typer.Option("--column", help="The feature; may be repeated.")
    ] = None,
    fewest: Annotated[
        bool, typer.Option("--fewest", help="With --expect: also leave out rows of the player.")
    ] = False,
    kind: Format = "csv",
    anonymize: Anonymize = False,
    config: options.Config = None,
    json: options.Json = False,
) -> None:
    """Write the fewest source rows that show a difference, with a test that fails on it.

    With --against: the first feature that the working tree and another version of the SQL compute
    differently. With --expect: one feature of one row whose value is wrong. Nothing has to be
    computed before.
    """
    from featurestore.cli import fixture_shrink
    from featurestore.fixture.shrink import Written

    request = fixture_shrink.request_of([_dates(part) for part in _listed(dates)], config)
    asked = fixture_shrink.Asked(
        folder,
        against,
        expect,
        tuple(_listed(players)),
        tuple(_listed(column)),
        fewest,
        Written(_kind(kind), anonymize),
    )
    fixture_shrink.run(asked, request, options.open_replica(options.load_settings(config)), json)


def _listed(values: list[str] | None) -> list[str]:
    return [part.strip() for text in values or () for part in text.split(",") if part.strip()]


def _dates(text: str) -> DateRange:
    from sync.errors import BadInput
    from sync.model import DateRange

    start, _, end = text.partition("..")
    first = options.parse_date(start, "--dates")
    last = options.parse_date(end, "--dates") if end else first
    if first > last:
        raise BadInput(f"--dates {text}: {first} is after {last}", hint="swap the two")
    return DateRange(first, last)


def _selection(
    ranges: list[DateRange], players: list[str] | None, games: list[str] | None
) -> Selection:
    from featurestore.fixture.selection import Selection

    return Selection(tuple(ranges), tuple(_listed(players)), tuple(_listed(games)))


def _kind(text: str) -> str:
    from featurestore.fixture.files import KINDS
    from sync.errors import BadInput

    if text not in KINDS:
        raise BadInput(f"--format {text}: unknown; known are {' and '.join(KINDS)}")
    return text


def _print_made(made: Made, folder: Path, *, sums: bool, dry_run: bool) -> None:
    fixture = made.fixture
    checked = "would be checked" if dry_run else "checked: the same"
    typer.echo(
        f"{output.counted(made.chosen_rows, 'row')} chosen; {made.source_rows:,} source rows of"
        f" {fixture.held_rows:,} are enough; {checked}"
    )
    if fixture.sums:
        typer.echo(
            f"{output.counted(made.sum_rows, 'row')} of them have the sums of other players' rows"
        )
    elif sums:
        typer.echo("--sums has no effect: rows with the same sums would change the result")
    elif made.league_rows:
        typer.echo(
            f"{made.league_rows:,} of them are other teams' games, kept because features read their"
            " sums; --sums replaces them"
        )
    if made.is_exhausted:
        typer.echo(f"the search ended after {fixture.tests:,} computations; fewer may be enough")
    if dry_run:
        return
    output.print_table(
        f"wrote {folder}",
        ("file", "columns", "rows"),
        [(file.file, file.columns, file.rows) for file in fixture.files],
    )


def _print_check(result: Check, folder: Path) -> None:
    if not result.is_same_sql:
        typer.echo(f"{folder}: was made with different SQL")
    if result.is_same:
        typer.echo(f"{folder}: {output.counted(result.rows, 'row')} computed, the same bit for bit")
        return
    shown = result.differences[:_MOST_DIFFERENCES]
    rows = len({(one.player, one.day) for one in result.differences})
    output.print_table(
        f"{folder}: {rows:,} of {output.counted(result.rows, 'row')} differ",
        ("player", "date", "column", "expected", "computed"),
        [
            (one.player, str(one.day), one.column, _value(one.expected), _value(one.found))
            for one in shown
        ],
    )
    if left := len(result.differences) - len(shown):
        typer.echo(f"and {left:,} more differing values; --json has all")


def _value(value: object) -> str:
    text = "NULL" if value is None else str(value)
    return text if len(text) <= 40 else text[:37] + "..."
