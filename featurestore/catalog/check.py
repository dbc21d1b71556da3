"""Proves that definitions, SQL, DDL, docs and the live tables agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from featurestore.catalog import formula, write
from featurestore.compute import feature_view, plan, store_views
from featurestore.compute.columns import held_columns
from featurestore.definitions import compose, sql_files, tables
from featurestore.definitions.feature_sets import feature_sets
from featurestore.definitions.features import RELATION, features
from sync.counted import counted
from sync.errors import Failure
from sync.schema_drift import find_drift

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sync.replica.file import Replica
    from sync.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that disagrees.

    Attributes:
        place: A file, a table or a view.
        message: What is wrong there.
        hint: A command that fixes it, or what to write.
    """

    place: str
    message: str
    hint: str


def in_repository(root: Path) -> Iterator[Finding]:
    """Checks generated text, versions, formulas and feature sets of a checkout."""
    try:
        for path in write.outdated(root):
            yield Finding(path, "is not as generated", "featurestore features generate")
    except Failure as failure:
        yield _of_failure(failure, f"sql/features/{RELATION}.sql")
    yield from in_sql()


def _of_failure(failure: Failure, place: str) -> Finding:
    """The error that stopped a check, at the place that its message names, otherwise ``place``."""
    named, _, said = failure.message.partition(": ")
    if named.startswith("sql/") and said:
        return Finding(named, said, failure.hint)
    return Finding(place, failure.message, failure.hint)


def in_sql() -> Iterator[Finding]:
    """Checks each feature's formula, its column in the relation of all values, its store columns.

    Stops at the first file that cannot be parsed.
    """
    try:
        yield from _in_formulas()
    except Failure as failure:
        yield _of_failure(failure, "sql/features")


def _in_formulas() -> Iterator[Finding]:
    value = compose.by_name(sql_files.load("features"))[plan.FEATURE_VALUE]
    declared = tables.column_types()[tables.STORE]
    for one in features():
        defined = formula.formulas(one.feature_name)
        if len(defined) != 1:
            places = ", ".join(f"{place.path}:{place.line}" for place in defined) or "none"
            yield Finding(
                "sql/features",
                f"{one.feature_name} has {len(defined)} formulas: {places}",
                f"write one column AS {one.feature_name}",
            )
        for kind in ("value", "quality", "source"):
            column = f"feature_{one.feature_index}_{kind}"
            if column not in declared:
                yield Finding(
                    f"sql/schema/{tables.STORE}.sql",
                    f"{column} of {one.feature_name} is not declared",
                    "featurestore features generate",
                )
        if f"  {one.feature_name},\n" not in value.text:
            yield Finding(
                value.path, f"{one.feature_name} is missing", "featurestore features generate"
            )
    names = {one.feature_name for one in features()}
    for name, members in feature_sets().items():
        for member in sorted(set(members) - names):
            yield Finding(
                f"sql/feature_sets/{name}.sql",
                f"{member} is not defined",
                "name a defined feature; featurestore features list shows them",
            )


def in_translation() -> Iterator[Finding]:
    """The error that prevents the relations from being translated, if any."""
    try:
        plan.steps()
    except Failure as failure:
        yield _of_failure(failure, "sql/features")


def in_replica(replica: Replica) -> Iterator[Finding]:
    """Checks the replica's store table and the view ``featurestore.features``."""
    if not replica.path.exists():
        return
    with replica.read() as con:
        held = held_columns(con)
        is_current = store_views.is_current(con)
    missing = [name for name in tables.column_types()[tables.STORE] if name not in held]
    if missing:
        yield Finding(
            f"{replica.path}: {tables.STORE}",
            f"lacks {counted(len(missing), 'column')}, first {missing[0]}",
            "featurestore init --migrate",
        )
    if not is_current:
        yield Finding(
            f"{replica.path}: {feature_view.FEATURES}",
            "is not the view of the defined features",
            "featurestore init --migrate",
        )


def in_warehouse(warehouse: Warehouse) -> Iterator[Finding]:
    """Checks the warehouse's store table."""
    table = tables.tables()[tables.STORE]
    with warehouse.snapshot() as snapshot:
        live = snapshot.columns(table)
    if live is None:
        yield Finding(f"{warehouse.url}: {table.full_name}", "is missing", "featurestore init")
        return
    drift = find_drift(table, live)
    for clause in drift.blocking(digits=False):
        yield Finding(f"{warehouse.url}: {table.full_name}", clause, "featurestore doctor")
    if drift.missing:
        yield Finding(
            f"{warehouse.url}: {table.full_name}",
            f"lacks {counted(len(drift.missing), 'column')}, first {drift.missing[0].name}",
            "featurestore init --migrate",
        )
