"""How an extra such as ``[html]`` is added to the environment that featurestore runs from."""

from __future__ import annotations

import importlib.util
import json
import shlex
import shutil
import sys
from importlib import metadata
from pathlib import Path
from urllib.parse import unquote, urlsplit

PACKAGE = "featurestore"


def install_command(extra: str) -> str:
    """The command that adds an extra, as a user can paste it into a shell.

    The package is on no public index: pip and ``uv pip`` take the version that is installed
    already, ``uv tool`` and pipx the folder or wheel that it was installed from.
    """
    wanted = shlex.quote(f"{PACKAGE}[{extra}]")
    environment = Path(sys.prefix)
    if (environment / "uv-receipt.toml").exists():
        return shlex.join(["uv", "tool", "install", *_source(extra)])
    if (environment / "pipx_metadata.json").exists():
        return shlex.join(["pipx", "install", "--force", *_source(extra)])
    python = shlex.quote(sys.executable)
    if importlib.util.find_spec("pip") is None:
        return f"uv pip install --python {python} {wanted}"
    on_path = shutil.which("pip")
    # Another environment's pip would look for the package in an index.
    is_ours = on_path is not None and Path(on_path).parent == Path(sys.executable).parent
    return f"{'pip' if is_ours else f'{python} -m pip'} install {wanted}"


def _source(extra: str) -> list[str]:
    """What the package was installed from, with an extra; its name where that is unknown."""
    recorded = json.loads(metadata.distribution(PACKAGE).read_text("direct_url.json") or "{}")
    url = urlsplit(recorded.get("url", ""))
    if url.scheme != "file":
        return [f"{PACKAGE}[{extra}]"]
    options = ["--editable"] if recorded.get("dir_info", {}).get("editable") else []
    return [*options, f"{unquote(url.path)}[{extra}]"]
