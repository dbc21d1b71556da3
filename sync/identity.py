"""The identity of a warehouse: the same for all spellings of its address.

The replica records what it knows about a warehouse under this name, so two spellings of one address
must not count as two warehouses, nor one spelling as two.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_LOCATION = "US"


def identity(address: str) -> str:
    """The canonical form of a warehouse's address; that of an identity is the identity.

    For a file, its absolute path without links. For BigQuery, project and location: the other
    options only say how to reach it. Renamed datasets (after ``#``) stay, in their order.
    """
    base, mark, names = address.partition("#")
    if "=" not in names:
        base, mark, names = address, "", ""
    parts = urlsplit(base)
    if parts.scheme == "bigquery":
        location = dict(parse_qsl(parts.query)).get("location", DEFAULT_LOCATION)
        # Locations are compared without case; multi-regions are written in capitals.
        location = location.lower() if "-" in location else location.upper()
        return f"bigquery://{parts.netloc}?location={location}{mark}{names}"
    if parts.scheme and "://" in base:
        return address
    return str(Path(base).resolve()) + mark + names


def with_datasets(name: str, datasets: Mapping[str, str]) -> str:
    """The identity of a warehouse whose datasets have other names than the declared ones.

    A push under one name is not a push under another.
    """
    if not datasets:
        return name
    return f"{name}#{','.join(f'{ours}={theirs}' for ours, theirs in sorted(datasets.items()))}"
