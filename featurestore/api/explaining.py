"""How the Python interface explains one value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.api.days import to_date
from featurestore.explain.value import explain_value

if TYPE_CHECKING:
    from featurestore.api.days import Day
    from featurestore.config import Settings
    from featurestore.explain.value import Explanation
    from sync.replica.file import Replica


class Explaining:
    """The method that explains values, for a class with a replica and settings."""

    replica: Replica
    settings: Settings

    def explain(
        self, player: str, day: Day, feature: str | int, *, prove: bool = True
    ) -> Explanation:
        """How one value was computed; as `featurestore explain`.

        Further values of the same date are fast: its rows stay in memory.

        Args:
            player: A ``player_lookup``.
            day: The date of the game.
            feature: A feature's name, or its number.
            prove: Compute the value again from only the listed rows, and compare.

        Raises:
            BadInput: the player or the feature is unknown, or there was no game.
            Refused: the date or its lookback was never pulled.
        """
        return explain_value(
            self.replica,
            player,
            to_date(day),
            str(feature),
            bootstrap_days=self.settings.bootstrap_days,
            prove=prove,
        )
