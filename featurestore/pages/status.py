"""Status as a page: what a replica holds, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.pages import frame

if TYPE_CHECKING:
    from featurestore.reports.status import Holding, Status


def page(found: Status) -> str:
    """The page of a replica's state."""
    facts = [
        ("file", found.replica),
        ("size", f"{found.size_bytes / 1e6:,.1f} MB"),
        ("stale computed dates", frame.number(len(found.stale_dates))),
        ("computed dates not pushed", frame.number(found.unpushed_dates)),
        ("open gaps", frame.number(found.open_gaps)),
    ]
    if len(found.computed_by) > 1:
        facts += [
            (f"computed by SQL {one.sql_digest[:12]}", f"{one.dates:,} dates, {one.rows:,} rows")
            for one in found.computed_by
        ]
    actions = []
    if found.stale_dates:
        span = f"--start-date {found.stale_dates[0]} --end-date {found.stale_dates[-1]}"
        actions.append(("compute the stale dates again", f"featurestore backfill {span} --stale"))
    if found.unpushed_dates and found.computed.first:
        span = f"--start-date {found.computed.first} --end-date {found.computed.last}"
        actions.append(("push what was computed", f"featurestore push {span}"))
    if found.open_gaps:
        actions.append(("look at the open gaps", "featurestore gaps list --help"))
    return frame.render(
        "status",
        title="Replica",
        facts=facts,
        tables=[_row("pulled", one) for one in found.pulled] + [_row("computed", found.computed)],
        actions=actions,
    )


def _row(how: str, held: Holding) -> tuple[str, ...]:
    return (
        held.table,
        how,
        frame.number(held.dates),
        frame.number(held.dates_with_rows),
        frame.number(held.rows),
        str(held.first or ""),
        str(held.last or ""),
        f"{held.at:%Y-%m-%d %H:%M}" if held.at else "",
    )
