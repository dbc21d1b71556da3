"""Notes under a push's numbers."""

from __future__ import annotations

from datetime import date

from featurestore.cli import push_report
from sync.model import DateRange
from sync.transfer.push import PushReport

DAY = date(2025, 1, 1)


def test_a_push_reports_columns_versions_and_what_is_known_of_its_costs():
    report = PushReport(
        table="d.store",
        dates=DateRange(DAY, DAY),
        pushed=(DAY,),
        unchanged=0,
        rows=1,
        deleted=0,
        kept=0,
        job_ids=("job",),
        repeated=0,
        seconds=0.1,
        other_versions={"v2": 1200},
        undeclared=("a", "b", "c", "d"),
        notes=("d.store: the price of the write is unknown",),
    )
    assert list(push_report.notes(report, "feature_version")) == [
        "4 columns of the warehouse's table are not declared and keep their values: a, b, c, ...",
        "rows of another feature_version on these dates: v2 1,200",
        "d.store: the price of the write is unknown",
    ]
