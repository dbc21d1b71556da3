"""A hundred times the players, within 4 GB: each size in a process of its own.

Run as ``python -m benchmarks.scale make|compute REPLICA ...`` by :func:`measure`.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.stage import NOW, SUMMARY, Stage, count
from featurestore.compute import local
from featurestore.compute.request import ComputeRequest
from sync.duck.quoting import quote_table
from sync.model import DateRange
from sync.replica.file import Replica

if TYPE_CHECKING:
    from collections.abc import Callable

MEMORY_LIMIT = "4GB"
FACTOR = 100


def measure(stage: Stage, say: Callable[[str], None], factor: int = FACTOR) -> dict[str, float]:
    """Seconds, rows and peak memory of computing all seasons, once and ``factor`` times."""
    seconds: dict[str, float] = {}
    for size, times in (("small", 1), ("large", factor)):
        folder = stage.folder / f"scale_{size}"
        folder.mkdir()
        path = folder / "replica.duckdb"
        say(f"scale: {times} times the players")
        shutil.copyfile(stage.pulled, path)
        _run("make", path, times)
        done = _run("compute", path, stage.span.start, stage.span.end)
        seconds |= {f"{size}_{name}": value for name, value in done.items()}
        say(f"scale: {done['rows']:.0f} rows in {done['seconds']:.0f} s")
        shutil.rmtree(folder)
    return seconds


def _run(*arguments: object) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.scale", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout))


def make(path: Path, times: int) -> dict[str, float]:
    """Give every player ``times - 1`` namesakes with the same games, a season after the other."""
    summary = quote_table(SUMMARY)
    with Replica(path, memory_limit=MEMORY_LIMIT).write() as con:
        years = con.execute(f"SELECT DISTINCT season_year FROM {summary} ORDER BY 1").fetchall()
        for (year,) in years:
            con.execute(
                f"""INSERT INTO {summary}
                SELECT held.* REPLACE (player_lookup || number AS player_lookup)
                FROM {summary} AS held, range(1, $times) AS namesake(number)
                WHERE season_year = $year""",
                {"times": times, "year": year},
            )
    return {"rows": count(path, SUMMARY)}


def compute_all(path: Path, dates: DateRange) -> dict[str, float]:
    """Compute and write the store's rows of all seasons."""
    began = time.perf_counter()
    replica = Replica(path, memory_limit=MEMORY_LIMIT)
    rows = local.compute(replica, ComputeRequest(dates, NOW, include_bootstrap=True)).rows
    seconds = time.perf_counter() - began
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "rows": rows, "peak_bytes": peak_bytes}


def main(verb: str, path: str, *rest: str) -> None:
    """One step, its result as JSON on standard output."""
    if verb == "make":
        done = make(Path(path), int(rest[0]))
    else:
        from datetime import date

        done = compute_all(Path(path), DateRange(*map(date.fromisoformat, rest)))
    print(json.dumps(done))


if __name__ == "__main__":
    main(*sys.argv[1:])
