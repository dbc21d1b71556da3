"""A generated league: box scores that add up, injuries, trades and lines, the same by seed.

It stands in for the warehouse's data in the demonstration, in tests and in benchmarks. No person
in it is real.
"""

from featurestore.league.season import League, generate

__all__ = ["League", "generate"]
