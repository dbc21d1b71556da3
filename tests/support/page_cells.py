"""Runs the cells of a page in docs, in their order, and puts in what they print.

A page is Markdown. What follows a cell in a ``text`` block is its output:

- ``python``: runs in one namespace for the page; a last expression is printed as a notebook does;
- ``console``: lines ``$ featurestore ...`` with their output below them, in the block itself; a
  command that is shown without output stays so, and must end with 0;
- any block after ``<!-- file: PATH -->``: is written to that file first.

A page with ``<!-- cells: in a copy of the repository -->`` edits the package's SQL: it runs in a
copy, each command as a separate process. ``python tests/support/page_cells.py docs/PAGE.md``
writes the outputs into the page.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from pprint import pformat
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_BLOCK = re.compile(
    r"(?P<file><!-- file: (?P<path>\S+) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)```\n"
    r"(?P<output>\n```text\n(?P<said>.*?)```\n)?",
    re.DOTALL,
)
ROOT = Path(__file__).parents[2]
COPY = "<!-- cells: in a copy of the repository -->"
WIDTH = "110"


def run_page(text: str) -> str:
    """The page with the outputs that its cells have in the current folder."""
    if COPY in text:
        with tempfile.TemporaryDirectory() as folder:
            return _in_a_copy(text, Path(folder))
    return _run(text, _in_this_process)


def _run(text: str, call: Callable[[list[str]], tuple[int, str]]) -> str:
    names: dict[str, Any] = {"__name__": "page"}

    def cell(match: re.Match[str]) -> str:
        if match["path"]:
            path = Path(match["path"])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(match["text"], encoding="utf-8")
            return match[0]
        head = f"```{match['kind']}\n"
        if match["kind"] == "python":
            printed = _python(match["text"], names)
            output = f"\n```text\n{printed}```\n" if printed else ""
            return f"{head}{match['text']}```\n{output}"
        if match["kind"] == "console":
            lines = match["text"].splitlines(keepends=True)
            printed = "".join(
                _console(line, following, call)
                for line, following in zip(lines, [*lines[1:], "$ "], strict=True)
                if line.startswith("$ ")
            )
            return f"{head}{printed}```\n{match['output'] or ''}"
        return match[0]

    return _BLOCK.sub(cell, text)


def _python(code: str, names: dict[str, Any]) -> str:
    tree = ast.parse(code)
    last = tree.body[-1]
    value = ast.Expression(tree.body.pop().value) if isinstance(last, ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "page", "exec"), names)
        result = None if value is None else eval(compile(value, "page", "eval"), names)
        if result is not None:
            sys.stdout.write(f"{pformat(result, width=110, sort_dicts=False)}\n")
    return printed.getvalue()


def _console(line: str, following: str, call: Callable[[list[str]], tuple[int, str]]) -> str:
    """A command with what it prints; its exit code where that is not 0."""
    code, printed = call(shlex.split(line)[1:])
    lines = [one.rstrip() for one in printed.rstrip().splitlines()]
    while lines and not lines[0]:
        del lines[0]
    printed = "".join(f"{one}\n" for one in lines)
    if following.startswith("$ "):
        assert code == 0, f"{line}{printed}"
        return line
    return f"{line}{printed}{f'[exit code {code}]' + chr(10) if code else ''}"


def _in_this_process(words: list[str]) -> tuple[int, str]:
    """Exit code, and stderr before stdout, of ``featurestore``."""
    from featurestore.cli import errors
    from featurestore.cli.app import app

    assert words[0] == "featurestore"
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = errors.run(app, words[1:])
    return code, err.getvalue() + out.getvalue()


def _in_its_own_process(words: list[str]) -> tuple[int, str]:
    """The same of a program; Python and what is written in it are this environment's."""
    program = {
        "featurestore": [sys.executable, "-m", "featurestore"],
        "pytest": [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"],
        "python": [sys.executable],
    }.get(words[0], words[:1])
    done = subprocess.run(
        [*program, *words[1:]],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr + done.stdout


def _in_a_copy(text: str, folder: Path) -> str:
    """The page, run by a process that imports the package from a copy with its own git history."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("featurestore", "sync", "sql", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    (folder / ".gitignore").write_text("__pycache__/\ndata/\n*.toml\n", encoding="utf-8")
    name = ["-c", "user.name=reader", "-c", "user.email=reader@example.org"]
    for words in (["init", "-q"], ["add", "-A"], [*name, "commit", "-q", "-m", "main"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    done = subprocess.run(
        [sys.executable, __file__],
        cwd=folder,
        input=text,
        env=os.environ | {"PYTHONPATH": str(folder), "COLUMNS": WIDTH},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def main(page: Path) -> None:
    """Write the outputs into a page."""
    text = page.read_text(encoding="utf-8")
    os.environ["COLUMNS"] = WIDTH
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        written = run_page(text)
    page.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]).absolute())
    else:
        sys.stdout.write(_run(sys.stdin.read(), _in_its_own_process))
