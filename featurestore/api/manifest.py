"""The manifest of a result: its inputs' partitions and digests, the SQL, versions and options."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from featurestore.compute import plan
from featurestore.definitions import sql_files, tables
from sync.errors import BadInput, Refused
from sync.replica import ledger
from sync.sql_text import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from featurestore.api.result import Result
    from featurestore.api.store import Store
    from sync.model import DateRange


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a result depends on; equal manifests mean equal results, byte for byte.

    Attributes:
        call: The method that made the result.
        options: Its arguments; entities by their digest, a feature set by its members.
        sql_digest: Hex SHA-256 of the features' SQL.
        versions: Versions of the parts of this program that compute.
        partitions: Digest by table and date (``YYYY-MM-DD``), the lookback included.
        rows: Number of rows of the result.
        digest: Hex SHA-256 of the rows, in their order.
    """

    call: str
    options: Mapping[str, Any]
    sql_digest: str
    versions: Mapping[str, str]
    partitions: Mapping[str, Mapping[str, str]]
    rows: int
    digest: str

    def to_json(self) -> str:
        """The manifest as a JSON document."""
        return json.dumps(asdict(self), indent=1, sort_keys=True, default=str)

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """The manifest of `to_json`."""
        return cls(**json.loads(text))

    def repeat(self, store: Store, entities: Any = None) -> Result:
        """Run the call again: the same rows, byte for byte, or an error that says what changed.

        Args:
            store: Where to run it.
            entities: For ``get_historical_features``: the entities, of which the manifest has only
                the digest.

        Raises:
            BadInput: entities are missing, or not accepted.
            Refused: the rows differ; ``changes`` has a sentence for each change.
        """
        options = dict(self.options)
        takes_entities = "entities" in options
        if takes_entities != (entities is not None):
            what = "needs the entities" if takes_entities else "takes no entities"
            raise BadInput(
                f"{self.call}: {what}",
                hint=f"manifest.repeat(store{', entities' if takes_entities else ''})",
            )
        if takes_entities:
            options["entities"] = entities
        result: Result = getattr(store, self.call)(**options)
        assert result.manifest is not None
        if result.manifest.digest != self.digest:
            changes = self.changes_to(result.manifest)
            raise Refused(
                f"{self.call}: the rows differ from before: {'; '.join(changes)}",
                hint="if the change is intended, keep the new result's manifest",
                changes=changes,
            )
        return result

    def changes_to(self, other: Manifest) -> tuple[str, ...]:
        """The differences between two manifests, a sentence each."""
        changes = [
            f"option {name} was {self.options.get(name)!r}, is {other.options.get(name)!r}"
            for name in sorted(self.options.keys() | other.options.keys())
            if self.options.get(name) != other.options.get(name)
        ]
        if self.sql_digest != other.sql_digest:
            changes.append("the features' SQL changed")
        changes += [
            f"{name} was {self.versions.get(name)}, is {other.versions.get(name)}"
            for name in sorted(self.versions.keys() | other.versions.keys())
            if self.versions.get(name) != other.versions.get(name)
        ]
        for table in sorted(self.partitions.keys() | other.partitions.keys()):
            mine, theirs = self.partitions.get(table, {}), other.partitions.get(table, {})
            days = sorted(
                day for day in mine.keys() | theirs.keys() if mine.get(day) != theirs.get(day)
            )
            if days:
                count = f"{len(days)} partition{'' if len(days) == 1 else 's'}"
                changes.append(f"{table}: {count} changed, first {days[0]}")
        if self.digest != other.digest and not changes:
            changes.append("the rows changed, although none of their inputs did")
        return tuple(changes)


def made(
    con: duckdb.DuckDBPyConnection,
    call: str,
    options: Mapping[str, Any],
    dates: DateRange | None,
    rows: pa.Table,
) -> Manifest:
    """The manifest of a result that reads the store's rows of ``dates``."""
    from importlib.metadata import version

    return Manifest(
        call=call,
        # As they are after a round trip through JSON.
        options=json.loads(json.dumps(options, default=str)),
        sql_digest=plan.sql_digest(),
        versions={
            "featurestore": version("featurestore"),
            "duckdb": duckdb.__version__,
            "sqlglot": version("sqlglot"),
        },
        partitions={} if dates is None else _partitions(con, dates),
        rows=rows.num_rows,
        digest=digest_of(rows),
    )


def digest_of(rows: pa.Table) -> str:
    """Hex SHA-256 of schema and values of the rows in their order, independent of chunks."""
    batch = rows.replace_schema_metadata(None).combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_table(batch)
    return hashlib.sha256(sink.getvalue()).hexdigest()


def _partitions(con: duckdb.DuckDBPyConnection, dates: DateRange) -> dict[str, dict[str, str]]:
    needed = dates.with_lookback(sql_files.lookback_days())
    rows = con.execute(
        sql(
            """SELECT table_name, partition_date::VARCHAR, digest FROM {}
            WHERE table_name IN (?, ?) AND partition_date BETWEEN ? AND ? AND rows > 0
            ORDER BY ALL""",
            ledger.PARTITIONS,
        ),
        [tables.SUMMARY, tables.INJURIES, needed.start, needed.end],
    ).fetchall()
    digests: dict[str, dict[str, str]] = {}
    for table, day, digest in rows:
        digests.setdefault(table, {})[day] = digest
    return digests
