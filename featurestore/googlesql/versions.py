"""Versions of the analyzer's packages, without importing the analyzer."""

from __future__ import annotations

from importlib.metadata import version

from zetasql.__version__ import __version__

ZETASQL: str = __version__


def wasmtime() -> str:
    """The version of the WebAssembly engine."""
    return version("wasmtime")
