"""A generated league: consistent box scores, injuries, trades and lines, reproducible by seed.

It replaces the warehouse's data in the demonstration, in tests and in benchmarks. No person in it
is real.
"""

from featurestore.league.season import League, generate

__all__ = ["League", "generate"]
