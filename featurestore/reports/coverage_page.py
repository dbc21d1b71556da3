"""Writes coverage as one page that opens offline: calendars, reasons by month, a date's details.

The only module that imports plotly, and only when a page is written. Its script goes into the
page; the page forbids itself to load anything.
"""

from __future__ import annotations

import html
import importlib.util
import json
from dataclasses import asdict
from datetime import date, timedelta
from string import Template
from typing import TYPE_CHECKING, Any

from featurestore.reports.coverage_calendar import LEVELS, WEEKDAYS, calendars, level
from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from featurestore.reports.coverage import Coverage, Period
    from featurestore.reports.coverage_calendar import Calendar

_BOOTSTRAP = "#9aa5b1"
# One a level, in the order of LEVELS; told apart by people who do not see red and green.
_COLOURS = ("#f0f2f4", _BOOTSTRAP, "#8e0b20", "#d6604d", "#f6b48f", "#92c5de", "#2166ac")
_BARS = ("#b2182b", "#e08214", "#762a83", "#1b7837", "#bf812d", "#35978f", "#c51b7d", "#4d4d4d")
_WEEK_PIXELS, _LEFT_PIXELS, _TOP_PIXELS = 22, 44, 26
_CONFIG = {"displaylogo": False, "displayModeBar": False, "responsive": False}
_CLICK = (
    "document.getElementById('{plot_id}').on('plotly_click', event =>"
    " show(event.points[0].customdata));"
)


def require_plotly() -> None:
    """Refuse early, before anything is counted.

    Raises:
        BadInput: plotly is not installed.
    """
    if importlib.util.find_spec("plotly") is None:
        raise BadInput(
            "--html: needs the library plotly, which is not installed",
            hint="pip install 'featurestore[html]'",
            library="plotly",
        )


def write(file: Path, found: Coverage) -> None:
    """Write the page of a report that has the tables ``all``, ``month`` and ``date``.

    Raises:
        BadInput: the file cannot be written, or plotly is not installed.
    """
    require_plotly()
    text = page(found)
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(
            f"--html {file}: cannot be written: {error.strerror}", path=str(file)
        ) from error


def page(found: Coverage) -> str:
    """The whole page, some 5 MB: nearly all of it is the library's script."""
    from plotly.offline import get_plotlyjs

    title = f"Coverage {found.dates.start} to {found.dates.end}"
    days = {line.period: asdict(line) for line in found.tables["date"]}
    return _PAGE.substitute(
        title=html.escape(title),
        total=_total(found),
        library=get_plotlyjs(),
        calendars="\n".join(
            f"<section><h2>Season {html.escape(calendar.season)}</h2>"
            f"{_figure(_calendar(calendar), f'season-{number}')}</section>"
            for number, calendar in enumerate(calendars(found.tables["date"]))
        ),
        reasons=_figure(_reasons(found.tables["month"]), "reasons"),
        legend=_legend(),
        days=_script_json(days),
    )


def _figure(figure: Mapping[str, Any], name: str) -> str:
    from plotly.io import to_html

    return str(
        to_html(
            figure,
            full_html=False,
            include_plotlyjs=False,
            div_id=name,
            config=_CONFIG,
            post_script=_CLICK if name.startswith("season") else None,
            validate=True,
        )
    )


def _calendar(calendar: Calendar) -> dict[str, Any]:
    """A heat map: weeks as columns, weekdays as rows."""
    mondays = [calendar.monday + timedelta(7 * week) for week in range(calendar.weeks)]
    dates = [[monday + timedelta(n) for monday in mondays] for n in range(len(WEEKDAYS))]
    last = len(LEVELS) - 1
    heat = {
        "type": "heatmap",
        "x": [str(monday) for monday in mondays],
        "y": list(WEEKDAYS),
        "z": [[LEVELS.index(level(calendar.days.get(day))) for day in row] for row in dates],
        "customdata": [[str(day) for day in row] for row in dates],
        "text": [[_hover(day, calendar.days.get(day)) for day in row] for row in dates],
        "hovertemplate": "%{text}<extra></extra>",
        "colorscale": [[n / last, colour] for n, colour in enumerate(_COLOURS)],
        "zmin": 0,
        "zmax": last,
        "showscale": False,
        "xgap": 3,
        "ygap": 3,
    }
    return {
        "data": [heat],
        "layout": {
            "width": _LEFT_PIXELS + 12 + _WEEK_PIXELS * calendar.weeks,
            "height": _TOP_PIXELS + 12 + _WEEK_PIXELS * len(WEEKDAYS),
            "margin": {"l": _LEFT_PIXELS, "r": 12, "t": _TOP_PIXELS, "b": 12},
            "plot_bgcolor": "white",
            "xaxis": {
                "side": "top",
                "type": "date",
                "dtick": "M1",
                "tickformat": "%b",
                "showgrid": False,
                "ticks": "",
                "fixedrange": True,
            },
            "yaxis": {"autorange": "reversed", "showgrid": False, "ticks": "", "fixedrange": True},
        },
    }


def _hover(day: date, line: Period | None) -> str:
    """A few words; the whole is shown on a click."""
    words = [f"<b>{day:%a %Y-%m-%d}</b>"]
    if line is None or not line.target_rows:
        return "<br>".join([*words, "no games"])
    if line.coverage_pct is not None:
        words.append(
            f"{line.shown_pct:.2f} %: {line.store_rows:,} stored, {line.missing_rows:,} missing"
        )
    if line.bootstrap_rows:
        words.append(f"{line.bootstrap_rows:,} bootstrap")
    # Reasons come from a table that others write, too: plotly reads markup in hover texts.
    words += [f"{html.escape(reason)} {count:,}" for reason, count in line.reasons.items()]
    return "<br>".join(words)


def _reasons(months: Sequence[Period]) -> dict[str, Any]:
    """Bars of missing rows by month, stacked by reason; bootstrap apart, in grey, above."""
    names = sorted({reason for month in months for reason in month.reasons})
    counts = {name: [month.reasons.get(name, 0) for month in months] for name in names}
    colours = [_BARS[n % len(_BARS)] for n in range(len(names))]
    if any(month.bootstrap_rows for month in months):
        counts["bootstrap (not due)"] = [month.bootstrap_rows for month in months]
        colours.append(_BOOTSTRAP)
    return {
        "data": [
            {
                "type": "bar",
                "name": html.escape(name),
                "x": [month.period for month in months],
                "y": rows,
                "marker": {"color": colour},
                "hovertemplate": "%{x}<br>%{y:,} rows",
            }
            for (name, rows), colour in zip(counts.items(), colours, strict=True)
        ],
        "layout": {
            "barmode": "stack",
            "width": 1020,
            "height": 340,
            "margin": {"l": 60, "r": 12, "t": 12, "b": 60},
            "plot_bgcolor": "white",
            "showlegend": True,
            "xaxis": {"type": "category", "tickangle": -45, "fixedrange": True},
            "yaxis": {"title": {"text": "rows"}, "gridcolor": "#e6e9ec", "fixedrange": True},
        },
    }


def _total(found: Coverage) -> str:
    """The range in a sentence."""
    parts = [f"Store rows: {'computed here' if found.store == 'local' else 'of the warehouse'}."]
    for line in found.tables["all"]:
        shown = "none is due" if line.shown_pct is None else f"{line.shown_pct:.2f} %"
        parts.append(
            f"{line.target_rows:,} game summary records, {line.store_rows:,} stored,"
            f" {line.missing_rows:,} missing ({shown}), {line.bootstrap_rows:,} bootstrap."
        )
    if found.unknown:
        parts.append(f"{len(found.unknown):,} dates were never pulled and are not counted.")
    return html.escape(" ".join(parts))


def _legend() -> str:
    """Swatches for the colours of the calendars."""
    return "".join(
        f'<span><i style="background:{colour}"></i>{found.meaning}</span>'
        for found, colour in zip(LEVELS, _COLOURS, strict=True)
    )


def _script_json(value: object) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


_PAGE = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none';\
 script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
body { font: 15px/1.45 system-ui, sans-serif; color: #1f2933; margin: 24px auto; max-width: 1100px;
  padding: 0 16px }
h1 { font-size: 24px; margin: 0 } h2 { font-size: 16px; margin: 22px 0 0 }
section { overflow-x: auto }
.legend span { margin-right: 16px; white-space: nowrap }
.legend i { display: inline-block; width: 14px; height: 14px; margin-right: 5px;
  vertical-align: -2px; border-radius: 2px; outline: 1px solid #d5dade }
#day { border: 1px solid #d5dade; border-radius: 6px; padding: 10px 16px; margin-top: 18px;
  min-height: 60px }
#day h2 { margin: 0 0 4px } td { padding: 1px 24px 1px 0 } td + td { text-align: right }
</style>
<script>$library</script>
</head>
<body>
<h1>$title</h1>
<p>$total</p>
<p class="legend">$legend</p>
<script type="application/json" id="days">$days</script>
<script>
const days = JSON.parse(document.getElementById("days").textContent);
const words = { target_rows: "game summary records", store_rows: "stored",
  missing_rows: "missing", bootstrap_rows: "bootstrap, not due",
  no_sources_rows: "stored without sources", stale_rows: "stored without a game summary (stale)",
  injured_rows: "stored for listed players", listed_rows: "listed players without a row" };
function show(day) {
  if (!day) return;
  const box = document.getElementById("day"), table = document.createElement("table");
  const found = days[day];
  const add = (name, value) => {
    const row = table.insertRow();
    row.insertCell().textContent = name;
    row.insertCell().textContent = value.toLocaleString("en");
  };
  for (const [name, word] of Object.entries(words)) {
    if (found && (found[name] || name.match(/^(target|store|missing)/))) add(word, found[name]);
  }
  for (const [reason, count] of Object.entries(found ? found.reasons : {})) {
    add("missing: " + reason, count);
  }
  const head = document.createElement("h2");
  head.textContent = day + (found ? "" : ": no games");
  box.replaceChildren(head, table);
}
</script>
$calendars
<div id="day" aria-live="polite"><h2>A date</h2>Click a date above to see its rows here.</div>
<section><h2>Why rows are missing, by month</h2>$reasons</section>
</body>
</html>
""")
