"""Makes pages from the templates beside it: one style, no network, every value escaped.

The only module that imports jinja2, and only when a page is written.
"""

from __future__ import annotations

import importlib.util
import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from featurestore import extras
from sync.errors import BadInput

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")


def require_library() -> None:
    """Refuse early, before the report is computed.

    Raises:
        BadInput: jinja2 is not installed.
    """
    if importlib.util.find_spec("jinja2") is None:
        raise BadInput(
            "--html: needs the library jinja2, which is not installed",
            hint=extras.install_command("html"),
            library="jinja2",
        )


def render(template: str, **values: Any) -> str:
    """The page of a template, with the style and the script that all pages share."""
    return _environment().get_template(f"{template}.html").render(**values)


def write(file: Path, text: str) -> None:
    """Write a page.

    Raises:
        BadInput: the file cannot be written.
    """
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(
            f"--html {file}: cannot be written: {error.strerror}", path=str(file)
        ) from error


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["number"] = number
    made.filters["script_json"] = script_json
    return made


def number(value: float | None, digits: int = 0) -> str:
    """A number for display, with thousands separators; a dash for None."""
    return "-" if value is None else f"{value:,.{digits}f}"


def script_json(value: object) -> Any:
    """JSON that cannot end the script element that contains it."""
    from markupsafe import Markup

    text = json.dumps(value, separators=(",", ":"), default=str)
    return Markup(text.replace("<", "\\u003c"))
