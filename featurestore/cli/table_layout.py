"""Tables on a screen of any width: names are shortened, then columns left out; numbers never break.

The widths are decided here, because rich would break a number over two lines.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TextIO, cast

import typer

from featurestore.cli.streams import Plain, escape_line
from sync.counted import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa
    from rich.console import Console

    Styles = Mapping[str, Callable[[object], str | None]]

# Without a terminal, nothing limits the width; but a file's lines should stay readable.
PIPE_WIDTH = 160
# Names are shortened to the first width; to the second where the table is still too wide without
# the expendable columns.
_NAME_WIDTHS = (36, 20)
# Characters of the frame: a blank on each side of a cell, one between columns, one at each edge.
_PADDING, _BETWEEN, _EDGES = 2, 1, 2
_DATE = re.compile(r"\d{4}-\d\d(-\d\d)?([ T][\d:.+]+)?")
_NUMBER = re.compile(r"[-+]?[\d,.]+(e[-+]?\d+)?|NULL")


def console() -> Console:
    """A console on stdout, as wide as the terminal; no colours in a pipe or with NO_COLOR."""
    from rich.console import Console

    screen = cast("TextIO", Plain(sys.stdout))
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(file=screen, width=width, highlight=False, markup=False, emoji=False)


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    expendable: Sequence[str] = (),
    styles: Styles | None = None,
) -> None:
    """Print a table on stdout, or one line per value where the screen is too narrow for a table.

    Args:
        title: The line above it.
        columns: Their names; the heading may break between words.
        rows: Values in that order; numbers are right-aligned, None is blank.
        expendable: Columns to leave out, in this order, where the screen is too narrow; a line
            below the table names them.
        styles: Column to a function from a value to rich's style for the cell, or None.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    screen = console()
    made = [_column(name, [row[at] for row in rows]) for at, name in enumerate(columns)]
    layout = _layout(made, screen.width, expendable)
    if layout is None:
        _print_records(title, columns, rows)
        return
    dropped, widths = layout
    table = Table(
        title=escape_line(title) or None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
    )
    kept = [one for one in made if one.name not in dropped]
    for one, width in zip(kept, widths, strict=True):
        table.add_column(
            escape_line(one.name),
            justify="right" if one.is_number else "left",
            width=width,
            overflow="fold",
        )
    for at in range(len(rows)):
        cells = []
        for one, width in zip(kept, widths, strict=True):
            style_of = (styles or {}).get(one.name)
            style = style_of(one.values[at]) if style_of else None
            cells.append(Text(one.fitting(at, width), style=style or ""))
        table.add_row(*cells)
    screen.print(table)
    if dropped:
        typer.echo(f"too narrow for: {', '.join(dropped)}; --json has all")


def print_record(title: str, values: Mapping[str, object]) -> None:
    """Print names and values, one pair a line."""
    typer.echo(title)
    width = max(map(len, values), default=0)
    for name, value in values.items():
        typer.echo(f"  {name:<{width}}  {shown(value)}")


def print_rows(title: str, rows: pa.Table, limit: int, *, elsewhere: str = "--json") -> None:
    """Print the first rows of a table; one value a line where a row is wider than the screen.

    Args:
        title: The heading, to which the number of rows is added; empty for none.
        rows: All rows.
        limit: The number of rows to print; a last line says how many there are.
        elsewhere: The option that prints all rows.
    """
    heading = title and f"{title}: {counted(rows.num_rows, 'row')}"
    printed = [tuple(row.values()) for row in rows.slice(0, limit).to_pylist()]
    print_table(heading, rows.column_names, printed)
    if rows.num_rows > limit:
        typer.echo(f"{limit:,} of {rows.num_rows:,} rows; --limit N prints more, {elsewhere} all")


def _print_records(heading: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if heading:
        typer.echo(heading)
    for number, row in enumerate(rows, start=1):
        print_record(f"row {number}", dict(zip(columns, row, strict=True)))


def shown(value: object) -> str:
    """The text of a value in a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, bytes):
        return value.hex()
    return f"{value:.2f}" if isinstance(value, float) else escape_line(str(value))


@dataclass(frozen=True, slots=True)
class _Column:
    """One column: its cells' texts, and how narrow it may be.

    Attributes:
        name: The heading.
        values: The cells.
        texts: The cells as they are shown.
        is_number: Whether all of them are numbers or NULL.
        longest: Characters of the longest cell.
        unbreakable: Characters of the longest number, date or word of the heading.
        word: Characters of the longest word.
        full: Characters of the longest cell or heading.
        is_prose: Whether cells break between words; names are shortened instead.
    """

    name: str
    values: Sequence[object]
    texts: tuple[str, ...]
    is_number: bool
    longest: int
    unbreakable: int
    word: int
    full: int
    is_prose: bool

    def least(self, name_width: int) -> int:
        """The fewest characters it needs, with names shortened to a width."""
        return max(
            self.unbreakable, min(self.word, name_width), min(self.longest, _NAME_WIDTHS[-1])
        )

    def fitting(self, row: int, width: int) -> str:
        """The cell's text, shortened if it is a name that is too long."""
        text = self.texts[row]
        if self.is_prose or len(text) <= width:
            return text
        # Of a table's name, keep the end: the dataset says less.
        return f"…{text[1 - width :]}" if "." in text else f"{text[: width - 1]}…"


def _column(name: str, values: Sequence[object]) -> _Column:
    texts = tuple(map(shown, values))
    is_number = bool(values) and all(isinstance(v, int | float | Decimal | None) for v in values)
    longest = max(map(len, texts), default=0)
    heading = max(map(len, name.split() or [""]))
    is_prose = any(" " in text and not _DATE.fullmatch(text) for text in texts)
    never_breaks = all(
        not text or _DATE.fullmatch(text) or _NUMBER.fullmatch(text) for text in texts
    )
    word = max((len(word) for text in texts for word in text.split()), default=0)
    unbreakable = max(longest if never_breaks else 0, heading)
    full = max(longest, len(name))
    return _Column(name, values, texts, is_number, longest, unbreakable, word, full, is_prose)


def _layout(
    columns: Sequence[_Column], screen: int, expendable: Sequence[str]
) -> tuple[Sequence[str], list[int]] | None:
    """The columns to leave out, and the widths of the others; None where no layout fits."""
    for name_width in _NAME_WIDTHS:
        for count in range(len(expendable) + 1):
            dropped = expendable[:count]
            kept = [one for one in columns if one.name not in dropped]
            widths = _widths(kept, screen, name_width)
            if widths is not None:
                return dropped, widths
    return None


def _widths(columns: Sequence[_Column], screen: int, name_width: int) -> list[int] | None:
    """Characters for each column, or None if they do not fit.

    Columns that are nearly at full width are widened first.
    """
    free = screen - _EDGES - _BETWEEN * (len(columns) - 1) - _PADDING * len(columns)
    widths = [one.least(name_width) for one in columns]
    free -= sum(widths)
    if free < 0:
        return None
    for at in sorted(range(len(columns)), key=lambda at: columns[at].full - widths[at]):
        more = min(columns[at].full - widths[at], free)
        widths[at] += more
        free -= more
    return widths
