"""Folders in known states, each made once, and a process that runs commands until they die."""

from crash_lab import executioner, states

__all__ = ["executioner", "states"]
