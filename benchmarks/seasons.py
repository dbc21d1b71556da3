"""The data of a run: eight and twenty seasons of the same size, real ones where they are."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from featurestore import league
from sync.duck import connections
from sync.duck.quoting import quote_literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import duckdb

REAL = Path(__file__).resolve().parents[2] / "shared" / "data"
FIRST_YEAR, LAST_YEAR = 2022, 2024
# Whole weeks: weekdays stay, and a season never reaches into the next one.
SHIFT_DAYS = 364


@dataclass(frozen=True, slots=True)
class Seasons:
    """Three played seasons, from which any number is made by moving them in time.

    Attributes:
        summary: Parquet files like ``player_game_summary``.
        injuries: Parquet files like ``nbac_injury_report``; none for real seasons.
        origin: What they are, for the report.
    """

    summary: tuple[Path, ...]
    injuries: tuple[Path, ...]
    origin: str


def find(folder: Path, *, generated: bool) -> Seasons:
    """The real seasons beside the checkout; a generated league where there are none."""
    files = tuple(sorted(REAL.glob("player_game_summary_*.parquet")))
    if files and not generated:
        return Seasons(files, (), "real seasons 2022-23 to 2024-25, repeated")
    made = league.generate(seed=7, seasons=range(FIRST_YEAR, LAST_YEAR + 1)).write(folder)
    return Seasons(
        (made["player_game_summary"],),
        (made["injury_report"],),
        "a generated league of three seasons, repeated",
    )


def write(seasons: Seasons, folder: Path, count: int) -> dict[str, Path]:
    """``count`` seasons, of which the last is 2025-26, as one file a table; keys stay unique."""
    years = range(LAST_YEAR + 2 - count, LAST_YEAR + 2)
    folder.mkdir(parents=True, exist_ok=True)
    files = {"summary": folder / "player_game_summary.parquet"}
    with closing(connections.connect(None)) as con:
        _copy(con, seasons.summary, files["summary"], years, "season_year")
        if seasons.injuries:
            files["injuries"] = folder / "nbac_injury_report.parquet"
            season = "year(game_date) - (month(game_date) < 9)::INT"
            _copy(con, seasons.injuries, files["injuries"], years, season)
    return files


def _copy(
    con: duckdb.DuckDBPyConnection,
    sources: Sequence[Path],
    target: Path,
    years: range,
    season: str,
) -> None:
    """Write the seasons of ``years``, each from one of the three whose dates are moved."""
    listed = ", ".join(quote_literal(str(path)) for path in sources)
    source = (
        f"SELECT *, {season} AS source_year FROM read_parquet([{listed}], union_by_name = true)"
    )
    columns = [row[0] for row in con.execute(f"DESCRIBE {source}").fetchall()]
    moved = "+ ((year - source_year) * $shift_days)::INT"
    changed = [
        f"{name} {moved} AS {name}" for name in ("game_date", "report_date") if name in columns
    ]
    # The game's key begins with its date.
    changed.append(f"strftime(game_date {moved}, '%Y%m%d') || substr(game_id, 9) AS game_id")
    if "season_year" in columns:
        changed.append("year AS season_year")
    con.execute(
        f"""COPY (
            SELECT * EXCLUDE (source_year, year) REPLACE ({", ".join(changed)})
            FROM ({source}) JOIN (SELECT unnest($years::INT[]) AS year)
                -- 2022 is a multiple of three: the played seasons stand where they were.
                ON source_year = {FIRST_YEAR} + year % 3
            ORDER BY game_date
        ) TO {quote_literal(str(target))} (FORMAT parquet, COMPRESSION zstd)""",
        {"years": list(years), "shift_days": SHIFT_DAYS},
    )


def days_of(file: Path) -> tuple[date, ...]:
    """The dates that occur in a summary file, ascending."""
    with closing(connections.connect(None)) as con:
        sql = f"SELECT DISTINCT game_date FROM {quote_literal(str(file))} ORDER BY 1"
        return tuple(row[0] for row in con.execute(sql).fetchall())
