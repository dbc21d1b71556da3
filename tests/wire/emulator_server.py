"""Run a BigQuery emulator on free local ports and print them, until standard input closes.

Runs in a separate environment (``.venv-emulator``): the emulator's pins clash with ours.
The first line of output is one JSON document: ``{"rest": "http://...", "grpc": "host:port"}``.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from bqemulator.config import LogLevel, PersistenceMode, Settings
from bqemulator.server import EmulatorServer
from bqemulator.storage.engine import DuckDBEngine

MESSAGE_BYTES = 512 * 1024 * 1024


def settings(data_dir: Path | None) -> Settings:
    """Free ports; in memory unless ``data_dir`` is given."""
    return Settings(
        rest_port=0,
        grpc_port=0,
        persistence_mode=(
            PersistenceMode.EPHEMERAL if data_dir is None else PersistenceMode.PERSISTENT
        ),
        data_dir=data_dir,
        log_level=LogLevel.CRITICAL,
        enable_format_extensions=False,
        # Read messages of wide tables exceed the default of 10 MiB.
        write_api_max_request_bytes=MESSAGE_BYTES,
        metrics_enabled=False,
    )


async def serve(data_dir: Path | None) -> None:
    """Serve until standard input closes, so that an orphan never stays behind."""
    server = EmulatorServer(settings(data_dir))
    await server.start()
    ports = {"rest": server.rest_url, "grpc": server.grpc_endpoint}
    sys.stdout.write(json.dumps(ports) + "\n")
    sys.stdout.flush()
    # Nobody reads on: a full pipe would stop the server.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    await asyncio.to_thread(sys.stdin.read)
    await server.stop()


if __name__ == "__main__":
    # GEOGRAPHY's extension would be downloaded at start, and nothing here needs it.
    DuckDBEngine._load_spatial = lambda _self: None
    asyncio.run(serve(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
