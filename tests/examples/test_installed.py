"""The wheel as people install it from a clone: by uv, by pipx and by pip, in a home of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pull_request
import pytest

ROOT = Path(__file__).parents[2]
TOOLS = os.environ.get("EXAMPLES_TOOLS", "")
SPAN = "--start-date 2025-01-01 --end-date 2025-01-07"
COMPLETED = """
. ~/.bash_completions/featurestore.sh
COMP_WORDS=(featurestore gaps e) COMP_CWORD=2
_featurestore_completion featurestore
echo "${COMPREPLY[@]}"
"""
INSTALLERS = {
    "uv": ("uv tool install .", "uv tool upgrade featurestore", "uv tool uninstall featurestore"),
    "pipx": ("pipx install .", "pipx reinstall featurestore", "pipx uninstall featurestore"),
    "pip": (
        "python -m venv ../venv && ../venv/bin/pip install . && mkdir -p ~/.local/bin"
        " && ln -s ~+/../venv/bin/featurestore ~/.local/bin/featurestore",
        "../venv/bin/pip install --upgrade .",
        "../venv/bin/pip uninstall -y featurestore && rm ~/.local/bin/featurestore",
    ),
}

pytestmark = pytest.mark.skipif(not TOOLS, reason="uv and pipx: make test-examples")


@dataclass(frozen=True)
class Home:
    """A user's home folder, and the shell that runs in it."""

    folder: Path
    clone: Path

    def run(self, line: str, folder: Path | None = None, code: int = 0) -> str:
        """What a line prints, on both streams."""
        # A library's cache of downloads is the machine's; all else is this home's.
        cache = os.environ.get("UV_CACHE_DIR", str(Path.home() / ".cache/uv"))
        pip = {key: value for key, value in os.environ.items() if key.startswith(("PIP_", "SSL_"))}
        path = [str(self.folder / ".local/bin"), TOOLS, *_plain_path()]
        environment = {"HOME": str(self.folder), "PATH": ":".join(path), "UV_CACHE_DIR": cache}
        environment |= {"SHELL": "/bin/bash", "COLUMNS": "120", **pip}
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=folder or self.clone,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == code, f"{line}\n{done.stdout}"
        return done.stdout


def _plain_path() -> list[str]:
    """The folders of programs without ours, after that of this Python's own installation."""
    here = [str(Path(sys.base_prefix) / "bin")]
    others = os.environ["PATH"].split(os.pathsep)
    return here + [one for one in others if one and not (Path(one) / "featurestore").exists()]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home", pull_request.clone(ROOT, tmp_path / "clone"))


@pytest.mark.parametrize("installer", INSTALLERS)
def test_an_installed_command_works_from_an_empty_folder(
    home: Home, tmp_path: Path, installer: str
) -> None:
    install, upgrade, uninstall = INSTALLERS[installer]
    home.run(install)
    empty = tmp_path / "empty"
    empty.mkdir()

    def run(line: str, code: int = 0) -> str:
        return home.run(line, empty, code)

    assert run("command -v featurestore") == f"{home.folder}/.local/bin/featurestore\n"
    assert "hint: featurestore init" in run("featurestore status", 2)
    # Tables and relations come from the wheel's own sql/.
    assert "created warehouse table nba_raw.nbac_injury_report" in run("featurestore init")
    assert "points_avg_last_5" in run("featurestore features list")
    rows = ROOT / "examples/ci/tests/fixture/nba_analytics.player_game_summary.csv"
    assert "loaded 8 rows" in run(
        f"featurestore warehouse load nba_analytics.player_game_summary {rows}"
    )
    assert "push" in run(f"featurestore backfill {SPAN}")
    assert re.search(r"nba_predictions\.ml_feature_store_v2 +7 +4 +8 ", run("featurestore status"))

    assert "bash completion installed" in run("featurestore --install-completion bash")
    assert run(COMPLETED) == "explain\n"
    assert "_featurestore_completion()" in run("featurestore --show-completion bash")

    page = f"featurestore coverage {SPAN} --html page.html"
    refused = run(page, 2)
    (hint,) = re.findall(r"^hint: (.*)$", refused, re.MULTILINE)
    run(hint)
    assert "wrote page.html" in run(page)
    assert (empty / "page.html").stat().st_size > 10_000

    home.run(upgrade)
    assert run("featurestore --version") == "0.1.0\n"
    home.run(uninstall)
    run("command -v featurestore", 1)


def test_the_demo_works_with_nothing_but_the_installed_command(home: Home, tmp_path: Path) -> None:
    home.run("uv tool install .")
    empty = tmp_path / "empty"
    empty.mkdir()
    lines = home.run("featurestore demo", empty).splitlines()
    export, look = (line.strip() for line in lines[-2:])
    assert "computed dates not pushed 0" in home.run(f"{export} && {look}", empty)


def test_the_wheel_is_well_formed_and_holds_what_is_run_alone(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "-w", str(tmp_path), str(ROOT)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    checked = subprocess.run(
        [f"{TOOLS}/twine", "check", "--strict", str(wheel)],
        env=os.environ | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "PASSED" in checked.stdout
    assert wheel.stat().st_size < 1_500_000
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names} == {
        "featurestore",
        "sync",
        "featurestore-0.1.0.dist-info",
    }
    shipped = {str(one.relative_to(ROOT)) for one in (ROOT / "sql").rglob("*.sql")}
    assert {name for name in names if "/_sql/" in name and name.endswith(".sql")} == {
        name.replace("sql/", "featurestore/_sql/", 1) for name in shipped
    }
    assert {"featurestore/py.typed", "sync/py.typed"} <= set(names)
    code = {".py", ".sql", ".html", ".css", ".js", ".typed", ".tsv", ".json", ".txt", ".md"}
    assert {Path(name).suffix for name in names if "dist-info" not in name} <= code


def test_importing_it_warns_of_nothing() -> None:
    for module in ("featurestore", "featurestore.cli.app", "featurestore.testing"):
        subprocess.run([sys.executable, "-W", "error", "-c", f"import {module}"], check=True)
    assert shutil.which("uv", path=TOOLS)
