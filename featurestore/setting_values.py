"""Whether values of settings can be used: amounts of memory, namespaces, names, folders. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_MEMORY = re.compile(r"(\d{1,9}(?:\.\d{1,9})?) ?([KMGT]i?B|%)", re.IGNORECASE)
_UNITS = {"K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
# Below this, DuckDB cannot even open a file.
_LEAST_MEMORY_BYTES = 64 * 10**6
_MOST_MEMORY_BYTES = 10**15
_DATASET = re.compile(r"\w+")
# Marquez refuses other namespaces.
_NAMESPACE = re.compile(r"[\w.:/;=@+-]{1,1024}", re.ASCII)


def _memory_problem(value: str) -> str:
    """What the amount of memory must be, but is not; '' if it is valid, or left to DuckDB."""
    if not value:
        return ""
    amount = _MEMORY.fullmatch(value)
    if amount is None:
        return "an amount of memory such as 4GB"
    number, unit = float(amount[1]), amount[2][0].upper()
    if unit == "%":
        return "" if 0 < number <= 100 else "more than 0% and at most 100%"
    size = number * _UNITS[unit]
    is_usable = _LEAST_MEMORY_BYTES <= size <= _MOST_MEMORY_BYTES
    return "" if is_usable else "from 64MB to 1000TB"


def _namespace_problem(value: str) -> str:
    """What the namespace of jobs must be, but is not; '' if it is valid, or empty."""
    is_usable = not value or _NAMESPACE.fullmatch(value)
    return "" if is_usable else "a namespace of letters, digits and _-.:/;=@+"


# What a string must be, but is not, by setting; '' if it is valid.
TEXT_PROBLEMS: dict[str, Callable[[str], str]] = {
    "memory_limit": _memory_problem,
    "openlineage_namespace": _namespace_problem,
}


def _are_tables(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(fields, dict) for fields in value.values())


def _are_paths(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, str) and one and "\0" not in one for one in value
    )


def _are_names(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(name, str) and _DATASET.fullmatch(name)
        for pair in value.items()
        for name in pair
    )


# Whether a list or a table is valid, and what it must be, by setting.
SHAPES: dict[str, tuple[Callable[[object], bool], str]] = {
    "datasets": (_are_names, "a table of dataset names"),
    "columns": (_are_tables, "a table of tables, in featurestore.toml"),
    "sql": (_are_paths, "a list of folders"),
}
