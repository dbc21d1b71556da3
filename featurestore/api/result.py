"""What the interface returns: rows with their manifest, and a split by time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import compute as pc

from featurestore import extras
from featurestore.api.days import to_date
from sync.errors import BadInput

if TYPE_CHECKING:
    from featurestore.api.days import Day
    from featurestore.api.manifest import Manifest


@dataclass(frozen=True)
class Result:
    """Rows with their manifest.

    Attributes:
        table: The rows.
        manifest: Inputs, SQL, versions and options; None for a free query.
    """

    table: pa.Table
    manifest: Manifest | None = None

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def to_arrow(self) -> pa.Table:
        """The rows as a pyarrow Table; nothing is copied."""
        return self.table

    def to_polars(self) -> Any:
        """The rows as a polars DataFrame.

        Raises:
            BadInput: polars is not installed.
        """
        try:
            import polars
        except ImportError as error:
            raise _missing("polars") from error
        return polars.from_arrow(self.table)

    def to_pandas(self) -> Any:
        """The rows as a pandas DataFrame; DATE becomes ``datetime.date``.

        Raises:
            BadInput: pandas is not installed.
        """
        try:
            return self.table.to_pandas()
        except ImportError as error:
            raise _missing("pandas") from error

    @property
    def df(self) -> Any:
        """The rows as a pandas DataFrame; the usual name in notebooks."""
        return self.to_pandas()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The Arrow C stream, from which polars, pandas, DuckDB and others read a result."""
        return self.table.__arrow_c_stream__(requested_schema)


@dataclass(frozen=True)
class HistoricalFeatures(Result):
    """The rows of entities, in their order, each with its features.

    Attributes:
        unmatched: Number of entities without a store row; their features are NULL.
        not_ready: Matched entities that lack a feature that the set requires; 0 without a set.
    """

    unmatched: int = 0
    not_ready: int = 0

    def split(self, test_from: Day) -> tuple[Result, Result]:
        """Training rows before a date, and test rows from that date on.

        Args:
            test_from: The first date of the test rows.

        Raises:
            BadInput: the text is not a date.
        """
        later = pc.greater_equal(league_dates(self.table), pa.scalar(to_date(test_from)))
        return (
            Result(self.table.filter(pc.invert(later)), self.manifest),
            Result(self.table.filter(later), self.manifest),
        )


def league_dates(entities: pa.Table) -> pa.ChunkedArray:
    """The league's date of each entity: ``game_date``, or the date of ``event_timestamp``.

    A timestamp is converted to the league's time zone, New York.

    Raises:
        BadInput: neither column exists, it has another type, or a value is NULL.
    """
    if "game_date" in entities.column_names:
        column = entities["game_date"]
        if pa.types.is_timestamp(column.type):
            midnight = pc.all(pc.equal(column, pc.floor_temporal(column, unit="day"))).as_py()
            if midnight is False:
                raise BadInput(
                    "entities: game_date contains times of day",
                    hint="name the column event_timestamp, or cast it to a date",
                )
        elif not pa.types.is_date(column.type):
            raise BadInput(f"entities: game_date must be a date, got {column.type}")
        column = column.cast(pa.date32())
    elif "event_timestamp" in entities.column_names:
        column = entities["event_timestamp"]
        if not pa.types.is_timestamp(column.type):
            raise BadInput(f"entities: event_timestamp must be a timestamp, got {column.type}")
        aware = column if column.type.tz else pc.assume_timezone(column, "UTC")
        local = pc.local_timestamp(aware.cast(pa.timestamp("us", "America/New_York")))
        column = local.cast(pa.date32(), safe=False)
    else:
        raise BadInput(
            "entities: need a column game_date or event_timestamp, got"
            f" {', '.join(entities.column_names) or 'none'}"
        )
    if column.null_count:
        raise BadInput(f"entities: {column.null_count} rows have no date")
    return column


def is_frame(value: Any) -> bool:
    """Whether a value is a table with an Arrow C stream."""
    return hasattr(value, "__arrow_c_stream__")


def arrow_table(frame: Any, what: str) -> pa.Table:
    """A frame of any library with an Arrow C stream, as a pyarrow Table.

    Raises:
        BadInput: it has none.
    """
    if isinstance(frame, pa.Table):
        return frame
    try:
        return pa.table(frame)
    except (TypeError, ValueError, pa.ArrowInvalid) as error:
        raise BadInput(
            f"{what}: must be a table of Arrow, polars, pandas or DuckDB, got"
            f" {type(frame).__name__}: {error}"
        ) from error


def _missing(library: str) -> BadInput:
    return BadInput(
        f"{library}: is not installed",
        hint=extras.install_command(library),
        library=library,
    )
