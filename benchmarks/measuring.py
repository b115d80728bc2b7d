"""
Ratios inside one run: paired, interleaved rounds, and their medians.

A round runs every case a few times in a shuffled order, and gives each case's
time over the floor's of the very same round. So what slows the machine down slows
both, and a median over many short rounds is the same on a busy one.
"""

import random
import statistics
import time
from dataclasses import dataclass

#: Time of this thread alone: what others do on the machine is not counted, what the
#: kernel does for us (reading and writing SQLite's file) is.
CPU = time.thread_time
#: For what waits for a server, which works while this thread does not.
WALL = time.perf_counter
WARM_UP = 3
SERIES = 5


@dataclass(frozen=True, slots=True)
class Ratio:
    """
    How many floors a case takes.

    Args:
        median: over all rounds.

        low, high: the smallest and the largest median of a fifth of the rounds.

        microseconds: what one call took, the median.
    """

    median: float
    low: float
    high: float
    microseconds: float


def compare(floor, cases, *, rounds=200, calls=10, clock=CPU, seed=1):
    """
    Return the `Ratio` of each case (name -> callable) to the floor's.

    Args:
        floor: the name of the case that is 1.

        calls: how often a case runs in a round; a number, or one a case.
    """
    names = list(cases)
    times = {name: [] for name in names}
    shuffled = random.Random(seed)
    counts = calls if isinstance(calls, dict) else dict.fromkeys(names, calls)
    for number in range(-WARM_UP, rounds):
        shuffled.shuffle(names)
        for name in names:
            taken = timed(cases[name], counts[name], clock)
            if number >= 0:
                times[name].append(taken)
    return {name: _ratio(times[name], times[floor]) for name in cases}


def timed(call, count, clock=CPU):
    """Return the seconds of one of so many calls."""
    turns = range(count)
    if count > 1:
        # Whoever ran before has filled the processor's caches with its own code.
        call()
    begun = clock()
    for _ in turns:
        call()
    return (clock() - begun) / count


def _ratio(own, floor):
    ratios = [mine / one for mine, one in zip(own, floor, strict=True)]
    # Neighbouring rounds share their luck; strides of them do not.
    series = [
        statistics.median(ratios[each::SERIES] or ratios) for each in range(SERIES)
    ]
    return Ratio(
        median=statistics.median(ratios),
        low=min(series),
        high=max(series),
        microseconds=statistics.median(own) * 1e6,
    )
