"""Rows in, values out: cases of the feature contract, all computed in one league.

A case is a few rows and the values that the contract demands for one player and date, worked out by
hand. Teams and players get a prefix a case, so that no case sees another's rows. What a whole
league shares is kept apart by the cases themselves: injury reports by date, shot zones by season.
"""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from featurestore.compute import plan
from featurestore.definitions import tables
from featurestore.testing import insert_rows
from featurestore.testing import make_game as game
from featurestore.testing.assertions import is_same
from sync.duck import connections
from sync.duck.types import create_table_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from featurestore.compute.relations import Step

# Features in the order of the contract.
NAMES = """
    points_avg_last_5 points_avg_last_10 points_avg_season points_std_last_10 games_in_last_7_days
    fatigue_score shot_zone_mismatch_score pace_score usage_spike_score rest_advantage injury_risk
    recent_trend minutes_change opponent_def_rating opponent_pace home_away back_to_back
    playoff_game pct_paint pct_mid_range pct_three pct_free_throw team_pace team_off_rating
    team_win_pct vegas_points_line vegas_opening_line vegas_line_move has_vegas_line
    avg_points_vs_opponent games_vs_opponent minutes_avg_last_10 ppm_avg_last_10 dnp_rate
    pts_slope_10g pts_vs_season_zscore breakout_flag
""".split()

D = date(2025, 1, 31)
Row = dict[str, Any]


def ago(days: int, day: date = D) -> date:
    return day - timedelta(days=days)


def games(
    points: Sequence[int | None], *, every: int = 2, day: date = D, **columns: Any
) -> list[Row]:
    """Games of ann, oldest first, ``every`` so many days, the last one as long before ``day``.

    A column that is a list has one value a game.
    """
    count = len(points)
    return [
        game(
            ago(every * (count - n), day),
            value,
            **{k: v[n] if isinstance(v, list) else v for k, v in columns.items()},
        )
        for n, value in enumerate(points)
    ]


def absence(day: date, **columns: Any) -> Row:
    """A row of ann for a game that she did not play."""
    return game(day, None, **{"minutes": None, "is_dnp": True} | columns)


@dataclass(frozen=True)
class Case:
    """Rows, and what the contract demands for one player and date.

    Attributes:
        name: What is shown, as a sentence.
        rows: Summary rows; the target row is among them.
        expected: By feature name the value, ``None`` where it is missing; or by store column.
        day: The target row's date.
        player: The target row's player.
        reports: Injury reports; their dates belong to this case alone.
    """

    name: str
    rows: Sequence[Row]
    expected: dict[str, Any]
    day: date = D
    player: str = "ann"
    reports: Sequence[Row] = field(default=())


class League:
    """The rows of all cases in one database, and the relations made of them once.

    Args:
        cases: With names that differ.
        steps: The relations, each after its inputs, the store's rows last.
    """

    def __init__(self, cases: Sequence[Case], steps: Sequence[Step]) -> None:
        assert len({case.name for case in cases}) == len(cases)
        self.cases = cases
        self.prefixes = {case.name: _letters(n) for n, case in enumerate(cases)}
        days = [case.day for case in cases]
        self.values = {
            **plan.DEFAULTS,
            "start_date": min(days),
            "end_date": max(days),
            "include_bootstrap": True,
            "bootstrap_days": 14,
            "include_injured": False,
            "computed_at": datetime(2026, 1, 1, tzinfo=UTC),
        }
        self.con = connections.connect(None, threads=1)
        for name, rows in (
            (tables.SUMMARY, [row for case in cases for row in self._summary(case)]),
            (tables.INJURIES, [row for case in cases for row in self._reports(case)]),
        ):
            table = tables.tables()[name]
            self.con.execute(f"CREATE SCHEMA {table.dataset}")
            self.con.execute(create_table_sql(table))
            insert_rows(self.con, name, rows)
        self.con.execute("CREATE TEMP TABLE wanted (name VARCHAR, player VARCHAR, day DATE)")
        self.con.executemany(
            "INSERT INTO wanted VALUES (?, ?, ?)",
            [(c.name, f"{self.prefixes[c.name]}.{c.player}", c.day) for c in cases],
        )
        self._make(steps[:-1])
        self.steps = steps

    def _summary(self, case: Case) -> Iterator[Row]:
        prefix = self.prefixes[case.name]
        teams = {row[side] for row in case.rows for side in ("team_abbr", "opponent_team_abbr")}
        for row in case.rows:
            parts = row["game_id"].split("_")
            yield row | {
                "player_lookup": f"{prefix}.{row['player_lookup']}",
                "team_abbr": prefix + row["team_abbr"],
                "opponent_team_abbr": prefix + row["opponent_team_abbr"],
                "game_id": "_".join(prefix + part if part in teams else part for part in parts),
            }

    def _reports(self, case: Case) -> Iterator[Row]:
        for row in case.reports:
            player = row["player_lookup"]
            named = None if player is None else f"{self.prefixes[case.name]}.{player}"
            yield row | {"player_lookup": named}

    def _make(self, steps: Iterable[Step]) -> None:
        for step in steps:
            connections.run(self.con, step.create_sql, step.chosen(self.values))

    def wrong(self, changed: Sequence[Step] = ()) -> dict[str, list[str]]:
        """What the relations as they are, or with some changed, get wrong, by case.

        Args:
            changed: The relations to make again: changed ones, and all that read them, each after
                its inputs. What was made before comes back afterwards.
        """
        replaced = {step.name: step for step in changed}
        store = replaced.pop(self.steps[-1].name, self.steps[-1])
        with self._made_again(replaced.values()):
            rows = self.con.sql(
                f"""SELECT wanted.name, store.* FROM wanted LEFT JOIN ({store.sql}) AS store
                ON store.player_lookup = wanted.player AND store.game_date = wanted.day""",
                params=store.chosen(self.values),
            ).to_arrow_table()
        rows_of: dict[str, list[Row]] = {case.name: [] for case in self.cases}
        for row in rows.to_pylist():
            rows_of[row["name"]].append(row)
        wrong = {case.name: list(_differences(case, rows_of[case.name])) for case in self.cases}
        return {name: differences for name, differences in wrong.items() if differences}

    def wrong_value(
        self, changed: Sequence[Step], relation: str, name: str, case: Case
    ) -> str | None:
        """What a relation gets wrong of a feature in the row of a case; None where it is right.

        Args:
            changed: As for :meth:`wrong`, but no more than the relation is made of.
            relation: One row a player and date; it has the feature under its name.
            name: A feature that the case has a value for.
            case: Where a relation has not one row for it, that is left to :meth:`wrong`.
        """
        with self._made_again(changed):
            rows = self.con.execute(
                f"SELECT {name} FROM {relation} WHERE player_lookup = ? AND game_date = ?",
                [f"{self.prefixes[case.name]}.{case.player}", case.day],
            ).fetchall()
        return _difference(case, name, rows[0][0]) if len(rows) == 1 else None

    @contextmanager
    def _made_again(self, steps: Iterable[Step]) -> Iterator[None]:
        self.con.execute("BEGIN")
        try:
            self._make(steps)
            yield
        finally:
            self.con.execute("ROLLBACK")

    def close(self) -> None:
        self.con.close()


def wrong_of(cases: Sequence[Case]) -> dict[str, list[str]]:
    """What the shipped SQL gets wrong, by case."""
    with closing(League(cases, plan.steps())) as league:
        return league.wrong()


def _differences(case: Case, rows: Sequence[Row]) -> Iterator[str]:
    if len(rows) != 1:
        yield f"{len(rows)} rows for {case.player} of {case.day}"
        return
    for name in case.expected:
        column = f"feature_{NAMES.index(name)}_value" if name in NAMES else name
        difference = _difference(case, name, rows[0][column])
        if difference is not None:
            yield difference


def _difference(case: Case, name: str, found: object) -> str | None:
    value = case.expected[name]
    return None if is_same(found, value) else f"{name} is {found!r}, and {value!r} by the contract"


def _letters(number: int) -> str:
    first, last = divmod(number, 26)
    return ascii_uppercase[first] + ascii_uppercase[last]
