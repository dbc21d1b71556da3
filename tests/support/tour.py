"""A clone in which a page's commands run in its order, and what they print is compared with it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
DEMO = "make demo"
PROGRAM = ".venv/bin/featurestore"
END = "=== end of what a command printed ==="
# What depends on the machine or the day: seconds, speeds, the size of a file, a moment, a job. The
# dates of the demo end before 2026.
VARIES = re.compile(
    "|".join(
        (
            r"\d+\.\d+(?= MB| s;| seconds)",
            r"[\d,]+(?= rows a second)",
            r"(?<=seconds  ) *[\d.]+$",
            r"(?<=\d  ) *\d+\.\d\d$",
            r"\d+\.\d\d +\d+\.\d\d",
            r"20(?:2[6-9]|[3-9]\d)-\d\d-\d\d(?: \d\d:\d\d)?",
            r"fs_push_\w+",
        )
    )
)
EXIT_CODE = re.compile(r"\[exit code (\d+)\]")


@dataclass(frozen=True)
class Cell:
    """A command, the lines that a page shows below it, and the exit code that it names."""

    command: str
    shown: tuple[str, ...]
    code: int


def console(text: str) -> list[str]:
    """The console blocks of a page."""
    return re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def cells(blocks: Sequence[str]) -> list[Cell]:
    """The commands of console blocks; a line ``[exit code 1]`` ends what one prints."""
    listed: list[tuple[str, list[str]]] = []
    for line in (line for block in blocks for line in block.splitlines()):
        if line.startswith("$ "):
            listed.append((line[2:], []))
        else:
            listed[-1][1].append(line)
    made = []
    for command, shown in listed:
        code = EXIT_CODE.fullmatch(shown[-1]) if shown else None
        made.append(
            Cell(command, tuple(shown[:-1] if code else shown), int(code[1]) if code else 0)
        )
    return made


def readme_tour() -> list[Cell]:
    """The commands of the README's ten minutes."""
    blocks = console((ROOT / "README.md").read_text(encoding="utf-8"))
    return cells([block for block in blocks if is_demo(block)])


def is_demo(block: str) -> bool:
    """Whether a block belongs to the README's ten minutes."""
    return DEMO in block or PROGRAM in block


def plain(text: str) -> list[str]:
    """Lines with what varies left out, without spaces that align and lines that rule a table."""
    lines = (" ".join(VARIES.sub("#", line.rstrip()).split()) for line in text.splitlines())
    return [line for line in lines if line.strip("─ ")]


def require_shown(cell: Cell, said: str) -> None:
    """Each shown line is printed, in this order; ``...`` is for any lines."""
    printed = iter(plain(said))
    for line in plain("\n".join(cell.shown)):
        if line != "...":
            assert line in printed, f"{cell.command}: does not print, or not here:\n{line}\n{said}"


def make_clone(folder: Path) -> Path:
    """A clone after `make setup`, whose environment runs the clone's files."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("featurestore", "sync", "sql"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for file in ("Makefile", "pyproject.toml", "requirements.lock", ".gitignore"):
        shutil.copy(ROOT / file, folder)
    git = ["git", "-c", "user.name=test", "-c", "user.email=test@example.invalid"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "a clone"]):
        subprocess.run([*git, *words], cwd=folder, check=True)
    command = folder / PROGRAM
    command.parent.mkdir(parents=True)
    (folder / ".venv/.done").touch()
    # As pip writes it: DuckDB takes a program without a file for somebody who types.
    command.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(folder)!r})\n"
        "from featurestore.cli import main\nmain()\n"
    )
    command.chmod(0o755)
    return folder


def path_without_us() -> str:
    """The folders of programs, without those that hold ``featurestore``."""
    folders = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(one for one in folders if not (Path(one) / "featurestore").exists())


def shell(commands: Sequence[str], folder: Path) -> list[tuple[int, str]]:
    """What the lines do in one shell without an environment; each exit code with what is said."""
    script = "".join(f"{{ {line}\n}} 2>&1\necho $? '{END}'\n" for line in commands)
    done = subprocess.run(
        ["sh"],
        cwd=folder,
        env={
            "PATH": path_without_us(),
            "HOME": str(folder),
            "COLUMNS": "200",
            # GoogleSQL is compiled once a user, which takes half a minute.
            "XDG_CACHE_HOME": str(platformdirs.user_cache_path()),
        },
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    parts = re.split(rf"(\d+) {END}\n", done.stdout)
    assert len(parts) == 2 * len(commands) + 1, done.stdout + done.stderr
    return [(int(code), said) for said, code in zip(parts[::2], parts[1::2], strict=False)]
