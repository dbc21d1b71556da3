import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import measure, report
from benchmarks.measure import Contestant, Timing


@pytest.fixture(autouse=True)
def any_machine(monkeypatch):
    known = dict.fromkeys(("date", "cores", "memory_gib", "python", *report.TOOLS), "some")
    monkeypatch.setattr(report, "machine", lambda: known)


def results(**seconds: list[float]) -> report.Results:
    timings = {name: Timing(list(all_), [0.5] * len(all_)) for name, all_ in seconds.items()}
    return report.Results("made up", 240_000, 1_000, timings)


def test_contestants_take_turns_and_each_has_its_own_unit() -> None:
    ran: list[str] = []
    two = [Contestant(name, lambda name=name: ran.append(name)) for name in ("a", "b")]
    timings = measure.take_turns(two, lambda: ran.append("unit"), 2, lambda _: None)
    assert ran == ["unit", "a", "unit", "b"] * 2
    assert {name: len(one.units) for name, one in timings.items()} == {"a": 2, "b": 2}
    assert {name: len(one.cpu) for name, one in timings.items()} == {"a": 2, "b": 2}


def test_the_cpu_of_other_processes_counts_once_they_have_ended() -> None:
    before = measure.cpu_seconds()
    subprocess.run([sys.executable, "-c", "sum(range(2_000_000))"], check=True)
    assert measure.cpu_seconds() > before
    assert Timing([1.0], [1.0], [0.5, 0.7, 0.9]).median_cpu == 0.7


def test_a_ratio_is_the_median_of_the_rounds_own_ratios() -> None:
    timing = Timing([1.0, 9.0, 3.0], [1.0, 3.0, 2.0])
    assert timing.in_units == 1.5
    assert measure.ratio(timing, Timing([0.5, 3.0, 3.0])) == 2.0


def test_a_target_is_met_missed_or_neither() -> None:
    measured = results(values=[3.9], rows=[7.1], one_date=[0.15], one_date_20=[0.18])
    rows = {row.what: row for row in report.targets(measured)}
    assert rows["compute, the 37 values, eight seasons (240,000 rows)"].met is True
    assert rows["compute, whole store rows written to the replica"].met is False
    assert rows["one date, on a replica that holds eight seasons"].met is True
    assert rows["the same with 20 seasons held, by the same with eight"].met is False
    assert rows["`featurestore --help`"].measured == "not run"


def test_pandas_is_extrapolated_from_its_sample_to_all_dates() -> None:
    measured = results(pandas=[6.0], rows=[1.0])
    measured.pandas_sample = (12, 1)
    assert measured.whole_pandas("pandas") == 500.0
    (row,) = (row for row in report.targets(measured) if "vectorised" in row.what)
    assert (row.met, row.measured) == (True, "500 times as fast (0.50 s a date, from 12 of 1,000)")


def test_scaling_is_compared_with_the_faster_of_the_small_runs() -> None:
    measured = results(rows=[2.0])
    measured.facts |= {"small_seconds": 4.0, "small_rows": 10, "large_rows": 1_000}
    measured.facts |= {"large_seconds": 301.0, "large_peak_bytes": 3 * 1024**3}
    (row,) = (row for row in report.targets(measured) if row.what.startswith("scaling"))
    assert row.met is False
    assert row.measured.startswith("1.50 times")


def test_the_page_keeps_the_text_around_the_markers(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    report.write_into(page, "new")
    assert page.read_text() == f"before\n{report.BEGIN}\nnew\n{report.END}\nafter\n"


def test_the_table_has_a_line_for_each_target_and_each_contestant() -> None:
    text = report.markdown(results(values=[1.0], rows=[2.0]))
    assert "| compute, the 37 values, eight seasons (240,000 rows) | at most 8 units |" in text
    assert "| values | 2.00 | 1.000 | - | 1 |" in text
    assert "**missed**" not in text


def test_a_quick_run_skips_tests_and_a_failed_one_counts_as_missed() -> None:
    measured = results(values=[1.0])
    rows = {row.what: row for row in report.targets(measured)}
    assert rows["`make test`"].met is None
    assert "QUICK=1" in rows["`make test`"].measured
    measured.errors["tests"] = "failed: one test"
    rows = {row.what: row for row in report.targets(measured)}
    assert (rows["`make test`"].met, rows["`make test`"].measured) == (False, "failed: one test")
