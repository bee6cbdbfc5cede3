"""One digit of a listing changed by hand, in 200 places in turn: what notices it, and what cannot.

Whether a change can be noticed follows from the listing alone: a text that stands in it only once
has nothing to be held against.
"""

import random
from collections import Counter, defaultdict

from parsers.errors import ParseError
from parsers.unity.el155.parser import PARSER
from simulators.listings.el155 import (
    Ballot,
    Layout,
    Listing,
    Precinct,
    Terminal,
    Vote,
    print_listing,
    sample_listing,
)

PLACES = 200

NOT_COVERED = {
    "serial, record of one line",
    "B/I, record of one line",
    "name, only line of its candidate in the precinct",
    "contest, only line of its candidate in the precinct",
    "text of a write-in",
    "precinct number, precinct of one page",
    "precinct name, precinct of one page",
}
"""Positions that nothing else in a listing controls."""

COVERED = {
    "serial, record of several lines",
    "B/I, record of several lines",
    "candidate number",
    "name, one of several lines of its candidate in the precinct",
    "contest, one of several lines of its candidate in the precinct",
    "candidate number in PRECINCT TOTALS",
    "votes in PRECINCT TOTALS",
    "precinct number, precinct of several pages",
    "precinct name, precinct of several pages",
    "run date",
    "election id",
}
"""Positions where every change of a digit is noticed."""


def county() -> Listing:
    """Return precincts of one page and of several, and records of one line and of several."""
    only = Vote(1, "Candidate 1", "Contest 0")
    single = tuple(Ballot(style, (only,)) for style in (2, 3, 2, 4))
    return Listing(
        (
            *sample_listing(ballots=1_200).precincts[:3],
            *sample_listing(ballots=60, seed=7).precincts[17:],
            Precinct(99, "Precinct No. 99", (Terminal("5121234", single),)),
        )
    )


CONTENT = print_listing(county(), Layout(preamble=b"", reset=b""))
LINES = CONTENT.split(b"\r\n")


def is_vote_line(line: bytes) -> bool:
    return line[:7].isdigit() and len(line) > 60


def precinct_numbers() -> list[int]:
    """Return the precinct of each line, by the page headers alone."""
    number, numbers = 0, []
    for line in LINES:
        if line.startswith(b"RUN DATE"):
            number = int(line[59:64])
        numbers.append(number)
    return numbers


def record_sizes() -> list[int]:
    """Return the number of vote lines of the record that each vote line belongs to."""
    record, records = 0, []
    for line in LINES:
        record += is_vote_line(line) and line[13:14] == b"*"
        records.append(record if is_vote_line(line) else 0)
    sizes = Counter(records)
    return [sizes[record] for record in records]


PRECINCTS, SIZES = precinct_numbers(), record_sizes()
PAGES = Counter(
    number for line, number in zip(LINES, PRECINCTS, strict=True) if line.startswith(b"RUN DATE")
)
CANDIDATES = Counter(
    (number, line[14:19])
    for line, number in zip(LINES, PRECINCTS, strict=True)
    if is_vote_line(line)
)


def kind_of(line: int, column: int) -> str | None:
    """Name the position, counted from 0; None where no digit of the listing is in question."""
    text = LINES[line]
    if text.startswith(b"RUN DATE"):
        pages = "one page" if PAGES[PRECINCTS[line]] == 1 else "several pages"
        if column < 51:
            return "run date"
        if column < 64:
            return f"precinct number, precinct of {pages}"
        return f"precinct name, precinct of {pages}" if column < 108 else "election id"
    if is_vote_line(text):
        return kind_of_vote_line(line, column)
    if text.strip(b" 0123456789"):
        return None
    cell = column % 15
    return "candidate number in PRECINCT TOTALS" if cell < 4 else "votes in PRECINCT TOTALS"


def kind_of_vote_line(line: int, column: int) -> str:
    text = LINES[line]
    if column < 13:
        lines = "one line" if SIZES[line] == 1 else "several lines"
        return f"{'serial' if column < 7 else 'B/I'}, record of {lines}"
    if column < 19:
        return "candidate number"
    if column < 60 and text[20:].startswith(b"W/I "):
        return "text of a write-in"
    alone = CANDIDATES[PRECINCTS[line], text[14:19]] == 1
    lines = "only line" if alone else "one of several lines"
    return f"{'name' if column < 60 else 'contest'}, {lines} of its candidate in the precinct"


def places(dice: random.Random) -> list[tuple[str, int, int]]:
    """Return kind, line and column of PLACES digits, of every kind about as many."""
    by_kind: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, line in enumerate(LINES):
        for column in range(len(line)):
            if line[column : column + 1].isdigit() and (kind := kind_of(number, column)):
                by_kind[kind].append((number, column))
    share = -(-PLACES // len(by_kind))
    chosen = [
        (kind, *place)
        for kind, where in sorted(by_kind.items())
        for place in dice.sample(where, min(share, len(where)))
    ]
    return dice.sample(chosen, PLACES)


def is_noticed(content: bytes) -> bool:
    try:
        log = PARSER.parse(content)
    except ParseError:
        return True
    return bool(log.findings) or any(precinct.disagreements for precinct in log.precincts)


def test_every_changed_digit_is_noticed_that_anything_in_the_listing_controls() -> None:
    assert not is_noticed(CONTENT)
    dice = random.Random(200)
    noticed: defaultdict[str, list[bool]] = defaultdict(list)
    for kind, line, column in places(dice):
        text = LINES[line]
        other = dice.choice([digit for digit in b"0123456789" if digit != text[column]])
        changed = text[:column] + bytes([other]) + text[column + 1 :]
        edited = b"\r\n".join([*LINES[:line], changed, *LINES[line + 1 :]])
        noticed[kind].append(is_noticed(edited))
    assert sum(map(len, noticed.values())) == PLACES
    assert {kind for kind, said in noticed.items() if all(said)} == COVERED
    assert {kind for kind, said in noticed.items() if not all(said)} == NOT_COVERED
