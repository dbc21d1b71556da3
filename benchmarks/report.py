"""The results as a table: what was to be reached, what was measured, and against whom."""

from __future__ import annotations

import os
import platform
import statistics
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Timing, ratio

if TYPE_CHECKING:
    from pathlib import Path

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
TOOLS = ("duckdb", "pyarrow", "polars", "pandas", "dbt-core", "dbt-duckdb", "dlt")
# Two medians of the same work differ by less than this on a quiet machine.
NOISE = 1.1


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; ``met`` is None where nothing was to be reached, or nothing ran."""

    what: str
    target: str
    measured: str
    met: bool | None = None


@dataclass(slots=True)
class Results:
    """All that a run found.

    Attributes:
        origin: What the data are.
        rows: Summary rows of eight seasons.
        dates: Dates with games among them.
        timings: By contestant.
        facts: Other numbers by name: disagreeing values, counts, the opt-in measurements.
        errors: By contestant: why it did not run.
        pandas_sample: How many dates the two pandas contestants computed.
    """

    origin: str
    rows: int
    dates: int
    timings: dict[str, Timing]
    facts: dict[str, float] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    pandas_sample: tuple[int, int] = (1, 1)

    def whole_pandas(self, name: str) -> float:
        """Seconds that all dates would take, from the sample's."""
        sample = self.pandas_sample[name == "pandas_by_player"]
        return self.timings[name].median / sample * self.dates

    def as_json(self) -> dict[str, Any]:
        """Every second of every round, and the ratios of the table."""
        return {
            "machine": machine(),
            "origin": self.origin,
            "rows": self.rows,
            "dates": self.dates,
            "seconds": {name: one.seconds for name, one in self.timings.items()},
            "cpu_seconds": {name: one.cpu for name, one in self.timings.items()},
            "unit_seconds": {name: one.units for name, one in self.timings.items()},
            "in_units": {name: one.in_units for name, one in self.timings.items()},
            "facts": self.facts,
            "errors": self.errors,
            "table": [asdict(row) for row in targets(self)],
        }


def machine() -> dict[str, str]:
    """When and where: date, cores, memory and versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    known = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": str(os.cpu_count()),
        "memory_gib": f"{memory:.0f}",
        "python": platform.python_version(),
    }
    return known | {name: version(name) for name in TOOLS}


def targets(results: Results) -> list[Row]:
    """The rows that have something to reach, in the order of the requirements."""
    lines = _Lines(results)
    eight = f"eight seasons ({results.rows:,} rows)"
    lines.units(f"compute, the 37 values, {eight}", "values", 8)
    lines.faster("the same values: against polars, from Parquet", "polars", "values", 1)
    lines.units("compute, whole store rows written to the replica", "rows", 6)
    lines.fact(
        "the rows in the replica's file, by a table of all their columns",
        "stored_share",
        0.5,
        "{:.2f}",
        "stored",
    )
    lines.pandas(
        "against pandas, date by date, as the old backfill went: player by player",
        "pandas_by_player",
        500,
    )
    lines.pandas("against pandas, date by date, each date vectorised", "pandas", 500)
    lines.faster("against dbt-duckdb, the same SQL, `dbt run` whole", "dbt_run", "rows", None)
    lines.faster("against dbt-duckdb, its models alone", "dbt_models", "rows", None)
    lines.seconds("one date, on a replica that holds eight seasons", "one_date", 0.2)
    lines.seconds("the same, right after the date before it", "next_date", 0.2)
    lines.times(
        "the same with 20 seasons held, by the same with eight", "one_date_20", "one_date", NOISE
    )
    lines.times("one month, by one date", "one_month", "one_date", 2)
    lines.share("pull, embedded: throughput, by reading the stream only", "drain", "pull", 0.8)
    lines.share(
        "the same, by inserting the stream into an empty DuckDB file, unchecked",
        "insert",
        "pull",
        None,
    )
    for tokens in ("digest", "modified"):
        name = f"pull, emulator, tokens by {tokens}: likewise"
        lines.share(name, "emulated_drain", f"emulated_pull_{tokens}", 0.8)
    lines.faster(
        "pull, emulator: against `list_rows().to_dataframe()`",
        "to_dataframe",
        "emulated_pull_modified",
        None,
    )
    lines.faster("pull, embedded: against dlt", "dlt", "pull", None)
    lines.seconds("second pull of 1,000 partitions, nothing changed", "pull_again", 0.1)
    lines.seconds("the same, another table of the file changed", "pull_again_after_a_change", None)
    lines.times(
        "push of a season, by writing the Parquet and loading it", "push", "write_and_load", 2
    )
    lines.scaling()
    lines.seconds("`featurestore --help`", "help", 0.2)
    lines.seconds("`featurestore status`", "status", 0.4)
    lines.fact("Google modules imported by `status`", "google_modules", 0, "{:.0f}")
    lines.fact("`make test`", "test_seconds", 360, "{:.0f} s", "tests")
    return lines.rows


class _Lines:
    def __init__(self, results: Results) -> None:
        self.found = results
        self.rows: list[Row] = []

    def _add(self, what: str, target: str, names: tuple[str, ...], measured: Any) -> None:
        """``measured()`` gives the text and whether the target is met, if all names ran."""
        missing = [name for name in names if name not in self.found.timings]
        if missing:
            why = self.found.errors.get(missing[0], "not run")
            self.rows.append(Row(what, target, why))
        else:
            self.rows.append(Row(what, target, *measured()))

    def _seconds(self, name: str) -> float:
        return self.found.timings[name].median

    def _ratio(self, above: str, below: str) -> float:
        one, other = self.found.timings[above], self.found.timings[below]
        # Contestants of two groups have no rounds in common: their units have to do.
        same_rounds = len(one.seconds) == len(other.seconds)
        return ratio(one, other) if same_rounds else one.in_units / other.in_units

    def units(self, what: str, name: str, most: float) -> None:
        def measured() -> tuple[str, bool]:
            units = self.found.timings[name].in_units
            return f"{units:.1f} units ({self._seconds(name):.2f} s)", units <= most

        self._add(what, f"at most {most} units", (name,), measured)

    def faster(self, what: str, theirs: str, mine: str, least: float | None) -> None:
        def measured() -> tuple[str, bool | None]:
            times = self._ratio(theirs, mine)
            text = f"{times:.2f} times as fast as its {self._seconds(theirs):.2f} s"
            return text, None if least is None else times > least

        self._add(what, "faster" if least else "-", (theirs, mine), measured)

    def pandas(self, what: str, name: str, least: float | None) -> None:
        def measured() -> tuple[str, bool | None]:
            seconds = self.found.whole_pandas(name)
            times = seconds / self._seconds("rows")
            sample = self.found.pandas_sample[name == "pandas_by_player"]
            return (
                f"{times:,.0f} times as fast ({seconds / self.found.dates:.2f} s a date, from"
                f" {sample} of {self.found.dates:,})",
                None if least is None else times >= least,
            )

        self._add(what, f"{least} times faster" if least else "-", (name, "rows"), measured)

    def seconds(self, what: str, name: str, most: float | None) -> None:
        def measured() -> tuple[str, bool | None]:
            took = self._seconds(name)
            return f"{took * 1000:.0f} ms", None if most is None else took <= most

        self._add(what, "-" if most is None else f"at most {most * 1000:.0f} ms", (name,), measured)

    def times(self, what: str, above: str, below: str, most: float) -> None:
        def measured() -> tuple[str, bool]:
            times = self._ratio(above, below)
            return f"{times:.2f} times ({self._seconds(above):.2f} s)", times <= most

        target = "no slower" if most == NOISE else f"at most {most} times"
        self._add(what, target, (above, below), measured)

    def share(self, what: str, floor: str, name: str, least: float | None) -> None:
        def measured() -> tuple[str, bool | None]:
            share = self._ratio(floor, name)
            text = f"{share:.2f} ({self._seconds(floor):.2f} s by {self._seconds(name):.2f} s)"
            return text, None if least is None else share >= least

        self._add(what, f"at least {least}" if least else "-", (floor, name), measured)

    def fact(self, what: str, name: str, most: float, shown: str, part: str = "") -> None:
        """``part`` names what a quick run leaves out, and what may have failed."""
        value = self.found.facts.get(name)
        text = self._without(part) if value is None else shown.format(value)
        met = value <= most if value is not None else False if part in self.found.errors else None
        self.rows.append(Row(what, f"at most {shown.format(most)}", text, met))

    def _without(self, part: str) -> str:
        return self.found.errors.get(part, "not run: `make bench` without `QUICK=1`")

    def scaling(self) -> None:
        facts = self.found.facts
        what, target = (
            "scaling to 100 times the players, `memory_limit` 4 GB",
            "at most 1.5 times linear",
        )
        if "large_seconds" not in facts:
            met = False if "scale" in self.found.errors else None
            self.rows.append(Row(what, target, self._without("scale"), met))
            return
        # Few rows are faster at once than season by season: the better of both is the yardstick.
        held = self.found.timings.get("rows")
        small = min(facts["small_seconds"], held.median if held else facts["small_seconds"])
        growth = facts["large_seconds"] / small / (facts["large_rows"] / facts["small_rows"])
        text = (
            f"{growth:.2f} times: {facts['large_rows'] / 1e6:.1f} million rows in"
            f" {facts['large_seconds']:.0f} s, peak {facts['large_peak_bytes'] / 1024**3:.1f} GiB"
        )
        self.rows.append(Row(what, target, text, growth <= 1.5))


def markdown(results: Results) -> str:
    """Both tables, and where they come from."""
    at = machine()
    units = [unit for one in results.timings.values() for unit in one.units]
    tools = ", ".join(f"{name} {at[name]}" for name in ("python", *TOOLS))
    lines = [
        f"Measured {at['date']} on {at['cores']} cores, {at['memory_gib']} GiB. Data:"
        f" {results.origin}, {results.rows:,} rows, {results.dates:,} dates. {tools}.",
        "",
        f"One unit took {min(units):.2f} to {max(units):.2f} s, in the middle"
        f" {statistics.median(units):.2f} s: the wider apart, the busier was the machine.",
        "",
        "| what | to reach | measured | |",
        "|---|---|---|---|",
    ]
    verdict = {True: "met", False: "**missed**", None: ""}
    lines += [
        f"| {r.what} | {r.target} | {r.measured} | {verdict[r.met]} |" for r in targets(results)
    ]
    lines += [
        "",
        "| all contestants | units | seconds | CPU seconds | rounds |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {one.in_units:.2f} | {one.median:.3f} | {_shown_cpu(one)}"
        f" | {len(one.seconds)} |"
        for name, one in results.timings.items()
    ]
    differing = {
        n.removeprefix("differs_"): v for n, v in results.facts.items() if n.startswith("differs_")
    }
    shown = ", ".join(f"{name} {value:.0f}" for name, value in differing.items())
    lines += ["", f"Values that differ from the product's: {shown or 'not compared'}."]
    return "\n".join(lines)


def _shown_cpu(timing: Timing) -> str:
    cpu = timing.median_cpu
    return "-" if cpu is None else f"{cpu:.3f}"


def write_into(page: Path, text: str) -> None:
    """Replace what stands between the page's markers."""
    old = page.read_text(encoding="utf-8")
    before, rest = old.split(BEGIN)
    after = rest.split(END)[1]
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
