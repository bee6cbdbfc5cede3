"""Times several pieces of work against each other in alternating rounds of one run."""

import gc
from collections.abc import Callable, Mapping
from statistics import median
from time import process_time

ROUNDS = 9


def medians(works: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median processor seconds of each; the collector of cycles rests meanwhile.

    It rests because `zerotape parse` switches it off; processor time because the machine may have
    other work.
    """
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            gc.collect()
            gc.disable()
            begin = process_time()
            work()
            seconds[name].append(process_time() - begin)
            gc.enable()
    return {name: median(spent) for name, spent in seconds.items()}


def compare(title: str, works: Mapping[str, Callable[[], object]]) -> None:
    """Print the median of each, and the ratio of the last to each of the others."""
    spent = medians(works)
    *floors, last = spent
    ratios = "  ".join(f"{last} / {floor} {spent[last] / spent[floor]:.2f}" for floor in floors)
    times = "  ".join(f"{name} {seconds * 1000:.1f} ms" for name, seconds in spent.items())
    print(f"{title}: {times}  {ratios}")
