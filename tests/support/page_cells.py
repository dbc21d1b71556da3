"""Runs the cells of a page in docs, in their order, and puts in what they print.

A page is Markdown. What follows a cell in a ``text`` block is its output:

- ``python``: runs in one namespace for the page; a last expression is printed as a notebook does;
- ``console``: lines ``$ featurestore ...`` with their output below them, in the block itself;
- any block after ``<!-- file: PATH -->``: is written to that file first.

``python tests/support/page_cells.py docs/PAGE.md`` writes the outputs into the page.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import shlex
import sys
import tempfile
from pathlib import Path
from pprint import pformat
from typing import Any

_BLOCK = re.compile(
    r"(?P<file><!-- file: (?P<path>\S+) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)```\n"
    r"(?P<output>\n```text\n(?P<said>.*?)```\n)?",
    re.DOTALL,
)
WIDTH = "110"


def run_page(text: str) -> str:
    """The page with the outputs that its cells have in the current folder."""
    names: dict[str, Any] = {"__name__": "page"}

    def cell(found: re.Match[str]) -> str:
        if found["path"]:
            path = Path(found["path"])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(found["text"], encoding="utf-8")
            return found[0]
        head = f"```{found['kind']}\n"
        if found["kind"] == "python":
            said = _python(found["text"], names)
            output = f"\n```text\n{said}```\n" if said else ""
            return f"{head}{found['text']}```\n{output}"
        if found["kind"] == "console":
            words = [line for line in found["text"].splitlines() if line.startswith("$ ")]
            return f"{head}{''.join(map(_console, words))}```\n{found['output'] or ''}"
        return found[0]

    return _BLOCK.sub(cell, text)


def _python(code: str, names: dict[str, Any]) -> str:
    tree = ast.parse(code)
    last = tree.body[-1]
    value = ast.Expression(tree.body.pop().value) if isinstance(last, ast.Expr) else None
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(tree, "page", "exec"), names)
        result = None if value is None else eval(compile(value, "page", "eval"), names)
        if result is not None:
            sys.stdout.write(f"{pformat(result, width=110, sort_dicts=False)}\n")
    return said.getvalue()


def _console(line: str) -> str:
    """A command with what it prints, stderr first; its exit code where that is not 0."""
    from featurestore.cli import errors
    from featurestore.cli.app import app

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = errors.run(app, shlex.split(line)[2:])
    said = "".join(
        f"{one.rstrip()}\n" for one in (err.getvalue() + out.getvalue()).strip().splitlines()
    )
    ending = f"[exit code {code}]\n" if code else ""
    return f"{line}\n{said}{ending}"


def main(page: Path) -> None:
    """Write the outputs into a page."""
    text = page.read_text(encoding="utf-8")
    os.environ["COLUMNS"] = WIDTH
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        written = run_page(text)
    page.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
