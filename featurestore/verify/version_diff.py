"""What a change of the feature SQL changes: two versions over the same rows, in memory.

The SQL of the working tree and of the other version are both computed; a relation that is the same
in both, and reads nothing that differs, is computed once. The replica is only read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb

from featurestore.compute import feature_view, plan
from featurestore.compute.columns import held_columns
from featurestore.compute.local import require_pulled
from featurestore.definitions import tables
from featurestore.definitions.features import RELATION, features, parse
from featurestore.verify import feature_stats, version_steps
from featurestore.verify.version_changes import Narrowed, VersionDiff
from sync.duck.quoting import quote, quote_list, quote_literal, quote_table
from sync.errors import BadInput, Refused
from sync.replica import ledger
from sync.sql_text import Sql, sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from featurestore.compute.request import ComputeRequest
    from featurestore.definitions.sql_files import SqlFile
    from featurestore.verify.feature_stats import FeatureChange
    from featurestore.verify.version_steps import Version
    from sync.model import DateRange
    from sync.replica.file import Replica

STORED = "stored"
_ALL_ROWS = Sql("TRUE")


def diff_versions(
    replica: Replica,
    request: ComputeRequest,
    new: Iterable[SqlFile],
    old: Iterable[SqlFile],
    *,
    against: str,
    narrowed: Narrowed | None = None,
) -> VersionDiff:
    """Compute both versions over the request's dates, and compare the features by name.

    Args:
        replica: Holds the pulled rows; nothing is written to it.
        request: The dates and the options.
        new: The working tree's SQL.
        old: The other version's.
        against: The name of the other version.
        narrowed: Only some features, or one player.

    Raises:
        BadInput: a requested feature is in neither version.
        Refused: a needed date was never pulled, or a construct is not proven.
    """
    narrowed = narrowed or Narrowed()
    new, old = tuple(new), tuple(old)
    newer, older = version_steps.version_of(new), version_steps.version_of(old)
    relations = version_steps.changed_relations(newer, older)
    names_new, names_old = _features(newer, new), _features(older, old)
    with replica.read() as con:
        require_pulled(con, request.dates)
        version_steps.run(con, newer, request)
        _keep(con, feature_stats.NEW, names_new)
        if relations:
            version_steps.run(con, older, request, version_steps.to_run(older, newer, relations))
        _keep(con, feature_stats.OLD, names_old)
        diff = _compared(con, request.dates, against, names_new, names_old, narrowed)
        changes = [
            replace(change, causes=causes)
            for change, causes in _with_causes(con, request, newer, older, relations, diff.changes)
        ]
    return replace(diff, relations=relations, changes=tuple(changes))


def diff_stored(
    replica: Replica,
    request: ComputeRequest,
    new: Iterable[SqlFile],
    *,
    narrowed: Narrowed | None = None,
) -> VersionDiff:
    """Compare what the working tree's SQL computes with the rows that the replica stores.

    Raises:
        BadInput: a requested feature is unknown.
        Refused: a needed date was never pulled, or none of the dates was computed.
    """
    new = tuple(new)
    newer = version_steps.version_of(new)
    names_new = _features(newer, new)
    with replica.read() as con:
        held = held_columns(con)
        # Features that were added later have the highest numbers.
        is_held = [one.value_column in held for one in features()]
        names_old = tuple(one.feature_name for one in features()[: [*is_held, False].index(False)])
        require_pulled(con, request.dates)
        version_steps.run(con, newer, request)
        computed = sql("game_date IN (SELECT partition_date FROM {})", ledger.COMPUTED)
        _keep(con, feature_stats.NEW, names_new, computed)
        con.execute(
            sql(
                "CREATE OR REPLACE TEMP TABLE {} AS SELECT player_lookup, game_date, {}"
                " FROM {} WHERE game_date BETWEEN ? AND ?",
                feature_stats.OLD,
                feature_view.value_columns(names_old),
                quote_table(tables.STORE),
            ),
            [request.dates.start, request.dates.end],
        )
        if not con.execute(sql("SELECT count(*) FROM {}", feature_stats.OLD)).fetchall()[0][0]:
            raise Refused(
                f"--against stored: no rows of {request.dates} are stored",
                hint=f"featurestore compute --start-date {request.dates.start}"
                f" --end-date {request.dates.end}",
            )
        narrowed = narrowed or Narrowed()
        return _compared(con, request.dates, STORED, names_new, names_old, narrowed)


def _features(version: Version, files: Iterable[SqlFile]) -> tuple[str, ...]:
    """The features that a version defines and computes, in the order of its definitions."""
    defined = [file for file in files if file.name == RELATION]
    # A version without definitions has the features of the present ones.
    names = (
        [feature.feature_name for feature in parse(defined[0])]
        if defined
        else feature_view.feature_names()
    )
    return tuple(name for name in names if name in version.columns)


def _keep(
    con: duckdb.DuckDBPyConnection, name: Sql, features: Sequence[str], where: Sql = _ALL_ROWS
) -> None:
    con.execute(
        sql(
            "CREATE OR REPLACE TEMP TABLE {name} AS SELECT {columns} FROM {values} WHERE {where}",
            name=name,
            columns=quote_list((*feature_stats.KEYS, *features)),
            values=quote(plan.FEATURE_VALUE),
            where=where,
        )
    )


def _compared(
    con: duckdb.DuckDBPyConnection,
    dates: DateRange,
    against: str,
    names_new: Sequence[str],
    names_old: Sequence[str],
    narrowed: Narrowed,
) -> VersionDiff:
    for name in narrowed.features:
        if name not in names_new and name not in names_old:
            raise BadInput(f"--column {name}: not a feature", hint="featurestore features list")
    chosen = [name for name in names_new if not narrowed.features or name in narrowed.features]
    shared = [name for name in chosen if name in names_old]
    feature_stats.join_versions(con, shared, narrowed.player)
    counted = feature_stats.changed_features(con, shared)
    changes = [
        feature_stats.describe_change(con, shared.index(name), name)
        for name in sorted(counted, key=lambda name: (-counted[name], shared.index(name)))
    ]
    if narrowed.rows is not None and shared:
        con.execute(
            sql(
                "COPY ({}) TO {} (FORMAT parquet)",
                feature_stats.changed_rows_sql(shared),
                quote_literal(str(narrowed.rows)),
            )
        )
    only = [
        con.execute(
            sql(
                "SELECT count(*) FROM {} ANTI JOIN {} USING (player_lookup, game_date)"
                " WHERE $player = '' OR player_lookup = $player",
                one,
                other,
            ),
            {"player": narrowed.player},
        ).fetchall()[0][0]
        for one, other in (
            (feature_stats.NEW, feature_stats.OLD),
            (feature_stats.OLD, feature_stats.NEW),
        )
    ]
    (rows,) = con.execute(sql("SELECT count(*) FROM {}", feature_stats.BOTH)).fetchall()[0]
    return VersionDiff(
        against=against,
        dates=dates,
        rows=rows,
        only_new=only[0],
        only_old=only[1],
        relations=(),
        added=tuple(name for name in chosen if name not in names_old),
        removed=tuple(
            name
            for name in names_old
            if name not in names_new and (not narrowed.features or name in narrowed.features)
        ),
        changes=tuple(changes),
    )


def _with_causes(
    con: duckdb.DuckDBPyConnection,
    request: ComputeRequest,
    new: Version,
    old: Version,
    relations: Sequence[str],
    changes: Sequence[FeatureChange],
) -> list[tuple[FeatureChange, tuple[str, ...]]]:
    """Each change with the relations that cause it by themselves.

    The old version is computed again with one relation of the new one at a time; what then differs
    is caused by that relation. If one cannot be exchanged alone, or none causes the change alone,
    the causes are all changed relations that the feature's relation reads.
    """
    if len(relations) <= 1:
        return [(change, tuple(relations)) for change in changes]
    names = [change.feature for change in changes]
    alone: dict[str, list[str]] = {name: [] for name in names}
    for relation in relations:
        for name in _changed_by(con, request, new, old, relation, names):
            alone[name].append(relation)
    return [(change, tuple(alone[change.feature]) or tuple(relations)) for change in changes]


def _changed_by(
    con: duckdb.DuckDBPyConnection,
    request: ComputeRequest,
    new: Version,
    old: Version,
    relation: str,
    names: Sequence[str],
) -> tuple[str, ...]:
    """The features that differ from the old version if one relation is exchanged."""
    if relation not in new.files or not names:
        return ()
    mixed = {**old.files, relation: new.files[relation]}
    for name in new.files[relation].header.inputs:
        if name in new.files:
            mixed.setdefault(name, new.files[name])
    try:
        version = version_steps.version_of(mixed.values())
    except (BadInput, Refused):
        return ()
    try:
        steps = version_steps.to_run(version, old, [relation])
        version_steps.run(con, version, request, steps)
    except duckdb.BinderException:
        # It reads a column that another changed relation adds.
        version_steps.run(con, old, request)
        return ()
    present = [name for name in names if name in version.columns]
    _keep(con, feature_stats.NEW, present)
    feature_stats.join_versions(con, present, "")
    changed = tuple(feature_stats.changed_features(con, present))
    # Restore the old version for the next relation.
    stale = version_steps.affected(old, [relation]) | steps
    version_steps.run(con, old, request, stale)
    return changed
