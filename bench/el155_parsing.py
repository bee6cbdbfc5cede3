"""Times the EL155 parser against a bare loop that only slices the same fields out of the lines.

Run: python -m bench.el155_parsing [LISTING]. Without a listing one is printed by the simulator.
"""

import sys
from functools import partial
from pathlib import Path

from bench.paired_rounds import compare
from parsers.unity.el155.parser import PARSER
from simulators.listings.el155 import Layout, print_listing, sample_listing


def floor(content: bytes) -> int:
    """Return the number of vote lines, having cut each into its six fields."""
    lines = 0
    for line in content.split(b"\n"):
        if line[:7].isdigit():
            _serial, _style, _star = line[:7], line[7:12], line[13:14]
            _number, _name, _contest = line[14:19], line[20:60], line[60:100]
            lines += 1
    return lines


def parse(content: bytes) -> int:
    """Return the number of vote lines, having summed and checked them."""
    return PARSER.parse(content).vote_lines


def main() -> None:
    """Print the median of each and their ratio; the rounds alternate."""
    if len(sys.argv) > 1:
        content = Path(sys.argv[1]).read_bytes()
    else:
        content = print_listing(sample_listing(ballots=11_000), Layout(trailers=False))
    assert floor(content) == parse(content)
    title = f"{len(content):,} bytes, {parse(content):,} vote lines"
    compare(title, {"floor": partial(floor, content), "parse": partial(parse, content)})


if __name__ == "__main__":
    main()
