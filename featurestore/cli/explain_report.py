"""How an explanation is printed."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import typer

from featurestore.cli import output
from featurestore.explain.stored import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from featurestore.explain.parts import ListedRow, StoreValue
    from featurestore.explain.value import Explanation

_HOW = {
    "rows": "",
    "order": "; rows before them count by their number",
    "all": "; the SQL cannot be followed, so every row that was read",
}


def print_explanation(found: Explanation, limit: int) -> None:
    """The value, the steps, the rows, and what the store has."""
    facts: dict[str, object] = {"meaning": found.description, "value": shown(found.value)}
    if found.missing:
        facts["missing"] = found.missing
    if found.window:
        facts["window"] = found.window
    facts["stored here"] = _store(found.stored)
    theirs = found.warehouse
    unseen = f"never pulled, never pushed; {theirs.hint}"
    facts["in the warehouse"] = _store(theirs) if theirs.seen else unseen
    output.print_facts(
        f"{found.feature} ({found.number}) of {found.player_lookup} on {found.game_date}", facts
    )
    _print_steps(found)
    for table, rows in groupby(found.rows, key=lambda one: one.table):
        _print_rows(found, table, list(rows), limit)
    if found.is_proven:
        typer.echo("computed again from these rows alone: the same value, bit for bit")


def _store(there: StoreValue) -> str:
    """The row here, or the warehouse's as it was last seen."""
    at = f"{there.seen} {there.seen_at:%Y-%m-%d %H:%M} UTC" if there.seen_at else ""
    seen = f", as {at}" if at else ""
    if there.is_known and there.is_same:
        return f"the same{seen}"
    if there.is_known:
        differs = "; ".join(there.differs[:3])
        left = len(there.differs) - 3
        more = f"; and {left} more, --json has all" if left > 0 else ""
        text = f"{shown(there.value)}{seen}: {differs}{more}"
    elif there.seen == "pushed":
        text = f"{at}; the rows here have changed since"
    else:
        text = f"no row{seen}"
    return f"{text}; {there.hint}" if there.hint else text


def _print_steps(found: Explanation) -> None:
    typer.echo("steps")
    width = max((len(one.column) for one in found.steps), default=0)
    for step in found.steps:
        typer.echo(f"  {step.column:<{width}} = {shown(step.value):<10} {step.place}")
        for line in step.sql.splitlines():
            typer.echo(f"    {line}")
        for window in step.windows:
            typer.echo(f"    where {window}")


def _print_rows(found: Explanation, table: str, rows: list[ListedRow], limit: int) -> None:
    players = {one.row["player_lookup"] for one in rows}
    what = f"{table}: {output.counted(len(rows), 'row')}{_HOW[found.how]}"
    if len(players) > 1:
        _print_games(what, rows, limit)
        return
    columns = sorted({name for one in rows for name in one.counts})
    typer.echo(what)
    output.print_table(
        "",
        ("date", "game", *columns),
        [
            (
                str(one.row["game_date"]),
                _game(one),
                *(_cell(one, name) for name in columns),
            )
            for one in rows[:limit]
        ],
    )
    _print_left(len(rows) - limit, "rows")
    if not all(one.counts for one in rows):
        typer.echo("  - the row counts by being there, whatever its values are")


def _cell(one: ListedRow, name: str) -> str:
    if name in one.counts:
        return shown(one.counts[name])
    return "-"


def _game(one: ListedRow) -> str:
    if "game_id" in one.row:
        return f"{one.row['team_abbr']} against {one.row['opponent_team_abbr']}"
    return f"report of {one.row['report_date']}, hour {shown(one.row.get('report_hour'))}"


def _print_games(what: str, rows: Sequence[ListedRow], limit: int) -> None:
    """Rows of many players: a line a game, or a line a date of reports."""
    games: dict[tuple[str, str], list[ListedRow]] = {}
    for one in rows:
        name = one.row.get("game_id") or "reports"
        games.setdefault((str(one.row["game_date"]), str(name)), []).append(one)
    columns = ", ".join(sorted({name for one in rows for name in one.counts}))
    typer.echo(f"{what} of {output.counted(len(games), 'game')}")
    if columns:
        typer.echo(f"  what counts: {columns}")
    output.print_table(
        "",
        ("date", "game", "rows", "only there"),
        [
            (day, name, len(held), sum(not one.counts for one in held))
            for (day, name), held in list(games.items())[:limit]
        ],
    )
    _print_left(len(games) - limit, "games")


def _print_left(left: int, what: str) -> None:
    if left > 0:
        typer.echo(f"  and {left:,} more {what}; --json has all")
