"""Runs a changed relation of the feature SQL through every check, in a colleague's order."""

from __future__ import annotations

import dataclasses
import math
import re
from collections import Counter
from contextlib import closing
from datetime import UTC, date, datetime
from functools import cache
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pytest

from featurestore import dialect
from featurestore.compute import local, plan
from featurestore.definitions import compose, sql_files, tables
from featurestore.dialect import rules
from featurestore.league import edge_cases
from featurestore.league.columns import REPORT_SCHEMA
from featurestore.lint import check
from featurestore.verify import leak_proof
from sync.duck import connections
from sync.duck.types import create_table_sql
from sync.errors import Failure
from sync.model import DateRange
from sync.replica.file import Replica

FILES = compose.by_name(sql_files.load("features"))
# From one season into the next: every hard case shows in some row.
START, END = date(2023, 10, 24), date(2024, 12, 20)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PARAMETERS = {
    "start_date": START,
    "end_date": END,
    "include_bootstrap": True,
    "bootstrap_days": 14,
    "include_injured": True,
    "computed_at": NOW,
}

LINTS = {"bounds": check.bounds, "lookback": check.lookback, "leaks": check.leaks}
CHECKS = (*LINTS, "analyzer", "types", "dialect", "rows")


class Mutant(NamedTuple):
    """A text replaced in a file; without a file, the name of a dialect rule to leave out."""

    file: str
    old: str
    new: str


def changed(mutant):
    """The shipped files with the mutant's text in place."""
    if not mutant.file:
        return FILES
    file = FILES[mutant.file]
    assert file.text.count(mutant.old) >= 1, f"{file.path} has no {mutant.old!r}"
    text = file.text.replace(mutant.old, mutant.new)
    return FILES | {file.name: dataclasses.replace(file, text=text)}


def rules_without(mutant):
    if mutant.file:
        return rules.RULES
    kept = tuple(rule for rule in rules.RULES if rule.__name__ != mutant.old)
    assert len(kept) == len(rules.RULES) - 1, f"no rule {mutant.old}"
    return kept


def by_lint(lint, file, files):
    texts = {other.name: other.text for other in files.values() if other.name != file.name}
    context = check.Context(tables.partitioned(), relations=texts, upper=True)
    return [f"{finding.message}; {finding.hint}" for finding in lint(file.text, context)]


def by_analyzer(evaluator, file, files):
    """What the analyzer says, of the changed file or of the store's columns and their types.

    Where a relation has the columns that it had, the analyzer's view of its readers is as before.
    """
    try:
        columns = analyzed(evaluator, file.text)
        if columns == analyzed(evaluator, FILES[file.name].text):
            return "types", []
        store_types = store_columns(evaluator, file.name, columns)
    except evaluator.Error as error:
        return "analyzer", [f"{file.path}: {error}"]
    target = tables.column_types()[tables.STORE]
    return "types", [
        f"{name} is {kind}, {tables.STORE} wants {target.get(name, 'no such column')}"
        for name, kind in store_types.items()
        if plain(kind) != plain(target.get(name, ""))
    ]


def store_columns(evaluator, name, columns):
    """The store's columns and types, where one relation has other columns than it had.

    Its readers are analyzed one after the other: the whole statement takes four times as long.
    """
    known = tables.column_types() | shipped_columns() | {name: dict(columns)}
    changed = {name}
    for reader in compose.dependency_order([plan.STORE], FILES):
        if changed & set(reader.header.inputs):
            known[reader.name] = dict(evaluator.columns(reader.text, known, plan.PARAMETERS))
            changed.add(reader.name)
    return known[plan.STORE]


@cache
def analyzed(evaluator, text):
    """Columns and types of one relation, whose inputs are as shipped."""
    return evaluator.columns(text, tables.column_types() | shipped_columns(), plan.PARAMETERS)


@cache
def shipped_columns():
    """Each relation's columns and types, of those too that are part of another's statement."""
    known = dict(tables.column_types())
    for file in compose.dependency_order(FILES, FILES):
        read = tuple((name, tuple(known[name].items())) for name in file.header.inputs)
        known[file.name] = translated(file.text, file.path, read, rules.RULES).columns
    return {name: dict(known[name]) for name in FILES}


def plain(kind):
    return re.sub(r"\(\d+(, ?\d+)?\)", "", kind).replace(", ", ",")


def planned(files):
    """The plan of these files, as `compute.plan.steps` makes it of the shipped ones."""
    known = dict(tables.column_types())
    steps = []
    roots = [plan.BOOTSTRAP_GAP, plan.LISTED_GAP, plan.STORE]
    for file in compose.dependency_order(roots, files):
        read = tuple((name, tuple(known[name].items())) for name in file.header.inputs)
        made = translated(file.text, file.path, read, rules.RULES)
        known[file.name] = made.columns
        steps.append(plan.Step(file.name, made.sql, made.parameters, made.columns))
    return tuple(steps)


@cache
def translated(text, path, read, _rules):
    columns = {name: dict(types) for name, types in read}
    return dialect.translate(text, columns=columns, parameters=plan.PARAMETERS, origin=path)


@cache
def league():
    """Rows of the hard cases, and reports that list, on the last dates, who has no row there."""
    made = edge_cases.hard_cases()
    keys = {
        (row["game_date"], row["player_lookup"]) for row in made.player_game_summary.to_pylist()
    }
    days, players = edge_cases.SEASON_2024[17:], {player for _, player in keys}
    absent = sorted({(day, player) for day in days for player in players} - keys)
    listed = [
        {
            "report_date": day,
            "report_hour": 9,
            "game_date": day,
            "player_lookup": player,
            "injury_status": "Out",
            "team": "CCC" if number % 2 else None,
        }
        for number, (day, player) in enumerate(absent)
    ]
    reports = pa.Table.from_pylist(listed, schema=REPORT_SCHEMA)
    return made.player_game_summary, pa.concat_tables([made.injury_report, reports])


def fill(con):
    """The league into a database that has its tables."""
    for name, rows in zip((tables.SUMMARY, tables.INJURIES), league(), strict=True):
        con.register("incoming", rows)
        con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM incoming")
        con.unregister("incoming")


def filled():
    """A database that holds the league."""
    con = connections.connect(None)
    for name in (tables.SUMMARY, tables.INJURIES):
        table = tables.tables()[name]
        con.execute(f"CREATE SCHEMA {table.dataset}")
        con.execute(create_table_sql(table))
    fill(con)
    return con


def make(con, steps):
    for step in steps:
        connections.run(con, step.create_sql, step.chosen({**plan.DEFAULTS, **PARAMETERS}))


def store_rows(con):
    """The store's rows; types are checked as a compute does."""
    local.check_types(con, PARAMETERS)
    sql, values = local.store_rows_sql(PARAMETERS)
    return con.sql(sql, params=values).order("player_lookup, game_date").to_arrow_table()


class Shipped(NamedTuple):
    """What the shipped SQL makes of the league.

    Every relation is a table, whichever of them the product puts into one statement; the store's
    rows are as the product makes them.
    """

    con: duckdb.DuckDBPyConnection
    texts: dict[str, str]
    rows: pa.Table


@cache
def shipped():
    with closing(filled()) as con:
        local.run_steps(con, PARAMETERS)
        rows = store_rows(con)
    con, steps = filled(), planned(FILES)
    make(con, steps[:-2])
    return Shipped(con, {step.name: step.sql for step in steps}, rows)


def computed(steps, known):
    """The store's rows, where what is not as shipped, and what reads it, is made again."""
    changed = set()
    for step in steps:
        if step.sql != known.texts[step.name] or changed & set(FILES[step.name].header.inputs):
            changed.add(step.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "steps", lambda: steps)
        known.con.execute("BEGIN")
        try:
            make(known.con, [step for step in steps[:-2] if step.name in changed])
            return store_rows(known.con)
        finally:
            known.con.execute("ROLLBACK")


def by_computing(files, known):
    """The check that finds the rows wrong, and what it says: a type, or values that differ."""
    try:
        steps = planned(files)
    except Failure as failure:
        return "dialect", [f"{failure.message}; {failure.hint}"]
    try:
        rows = computed(steps, known)
    except Failure as failure:
        return "types", [failure.message]
    except duckdb.Error as error:
        return "rows", [str(error).splitlines()[0]]
    return "rows", list(differences(rows, known.rows))


def differences(rows, expected):
    """A sentence for each column that differs, or for the keys, with the first row."""
    keys, wanted_keys = key_list(rows), key_list(expected)
    if keys != wanted_keys:
        counts = Counter(keys)
        counts.subtract(wanted_keys)
        player, day = min(key for key, count in counts.items() if count)
        numbers = f"{len(keys)} rows, shipped {len(wanted_keys)}"
        yield f"key: {numbers}; not the same for {player} of {day}"
        if len(set(keys)) < len(keys):
            return
        both = set(keys) & set(wanted_keys)
        rows = rows.filter(pa.array([key in both for key in keys]))
        expected = expected.filter(pa.array([key in both for key in wanted_keys]))
        keys = key_list(rows)
    for name in rows.column_names:
        mine, theirs = rows[name], expected[name]
        if mine.equals(theirs):
            continue
        for key, value, other in zip(keys, mine.to_pylist(), theirs.to_pylist(), strict=True):
            if not same(value, other):
                yield f"{name}: differs, as for {key[0]} of {key[1]}: {value}, shipped {other}"
                break


def key_list(rows):
    return list(zip(rows["player_lookup"].to_pylist(), rows["game_date"].to_pylist(), strict=True))


def same(mine, theirs):
    if isinstance(mine, float) and isinstance(theirs, float):
        return math.isclose(mine, theirs, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(mine, list) and isinstance(theirs, list):
        return len(mine) == len(theirs) and all(map(same, mine, theirs))
    return mine == theirs


def by_reading(evaluator, mutant):
    """The first check that finds something without a row, and what it says."""
    files = changed(mutant)
    file = files[mutant.file]
    for name, lint in LINTS.items():
        if findings := by_lint(lint, file, files):
            return name, findings
    return by_analyzer(evaluator, file, files)


def first_kill(evaluator, mutant):
    """The first check that finds something, and what it says."""
    if mutant.file:
        name, findings = by_reading(evaluator, mutant)
        if findings:
            return name, findings
    known = shipped()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "RULES", rules_without(mutant))
        return by_computing(changed(mutant), known)


def make_replica(folder):
    """A replica that holds the league, its ledger filled as a pull would."""
    replica = Replica(folder / "replica.duckdb")
    replica.create(list(tables.tables().values()))
    pulled = DateRange(START, END).with_lookback(sql_files.lookback_days())
    with replica.write() as con:
        fill(con)
        con.execute(
            """INSERT INTO featurestore.partitions
            SELECT ?, day::DATE, 0, '', '', NULL, now(), ''
            FROM range(?::DATE, ?::DATE + 1, INTERVAL 1 DAY) AS r(day)""",
            [tables.SUMMARY, pulled.start, pulled.end],
        )
    return replica


def by_changing_results(replica, day, mutant=None):
    """The columns of a date that change when results of that date and later do."""
    steps = planned(changed(mutant)) if mutant else plan.steps()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "steps", lambda: steps)
        proof = leak_proof.prove_no_leak(replica, day, now=NOW)
    assert proof.rows > 10
    return {name for name, _player in proof.leaks}
