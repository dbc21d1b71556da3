"""Tokens of partitions, and the columns that they were made over. Pure.

A token made from contents ends in ``@`` and a tag of its columns: tokens over different columns
cannot be compared, and adding a column to a table does not change its rows.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def tag(columns: Sequence[str]) -> str:
    """Eight hex digits that identify the names in their order."""
    return hashlib.sha256("\n".join(columns).encode()).hexdigest()[:8]


def tagged(content: str, columns: Sequence[str]) -> str:
    """The token of a content over these columns."""
    return f"{content}@{tag(columns)}"


def content_of(token: str) -> str:
    """The token without its tag."""
    return token.partition("@")[0]


def tag_of(token: str) -> str:
    """The token's tag; empty for one that names no columns."""
    return token.partition("@")[2]
