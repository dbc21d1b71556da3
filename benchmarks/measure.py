"""Times contestants in turns, each paired with one unit of work of the same round."""

from __future__ import annotations

import gc
import os
import statistics
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager


@dataclass(frozen=True, slots=True)
class Contestant:
    """Something to time.

    Attributes:
        name: Key of its result.
        run: What is timed; it may give the seconds itself, where only a part counts.
        fresh: A context that is entered before the clock starts and left after it stops.
    """

    name: str
    run: Callable[[], float | None]
    fresh: Callable[[], AbstractContextManager[object]] = nullcontext


@dataclass(slots=True)
class Timing:
    """The seconds of one contestant, a round each, and of the unit measured just before.

    ``cpu`` are the seconds of all cores meanwhile, those of processes that ended included.
    """

    seconds: list[float] = field(default_factory=list)
    units: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Seconds of the middle round."""
        return statistics.median(self.seconds)

    @property
    def median_cpu(self) -> float | None:
        """CPU seconds of the middle round; None where they were not measured."""
        return statistics.median(self.cpu) if self.cpu else None

    @property
    def in_units(self) -> float:
        """The median of the rounds' own ratios: a busy minute slows both of a pair."""
        pairs = zip(self.seconds, self.units, strict=True)
        return statistics.median(mine / unit for mine, unit in pairs)


def take_turns(
    contestants: Sequence[Contestant],
    unit: Callable[[], None],
    rounds: int,
    say: Callable[[str], None],
) -> dict[str, Timing]:
    """Every contestant once a round, in turns, so that none has the quiet minutes to itself."""
    timings = {one.name: Timing() for one in contestants}
    for number in range(1, rounds + 1):
        for one in contestants:
            timing = timings[one.name]
            timing.units.append(seconds_of(unit))
            with one.fresh():
                # Copies and earlier contestants' files reach the disk before the clock starts.
                os.sync()
                before = cpu_seconds()
                timing.seconds.append(seconds_of(one.run))
                timing.cpu.append(cpu_seconds() - before)
            say(f"round {number} of {rounds}: {one.name} {timing.seconds[-1]:.3f} s")
    return timings


def seconds_of(run: Callable[[], float | None]) -> float:
    """How long a call takes, or what it says that it took."""
    gc.collect()
    began = time.perf_counter()
    told = run()
    took = time.perf_counter() - began
    return took if told is None else told


def cpu_seconds() -> float:
    """CPU seconds of this process and of its children that ended."""
    return sum(os.times()[:4])


def ratio(numerator: Timing, denominator: Timing) -> float:
    """The median over the rounds of one contestant's seconds by another's."""
    pairs = zip(numerator.seconds, denominator.seconds, strict=True)
    return statistics.median(mine / theirs for mine, theirs in pairs)
