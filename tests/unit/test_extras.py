"""The command that adds an extra is one that works in the environment that it is printed in."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from importlib import metadata

import pytest

from featurestore.extras import install_command


class Recorded:
    """An installed distribution that came from a folder, a file, or an index."""

    def __init__(self, direct_url):
        self.text = None if direct_url is None else json.dumps(direct_url)

    def read_text(self, name):
        return self.text if name == "direct_url.json" else None


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """``environment(marker, direct_url, pip, on_path)``: where featurestore seems to run from."""

    def make(marker=None, direct_url=None, pip=True, on_path=None):
        if marker:
            (tmp_path / marker).touch()
        python = tmp_path / "bin/python"
        monkeypatch.setattr(sys, "prefix", str(tmp_path))
        monkeypatch.setattr(sys, "executable", str(python))
        monkeypatch.setattr(metadata, "distribution", lambda name: Recorded(direct_url))
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if pip else None)
        monkeypatch.setattr(shutil, "which", lambda name: on_path)
        return python

    return make


@pytest.mark.parametrize(
    ("direct_url", "wanted"),
    [
        ({"url": "file:///a/clone", "dir_info": {}}, "'/a/clone[html]'"),
        ({"url": "file:///a/b%20c", "dir_info": {}}, "'/a/b c[html]'"),
        (
            {"url": "file:///a/clone", "dir_info": {"editable": True}},
            "--editable '/a/clone[html]'",
        ),
        (None, "'featurestore[html]'"),
        ({"url": "https://example.invalid/x.whl"}, "'featurestore[html]'"),
    ],
)
@pytest.mark.parametrize(
    ("marker", "command"),
    [("uv-receipt.toml", "uv tool install"), ("pipx_metadata.json", "pipx install --force")],
)
def test_a_tool_is_installed_again_from_where_it_came(
    environment, marker, command, direct_url, wanted
):
    environment(marker, direct_url, pip=False)
    assert install_command("html") == f"{command} {wanted}"


def test_pip_is_named_shortly_only_where_it_is_this_environment_s(environment, tmp_path):
    python = environment(on_path=str(tmp_path / "bin/pip"))
    assert install_command("pandas") == "pip install 'featurestore[pandas]'"
    for elsewhere in (None, "/usr/bin/pip"):
        environment(on_path=elsewhere)
        assert install_command("pandas") == f"{python} -m pip install 'featurestore[pandas]'"


def test_an_environment_without_pip_is_one_of_uv(environment):
    python = environment(pip=False)
    command = f"uv pip install --python {python} 'featurestore[html]'"
    assert install_command("html") == command
