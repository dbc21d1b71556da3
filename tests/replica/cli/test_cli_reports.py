"""``coverage`` and ``timings`` as a user types them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from featurestore.compute import kept_rows
from featurestore.definitions import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Run = Callable[..., Any]


@pytest.fixture
def computed(ready_after: Callable[..., Run], span: Sequence[str]) -> Run:
    return ready_after(("backfill", *span))


@pytest.fixture
def change(computed: Run, tmp_path: Path) -> Callable[[str], None]:
    """Run SQL in the replica."""
    from sync.replica.file import Replica

    def execute(sql: str) -> None:
        with Replica(tmp_path / "data/replica.duckdb").write() as con:
            con.execute(sql)

    return execute


def test_full_coverage_is_shown_with_exit_code_0(computed: Run, span: Sequence[str]) -> None:
    answer = computed("coverage", *span)
    assert (answer.code, answer.err) == (0, "")
    rows = [line.split() for line in answer.out.splitlines()]
    assert ["2025-01", "24", "24", "0", "100.00", "0"] in rows
    assert ["Wed", "█"] in rows
    assert ["Mon", "·"] in rows
    assert "100 %" in answer.out


def test_missing_rows_are_shown_by_reason_with_exit_code_1(
    computed: Run, change: Callable[[str], None], span: Sequence[str]
) -> None:
    kept = kept_rows.current().rows
    change(f"DELETE FROM {kept} WHERE game_date = '2025-01-02' AND player_lookup < 'c'")
    change(f"""INSERT INTO {tables.GAPS} BY NAME SELECT 'bosplayer0' AS player_lookup,
        DATE '2025-01-02' AS game_date, 'upstream_incomplete' AS reason, now() AS detected_at""")
    answer = computed("coverage", *span, "--by", "date")
    assert answer.code == 1
    assert "unlogged 2, upstream_incomplete 1" in answer.out
    rows = [line.split() for line in answer.out.splitlines()]
    assert ["2025-01-01", "6", "6", "0", "100.00", "0"] in rows
    assert ["all", "24", "21", "3", "87.50", "0"] in [row[:6] for row in rows]
    assert ["Thu", "▒"] in rows

    document = computed("coverage", *span, "--json").json
    assert [line["period"] for line in document["periods"]] == ["2025-01"]
    assert document["total"]["reasons"] == {"unlogged": 2, "upstream_incomplete": 1}
    assert document["never_pulled"] == []


def test_bootstrap_rows_alone_are_not_missing(computed: Run, tmp_path: Path) -> None:
    (tmp_path / "featurestore.toml").write_text("bootstrap_days = 100\n")
    words = ("--start-date", "2025-01-01", "--end-date", "2025-01-04")
    assert computed("coverage", *words).code == 0


def test_the_rows_of_the_warehouse_are_counted_after_a_pull(
    computed: Run, span: Sequence[str]
) -> None:
    answer = computed("coverage", *span, "--store", "warehouse")
    assert answer.code == 3
    pull = answer.err.partition("hint: featurestore ")[2].split()
    assert computed(*pull).code == 0
    assert computed("coverage", *span, "--store", "warehouse", "--json").json["total"] == {
        **computed("coverage", *span, "--json").json["total"]
    }


def test_the_page_is_written_and_named(computed: Run, span: Sequence[str], tmp_path: Path) -> None:
    answer = computed("coverage", *span, "--html", "coverage.html", "--json")
    assert (answer.code, answer.err) == (0, "wrote coverage.html\n")
    assert answer.json["by"] == "month"
    text = (tmp_path / "coverage.html").read_text(encoding="utf-8")
    assert all(f'"2025-01-0{n}":' in text for n in (1, 2, 3, 4))


def test_dates_that_were_never_pulled_are_reported(computed: Run) -> None:
    words = ("coverage", "--start-date", "2025-01-01", "--end-date", "2025-01-06")
    answer = computed(*words)
    assert answer.code == 0
    assert "2 dates never pulled and not counted: first 2025-01-05" in answer.out
    assert computed(*words, "--json").json["never_pulled"] == ["2025-01-05", "2025-01-06"]


@pytest.mark.parametrize("words", [("--by", "week"), ("--store", "cloud")])
def test_an_unknown_choice_is_refused_with_the_known_ones(
    computed: Run, span: Sequence[str], words: Sequence[str]
) -> None:
    answer = computed("coverage", *span, *words)
    assert answer.code == 2
    assert "known are" in answer.err


def test_no_colour_is_written_where_there_is_no_terminal(
    computed: Run, span: Sequence[str]
) -> None:
    assert "\x1b" not in computed("coverage", *span).out


def test_timings_show_the_runs_of_the_last_days(computed: Run) -> None:
    answer = computed("timings")
    assert (answer.code, answer.err) == (0, "")
    assert "featurestore.backfill" in answer.out
    assert "calculate_time" in answer.out
    document = computed("timings", "--json", "--top", "3").json
    (line,) = [p for p in document["processors"] if p["processor"] == "featurestore.backfill"]
    assert (line["runs"], line["succeeded"], line["stale"]) == (1, 1, 0)
    assert len(document["slowest_queries"]) == 3
    shares = [s["share_pct"] for s in document["stages"] if s["processor"] == line["processor"]]
    assert sum(shares) == pytest.approx(100)


def test_timings_name_what_is_slower_silent_or_dead(
    computed: Run, change: Callable[[str], None]
) -> None:
    change(f"""INSERT INTO {tables.RUNS} BY NAME
        SELECT 'Slow' AS processor_name, 'run' || n AS run_id, 'success' AS status,
            current_date - 9 + n::INTEGER AS data_date,
            now() - to_days(9 - n::INTEGER) AS started_at,
            now() - to_days(9 - n::INTEGER) AS processed_at,
            if(n = 7, 30.0, 10.0) AS duration_seconds, 1000 AS records_processed
        FROM range(8) AS r(n)""")
    change(f"""INSERT INTO {tables.RUNS} BY NAME
        SELECT 'Dead' AS processor_name, 'dead1' AS run_id, 'running' AS status,
            current_date - 2 AS data_date, now() - to_days(2) AS started_at""")
    out = computed("timings").out
    assert "changed: Slow run7 is slower: 30 s per 1,000 rows; the median of 7 earlier" in out
    assert "note: no stage timings reported by Slow" in out
    assert "note: Dead dead1 never finished" in out
    assert "+200 % !" in out


def test_a_range_without_runs_is_reported(computed: Run, span: Sequence[str]) -> None:
    assert computed("timings", *span).out == (
        "no runs from 2025-01-01 to 2025-01-04, the dates on which commands ran\n"
    )
