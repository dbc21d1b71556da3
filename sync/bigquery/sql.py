"""The SQL that is sent to BigQuery, as pure functions. GoogleSQL; no client is imported.

That of a write is in `sync.bigquery.write_sql`.

Values become typed literals only through `literal`, identifiers become quoted names only through
`table_name` and `quote`: not every server supports parameters in scripts, and BigQuery prunes
partitions by constants in either form.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from sync.errors import BadInput
from sync.sql_text import Sql, join, sql
from sync.tokens import content_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sync.model import Table

CONFLICT = "featurestore: a partition changed"
# Comments, strings and quoted names come first: an @ in them is not a parameter.
_FLAGS = re.VERBOSE | re.DOTALL
_SKIPPED = r"""--[^\n]*|\#[^\n]*|/\*.*?\*/|\'\'\'.*?\'\'\'|\"\"\".*?\"\"\"
    |'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\""""
_TOKENS = re.compile(rf"{_SKIPPED}|`[^`]*`|@(?P<name>\w+)", _FLAGS)
# The statement that creates a temporary table in a script, as `script_sql` writes it.
MADE = re.compile(r"CREATE OR REPLACE TEMP TABLE `(\w+)` AS")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:_-]*")

# Count, XOR and two sums of 64-bit hashes: independent of order, and pairs do not cancel out.
# The halves are summed separately because a sum of hashes would overflow INT64.
PRINTS = Sql(
    "CONCAT('f1:', CAST(COUNT(*) AS STRING), ':', CAST(IFNULL(BIT_XOR(print), 0) AS STRING), ':',"
    " CAST(IFNULL(SUM(print & 4294967295), 0) AS STRING), ':',"
    " CAST(IFNULL(SUM((print >> 32) & 4294967295), 0) AS STRING))"
)


def literal(value: bool | int | float | str | date | datetime) -> Sql:
    """A value as a typed GoogleSQL literal."""
    if isinstance(value, bool):
        return Sql("TRUE" if value else "FALSE")
    if isinstance(value, float):
        return Sql(f"CAST('{value!r}' AS FLOAT64)")
    if isinstance(value, datetime):
        return Sql(f"TIMESTAMP '{value.isoformat(sep=' ', timespec='microseconds')}'")
    if isinstance(value, date):
        return Sql(f"DATE '{value.isoformat()}'")
    if isinstance(value, int):
        return Sql(str(value))
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return Sql("'" + escaped.replace("\n", "\\n").replace("\r", "\\r") + "'")


def quote(name: str) -> Sql:
    """A column name in backquotes.

    Raises:
        BadInput: it contains other characters than letters, digits and underscores.
    """
    if not _NAME.fullmatch(name):
        raise BadInput(f"{name!r}: not a column or table name", name=name)
    return Sql(f"`{name}`")


def quote_list(names: Iterable[str], alias: Sql | None = None) -> Sql:
    """Column names in backquotes, joined by commas; each as a column of the alias, if any."""
    quoted = map(quote, names)
    if alias is None:
        return join(", ", quoted)
    return join(", ", (sql("{}.{}", alias, name) for name in quoted))


def table_name(project: str, dataset: str, name: str) -> Sql:
    """``project.dataset.name`` in backquotes; BadInput for anything that is not an identifier."""
    if not _PROJECT.fullmatch(project):
        raise BadInput(f"{project!r}: not a project id", project=project)
    quote(dataset)
    quote(name)
    return Sql(f"`{project}.{dataset}.{name}`")


def bounds_sql(column: Sql, days: Sequence[date]) -> Sql:
    """The condition for exactly ``days``; prunes to the partitions from first to last."""
    between = sql("{} BETWEEN {} AND {}", column, literal(min(days)), literal(max(days)))
    if (max(days) - min(days)).days + 1 == len(set(days)):
        return between
    return sql("{} AND {} IN ({})", between, column, join(", ", map(literal, sorted(days))))


def script_sql(
    statements: Sequence[tuple[str, str]], tables: Mapping[str, Sql], *, days: int, title: str
) -> Sql:
    """A script that creates a table for each query: temporary, or one that expires if it is named.

    Temporary tables end with the script. BigQuery does not materialise CTEs: a relation with five
    readers would be computed five times in one statement.

    Args:
        statements: Names and queries, in order; queries name earlier ones by their bare names.
        tables: Quoted full names of the tables that are kept, by statement.
        days: How many days, by the server's clock, those are kept.
        title: First comment line.
    """
    expires = sql("TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL {} DAY)", literal(days))
    parts = [sql("-- {}", Sql(title))]
    for name, query in statements:
        parts.append(
            sql("CREATE OR REPLACE TEMP TABLE {} AS\n{};", quote(name), Sql(query.strip()))
        )
        if name in tables:
            parts.append(
                sql(
                    "CREATE TABLE {}\nOPTIONS (expiration_timestamp = {})\nAS SELECT * FROM {};",
                    tables[name],
                    expires,
                    quote(name),
                )
            )
    return join("\n", parts)


def bind(query: str, values: Mapping[str, object]) -> str:
    """The query with each ``@parameter`` outside of comments and strings as a typed literal.

    Raises:
        BadInput: a parameter has no value, or one of an unknown type.
    """

    def bound(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return match[0]
        if name not in values:
            raise BadInput(f"query: no value for @{name}", parameter=name)
        value = values[name]
        if not isinstance(value, bool | int | float | str | date | datetime):
            raise BadInput(f"query: @{name} is {value!r}, which has no scalar type")
        return literal(value)

    return _TOKENS.sub(bound, query)


def rename_datasets(query: str, datasets: Mapping[str, str]) -> str:
    """The query with the warehouse's names of datasets; all at once, so that names may be swapped.

    Comments and strings stay as they are.
    """
    if not datasets:
        return query
    name = re.compile(rf"\b({'|'.join(map(re.escape, datasets))})(?=\.\w)")
    quoted = r"(?P<quoted>`[^`]*`(?=\.))|(?P<rest>`[^`]*`)"
    tokens = re.compile(f"{_SKIPPED}|{quoted}|{name.pattern}", _FLAGS)

    def renamed(match: re.Match[str]) -> str:
        if match["quoted"]:
            inner = match["quoted"].strip("`")
            return f"`{datasets.get(inner, inner)}`"
        if match["rest"]:
            return name.sub(lambda dataset: datasets[dataset[1]], match["rest"])
        return datasets.get(match[0], match[0])

    return tokens.sub(renamed, query)


def now_sql() -> Sql:
    """The server's time, one row; scans nothing."""
    return Sql("SELECT CURRENT_TIMESTAMP() AS now")


def _source_sql(
    project: str,
    table: Table,
    days: Sequence[date],
    columns: Sequence[str],
    at: datetime | None = None,
) -> Sql:
    name = table_name(project, table.dataset, table.name)
    moment = Sql("") if at is None else sql(" FOR SYSTEM_TIME AS OF {}", literal(at))
    where = bounds_sql(quote(table.partition_column), days)
    return sql(
        "SELECT {columns} FROM {name}{moment} WHERE {where}",
        columns=quote_list(columns),
        name=name,
        moment=moment,
        where=where,
    )


def digests_sql(
    project: str,
    table: Table,
    days: Sequence[date],
    columns: Sequence[str],
    at: datetime | None = None,
) -> Sql:
    """One row for each non-empty day: ``day``, ``row_count``, ``token``. Scans ``columns``.

    Not all columns: others may be added at any time, or be restricted by a policy.
    """
    day = quote(table.partition_column)
    return sql(
        "SELECT day, COUNT(*) AS row_count, {} AS token\n"
        "FROM (SELECT t.{} AS day, FARM_FINGERPRINT(TO_JSON_STRING(t)) AS print\n"
        "  FROM ({}) AS t) AS printed\n"
        "GROUP BY day\nORDER BY day",
        PRINTS,
        day,
        _source_sql(project, table, days, columns, at),
    )


def counts_sql(project: str, table: Table, days: Sequence[date], at: datetime | None = None) -> Sql:
    """One row: ``row_count`` of ``days``. Scans the partition column."""
    name = table_name(project, table.dataset, table.name)
    moment = Sql("") if at is None else sql(" FOR SYSTEM_TIME AS OF {}", literal(at))
    where = bounds_sql(quote(table.partition_column), days)
    return sql("SELECT COUNT(*) AS row_count FROM {}{} WHERE {}", name, moment, where)


def staged_count_sql(staging: Sql) -> Sql:
    """One row: ``row_count`` of a staging table, which is not partitioned; scans nothing."""
    return sql("SELECT COUNT(*) AS row_count FROM {}", staging)


def null_rows_sql(project: str, table: Table) -> Sql:
    """One row: ``row_count`` of rows without a date. Reads one partition, of one column."""
    name = table_name(project, table.dataset, table.name)
    day = quote(table.partition_column)
    return sql("SELECT COUNT(*) AS row_count FROM {} WHERE {} IS NULL", name, day)


def partitions_sql(project: str, table: Table) -> Sql:
    """Rows of (``partition_id``, ``total_rows``, ``last_modified_time``); billed as 10 MB."""
    schema = table_name(project, table.dataset, "INFORMATION_SCHEMA")
    view = Sql(schema.removesuffix("`") + ".PARTITIONS`")
    return sql(
        "SELECT partition_id, total_rows, last_modified_time\nFROM {}\nWHERE table_name = {}",
        view,
        literal(table.name),
    )


def joint_token(tokens: Sequence[str]) -> str:
    """The token of the union of days, from the tokens of `digests_sql`."""
    rows = prints = low = high = 0
    for token in tokens:
        parts = [int(part) for part in content_of(token).split(":")[1:]]
        rows, prints, low, high = (
            rows + parts[0],
            prints ^ parts[1],
            low + parts[2],
            high + parts[3],
        )
    return f"f1:{rows}:{prints}:{low}:{high}"
