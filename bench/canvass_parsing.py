"""Times the EL52 and EL111 parsers against bare loops over the same fields of the same lines.

`slices` only cuts bytes; `fields` also makes numbers and texts of them.

Run: python -m bench.canvass_parsing [LISTING...]. Without listings two are printed by the
simulator.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

from bench.paired_rounds import compare
from election.listings import (
    ListedContest,
    ListedCount,
    ListedPrecinct,
    ListingHead,
    TotalsListing,
)
from parsers.contract import SNIFF_BYTES
from parsers.unity.canvass.el52 import PARSER as EL52
from parsers.unity.canvass.el111 import PARSER as EL111
from simulators.listings.canvass_el52 import El52Layout, print_el52
from simulators.listings.canvass_el111 import El111Layout, print_el111

PRECINCTS = 300
CONTESTS = 60


def slices(content: bytes, first: int, width: int) -> int:
    """Return the number of rows, having cut each into number, name and cells."""
    rows = 0
    for line in content.split(b"\n"):
        if line[:4].isdigit():
            end = len(line) - 1
            _number, _name = line[:4], line[5:first]
            _cells = [line[begin : begin + width] for begin in range(first, end, width)]
            rows += 1
    return rows


def fields(content: bytes, first: int, width: int) -> int:
    """Return the number of rows, having made numbers and texts of what `slices` cuts."""
    rows = 0
    for line in content.split(b"\n"):
        if line[:4].isdigit():
            end = len(line) - 1
            _number, _name = int(line[:4]), line[5:first].decode("cp1252").rstrip()
            cells = (line[begin : begin + width] for begin in range(first, end, width))
            _votes = [
                int(cell) if cell[-1:].isdigit() and b"." not in cell else 0 for cell in cells
            ]
            rows += 1
    return rows


def county(*, el52: bool) -> TotalsListing:
    """Return a county whose contests have two to nine choices."""
    random = Random(52)
    titles = [(f"Contest No. {each}", random.randint(2, 9)) for each in range(CONTESTS)]
    precincts = tuple(
        ListedPrecinct(
            number,
            f"Precinct {number}",
            contests=tuple(
                ListedContest(
                    title,
                    tuple(
                        ListedCount(f"Choice {each}", int(random.paretovariate(0.5)) % 999)
                        for each in range(choices)
                    ),
                )
                for title, choices in titles
            ),
        )
        for number in range(1, PRECINCTS + 1)
    )
    control = tuple(
        ListedContest(
            title,
            tuple(
                ListedCount(
                    f"Choice {each}",
                    sum(precinct.contests[place].counts[each].votes or 0 for precinct in precincts),
                )
                for each in range(choices)
            ),
            counted=(PRECINCTS, PRECINCTS) if el52 else None,
        )
        for place, (title, choices) in enumerate(titles)
    )
    head = ListingHead("EL52" if el52 else "EL111", ("Any County",), "11/05/08 10:00 AM")
    return TotalsListing(head, (), precincts, ListedPrecinct(None, "", contests=control))


def compare_one(name: str, content: bytes) -> None:
    """Print the median of each and their ratio; the rounds alternate."""
    el52 = EL52.recognises(content[:SNIFF_BYTES])
    parser, first, width = (EL52, 35, 6) if el52 else (EL111, 36, 8)

    rows = slices(content, first, width)
    title = f"{name}: {parser.name}, {len(content):,} bytes, {rows:,} rows"
    works: dict[str, Callable[[], object]] = {
        "slices": partial(slices, content, first, width),
        "fields": partial(fields, content, first, width),
        "parse": partial(parser.parse, content),
    }
    compare(title, works)


def main() -> None:
    """Compare on the listings that are named, or on printed ones."""
    if len(sys.argv) > 1:
        for path in map(Path, sys.argv[1:]):
            compare_one(path.name, path.read_bytes())
        return
    compare_one("printed", print_el52(county(el52=True), El52Layout()))
    compare_one("printed", print_el111(county(el52=False), El111Layout()))


if __name__ == "__main__":
    main()
