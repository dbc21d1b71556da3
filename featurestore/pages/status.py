"""Status as a page: what a replica holds, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.pages import frame
from sync.counted import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from featurestore.reports.status import Holding, Status


def page(report: Status, command: Callable[[str], str] = str) -> str:
    """The page of a replica's state.

    Args:
        report: The state.
        command: Completes the commands that the page shows; by default they are unchanged.
    """
    facts = [
        ("file", report.replica),
        ("size", f"{report.size_bytes / 1e6:,.1f} MB"),
        ("stale computed dates", frame.number(len(report.stale_dates))),
        ("computed dates not pushed", frame.number(report.unpushed_dates)),
        ("open gaps", frame.number(report.open_gaps)),
    ]
    if len(report.computed_by) > 1:
        facts += [
            (
                f"computed by SQL {one.sql_digest[:12]}",
                f"{counted(one.dates, 'date')}, {counted(one.rows, 'row')}",
            )
            for one in report.computed_by
        ]
    actions = []
    if report.stale_dates:
        range_options = f"--start-date {report.stale_dates[0]} --end-date {report.stale_dates[-1]}"
        actions.append(
            (
                "compute the stale dates again",
                command(f"featurestore backfill {range_options} --stale"),
            )
        )
    if report.unpushed_dates and report.computed.first:
        range_options = f"--start-date {report.computed.first} --end-date {report.computed.last}"
        actions.append(("push the computed dates", command(f"featurestore push {range_options}")))
    if report.open_gaps:
        actions.append(("list the open gaps", command("featurestore gaps list --help")))
    return frame.render(
        "status",
        title="Replica",
        facts=facts,
        tables=[_row("pulled", one) for one in report.pulled] + [_row("computed", report.computed)],
        actions=actions,
    )


def _row(kind: str, holding: Holding) -> tuple[str, ...]:
    return (
        holding.table,
        kind,
        frame.number(holding.dates),
        frame.number(holding.dates_with_rows),
        frame.number(holding.rows),
        str(holding.first or ""),
        str(holding.last or ""),
        f"{holding.at:%Y-%m-%d %H:%M}" if holding.at else "",
    )
