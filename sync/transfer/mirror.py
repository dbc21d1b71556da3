"""Mirrors a table both ways: each side ends with the merged rows of the range."""

from __future__ import annotations

import hashlib
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sync.canonical_json import canonical_json
from sync.duck.clauses import declared_columns, same_key
from sync.duck.quoting import quote, quote_list, quote_literal, quote_table
from sync.duck.watched_stream import arriving
from sync.errors import Conflict
from sync.model import Replacement
from sync.sql_text import Sql, sql
from sync.transfer import merge

if TYPE_CHECKING:
    from datetime import date

    import duckdb

    from sync.model import DateRange, Partition, Table
    from sync.replica.file import Replica
    from sync.transfer.merge import MergeRule
    from sync.warehouse import Snapshot, Warehouse

# Another process may write between our read and our write: read and merge again.
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class MirrorReport:
    """What a mirror wrote on both sides, or would write.

    Attributes:
        table: Full table name.
        dates: The range, both ends included.
        received: Rows new or changed in the replica.
        sent: Rows new or changed in the warehouse.
        seconds: Elapsed time.
    """

    table: str
    dates: DateRange
    received: int
    sent: int
    seconds: float


def mirror(
    replica: Replica,
    warehouse: Warehouse,
    table: Table,
    rule: MergeRule,
    dates: DateRange,
    *,
    dry_run: bool = False,
) -> MirrorReport:
    """Merge both sides by the table's rule over ``dates``, and write the result to both.

    The warehouse is written first, in one transaction, then the replica: after a kill in
    between, the same command finds the warehouse done and does the rest. May be repeated.

    Raises:
        Conflict: the warehouse changed during each of five attempts.
        WarehouseFailed: the stream of its rows broke off; nothing was written.
    """
    began = time.perf_counter()
    for attempt in range(1, ATTEMPTS + 1):
        try:
            received, sent = _mirror_once(replica, warehouse, table, rule, dates, dry_run=dry_run)
        except Conflict:
            if attempt == ATTEMPTS:
                raise
        else:
            break
    return MirrorReport(table.full_name, dates, received, sent, time.perf_counter() - began)


def _mirror_once(
    replica: Replica,
    warehouse: Warehouse,
    table: Table,
    rule: MergeRule,
    dates: DateRange,
    *,
    dry_run: bool,
) -> tuple[int, int]:
    with (
        replica.read() if dry_run else replica.write() as con,
        tempfile.TemporaryDirectory(prefix="featurestore_") as folder,
    ):
        with warehouse.snapshot() as snapshot:
            partitions = dict(snapshot.partitions(table, dates))
            _receive(con, snapshot, table, partitions)
        _merge(con, table, rule, dates)
        received = _count(con, Sql("to_replica"))
        days = [
            row[0]
            for row in con.execute(
                sql(
                    "SELECT DISTINCT {} FROM to_warehouse ORDER BY 1", quote(table.partition_column)
                )
            ).fetchall()
        ]
        sent = _count(con, Sql("to_warehouse"))
        if not dry_run:
            if days:
                file = Path(folder) / "rows.parquet"
                warehouse.replace(_replacement(con, table, rule, days, partitions, file))
            _apply(con, table, rule)
    return received, sent


def _count(con: duckdb.DuckDBPyConnection, relation: Sql) -> int:
    return int(con.execute(sql("SELECT count(*) FROM {}", relation)).fetchall()[0][0])


def _receive(
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    table: Table,
    partitions: dict[date, Partition],
) -> None:
    """The warehouse's rows as temporary table ``theirs``, all declared columns, cast."""
    live = {column.name for column in snapshot.columns(table) or ()}
    names = [name for name in table.column_names if name in live]
    casts = declared_columns(table.columns, live)
    if not partitions:
        con.execute(sql("CREATE TEMP TABLE theirs AS FROM {} LIMIT 0", quote_table(table)))
        return
    with (
        snapshot.read(table, names, sorted(partitions)) as reader,
        arriving(con, "incoming", reader, table.full_name),
    ):
        con.execute(sql("CREATE TEMP TABLE theirs AS SELECT {} FROM incoming", casts))


def _merge(con: duckdb.DuckDBPyConnection, table: Table, rule: MergeRule, dates: DateRange) -> None:
    """Create the temporary tables ``merged``, ``to_warehouse`` and ``to_replica``."""
    day = quote(table.partition_column)
    columns = quote_list(table.column_names)
    con.execute(
        sql(
            "CREATE TEMP TABLE ours AS SELECT {} FROM {} WHERE {} BETWEEN ? AND ?",
            columns,
            quote_table(table),
            day,
        ),
        [dates.start, dates.end],
    )
    ours, theirs, names = Sql("ours"), Sql("theirs"), table.column_names
    for side in (theirs, ours):
        _canonicalise(con, table, side)
    con.execute(sql("CREATE TEMP TABLE merged AS {}", merge.merge_sql(rule, names, (ours, theirs))))
    for side, target in ((theirs, Sql("to_warehouse")), (ours, Sql("to_replica"))):
        changes = merge.unmerged_sql(rule, names, Sql("merged"), side)
        con.execute(sql("CREATE TEMP TABLE {} AS {}", target, changes))


def _canonicalise(con: duckdb.DuckDBPyConnection, table: Table, side: Sql) -> None:
    """JSON in one form, so that another spelling of a value does not count as a change."""
    for column in table.columns:
        if column.type != "JSON":
            continue
        name = quote(column.name)
        texts = con.execute(
            sql(
                "SELECT DISTINCT {name}::VARCHAR FROM {side} WHERE {name} IS NOT NULL",
                name=name,
                side=side,
            )
        ).fetchall()
        other = {text: form for (text,) in texts if (form := canonical_json(text)) != text}
        if other:
            con.execute(
                sql(
                    """UPDATE {side} SET {name} = forms.form::JSON FROM (
                        SELECT unnest(?::VARCHAR[]) AS text, unnest(?::VARCHAR[]) AS form
                    ) AS forms WHERE {side}.{name}::VARCHAR = forms.text""",
                    side=side,
                    name=name,
                ),
                [list(other), list(other.values())],
            )


def _replacement(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    rule: MergeRule,
    days: list[date],
    partitions: dict[date, Partition],
    file: Path,
) -> Replacement:
    con.execute(sql("COPY to_warehouse TO {} (FORMAT parquet)", quote_literal(str(file))))
    expected = {day: partitions[day].token if day in partitions else None for day in days}
    digest = con.execute(
        sql(
            "SELECT sum(hash({})::HUGEINT)::VARCHAR FROM to_warehouse",
            quote_list(table.column_names),
        )
    ).fetchall()[0][0]
    # A merge of the same rows over the same warehouse state is the same job.
    identity = f"{table.full_name} {sorted(expected.items())} {digest}"
    return Replacement(
        table=table,
        days=tuple(days),
        parquet=file,
        rows=_count(con, Sql("to_warehouse")),
        key=rule.identity,
        prune=False,
        expected=expected,
        job_id="fs_mirror_" + hashlib.sha256(identity.encode()).hexdigest()[:40],
        digest=digest,
        labels={"featurestore_verb": "mirror"},
    )


def _apply(con: duckdb.DuckDBPyConnection, table: Table, rule: MergeRule) -> None:
    """Write the changed rows to the replica, in one transaction."""
    target = quote_table(table)
    same = same_key(rule.identity, Sql("changed"), target)
    con.execute("BEGIN")
    con.execute(
        sql("DELETE FROM {} WHERE EXISTS (FROM to_replica AS changed WHERE {})", target, same)
    )
    con.execute(sql("INSERT INTO {} BY NAME FROM to_replica", target))
    con.execute("COMMIT")
