"""Prints an explanation."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import typer

from featurestore.cli import output
from featurestore.cli.program import to_copy
from featurestore.explain.stored import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from featurestore.explain.parts import ListedRow, StoreValue
    from featurestore.explain.value import Explanation

_HOW = {
    "rows": "",
    "order": "; of earlier rows only the number counts",
    "all": "; every row that was read, because the SQL cannot be traced",
}


def print_explanation(explanation: Explanation, limit: int) -> None:
    """Print the value, what the stores have, the steps and the rows."""
    facts: dict[str, object] = {
        "meaning": explanation.description,
        "value": shown(explanation.value),
    }
    if explanation.missing:
        facts["missing"] = explanation.missing
    if explanation.window:
        facts["window"] = explanation.window
    facts["stored here"] = _store(explanation.stored)
    theirs = explanation.warehouse
    unseen = f"never pulled, never pushed; {to_copy(theirs.hint)}"
    facts["in the warehouse"] = _store(theirs) if theirs.seen else unseen
    title = f"{explanation.feature} ({explanation.number}) of {explanation.player_lookup}"
    output.print_facts(f"{title} on {explanation.game_date}", facts)
    _print_steps(explanation)
    for table, rows in groupby(explanation.rows, key=lambda one: one.table):
        _print_rows(explanation, table, list(rows), limit)
    if explanation.is_proven:
        typer.echo("computed again from only these rows: the same value, bit for bit")


def _store(stored: StoreValue) -> str:
    """The row here, or the warehouse's as it was last seen."""
    at = f"{stored.seen} {stored.seen_at:%Y-%m-%d %H:%M} UTC" if stored.seen_at else ""
    seen = f", as {at}" if at else ""
    if stored.is_known and stored.is_same:
        return f"the same{seen}"
    if stored.is_known:
        differs = "; ".join(stored.differs[:3])
        left = len(stored.differs) - 3
        more = f"; and {left} more, --json has all" if left > 0 else ""
        text = f"{shown(stored.value)}{seen}: {differs}{more}"
    elif stored.seen == "pushed":
        text = f"{at}; the rows here have changed since"
    else:
        text = f"no row{seen}"
    return f"{text}; {to_copy(stored.hint)}" if stored.hint else text


def _print_steps(explanation: Explanation) -> None:
    typer.echo("steps")
    width = max((len(one.column) for one in explanation.steps), default=0)
    for step in explanation.steps:
        typer.echo(f"  {step.column:<{width}} = {shown(step.value):<10} {step.place}")
        for line in step.sql.splitlines():
            typer.echo(f"    {line}")
        for window in step.windows:
            typer.echo(f"    where {window}")


def _print_rows(explanation: Explanation, table: str, rows: list[ListedRow], limit: int) -> None:
    players = {one.row["player_lookup"] for one in rows}
    what = f"{table}: {output.counted(len(rows), 'row')}{_HOW[explanation.how]}"
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
        typer.echo("  - the row is counted; its values do not matter")


def _cell(one: ListedRow, name: str) -> str:
    if name in one.counts:
        return shown(one.counts[name])
    return "-"


def _game(one: ListedRow) -> str:
    if "game_id" in one.row:
        return f"{one.row['team_abbr']} against {one.row['opponent_team_abbr']}"
    return f"report of {one.row['report_date']}, hour {shown(one.row.get('report_hour'))}"


def _print_games(what: str, rows: Sequence[ListedRow], limit: int) -> None:
    """Print rows of many players: a line a game, or for reports a line a date."""
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
        ("date", "game", "rows", "only counted"),
        [
            (day, name, len(held), sum(not one.counts for one in held))
            for (day, name), held in list(games.items())[:limit]
        ],
    )
    _print_left(len(games) - limit, "games")


def _print_left(left: int, what: str) -> None:
    if left > 0:
        typer.echo(f"  and {left:,} more {what}; --json has all")
