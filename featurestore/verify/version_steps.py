"""Computes two versions of the feature SQL side by side; common relations only once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from featurestore.compute import plan
from featurestore.compute.relations import Step, translated
from featurestore.definitions import compose, tables
from sync.duck import connections

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb

    from featurestore.compute.request import ComputeRequest
    from featurestore.definitions.sql_files import SqlFile


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the feature SQL.

    Attributes:
        files: Its relations by name.
        steps: The relations in DuckDB's SQL, each after its inputs; the last has the features.
    """

    files: Mapping[str, SqlFile]
    steps: tuple[Step, ...]

    @property
    def columns(self) -> Mapping[str, str]:
        """The columns of the features by name, with their GoogleSQL types."""
        return self.steps[-1].columns


def version_of(files: Iterable[SqlFile]) -> Version:
    """A version, translated.

    Raises:
        Refused: a relation is missing, or a construct is not proven; file and line are named.
    """
    files = tuple(files)
    steps = translated(
        [plan.FEATURE_VALUE], files, columns=tables.column_types(), parameters=plan.PARAMETERS
    )
    ordered = compose.dependency_order([plan.FEATURE_VALUE], compose.by_name(files))
    return Version({file.name: file for file in ordered}, steps)


def changed_relations(new: Version, old: Version) -> tuple[str, ...]:
    """Relations whose text differs, or that only one version has, in the new one's order."""
    both = {**old.files, **new.files}
    order = {name: number for number, name in enumerate(new.files)}
    return tuple(
        sorted(
            (name for name in both if _text(new, name) != _text(old, name)),
            key=lambda name: (order.get(name, len(order)), name),
        )
    )


def affected(version: Version, changed: Iterable[str]) -> frozenset[str]:
    """The relations of a version that read a changed one, directly or not, and those themselves."""
    relations = set(changed)
    for file in version.files.values():
        if relations.intersection(file.header.inputs):
            relations.add(file.name)
    return frozenset(relations & version.files.keys())


def to_run(version: Version, base: Version, changed: Iterable[str]) -> frozenset[str]:
    """The steps of a version that have to run after those of ``base``.

    Those that a change affects, and relations that ``base`` merged into their only reader.
    """
    ready = {step.name for step in base.steps}
    new = {step.name for step in version.steps} - ready
    return affected(version, changed) | new


def run(
    con: duckdb.DuckDBPyConnection,
    version: Version,
    request: ComputeRequest,
    only: frozenset[str] | None = None,
) -> None:
    """Create temporary tables of the version's relations, or of some of them."""
    values = {**plan.DEFAULTS, **request.parameters()}
    for step in version.steps:
        if only is None or step.name in only:
            connections.run(con, step.create_sql, step.chosen(values))


def _text(version: Version, name: str) -> str | None:
    file = version.files.get(name)
    return None if file is None else file.text
