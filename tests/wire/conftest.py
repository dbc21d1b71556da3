"""A BigQuery emulator in a process of its own, and warehouses that talk to it."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from sync.bigquery import BigQueryWarehouse, Settings
from sync.bigquery.client import REST_VARIABLE, STORAGE_VARIABLE, connect

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent


def _environment() -> Path:
    spec = importlib.util.spec_from_file_location("make_emulator_venv", HERE / "make_emulator_venv.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with FileLock(module.ROOT / ".venv-emulator.lock"):
        return module.make()


@pytest.fixture(scope="session")
def emulator() -> Iterator[dict[str, str]]:
    """The variables that name a running emulator; it ends when its standard input closes."""
    process = subprocess.Popen(
        [_environment(), HERE / "emulator_server.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    ports = next((line for line in process.stdout if line.startswith('{"rest"')), None)
    assert ports is not None, "the emulator did not start"
    found = json.loads(ports)
    yield {REST_VARIABLE: found["rest"], STORAGE_VARIABLE: found["grpc"]}
    process.stdin.close()
    process.wait(30)
    process.stdout.close()


@pytest.fixture
def warehouse(emulator: dict[str, str]) -> Iterator[BigQueryWarehouse]:
    """An empty project on the emulator."""
    settings = Settings(f"project-{uuid.uuid4().hex[:8]}", timeout_seconds=60)
    with BigQueryWarehouse(settings, connect(settings, emulator)) as warehouse:
        yield warehouse
