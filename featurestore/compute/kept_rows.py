"""What the replica keeps of the store's rows, by version of the SQL that expands them.

A version has two tables and a view, named after its digest: the kept rows (``stored_row``), the
columns that follow from their patterns (``feature_quality``), and the store's rows, made of both by
the SELECT of ``ml_feature_store_v2`` at the time the version was created. So a later change of a
definition changes no stored row. A version is dropped with its last row.

Rows of an older replica that no version reproduces exactly are kept whole, in a separate table.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from featurestore.compute import plan
from featurestore.definitions import tables
from sync.duck import connections
from sync.duck.clauses import bind_days, on_days
from sync.duck.quoting import quote, quote_table
from sync.duck.types import duckdb_type
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    import duckdb

    from featurestore.compute.relations import Step

SCHEMA = "featurestore"
WHOLE = f"{SCHEMA}.whole_rows"
PATTERN = ("missing_mask", "window_games", "window_rows")
_ROWS = "kept_rows_"
_DIGITS = 12
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the SQL that makes the store's rows; the names of its tables and its view."""

    digest: str

    @property
    def rows(self) -> str:
        """The table of kept rows, columns as those of ``stored_row``."""
        return f"{SCHEMA}.{_ROWS}{self.digest}"

    @property
    def patterns(self) -> str:
        """The table of patterns, one row each, columns as those of ``feature_quality``."""
        return f"{SCHEMA}.kept_patterns_{self.digest}"

    @property
    def store(self) -> str:
        """The view of the store's rows, made of both tables."""
        return f"{SCHEMA}.kept_store_{self.digest}"


def current() -> Version:
    """The version of the present SQL.

    Its digest covers all that the rows depend on besides the kept values: the qualities of the
    patterns and the definitions behind them, the SELECT of the store, and the kept columns.
    """
    texts = [
        _COMMENT.sub("", plan.step(name).sql)
        for name in ("feature_definition", plan.FEATURE_QUALITY, plan.STORE)
    ]
    columns = [list(plan.step(name).columns.items()) for name in (plan.STORED_ROW, plan.STORE)]
    made_of = json.dumps([texts, columns])
    return Version(hashlib.sha256(made_of.encode()).hexdigest()[:_DIGITS])


@dataclass(frozen=True, slots=True)
class Held:
    """What a replica keeps: its versions, by digest, and whether rows are kept whole."""

    versions: tuple[Version, ...]
    has_whole: bool


def held(con: duckdb.DuckDBPyConnection) -> Held:
    """What the replica keeps, from its catalog."""
    rows = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()"
        " AND schema_name = ? ORDER BY 1",
        [SCHEMA],
    ).fetchall()
    names = [name for (name,) in rows]
    return Held(
        tuple(Version(name.removeprefix(_ROWS)) for name in names if name.startswith(_ROWS)),
        WHOLE.removeprefix(f"{SCHEMA}.") in names,
    )


def ensure(con: duckdb.DuckDBPyConnection) -> Version:
    """The current version; creates its tables and view if they are missing.

    Call it in the transaction that writes the rows.
    """
    version = current()
    if version not in held(con).versions:
        con.execute(_create_sql(version.rows, plan.step(plan.STORED_ROW)))
        con.execute(_create_sql(version.patterns, plan.step(plan.FEATURE_QUALITY)))
        con.execute(
            sql(
                "CREATE VIEW {view} AS WITH {kept} AS (FROM {rows}), {graded} AS (FROM {patterns})"
                " SELECT * FROM ({store})",
                view=quote_table(version.store),
                kept=quote(plan.STORED_ROW),
                rows=quote_table(version.rows),
                graded=quote(plan.FEATURE_QUALITY),
                patterns=quote_table(version.patterns),
                store=Sql(plan.step(plan.STORE).sql),
            )
        )
    return version


def _create_sql(table: str, step: Step) -> Sql:
    columns = (sql("{} {}", quote(n), duckdb_type(kind)) for n, kind in step.columns.items())
    return sql("CREATE TABLE {} ({})", quote_table(table), join(", ", columns))


def insert(
    con: duckdb.DuckDBPyConnection, version: Version, rows: Sql, values: Mapping[str, object]
) -> int:
    """Add rows, and the patterns that the version does not have yet; returns the number of rows.

    In the caller's transaction; relation ``feature_quality`` holds the patterns of the rows.

    Args:
        con: The replica.
        version: The current version.
        rows: A SELECT of ``stored_row``'s columns.
        values: The values of its parameters.
    """
    same = join(" AND ", (sql("known.{name} = pattern.{name}", name=quote(n)) for n in PATTERN))
    con.execute(
        sql(
            "INSERT INTO {patterns} BY NAME SELECT * FROM {quality} AS pattern"
            " WHERE NOT EXISTS (FROM {patterns} AS known WHERE {same})",
            patterns=quote_table(version.patterns),
            quality=quote(plan.FEATURE_QUALITY),
            same=same,
        )
    )
    insertion = sql("INSERT INTO {} BY NAME {}", quote_table(version.rows), rows)
    return int(connections.run(con, insertion, values).fetchall()[0][0])


def delete(con: duckdb.DuckDBPyConnection, dates: Collection[date]) -> None:
    """Remove the rows of some dates, of all versions; in the caller's transaction."""
    if not dates:
        return
    kept = held(con)
    names = [version.rows for version in kept.versions]
    condition = on_days(quote("game_date"))
    for name in [*names, WHOLE] if kept.has_whole else names:
        con.execute(sql("DELETE FROM {} WHERE {}", quote_table(name), condition), bind_days(dates))


def drop_empty(con: duckdb.DuckDBPyConnection) -> None:
    """Drop the versions without rows, except the current one.

    In the caller's transaction, which also has to renew the views over all versions.
    """
    here, kept = current(), held(con)
    for version in kept.versions:
        if version != here and _is_empty(con, version.rows):
            con.execute(sql("DROP VIEW {}", quote_table(version.store)))
            con.execute(sql("DROP TABLE {}", quote_table(version.rows)))
            con.execute(sql("DROP TABLE {}", quote_table(version.patterns)))
    if kept.has_whole and _is_empty(con, WHOLE):
        con.execute(sql("DROP TABLE {}", quote_table(WHOLE)))


def _is_empty(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    return not con.execute(sql("SELECT 1 FROM {} LIMIT 1", quote_table(table))).fetchall()


def declared_sql(con: duckdb.DuckDBPyConnection, sources: Sequence[str]) -> Sql:
    """A SELECT of all declared columns of the store, in order, from several sources."""
    types = tables.column_types()[tables.STORE]
    return select_sql(con, sources, {name: (name, kind) for name, kind in types.items()})


def select_sql(
    con: duckdb.DuckDBPyConnection, sources: Sequence[str], chosen: Mapping[str, tuple[str, str]]
) -> Sql:
    """A SELECT of the same columns from several sources; columns that a source lacks are NULL.

    Args:
        con: The replica.
        sources: Tables and views; without any, the SELECT has no rows.
        chosen: Output name to the source's column and the GoogleSQL type.
    """
    selects = []
    for source in sources:
        described = con.execute(sql("DESCRIBE {}", quote_table(source))).fetchall()
        cells = _cells(chosen, {name for name, *_ in described})
        selects.append(sql("SELECT {} FROM {}", cells, quote_table(source)))
    nothing = sql("SELECT {} WHERE FALSE", _cells(chosen, ()))
    return join(" UNION ALL ", selects) if selects else nothing


def _cells(chosen: Mapping[str, tuple[str, str]], present: Collection[str]) -> Sql:
    return join(
        ", ",
        (
            sql(
                "CAST({} AS {}) AS {}",
                quote(column) if column in present else Sql("NULL"),
                duckdb_type(kind),
                quote(name),
            )
            for name, (column, kind) in chosen.items()
        ),
    )
