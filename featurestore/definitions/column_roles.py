"""The roles of a table's columns: results of a game, keys, the time at which a row became known.

Those of the shipped tables are in the headers of ``sql/schema``; ``[columns."dataset.table"]`` in
``featurestore.toml`` adds or overrides tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from featurestore.definitions import sql_files
from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

LISTS = ("entity", "event", "pregame", "results")
CLOCK = "clock"
ANY_TABLE = "*"
# Usual column names of odds and reports, which are not among the shipped tables.
_CLOCKS_BY_NAME: tuple[str, ...] = ("minutes_before_tipoff > 0", "snapshot_at < game_time")


@dataclass(frozen=True, slots=True)
class Roles:
    """Roles of a table's columns; names are lower case.

    Attributes:
        entity: Keys of the entity, such as a player.
        event: Keys of the game, or of its date.
        pregame: Columns known before the game, or about the row itself; if there are any, every
            column without a role is a result.
        results: Columns of the game's outcome.
        clock: The condition that holds for rows known before the game, such as
            ``minutes_before_tipoff > 0``; empty if all rows are.
    """

    entity: frozenset[str] = frozenset()
    event: frozenset[str] = frozenset()
    pregame: frozenset[str] = frozenset()
    results: frozenset[str] = frozenset()
    clock: str = ""

    def is_result(self, column: str) -> bool:
        """Whether a column is known only after the game."""
        if column in self.results:
            return True
        return bool(self.pregame) and column not in self.pregame | self.event | self.entity


@dataclass(frozen=True, slots=True)
class ColumnRoles:
    """Roles in all tables.

    Attributes:
        tables: By ``dataset.table``.
        clocks: Clocks of unknown tables: one applies if a query names its column.
    """

    tables: Mapping[str, Roles]
    clocks: tuple[str, ...]

    @property
    def entities(self) -> frozenset[str]:
        """Names that are keys of an entity in any table."""
        return frozenset().union(*(roles.entity for roles in self.tables.values()))


def column_roles(settings: Mapping[str, Mapping[str, object]] | None = None) -> ColumnRoles:
    """The roles from the headers of ``sql/schema`` and the settings, which take precedence.

    Args:
        settings: Table to field to value, as in ``[columns."dataset.table"]``. The table ``*`` has
            clocks for unknown tables.

    Raises:
        BadInput: a field is unknown, or its value is of another type.
    """
    roles = {
        file.name: Roles(
            **{name: frozenset(file.header.names(name)) for name in LISTS},
            clock=file.header.fields.get(CLOCK, ""),
        )
        for file in sql_files.load("schema")
    }
    clocks = _CLOCKS_BY_NAME
    for table, fields in (settings or {}).items():
        if table == ANY_TABLE:
            clocks = (*clocks, *_clocks(fields))
        else:
            roles[table.lower()] = _roles(table, fields)
    return ColumnRoles(roles, clocks)


def _roles(table: str, fields: Mapping[str, object]) -> Roles:
    for name in fields:
        if name not in (*LISTS, CLOCK):
            raise BadInput(
                f"columns of {table}: unknown field {name}; known are {', '.join((*LISTS, CLOCK))}",
                table=table,
            )
    clock = fields.get(CLOCK, "")
    if not isinstance(clock, str):
        raise BadInput(f"columns of {table}: clock is {clock!r}, not a condition", table=table)
    lists = {name: _names(table, name, fields.get(name, [])) for name in LISTS}
    return Roles(**lists, clock=clock)


def _names(table: str, field: str, value: object) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise BadInput(
            f"columns of {table}: {field} is {value!r}, not a list of names", table=table
        )
    return frozenset(name.lower() for name in value)


def _clocks(fields: Mapping[str, object]) -> list[str]:
    clocks = fields.get("clocks")
    if set(fields) != {"clocks"} or not isinstance(clocks, list):
        raise BadInput(
            f"columns of {ANY_TABLE}: {dict(fields)!r}, not clocks = [...]", table=ANY_TABLE
        )
    return [str(clock) for clock in clocks]
