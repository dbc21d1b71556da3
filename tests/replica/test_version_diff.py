"""Two versions of the feature SQL over the same rows: which features differ, where, and why."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from league_warehouse import league_warehouse
from pyarrow import parquet

from featurestore import league
from featurestore.compute.local import compute
from featurestore.compute.request import ComputeRequest
from featurestore.definitions import sql_files, tables, versions
from featurestore.definitions.features import features
from featurestore.verify import version_diff, version_steps
from featurestore.verify.version_changes import Narrowed
from sync.errors import BadInput, Refused
from sync.model import DateRange
from sync.replica.file import Replica
from sync.transfer.pull import pull

if TYPE_CHECKING:
    from pathlib import Path

DATES = DateRange(date(2024, 10, 25), date(2024, 12, 10))
REQUEST = ComputeRequest(DATES, datetime(2026, 1, 1, tzinfo=UTC), include_bootstrap=True)
FILES = sql_files.load("features")


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Replica:
    folder = tmp_path_factory.mktemp("versions")
    made = league.generate(teams=4, games_per_team=20, seasons=(2023, 2024), seed=9)
    warehouse = league_warehouse(folder / "warehouse.duckdb", made)
    replica = Replica(folder / "replica.duckdb")
    replica.create(list(tables.tables().values()))
    for name in (tables.SUMMARY, tables.INJURIES):
        pull(replica, warehouse, tables.tables()[name], DATES.with_lookback(365))
    return replica


# What the shipped SQL computes, computed once.
SHIPPED: dict[str, dict[tuple, dict]] = {}


def changed(*edits: tuple[str, str, str]) -> list[sql_files.SqlFile]:
    """The shipped files with some texts replaced: (relation, old, new)."""
    files = {file.name: file for file in FILES}
    for name, old, new in edits:
        file = files[name]
        assert old in file.text, f"{name} no longer has {old!r}"
        files[name] = replace(file, text=file.text.replace(old, new, 1))
    return list(files.values())


def values_of(replica: Replica, files: list[sql_files.SqlFile]) -> dict[tuple, dict]:
    """What a version computes, by key: each relation on its own, nothing shared."""
    version = version_steps.version_of(files)
    with replica.read() as con:
        version_steps.run(con, version, REQUEST)
        rows = con.sql("FROM feature_value").to_arrow_table().to_pylist()
    return {(row["player_lookup"], row["game_date"]): row for row in rows}


def expected(replica: Replica, new: list, old: list) -> dict:
    """Feature to (differing rows, first date), counted row by row in Python."""
    if new == list(FILES):
        if "shipped" not in SHIPPED:
            SHIPPED["shipped"] = values_of(replica, new)
        mine = SHIPPED["shipped"]
    else:
        mine = values_of(replica, new)
    theirs = values_of(replica, old)
    differing = {}
    for name in (feature.feature_name for feature in features()):
        days = [
            key[1]
            for key, row in mine.items()
            if (row[name] is None) != (theirs[key][name] is None)
            or (
                row[name] is not None
                and abs(row[name] - theirs[key][name]) > 1e-9 * max(1, abs(theirs[key][name]))
            )
        ]
        if days:
            differing[name] = (len(days), min(days))
    return differing


DEFENCE = ("team_game", "SAFE_DIVIDE(other.points, other.", "SAFE_DIVIDE(other.points, own.")
WINS = ("team_game", "own.points > other.points", "own.points >= other.points + 3")
PACE = ("team_game", "48 * ((own.possessions", "40 * ((own.possessions")


def formula_mutants() -> list[tuple[str, str, str]]:
    """One line that is a feature's whole formula, halved; for each feature that has such a line."""
    mutants = []
    names = [f" AS {feature.feature_name}" for feature in features()]
    for file in FILES:
        for text in file.text.splitlines():
            end = next((name for name in names if text.rstrip(",").endswith(name)), "")
            head = text.rstrip(",").removesuffix(end).strip()
            # The league's range ends before the playoffs.
            is_balanced = head.count("(") == head.count(")") and not head.startswith("END")
            if end and is_balanced and "is_playoff" not in head:
                mutants.append((file.name, text, text.replace(head, f"{head} / 2", 1)))
    return mutants


CASES = [DEFENCE, WINS, PACE, *formula_mutants()][:20]


def test_there_are_enough_mutants() -> None:
    assert len(CASES) == 20


@pytest.mark.parametrize(
    "mutant", CASES, ids=lambda mutant: f"{mutant[0]}: {mutant[2].strip()[:50]}"
)
def test_a_change_is_found_in_the_right_features_on_the_right_date_by_the_right_relation(
    pulled: Replica, mutant: tuple[str, str, str]
) -> None:
    new, old = list(FILES), changed(mutant)
    comparison = version_diff.diff_versions(pulled, REQUEST, new, old, against="mutant")
    differing = expected(pulled, new, old)
    assert differing, "the mutant changes nothing"
    assert {c.feature: (c.rows, c.first_date) for c in comparison.changes} == differing
    assert comparison.relations == (mutant[0],)
    assert all(change.causes == (mutant[0],) for change in comparison.changes)
    assert (comparison.only_new, comparison.only_old, comparison.added, comparison.removed) == (
        0,
        0,
        (),
        (),
    )


def test_identical_sql_is_the_same_and_computes_nothing_twice(
    pulled: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    real = version_steps.connections.run

    def run(con, sql, values):
        ran.append(sql.split(" AS ")[0])
        return real(con, sql, values)

    monkeypatch.setattr(version_steps.connections, "run", run)
    comparison = version_diff.diff_versions(pulled, REQUEST, FILES, FILES, against="itself")
    assert comparison.is_same
    assert comparison.rows > 500
    assert len(ran) == len(set(ran))


def test_two_changes_are_attributed_by_computing_each_alone(pulled: Replica) -> None:
    """Each of two relations changes its own feature, and one changes both."""
    first, second = DEFENCE, next(case for case in CASES if case[0] == "player_history")
    old = changed(first, second)
    comparison = version_diff.diff_versions(pulled, REQUEST, FILES, old, against="both")
    alone = {case[0]: set(expected(pulled, changed(case), list(FILES))) for case in (first, second)}
    assert comparison.relations == tuple(
        name for name in version_steps.version_of(FILES).files if name in alone
    )
    assert comparison.changes
    for change in comparison.changes:
        assert set(change.causes) == {
            relation for relation, names in alone.items() if change.feature in names
        }


def test_a_feature_that_only_one_version_defines_is_named(pulled: Replica) -> None:
    old = changed(("feature_definition", "'breakout_flag'", "'breakout_sign'"))
    comparison = version_diff.diff_versions(pulled, REQUEST, FILES, old, against="older")
    assert (comparison.added, comparison.removed, comparison.changes) == (
        ("breakout_flag",),
        (),
        (),
    )
    assert not comparison.is_same


def test_one_feature_or_one_player_can_be_selected(pulled: Replica, tmp_path: Path) -> None:
    old = changed(CASES[0])
    everything = version_diff.diff_versions(pulled, REQUEST, FILES, old, against="mutant")
    feature, player = everything.changes[0].feature, everything.changes[0].moves[0].player_lookup
    file = tmp_path / "rows.parquet"
    one = version_diff.diff_versions(
        pulled,
        REQUEST,
        FILES,
        old,
        against="mutant",
        narrowed=Narrowed((feature,), player, file),
    )
    assert [change.feature for change in one.changes] == [feature]
    assert {move.player_lookup for move in one.changes[0].moves} == {player}
    rows = parquet.read_table(file).to_pylist()
    assert len(rows) == one.changes[0].rows
    assert {(row["feature"], row["player_lookup"]) for row in rows} == {(feature, player)}
    with pytest.raises(BadInput, match="--column nothing: not a feature"):
        version_diff.diff_versions(
            pulled, REQUEST, FILES, old, against="mutant", narrowed=Narrowed(("nothing",))
        )


def test_the_statistics_are_those_of_the_differences(pulled: Replica) -> None:
    old = changed(CASES[0])
    change = version_diff.diff_versions(pulled, REQUEST, FILES, old, against="mutant").changes[0]
    mine, theirs = values_of(pulled, list(FILES)), values_of(pulled, old)
    pairs = [
        (row[change.feature], theirs[key][change.feature])
        for key, row in mine.items()
        if row[change.feature] is not None and theirs[key][change.feature] is not None
    ]
    moves = [new - old for new, old in pairs if abs(new - old) > 1e-9 * max(1, abs(old))]
    assert change.mean_change == pytest.approx(sum(moves) / len(moves))
    assert change.largest_change == pytest.approx(max(map(abs, moves)))
    assert [abs(m.new - m.old) for m in change.moves] == pytest.approx(
        sorted(map(abs, moves), reverse=True)[: len(change.moves)]
    )
    assert change.drift is not None
    assert change.drift >= 0


def test_stored_rows_are_compared_with_those_computed_now(pulled: Replica, tmp_path: Path) -> None:
    shutil.copy(pulled.path, tmp_path / "stored.duckdb")
    replica = Replica(tmp_path / "stored.duckdb")
    with pytest.raises(Refused, match=r"no rows of .* are stored"):
        version_diff.diff_stored(replica, REQUEST, FILES)
    compute(replica, REQUEST)
    assert version_diff.diff_stored(replica, REQUEST, FILES).is_same
    comparison = version_diff.diff_stored(replica, REQUEST, changed(CASES[0]))
    assert not comparison.is_same
    assert comparison.changes


def test_a_version_is_a_folder_or_a_revision(tmp_path: Path) -> None:
    copy = tmp_path / "sql" / "features"
    shutil.copytree(sql_files.sql_root() / "features", copy)
    for named in (tmp_path, tmp_path / "sql", copy):
        files = versions.version_files(str(named))
        assert [file.text for file in files] == [file.text for file in FILES]
    with pytest.raises(BadInput, match="has no feature SQL"):
        (tmp_path / "empty").mkdir()
        versions.version_files(str(tmp_path / "empty"))
    with pytest.raises(BadInput, match="neither a folder nor a revision") as caught:
        versions.version_files("no-such-revision")
    assert "--against main" in caught.value.hint
    with pytest.raises(BadInput, match="not a revision"):
        versions.version_files("--output=x")


def test_a_revision_s_files_are_those_that_were_committed() -> None:
    if not (sql_files.sql_root().parent / ".git").exists():
        pytest.skip("no checkout")
    files = {file.name: file for file in versions.version_files("HEAD")}
    assert files["summary"].path == "HEAD:sql/features/summary.sql"
    assert files["summary"].header.grain == ("player_lookup", "game_date")
