"""The command line: one module a verb; each parses, calls one function and prints."""

from featurestore.cli.app import main

__all__ = ["main"]
