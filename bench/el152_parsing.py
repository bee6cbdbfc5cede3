"""Times the EL152 parser against a bare loop that slices the same fields out of the same lines.

Run: python -m bench.el152_parsing [LISTING]. Without a listing one is printed by the simulator.
Both give text and keep a tuple for every row; the parser carries columns forward, reads the
clock, follows pages and terminals, and keeps the line numbers.
"""

import sys
from functools import partial
from pathlib import Path

from bench.paired_rounds import compare
from parsers.unity.el152.parser import PARSER
from simulators.listings.el152 import print_event_log, sample_event_log

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
    title = f"{len(content):,} bytes, {parse(content):,} events"
    compare(title, {"floor": partial(floor, content), "parse": partial(parse, content)})


if __name__ == "__main__":
    main()
