"""Runs the suite: ``python -m benchmarks``; see ``--help``."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import contract, floors, report, scale, seasons, start
from benchmarks.measure import Contestant, take_turns
from benchmarks.product import Product
from benchmarks.stage import Stage, Unit, build, stored_share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from benchmarks.with_dbt import Dbt
    from benchmarks.with_pandas import Backfill

ROOT = Path(__file__).resolve().parents[1]
PANDAS_DATES, PANDAS_DATES_BY_PLAYER = 12, 1


def say(text: str) -> None:
    """Progress, for people."""
    print(text, file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--generated", action="store_true", help="not the real seasons")
    parser.add_argument(
        "--quick", action="store_true", help="without 100 times the players and `make test`"
    )
    parser.add_argument("--only", default="", help="names of contestants, joined by commas")
    parser.add_argument("--no-page", action="store_true", help="leave docs/performance.md alone")
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks/results/latest.json")
    return parser.parse_args()


def main() -> None:
    """Everything, in one process and one run."""
    asked = arguments()
    with tempfile.TemporaryDirectory(prefix="featurestore-bench-") as name:
        for results in run(asked, Path(name)):
            write(asked, results)
    print(report.markdown(results))
    say(f"wrote {asked.json}")


def write(asked: argparse.Namespace, results: report.Results) -> None:
    """What was found so far: a run takes half an hour, and may be stopped."""
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    asked.json.write_text(json.dumps(results.as_json(), indent=1))
    if not asked.no_page and not asked.only:
        report.write_into(ROOT / "docs" / "performance.md", report.markdown(results))


def run(asked: argparse.Namespace, folder: Path) -> Iterator[report.Results]:
    """Build the stages, take turns, compare; gives the results after each part."""
    source = seasons.find(folder / "source", generated=asked.generated)
    eight = build(source, folder / "eight", 8, say)
    unit, product = Unit(eight), Product(eight)
    results = report.Results(source.origin, eight.rows, len(eight.days), {})
    results.pandas_sample = (PANDAS_DATES, PANDAS_DATES_BY_PLAYER)
    tools = Tools(eight)
    chosen = [*own(product, unit), *tools.contestants()]
    if wanted(asked, Contestant("one_date_20", lambda: None)):
        twenty = build(source, folder / "twenty", 20, say)
        chosen.append(Product(twenty).one_date("one_date_20"))
    chosen = [one for one in chosen if wanted(asked, one)]
    results.timings |= take_turns(chosen, unit, asked.rounds, say)
    results.facts["stored_share"] = stored_share(eight)
    results.facts["google_modules"] = start.google_modules(eight)
    if not asked.only:
        results.facts |= tools.differences(say)
    attempt(results, "emulated", lambda: emulated(asked, product, unit, results))
    yield results
    if asked.quick or asked.only:
        return
    attempt(results, "tests", lambda: results.facts.update(test_seconds=whole_suite()))
    yield results
    attempt(results, "scale", lambda: results.facts.update(scale.measure(eight, say)))
    yield results


def whole_suite() -> float:
    """Seconds that ``make test`` takes."""
    say("make test")
    began = time.perf_counter()
    subprocess.run(["make", "test"], cwd=ROOT, check=True, stdout=sys.stderr)
    return time.perf_counter() - began


def wanted(asked: argparse.Namespace, one: Contestant) -> bool:
    """Whether a contestant was asked for."""
    return not asked.only or one.name in asked.only.split(",")


def own(product: Product, unit: Unit) -> list[Contestant]:
    """Floors and the product's rows; what is divided by another stands next to it."""
    stage = product.stage
    return [
        floors.read_parquet(unit, stage.files["summary"]),
        floors.sort(unit),
        floors.window(unit),
        floors.write_store(product),
        product.values(),
        product.rows(),
        product.one_date(),
        product.next_date(),
        product.one_month(),
        product.pull(),
        product.drain(),
        floors.insert(product),
        product.pull_again(),
        product.pull_again_after_a_change(),
        product.push(),
        floors.write_and_load(product),
        start.help_text(),
        start.status(stage),
    ]


class Tools:
    """What people would use instead, over the same files."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.frame: Backfill | None = None
        self.dbt: Dbt | None = None

    def contestants(self) -> list[Contestant]:
        """Their libraries are imported now, outside of any clock."""
        from benchmarks import with_dlt, with_polars
        from benchmarks.with_dbt import Dbt
        from benchmarks.with_pandas import Backfill

        files, span = self.stage.files, self.stage.span
        self.frame = frame = Backfill(files)
        self.dbt = dbt = Dbt(self.stage)
        some, few = self.sample(PANDAS_DATES), self.sample(PANDAS_DATES_BY_PLAYER)
        return [
            Contestant("polars", quiet(lambda: with_polars.features(files, span.start, span.end))),
            Contestant("pandas", quiet(lambda: frame.dates(some))),
            Contestant("pandas_by_player", quiet(lambda: frame.dates(few, by_player=True))),
            dbt.whole(),
            dbt.models(),
            with_dlt.pull(self.stage),
        ]

    def sample(self, number: int) -> list[date]:
        """Dates spread over all seasons."""
        step = len(self.stage.days) / number
        return [self.stage.days[int((n + 0.5) * step)] for n in range(number)]

    def differences(self, say: Callable[[str], None]) -> dict[str, float]:
        """How many of each tool's values are not the product's."""
        import pyarrow as pa

        from benchmarks import with_polars

        assert self.frame is not None
        assert self.dbt is not None
        span = self.stage.span
        dates = self.frame.dates(self.sample(3 * PANDAS_DATES))
        theirs = {
            "polars": with_polars.features(self.stage.files, span.start, span.end).to_arrow(),
            "pandas": pa.Table.from_pandas(dates, preserve_index=False),
            "dbt": self.dbt.values(),
        }
        totals = {}
        for name, values in theirs.items():
            differing = contract.disagreements(self.stage.computed, values)
            say(f"{name}: {values.num_rows * 37:,} values, differing: {differing or 'none'}")
            totals[f"differs_{name}"] = float(sum(differing.values()))
        return totals


def quiet(run: Callable[[], object]) -> Callable[[], None]:
    """The call without its result, which would pass for seconds."""

    def call() -> None:
        run()

    return call


def emulated(
    asked: argparse.Namespace, product: Product, unit: Unit, results: report.Results
) -> None:
    """The pull over the wire; three rounds, for the emulator is slow."""
    names = ("emulated_drain", "emulated_pull_digest", "emulated_pull_modified", "to_dataframe")
    if not any(wanted(asked, Contestant(name, lambda: None)) for name in names):
        return
    from benchmarks.emulated import Emulated, started

    say("starting the emulator and loading a season")
    with started() as warehouse:
        season = Emulated(product, warehouse, product.season())
        chosen = [
            season.drain(),
            season.pull("digest"),
            season.pull("modified"),
            season.to_dataframe(),
        ]
        chosen = [one for one in chosen if wanted(asked, one)]
        results.timings |= take_turns(chosen, unit, min(asked.rounds, 3), say)


def attempt(results: report.Results, name: str, run: Callable[[], None]) -> None:
    """Do what may be impossible here; the table then says why."""
    try:
        run()
    except (OSError, subprocess.SubprocessError, StopIteration) as error:
        results.errors[name] = f"failed: {error}"
        say(f"{name}: {error}")


if __name__ == "__main__":
    main()
