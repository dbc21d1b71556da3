"""OpenLineage events of pulls, computations, pushes and backfills, off by default.

While they are off, no other module of this folder is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.steps import UNWATCHED

if TYPE_CHECKING:
    from featurestore.config import Settings
    from featurestore.steps import Watcher


def watcher(settings: Settings) -> Watcher:
    """The watcher that sends the events of one run; one that does nothing without a namespace.

    Raises:
        BadInput: the library is not installed.
    """
    if not settings.openlineage_namespace:
        return UNWATCHED
    from featurestore.openlineage.watch import watcher_of

    return watcher_of(settings)
