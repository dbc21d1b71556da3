"""Why a player has a valid store row on a date, or not: the steps a row goes through. Pure.

Each check returns that its step is complete, or what is wrong and which command fixes it. The first
problem is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from featurestore.definitions.features import feature_count

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

# The flags with which a backfill fixes a reason.
FIXES = {
    "missing_row": "--from-gaps",
    "missing_sources": "--from-gaps",
    "old_version": "--from-gaps",
    "upstream_incomplete": "--from-gaps",
    "duplicate_row": "--from-gaps",
    "bootstrap": "--include-bootstrap",
    "no_game_summary": "--include-injured",
    "stale_row": "--prune",
}

Reason = Literal[
    "well", "never_pulled", "empty", "no_such_player", "stale_row", "no_game_summary",
    "not_on_roster", "no_game", "lookback_never_pulled", "bootstrap", "upstream_incomplete",
    "failed_check", "not_computed", "stale", "missing_row", "missing_sources", "old_version",
    "not_pushed", "changed_since_push", "changed_in_warehouse",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoreRow:
    """A store row, computed here or pulled from the warehouse."""

    missing_sources: int
    version: str
    decision: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the replica knows about a player and a date; None or 0 if it knows nothing.

    Attributes:
        player_lookup: The player.
        day: The date.
        alike: Players with a similar name, if this one is unknown.
        is_known: A summary row or an injury report names the player on some date.
        pulled_at: When the date's summary was pulled.
        summary_rows: The number of its rows.
        team: The player's team, from the row of the date, or from the last row before.
        opponent: The other team, from the row of the date.
        has_summary: The player has a row on the date.
        is_team_playing: The team has rows on the date.
        opponent_rows: The other team's rows on the date.
        listed_status: The player's status in the newest injury report for the date.
        lookback_missing: Dates of the lookback that were never pulled.
        season_day: Days since the season's first day.
        bootstrap_days: Days at the start of a season that get no rows by default.
        computed_at: When the date was computed.
        is_same_sql: The date was computed by the present SQL.
        is_stale: A partition that the date depends on has changed.
        row: The row computed here.
        pushed_at: When the date was last pushed, or seen to be already in the warehouse.
        store_pulled_at: When the warehouse's store rows of the date were pulled.
        warehouse_row: The player's row among them.
        failure: The error with which the last backfill of the date ended.
    """

    player_lookup: str
    day: date
    alike: tuple[str, ...] = ()
    is_known: bool = False
    pulled_at: datetime | None = None
    summary_rows: int = 0
    team: str | None = None
    opponent: str | None = None
    has_summary: bool = False
    is_team_playing: bool = False
    opponent_rows: int = 0
    listed_status: str | None = None
    lookback_missing: int = 0
    season_day: int | None = None
    bootstrap_days: int = 14
    computed_at: datetime | None = None
    is_same_sql: bool = True
    is_stale: bool = False
    row: StoreRow | None = None
    pushed_at: datetime | None = None
    store_pulled_at: datetime | None = None
    warehouse_row: StoreRow | None = None
    failure: str | None = None

    @property
    def is_early(self) -> bool:
        """The date is a bootstrap date."""
        return self.season_day is not None and 0 <= self.season_day < self.bootstrap_days

    @property
    def range_options(self) -> str:
        """The options of a command for the date."""
        return f"--start-date {self.day} --end-date {self.day}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer.

    Attributes:
        reason: ``well``, or a key for what is wrong.
        text: The same as a sentence.
        fix: The command that fixes it; empty if there is nothing to fix, or no command can.
        held: The steps that are complete, in order.
    """

    player_lookup: str
    game_date: date
    reason: Reason
    text: str
    fix: str
    held: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Broken:
    reason: Reason
    text: str
    fix: str = ""


def explain(facts: Facts) -> Explanation:
    """The first problem, or that there is none."""
    held: list[str] = []
    for link in LINKS:
        outcome = link(facts)
        if isinstance(outcome, _Broken):
            return Explanation(
                facts.player_lookup,
                facts.day,
                outcome.reason,
                outcome.text,
                outcome.fix,
                tuple(held),
            )
        if outcome:
            held.append(outcome)
    text = "there is a valid store row here and in the warehouse"
    return Explanation(facts.player_lookup, facts.day, "well", text, "", tuple(held))


def _pulled(facts: Facts) -> _Broken | str:
    if facts.pulled_at is None:
        text = f"the game summary of {facts.day} was never pulled"
        return _Broken("never_pulled", text, f"featurestore pull {facts.range_options}")
    if not facts.summary_rows:
        text = f"the game summary of {facts.day} was empty when pulled {_at(facts.pulled_at)}"
        return _Broken("empty", text, f"featurestore pull {facts.range_options}")
    return f"pulled {_at(facts.pulled_at)}: {facts.summary_rows} game summary rows"


def _known(facts: Facts) -> _Broken | str:
    if facts.is_known:
        return ""
    alike = f"; did you mean {', '.join(facts.alike)}?" if facts.alike else ""
    return _Broken("no_such_player", f"player {facts.player_lookup} is unknown{alike}")


def _played(facts: Facts) -> _Broken | str:
    if facts.has_summary:
        return f"a game summary row of {facts.team} against {facts.opponent}"
    if facts.row and not facts.row.decision:
        text = f"there is a store row, but no game summary row of {facts.day}"
        return _Broken("stale_row", text, f"featurestore backfill --prune {facts.range_options}")
    if facts.listed_status and facts.is_team_playing:
        if facts.row:
            return f"no game summary row; written because listed {facts.listed_status}"
        text = f"listed {facts.listed_status} by the newest injury report, and no game summary row"
        early = "--include-bootstrap " if facts.is_early else ""
        fix = f"featurestore backfill --include-injured {early}{facts.range_options}"
        return _Broken("no_game_summary", text, fix)
    if facts.is_team_playing:
        text = f"{facts.team} played, but no game summary row or injury report names the player"
        return _Broken("not_on_roster", text)
    team = f"{facts.team}, the player's team," if facts.team else "the player's team"
    return _Broken("no_game", f"{team} had no game on {facts.day}")


def _looked_back(facts: Facts) -> _Broken | str:
    if facts.lookback_missing:
        text = f"{facts.lookback_missing} of the 365 dates before it were never pulled"
        return _Broken("lookback_never_pulled", text, f"featurestore pull {facts.range_options}")
    return ""


def _due(facts: Facts) -> _Broken | str:
    if facts.is_early and facts.row is None:
        text = f"day {facts.season_day} of the season; features start on day {facts.bootstrap_days}"
        fix = f"featurestore backfill --include-bootstrap {facts.range_options}"
        return _Broken("bootstrap", text, fix)
    return ""


def _complete(facts: Facts) -> _Broken | str:
    if not facts.has_summary or facts.row:
        return ""
    if not facts.opponent_rows:
        text = f"no game summary row of the opponent {facts.opponent} on {facts.day}"
        fix = f"featurestore backfill --skip-preflight {facts.range_options}"
        return _Broken("upstream_incomplete", text, fix)
    return f"{facts.opponent_rows} rows of the opponent"


def _checked(facts: Facts) -> _Broken | str:
    if facts.failure:
        text = f"the last backfill of {facts.day} failed: {facts.failure}"
        return _Broken("failed_check", text, f"featurestore backfill {facts.range_options}")
    return ""


def _computed(facts: Facts) -> _Broken | str:
    again = f"featurestore backfill --no-resume {facts.range_options}"
    if facts.computed_at is None:
        text = f"{facts.day} was never computed"
        return _Broken("not_computed", text, f"featurestore backfill {facts.range_options}")
    if facts.is_stale:
        text = (
            f"a partition that {facts.day} depends on changed after {_at(facts.computed_at)}, or it"
            " was computed by different SQL"
        )
        return _Broken("stale", text, f"featurestore backfill --stale {facts.range_options}")
    if facts.row is None:
        text = f"{facts.day} was computed {_at(facts.computed_at)}, without this player"
        return _Broken("missing_row", text, again)
    if facts.row.missing_sources:
        counts = f"{facts.row.missing_sources} of {feature_count()}"
        text = f"{counts} sources of the row computed here are NULL"
        return _Broken("missing_sources", text, again)
    if not facts.is_same_sql:
        text = f"computed {_at(facts.computed_at)} by different SQL"
        return _Broken("old_version", text, f"featurestore backfill {facts.range_options}")
    return f"computed {_at(facts.computed_at)}, version {facts.row.version}"


def _pushed(facts: Facts) -> _Broken | str:
    push = f"featurestore push {facts.range_options}"
    if facts.pushed_at is None:
        return _Broken("not_pushed", "computed, but never pushed", push)
    if facts.computed_at and facts.pushed_at < facts.computed_at:
        text = f"pushed {_at(facts.pushed_at)}, but computed again {_at(facts.computed_at)}"
        return _Broken("changed_since_push", text, push)
    return f"pushed {_at(facts.pushed_at)}"


def _in_warehouse(facts: Facts) -> _Broken | str:
    if not (facts.store_pulled_at and facts.pushed_at) or facts.store_pulled_at < facts.pushed_at:
        return ""
    seen = f"the warehouse's row, seen {_at(facts.store_pulled_at)},"
    fix = f"featurestore push --force {facts.range_options}"
    if facts.warehouse_row is None:
        return _Broken("changed_in_warehouse", f"{seen} is gone", fix)
    if facts.warehouse_row.missing_sources:
        text = f"{seen} lacks {facts.warehouse_row.missing_sources} of {feature_count()} sources"
        return _Broken("changed_in_warehouse", text, fix)
    return f"{seen} is valid"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


LINKS: tuple[Callable[[Facts], _Broken | str], ...] = (
    _pulled,
    _known,
    _played,
    _looked_back,
    _due,
    _complete,
    _checked,
    _computed,
    _pushed,
    _in_warehouse,
)
