"""How one value of a feature was computed: source rows, steps of its formula, default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from featurestore.catalog import formula
from featurestore.clock import utc_now
from featurestore.compute.request import ComputeRequest
from featurestore.definitions import sql_files
from featurestore.explain.asked import chosen_feature, require_row
from featurestore.explain.parts import ListedRow, StepValue, StoreValue
from featurestore.explain.stored import stored_row, stored_value, warehouse_value
from featurestore.verify.trace_back import PRESENCE
from featurestore.verify.traced_days import traced_day
from sync.errors import BadInput
from sync.model import DateRange

if TYPE_CHECKING:
    from datetime import date

    from featurestore.definitions.features import Feature
    from featurestore.verify.source_rows import How, SourceRows, TracedDay
    from sync.replica.file import Replica

# The columns that identify a listed row.
_NAMED_BY = (
    *("player_lookup", "game_date", "game_id", "team_abbr", "opponent_team_abbr"),
    *("report_date", "report_hour", "processed_at"),
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything about one value.

    Attributes:
        player_lookup: The player.
        game_date: The date.
        feature: Its name.
        number: Its place in the store's arrays.
        description: Its meaning.
        value: None if it is missing.
        in_array: The entry in the store's arrays: the value, otherwise the default, otherwise 0.
        missing: Why there is no value; empty if there is one.
        window: How many of how many games or rows; empty without a window.
        steps: The formula, inputs first, the feature last.
        rows: The rows behind it, the newest first; of the date's own row only columns known before
            the game count.
        how: ``rows``, ``order`` or ``all``: see `SourceRows`.
        is_proven: Whether the value computed from these rows alone is the same, bit for bit; None
            if that was not tried.
        stored: The replica's stored row.
        warehouse: The warehouse's row, as last pulled or pushed.
    """

    player_lookup: str
    game_date: date
    feature: str
    number: int
    description: str
    value: float | None
    in_array: float
    missing: str
    window: str
    steps: tuple[StepValue, ...]
    rows: tuple[ListedRow, ...]
    how: How
    is_proven: bool | None
    stored: StoreValue
    warehouse: StoreValue


def explain_value(
    replica: Replica,
    player: str,
    day: date,
    feature: str,
    *,
    bootstrap_days: int,
    prove: bool = True,
) -> Explanation:
    """Explain one value, computed from the pulled rows; nothing is written.

    A second value of the same date takes a tenth of the first one's time: the date stays in memory.

    Args:
        replica: The replica with the pulled rows.
        player: A ``player_lookup``.
        day: The date of the game.
        feature: The feature's name, its number, or its column in the store.
        bootstrap_days: How many days at the start of a season get no rows by default.
        prove: Compute the value again from the listed rows alone.

    Raises:
        BadInput: the feature or the player is unknown, the feature is retired, or the player had no
            game on the date.
        Refused: the date or its lookback was never pulled.
    """
    chosen = chosen_feature(feature)
    name = chosen.feature_name
    files = sql_files.load("features")
    _require_in_use(name)
    with replica.read() as con:
        is_listed = require_row(con, player, day, name)
        request = ComputeRequest(
            DateRange(day, day),
            utc_now(),
            include_bootstrap=True,
            include_injured=is_listed,
            bootstrap_days=bootstrap_days,
        )
        with traced_day(con, replica, request, files) as traced:
            source = traced.rows(player, name, prove=prove)
            if source is None:
                raise BadInput(
                    f"{player} on {day}: no feature row",
                    hint=f"featurestore gaps explain {player} {day}",
                )
            steps = _steps(traced, source)
            rows = _rows(traced, source)
            window = _window(traced, player, chosen)
        mine = stored_row(con, player, day)
        stored = stored_value(con, mine, day, chosen, source.value)
        warehouse = warehouse_value(con, player, day, chosen, source.value, mine, steps, rows)
    return Explanation(
        player_lookup=player,
        game_date=day,
        feature=name,
        number=chosen.feature_index,
        description=chosen.description,
        value=source.value,
        in_array=(chosen.default_value or 0.0) if source.value is None else source.value,
        missing=_missing(chosen, source, steps),
        window=window,
        steps=steps,
        rows=rows,
        how=source.how,
        is_proven=source.is_proven,
        stored=stored,
        warehouse=warehouse,
    )


def _require_in_use(name: str) -> None:
    written = {one.sql.upper().replace(" ", "") for one in formula.formulas(name)}
    if written == {"CAST(NULLASFLOAT64)"}:
        raise BadInput(
            f"feature {name}: is retired; its formula is NULL",
            hint=f"featurestore features show {name}",
            feature=name,
        )


def _steps(traced: TracedDay, source: SourceRows) -> tuple[StepValue, ...]:
    """The columns with one value for this player and date that lead to it, except plain copies."""
    steps: dict[tuple[str, int], StepValue] = {}
    by_name = {file.name: file for file in traced.files}
    for node in traced.nodes:
        relation, _, query = node.name.partition(".")
        columns = source.wanted.get(node.name, {})
        single = {
            name: rows for name, rows in columns.items() if name != PRESENCE and len(rows) == 1
        }
        if not single or node.arms:
            continue
        values = {row["_id"]: row for row in traced.fetch(node.name, set().union(*single.values()))}
        written = [
            (one, name)
            for name in single
            for one in formula.in_relation(by_name[relation], name)
            if one.query == query
        ]
        for one, name in sorted(written, key=lambda each: each[0].line):
            (number,) = single[name]
            windows = formula.windows(one, traced.files)
            place = f"{one.path}:{one.line}"
            steps[(one.path, one.line)] = StepValue(
                name, values[number][name], one.sql, windows, place
            )
    return tuple(steps.values())


def _rows(traced: TracedDay, source: SourceRows) -> tuple[ListedRow, ...]:
    listed = []
    for table in traced.tables:
        counts = source.columns(table)
        for row in traced.fetch(table, counts):
            named = {name: row[name] for name in _NAMED_BY if name in row}
            values = {name: row[name] for name in counts[row["_id"]] if name not in named}
            listed.append(ListedRow(table, named, values))
    return tuple(
        sorted(
            listed,
            key=lambda one: (
                one.table,
                -one.row["game_date"].toordinal(),
                str(one.row.get("game_id")),
                str(one.row.get("team_abbr")),
                str(one.row["player_lookup"]),
            ),
        )
    )


def _window(traced: TracedDay, player: str, feature: Feature) -> str:
    if feature.full_window is None or traced.problem:
        return ""
    row = traced.row(player)
    count = row["window_rows"] if feature.window_count == "rows" else row["window_games"]
    full = feature.full_window
    what = "rows" if feature.window_count == "rows" else "games"
    partial = "" if count >= full else ", so that its quality is 87 instead of 100"
    return f"{min(count, full)} of {full} {what}{partial}"


def _missing(feature: Feature, source: SourceRows, steps: tuple[StepValue, ...]) -> str:
    if source.value is not None:
        return ""
    needs = f"at least {feature.least_games} games are needed" if feature.least_games else ""
    null = next((one for one in steps if one.value is None), None)
    because = f"{null.column} is NULL ({null.place})" if null else ""
    default = (
        "it has no default, arrays hold 0"
        if feature.default_value is None
        else f"arrays hold its default, {feature.default_value:g}"
    )
    return "; ".join(part for part in (because, needs, default) if part)
