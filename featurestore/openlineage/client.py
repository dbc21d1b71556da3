"""OpenLineage's client, configured by its own variables or ``openlineage.yml``."""

from __future__ import annotations

import logging
import sys

from openlineage.client import OpenLineageClient

# The client's fallback; it logs events, and by default nothing shows its log.
CONSOLE = "console"


def open_client() -> OpenLineageClient:
    """The client of the environment.

    Raises:
        LookupError: no transport is configured.
        Exception: the configuration is not valid.
    """
    logger = logging.getLogger("openlineage")
    if not logger.handlers:
        # Failures are reported once, at the end of the run.
        logger.addHandler(logging.NullHandler())
    client = OpenLineageClient()
    if client.transport.kind == CONSOLE:
        if not (client.config.transport or {}).get("type"):
            raise LookupError(
                "no transport is configured; set OPENLINEAGE_URL, or write an openlineage.yml"
            )
        _show_on_stderr(logging.getLogger("openlineage.client.transport.console"))
    return client


def _show_on_stderr(logger: logging.Logger) -> None:
    """The console transport logs each event as a message."""
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers = [logging.StreamHandler(sys.stderr)]
