"""Times the EL152 parser against a bare loop that slices the same fields out of the same lines.

Run: python -m bench.el152_parsing [LISTING]. Without a listing one is printed by the simulator.
Both give text and keep a tuple for every row; the parser carries columns forward, reads the
clock, follows pages and terminals, and keeps the line numbers.
"""

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from parsers.unity.el152.parser import PARSER
from simulators.listings.el152 import print_event_log, sample_event_log

ROUNDS = 9
TERMINALS = 400


def floor(content: bytes) -> int:
    """Return the number of rows, having cut each into its seven fields."""
    rows = []
    for line in content.decode("cp1252").split("\n"):
        if line[45:52].isdigit():
            terminal, peb, kind = line[:7], line[9:15], line[17:20]
            date, time, number, text = line[23:33], line[34:42], line[45:52], line[53:]
            rows.append((terminal, peb, kind, date, time, number, text))
    return len(rows)


def parse(content: bytes) -> int:
    """Return the number of events, having read and checked them."""
    return len(PARSER.parse(content).events)


def main() -> None:
    """Print the median of each and their ratio; the rounds alternate."""
    if len(sys.argv) > 1:
        content = Path(sys.argv[1]).read_bytes()
    else:
        content = print_event_log(sample_event_log(TERMINALS))
    assert floor(content) == parse(content)
    seconds: dict[Callable[[bytes], int], list[float]] = {floor: [], parse: []}
    for _ in range(ROUNDS):
        for work, spent in seconds.items():
            gc.collect()
            begin = perf_counter()
            work(content)
            spent.append(perf_counter() - begin)
    print(f"{len(content):,} bytes, {parse(content):,} events, {ROUNDS} rounds")
    for work, spent in seconds.items():
        print(f"{work.__name__:6} {median(spent) * 1000:8.1f} ms")
    print(f"ratio  {median(seconds[parse]) / median(seconds[floor]):8.2f}")


if __name__ == "__main__":
    main()
