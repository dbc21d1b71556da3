"""A replica as an object: queries, features, training rows, and the verbs that move data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from featurestore import config, openlineage, run_history
from featurestore.api import manifest
from featurestore.api.days import to_range
from featurestore.api.explaining import Explaining
from featurestore.api.historical import (
    feature_columns,
    feature_set_members,
    matched_rows,
    require_entities,
)
from featurestore.api.result import HistoricalFeatures, Result, arrow_table, is_frame, league_dates
from featurestore.clock import utc_now
from featurestore.compute import feature_view
from featurestore.compute.inputs import pull_inputs
from featurestore.compute.request import ComputeRequest
from featurestore.compute.stages import compute_store, push_store
from featurestore.definitions import tables
from featurestore.query import query
from featurestore.query_parameters import bound
from featurestore.reports.coverage import coverage
from sync.duck.quoting import quote_list, quote_table
from sync.errors import BadInput
from sync.model import DateRange
from sync.open_warehouse import open_warehouse
from sync.replica.file import Replica
from sync.sql_text import Sql, sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from types import TracebackType

    from featurestore.api.days import Day
    from featurestore.compute.report import ComputeReport
    from featurestore.config import Settings
    from featurestore.reports.coverage import Coverage
    from featurestore.run_history import Run
    from sync.transfer.pull import PullReport
    from sync.transfer.push import PushReport
    from sync.warehouse import Warehouse

KEYS = ("player_lookup", "game_date")


def open(
    path: str | Path | None = None,
    *,
    warehouse: str | None = None,
    settings: str | Path | None = None,
) -> Store:
    """Open a replica.

    Args:
        path: The replica's file; by default from the settings, ``data/replica.duckdb``.
        warehouse: A DuckDB file, or ``bigquery://PROJECT?location=US``; by default from the
            settings.
        settings: A settings file; by default ``featurestore.toml`` in the current folder.

    Raises:
        BadInput: there is no such replica; ``featurestore init`` creates one.
    """
    loaded = config.load(None if settings is None else Path(settings))
    if path is not None:
        loaded = replace(loaded, replica=str(path))
    if warehouse is not None:
        loaded = replace(loaded, warehouse=warehouse)
    config.require_two_files(loaded.replica, loaded.warehouse)
    replica = Replica(
        Path(loaded.replica),
        declared=lambda: tables.tables().values(),
        lock_wait_seconds=loaded.lock_wait_seconds,
        memory_limit=loaded.memory_limit or None,
        threads=loaded.threads or None,
    )
    with replica.read():
        pass  # Check that the file exists and has the right version.
    return Store(replica, loaded)


@dataclass(frozen=True)
class Store(Explaining):
    """An open replica. It holds no connection between calls, so `close` has nothing to do.

    Attributes:
        replica: The file.
        settings: From the settings file, the environment and the arguments of `open`.
    """

    replica: Replica
    settings: Settings

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Do nothing: each call opens and closes the file."""

    def query(self, sql: str, /, **parameters: Any) -> Result:
        """The rows of one GoogleSQL SELECT, read-only, every scan bounded.

        Args:
            sql: The statement.
            parameters: A value for each ``@name``: a number, string, date or datetime, a list of
                them, or None. A table of Arrow, polars, pandas or DuckDB is read as ``FROM name``
                instead.

        Raises:
            BadInput: it does not parse, names something unknown, or a parameter has no value or is
                not used.
            Refused: a scan is not bounded, or a construct is not proven.
        """
        frames = {name: given for name, given in parameters.items() if is_frame(given)}
        values = {n.lower(): bound(n, v) for n, v in parameters.items() if n not in frames}
        tables_by_name = {name: arrow_table(frame, name) for name, frame in frames.items()}
        return Result(
            query(self.replica, sql, values, frames=tables_by_name, own_sql=self.settings.sql)
        )

    def features(
        self,
        start: Day,
        end: Day,
        names: Sequence[str] | None = None,
        players: Sequence[str] | None = None,
    ) -> Result:
        """The stored features of a range by name, ordered by player and date.

        Args:
            start: First date.
            end: Last date, included.
            names: Features; by default all, in their order.
            players: ``player_lookup`` values; by default all.

        Returns:
            ``player_lookup``, ``game_date``, ``game_id`` and the features; NULL where missing.

        Raises:
            BadInput: a feature is unknown.
            Refused: no date of the range was ever computed.
        """
        dates = to_range(start, end)
        chosen = feature_columns(names)
        values: dict[str, object] = {"start": dates.start, "end": dates.end}
        condition = Sql("game_date BETWEEN $start AND $end")
        if players is not None:
            condition = sql(
                "{} AND player_lookup IN (SELECT unnest($players::VARCHAR[]))", condition
            )
            values["players"] = list(players)
        columns = quote_list((*KEYS, "game_id", *chosen))
        with self.replica.read() as con:
            feature_view.require_computed(con, dates)
            rows = con.sql(
                sql(
                    "SELECT {} FROM {} WHERE {} ORDER BY player_lookup, game_date",
                    columns,
                    quote_table(feature_view.FEATURES),
                    condition,
                ),
                params=values,
            ).to_arrow_table()
            options = {"start": start, "end": end, "names": names, "players": players}
            made = manifest.made(con, "features", options, dates, rows)
        return Result(rows, made)

    def get_historical_features(
        self,
        entities: Any,
        features: Sequence[str] | None = None,
        *,
        feature_set: Any = None,
        label: str | None = None,
    ) -> HistoricalFeatures:
        """Each entity with its features as they were known before its game.

        An entity is a player and a date: ``player_lookup``, and ``game_date`` or
        ``event_timestamp`` (its date in New York). It gets the store's row of that date, which is
        computed from games strictly before it. Order and number of the rows stay the same, also of
        repeated ones.

        Args:
            entities: A table of Arrow, polars, pandas or DuckDB; other columns are kept.
            features: Names; by default all, or those of ``feature_set``.
            feature_set: A model's features: a name of ``sql/feature_sets``, a dict of feature to
                whether it is required, or a table with ``feature_name`` and ``is_required``. Adds
                ``is_ready``: whether the row has all features that the set requires.
            label: A column of ``player_game_summary``, such as ``points``: the game's result is
                added as ``label``; NULL if the game has no row.

        Raises:
            BadInput: a column, feature, set or label is unknown, or a name occurs twice.
            Refused: none of the entities' dates was ever computed.
        """
        table = arrow_table(entities, "entities")
        members = {} if feature_set is None else feature_set_members(feature_set)
        required = [name for name, is_required in members.items() if is_required]
        features = list(members) if features is None and members else features
        chosen = feature_columns(features)
        added = (*chosen, *(["is_ready"] if members else []), *(["label"] if label else []))
        require_entities(table, added)
        options = {
            "entities": manifest.digest_of(table),
            "features": features,
            # The members, because the file of a set may change later.
            "feature_set": members or None,
            "label": label,
        }
        days = league_dates(table)
        if not len(table):
            raise BadInput("entities: the table is empty")
        dates = DateRange(min(days.to_pylist()), max(days.to_pylist()))
        with self.replica.read() as con:
            feature_view.require_computed(con, dates)
            rows, unmatched = matched_rows(con, table, days, dates, chosen, required, label)
            made = manifest.made(con, "get_historical_features", options, dates, rows)
        not_ready = 0
        if members:
            ready = sum(bool(value) for value in rows["is_ready"].to_pylist())
            not_ready = rows.num_rows - unmatched - ready
        return HistoricalFeatures(rows, made, unmatched, not_ready)

    def coverage(self, start: Day, end: Day) -> Coverage:
        """How many of the due rows are stored; as `featurestore coverage`."""
        days = self.settings.bootstrap_days
        return coverage(self.replica, to_range(start, end), bootstrap_days=days)

    def pull(self, start: Day, end: Day) -> tuple[PullReport, ...]:
        """Pull what the features of a range read, lookback included; as `featurestore pull`."""
        dates = to_range(start, end)
        with self._open_warehouse() as warehouse, self._record("pull", dates, warehouse) as run:
            return pull_inputs(self.replica, warehouse, dates, run=run)

    def compute(
        self,
        start: Day,
        end: Day,
        *,
        include_bootstrap: bool = False,
        include_injured: bool = False,
    ) -> ComputeReport:
        """Compute the store's rows of a range; as `featurestore compute`."""
        request = ComputeRequest(
            to_range(start, end),
            utc_now(),
            include_bootstrap,
            include_injured,
            self.settings.bootstrap_days,
        )
        with self._record("compute", request.dates) as run:
            report = compute_store(self.replica, request, run)
            run.add(report.seconds, report.detail)
            run.records_created = report.rows
        return report

    def push(
        self,
        start: Day,
        end: Day,
        *,
        prune: bool = False,
        force: bool = False,
        new_sql: bool = False,
    ) -> PushReport:
        """Push the computed dates of a range, all or none; as `featurestore push`."""
        dates = to_range(start, end)
        with self._open_warehouse() as warehouse, self._record("push", dates, warehouse) as run:
            return push_store(
                self.replica, warehouse, dates, run, prune=prune, force=force, new_sql=new_sql
            )

    def _record(
        self, verb: str, dates: DateRange, warehouse: Warehouse | None = None
    ) -> AbstractContextManager[Run]:
        watcher = openlineage.watcher(self.settings)
        return run_history.record(self.replica, verb, dates, warehouse, watcher)

    def _open_warehouse(self) -> Warehouse:
        """The warehouse of the settings."""
        return open_warehouse(
            self.settings.warehouse,
            lock_wait_seconds=self.settings.lock_wait_seconds,
            datasets=self.settings.datasets,
            max_bytes=self.settings.max_bytes_per_run or None,
        )
