"""Versions of what analyses, without importing it. ``zetasql`` itself imports nothing."""

from __future__ import annotations

from importlib.metadata import version

from zetasql.__version__ import __version__

ZETASQL: str = __version__


def wasmtime() -> str:
    """The version of the WebAssembly engine."""
    return version("wasmtime")
