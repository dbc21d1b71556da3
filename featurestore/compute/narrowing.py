"""Converts the store's rows of an older replica, which have all columns, into kept rows.

An old row does not say how full its windows were, only the qualities that followed from it. So its
pattern is those qualities, under a new number. A date whose rows would not come out bit for bit as
they were is kept whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.compute import kept_rows, plan
from featurestore.definitions import tables
from featurestore.definitions.features import features
from sync.duck.digest import partition_digests_sql
from sync.duck.quoting import quote, quote_table
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    import duckdb

_KEY = "game_date"
_WINDOW_ROWS = "window_rows"
# Columns of a kept row, as expressions over those of a whole row.
_OF_A_ROW = {
    "is_early_season": Sql("early_season_flag"),
    "listed_status": Sql(
        "substr(processing_decision_reason, length('no_game_summary: listed ') + 1)"
    ),
    "recent_games": Sql("historical_completeness.games_found"),
    "games_expected": Sql("historical_completeness.games_expected"),
    "contributing_game_dates": Sql("historical_completeness.contributing_game_dates"),
    "computed_at": Sql("created_at"),
    "window_games": Sql("historical_completeness.games_found"),
    "score": Sql("feature_quality_score::DOUBLE"),
    # It is also FALSE for reasons of the row itself, which make it FALSE again.
    "is_training_quality": Sql("is_training_ready"),
}


def narrow(con: duckdb.DuckDBPyConnection) -> None:
    """Replace the table of whole rows, if there is one; in the caller's transaction.

    The caller has to create the views afterwards.
    """
    if not _is_table(con):
        return
    whole = quote_table(tables.STORE)
    if con.execute(sql("SELECT 1 FROM {} LIMIT 1", whole)).fetchall():
        left = _narrowed(con) if _is_complete(con) else Sql("TRUE")
        con.execute(
            sql("CREATE TABLE {} AS FROM {} WHERE {}", quote_table(kept_rows.WHOLE), whole, left)
        )
        kept_rows.drop_empty(con)
    con.execute(sql("DROP TABLE {}", whole))


def _is_table(con: duckdb.DuckDBPyConnection) -> bool:
    dataset, name = tables.STORE.split(".")
    return bool(
        con.execute(
            """SELECT 1 FROM duckdb_tables() WHERE database_name = current_database()
            AND schema_name = ? AND table_name = ?""",
            [dataset, name],
        ).fetchall()
    )


def _columns(con: duckdb.DuckDBPyConnection) -> list[str]:
    described = con.execute(sql("DESCRIBE {}", quote_table(tables.STORE))).fetchall()
    return [name for name, *_ in described]


def _is_complete(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the table has every column of the store's SELECT, and only declared ones."""
    present = set(_columns(con))
    declared = set(tables.column_types()[tables.STORE])
    return set(plan.step(plan.STORE).columns) <= present <= declared


def _narrowed(con: duckdb.DuckDBPyConnection) -> Sql:
    """Convert what can be converted; returns a condition on the other dates."""
    version = kept_rows.ensure(con)
    whole = quote_table(tables.STORE)
    pattern = _made_of(plan.FEATURE_QUALITY)
    # The comparison of the rows would reveal two patterns with the same hash.
    cells = join(", ", pattern.values())
    # Negative, so that it differs from every computed pattern.
    con.execute(
        sql(
            "CREATE TEMP TABLE narrowed_patterns AS"
            " SELECT *, -row_number() OVER (ORDER BY pattern_hash) AS {number} FROM"
            " (SELECT hash({cells}) AS pattern_hash, {values} FROM {whole} GROUP BY hash({cells}))",
            number=quote(_WINDOW_ROWS),
            cells=cells,
            values=join(
                ", ", (sql("any_value({}) AS {}", cell, quote(n)) for n, cell in pattern.items())
            ),
            whole=whole,
        )
    )
    con.execute(
        sql(
            "INSERT INTO {} BY NAME SELECT * EXCLUDE pattern_hash FROM narrowed_patterns",
            quote_table(version.patterns),
        )
    )
    row = _made_of(plan.STORED_ROW)
    con.execute(
        sql(
            "INSERT INTO {rows} BY NAME SELECT {values}, patterns.{number} FROM {whole} AS whole"
            " JOIN (SELECT pattern_hash, {number} FROM narrowed_patterns) AS patterns"
            " ON patterns.pattern_hash = hash({cells})",
            rows=quote_table(version.rows),
            values=join(", ", (sql("{} AS {}", cell, quote(n)) for n, cell in row.items())),
            number=quote(_WINDOW_ROWS),
            whole=whole,
            cells=cells,
        )
    )
    con.execute("DROP TABLE narrowed_patterns")
    con.execute(sql("CREATE TEMP TABLE not_narrowed AS {}", _differing_sql(con, version)))
    left = sql("{} IN (SELECT partition_date FROM not_narrowed)", quote(_KEY))
    con.execute(sql("DELETE FROM {} WHERE {}", quote_table(version.rows), left))
    return left


def _differing_sql(con: duckdb.DuckDBPyConnection, version: kept_rows.Version) -> Sql:
    """SELECT of (partition_date): the dates whose rows do not come out as before."""
    columns = _columns(con)
    made = sql("({})", kept_rows.declared_sql(con, [version.store]))
    was, now = (
        partition_digests_sql(source, _KEY, columns) for source in (quote_table(tables.STORE), made)
    )
    return sql(
        "SELECT partition_date FROM ({}) AS was LEFT JOIN ({}) AS now USING (partition_date)"
        " WHERE was.digest IS DISTINCT FROM now.digest",
        was,
        now,
    )


def _made_of(relation: str) -> dict[str, Sql]:
    """The relation's columns except ``window_rows``, each with its expression over a whole row."""
    mask = join(
        " + ",
        (
            sql(
                "({} = 'default')::BIGINT * (1::BIGINT << {})",
                quote(f"feature_{one.feature_index}_source"),
                Sql(str(one.feature_index)),
            )
            for one in features()
        ),
    )
    known = _OF_A_ROW | {"missing_mask": sql("({})::BIGINT", mask)}
    columns = plan.step(relation).columns
    return {name: known.get(name, quote(name)) for name in columns if name != _WINDOW_ROWS}
