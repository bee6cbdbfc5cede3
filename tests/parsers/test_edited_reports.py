"""A report in which somebody changed one digit: where control totals notice it, and where none can.

The sets NOTICED... and UNNOTICED... are the statement. The test fails as soon as one of 200 changes
stays unnoticed in a place that a control total covers, and as soon as a place that none covers
turns out to be covered.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from random import Random

import pytest

from election.definition import ElectionDefinition
from election.definition_file import load_definition
from election.listings import TotalsListing
from parsers.contract import Parser
from parsers.errors import ParseError
from parsers.unity.reports.parser import EL30A, EL45A
from simulators.listings.election import simulated_totals
from simulators.listings.percentages import share
from simulators.listings.reports import print_report
from simulators.listings.summing import as_report
from simulators.sample import sample_definition_bytes

PLACES = 200

NOTICED = {
    "votes of a counting group",
    "total votes",
    "percentage",
    "registered voters",
    "votes allowed, lowered",
    "run date",
    "page number",
    "titles of the election",
}
NOTICED_BY_PRECINCT = {"precinct number", "precinct name"}
NOTICED_IN_SUMMARY = {"precincts counted", "precincts counted of a contest"}

UNNOTICED = {
    "votes allowed, raised",
    "title of a contest",
    "name of the report",
    "page number, the last made the first",
}
"""Nothing in a report repeats these."""

UNNOTICED_IN_SUMMARY = {"registered voters, lost in rounding"}
"""The turnout repeats them, with two decimals: of 24,390 voters it does not show one more."""

PARSERS: dict[str, Parser] = {"EL30A": EL30A, "EL45A": EL45A}

TWO_SEATS = 302
"""SUPREME COURT JUSTICE #3: three choices, on the ballots of both parties."""

LABEL_END = {"EL30A": 43, "EL45A": 40}
VOTES_END = 51
PERCENT_END = 60
"""Columns of the layout as the format reference gives them."""


@dataclass(frozen=True)
class Line:
    """A line before and after one of its digits was changed."""

    text: str
    edited: str
    column: int


@dataclass(frozen=True)
class Edit:
    """One digit changed to another."""

    kind: str
    place: int
    """Offset in the file."""
    digit: str

    def of(self, printed: bytes) -> bytes:
        return printed[: self.place] + self.digit.encode() + printed[self.place + 1 :]


def chosen_edits(report: str, printed: bytes) -> list[Edit]:
    """Return a change in each of PLACES places, kinds of places taken in turn."""
    kinds: dict[str, list[Edit]] = {}
    for edit in all_edits(report, printed):
        kinds.setdefault(edit.kind, []).append(edit)
    for some in kinds.values():
        Random(report).shuffle(some)
    in_turn = (edit for edits in zip_longest(*kinds.values()) for edit in edits if edit)
    places: dict[int, Edit] = {}
    while len(places) < PLACES:
        edit = next(in_turn)
        places.setdefault(edit.place, edit)
    return list(places.values())


def all_edits(report: str, printed: bytes) -> Iterator[Edit]:
    """Yield every change of one digit in the printed listing."""
    region, offset = "header", 0
    for raw in re.split(rb"(?<=\n)|(?<=\f)", printed):
        text = raw.decode("cp1252").rstrip("\r\n\f")
        region = region_of(text, region)
        rest = printed[offset + len(raw) :].decode("cp1252")
        columns = [] if raw.startswith(b"\x1b") else list(re.finditer("[0-9]", text))
        for column in (match.start() for match in columns):
            for digit in "0123456789".replace(text[column], ""):
                edited = text[:column] + digit + text[column + 1 :]
                kind = kind_of(report, region, Line(text, edited, column), rest)
                yield Edit(kind, offset + column, digit)
        offset += len(raw)


def region_of(text: str, before: str) -> str:
    """Say where on a page a line is, from it and the line above it."""
    if text.startswith(("PREC REPORT", "SUMMARY REPT")):
        return "header"
    if "TOTAL VOTES     %" in text:
        return "heading"
    return "body" if before in ("heading", "body") else before


def kind_of(report: str, region: str, line: Line, rest: str) -> str:
    if region == "header":
        return header_kind(line, rest)
    return row_kind(report, line, rest) if line.text.startswith(" ") else title_kind(line)


def header_kind(line: Line, rest: str) -> str:
    if line.text.startswith("RUN DATE:"):
        if line.column < line.text.index("REPORT-"):
            return "run date"
        if line.column < line.text.index("PAGE"):
            return "name of the report"
        prefix, _, page = line.edited.split()[-1].rpartition("-")
        first = int(page) == 1 and prefix in line.text
        last = f"PAGE {prefix}" not in rest
        return "page number" + (", the last made the first" if first and last else "")
    if re.match(r"\d{4} ", line.text):
        return "precinct number" if line.column < 4 else "precinct name"
    return "titles of the election"


def title_kind(line: Line) -> str:
    if not line.text.startswith("(Vote For"):
        return "title of a contest"
    raised = int(line.edited.split()[-1]) > int(line.text.split()[-1])
    return "votes allowed, raised" if raised else "votes allowed, lowered"


def row_kind(report: str, line: Line, rest: str) -> str:
    if "PRECINCTS COUNTED" in line.text:
        return "precincts counted" if "(OF" in line.text else "precincts counted of a contest"
    assert line.column >= LABEL_END[report], line.text  # no label of this election has a digit
    if line.column >= PERCENT_END:
        return "votes of a counting group"
    if line.column >= VOTES_END:
        return "percentage"
    if line.text.startswith(" REGISTERED"):
        return "registered voters" + ("" if shows_in_turnout(line, rest) else ", lost in rounding")
    return "total votes"


def shows_in_turnout(line: Line, rest: str) -> bool:
    """Say whether other registered voters make another turnout, to two decimals."""
    ballots = re.search(r"BALLOTS CAST - TOTAL[ .]+([0-9,]+)", rest)
    turnout = re.search(r"VOTER TURNOUT - TOTAL[ .]*? ([0-9]*)\.([0-9]{2})\r", rest)
    assert ballots is not None
    assert turnout is not None
    registered = number(line.edited.split()[-1])
    return share(number(ballots[1]), registered) != int(turnout[1] + turnout[2])


def number(printed: str) -> int:
    return int(printed.replace(",", ""))


def is_noticed(report: str, listing: bytes) -> bool:
    try:
        read = PARSERS[report].parse(listing)
    except ParseError:
        return True
    assert isinstance(read, TotalsListing)
    return bool(read.findings)


@pytest.fixture(scope="module")
def definition() -> ElectionDefinition:
    """Return the sample election with two seats for the contest that all ballots carry."""
    sample = load_definition(sample_definition_bytes(), "the sample").definition
    contests = tuple(
        contest.model_copy(update={"votes_allowed": 2}) if contest.id == TWO_SEATS else contest
        for contest in sample.contests
    )
    return sample.model_copy(update={"contests": contests})


@pytest.mark.parametrize(
    ("report", "precincts", "noticed", "unnoticed"),
    [
        ("EL30A", 3, NOTICED | NOTICED_BY_PRECINCT, UNNOTICED),
        ("EL45A", 22, NOTICED | NOTICED_IN_SUMMARY, UNNOTICED | UNNOTICED_IN_SUMMARY),
    ],
)
def test_every_digit_is_covered_by_a_control_total_or_named_as_not_covered(
    report: str,
    precincts: int,
    noticed: set[str],
    unnoticed: set[str],
    definition: ElectionDefinition,
) -> None:
    totals = simulated_totals(7, definition=definition, precincts=precincts)
    printed = print_report(as_report(totals, report))
    assert PARSERS[report].parse(printed) == as_report(totals, report)  # without a finding
    outcomes: dict[bool, set[str]] = {True: set(), False: set()}
    for edit in chosen_edits(report, printed):
        outcomes[is_noticed(report, edit.of(printed))].add(edit.kind)
    assert outcomes[True] == noticed
    assert outcomes[False] == unnoticed
