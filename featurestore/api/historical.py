"""Joins entities with the features that were known before their games."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from featurestore.api.result import arrow_table
from featurestore.compute import feature_view
from featurestore.definitions import feature_sets, tables
from featurestore.suggestions import did_you_mean
from sync.duck.quoting import quote, quote_table
from sync.errors import BadInput
from sync.sql_text import Sql, join, sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from sync.model import DateRange

_ORDER = "featurestore_entity_order"


def feature_columns(names: Sequence[str] | None) -> tuple[str, ...]:
    """The features to return: the named ones, or all in their order.

    Raises:
        BadInput: a feature is unknown, or named twice; the hint has similar names.
    """
    known = feature_view.feature_names()
    if names is None:
        return known
    for name in names:
        if name not in known:
            raise BadInput(
                f"feature {name!r}: unknown",
                hint=did_you_mean(name, known, "featurestore features list"),
                feature=name,
            )
    if len(set(names)) < len(names):
        raise BadInput("features: a name occurs twice")
    return tuple(names)


def feature_set_members(given: Any) -> dict[str, bool]:
    """The features of a set, each with whether it is required.

    Args:
        given: The name of a set, a mapping, or a table with ``feature_name`` and ``is_required``.

    Raises:
        BadInput: there is no such set, it names no feature or one twice, or a value is not a BOOL.
    """
    if isinstance(given, str):
        return dict(feature_sets.feature_set(given))
    if isinstance(given, Mapping):
        pairs = list(given.items())
    else:
        table = arrow_table(given, "feature_set")
        if missing := {"feature_name", "is_required"} - set(table.column_names):
            raise BadInput(f"feature_set: the table has no column {sorted(missing)[0]}")
        pairs = list(
            zip(table["feature_name"].to_pylist(), table["is_required"].to_pylist(), strict=True)
        )
    for name, is_required in pairs:
        if not isinstance(is_required, bool):
            raise BadInput(f"feature_set: {name!r} is {is_required!r}, neither True nor False")
    if not any(is_required for _, is_required in pairs):
        raise BadInput(
            "feature_set: requires no feature, so every row would be ready",
            hint="without a set: features=[...]",
        )
    return dict.fromkeys(feature_columns([name for name, _ in pairs])) | dict(pairs)


def require_entities(entities: pa.Table, added: Sequence[str]) -> None:
    """Refuse entities without players, or with a column that would be added.

    Raises:
        BadInput: names the column.
    """
    if "player_lookup" not in entities.column_names:
        raise BadInput("entities: need a column player_lookup")
    if twice := sorted(set(entities.column_names) & set(added)):
        raise BadInput(
            f"entities: already have a column {twice[0]}", hint="rename it", column=twice[0]
        )


def matched_rows(
    con: duckdb.DuckDBPyConnection,
    entities: pa.Table,
    days: pa.ChunkedArray,
    dates: DateRange,
    names: Sequence[str],
    required: Sequence[str],
    label: str | None,
) -> tuple[pa.Table, int]:
    """The entities with their features, in their order, and how many have no store row."""
    summary = tables.tables()[tables.SUMMARY]
    if label is not None and label not in summary.column_names:
        raise BadInput(
            f"label {label!r}: not a column of {summary.full_name}",
            hint=did_you_mean(label, summary.column_names),
        )
    keys = pa.table(
        {
            _ORDER: pa.array(range(len(entities)), pa.int64()),
            "player_lookup": entities["player_lookup"].cast(pa.string()),
            "day": days,
        }
    )
    outputs = [sql("stored.{}", quote(name)) for name in names]
    if required:
        needed = [quote(name) for name in ("player_lookup", *required)]
        ready = (sql("stored.{} IS NOT NULL", name) for name in needed)
        outputs.append(sql("{} AS is_ready", join(" AND ", ready)))
    joins = Sql("")
    if label is not None:
        outputs.append(Sql("result.label"))
        # If a player has several rows on a date, the store row's game_id selects one.
        joins = sql(
            """LEFT JOIN (
            SELECT player_lookup, game_date, game_id, any_value({}) AS label
            FROM {} WHERE game_date BETWEEN $start AND $end
            GROUP BY player_lookup, game_date, game_id) AS result
            ON result.player_lookup = entity.player_lookup AND result.game_date = entity.day
            AND result.game_id = stored.game_id""",
            quote(label),
            quote_table(summary),
        )
    con.register("entity", keys)
    result = con.sql(
        sql(
            """SELECT stored.player_lookup IS NOT NULL AS is_matched, {outputs}
        FROM entity
        LEFT JOIN {table} AS stored
            ON stored.player_lookup = entity.player_lookup AND stored.game_date = entity.day
            AND stored.game_date BETWEEN $start AND $end
        {joins}
        ORDER BY entity.{order}""",
            outputs=join(", ", outputs),
            table=quote_table(feature_view.FEATURES),
            joins=joins,
            order=quote(_ORDER),
        ),
        params={"start": dates.start, "end": dates.end},
    ).to_arrow_table()
    con.unregister("entity")
    unmatched = sum(not value for value in result["is_matched"].to_pylist())
    rows = entities.replace_schema_metadata(None)
    for name in result.column_names[1:]:
        rows = rows.append_column(name, result[name])
    return rows, unmatched
