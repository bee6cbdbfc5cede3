"""Whatever the simulator prints as EL52 or EL111 is read as it was described."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from election.listings import (
    ListedContest,
    ListedCount,
    ListedPrecinct,
    ListingHead,
    TotalsListing,
)
from parsers.contract import SNIFF_BYTES, Parser
from parsers.unity.canvass.el52 import PARSER as EL52
from parsers.unity.canvass.el111 import PARSER as EL111
from simulators.listings.canvass_el52 import El52Layout, print_el52
from simulators.listings.canvass_el111 import El111Layout, print_el111
from simulators.listings.canvass_matrix import title_lines
from simulators.listings.paper import PREAMBLE, RESET, Paper

NARROW = 20
"""Width of titles that stand on several lines."""

NO_CHOICES = ("OVER VOTES", "UNDER VOTES")
HEAD = ListingHead("", ("ANY COUNTY, NEBRASKA", "GENERAL ELECTION"), "11/05/08 10:00 AM")

CHARACTERS = st.characters(codec="cp1252", categories=("L", "M", "N", "P", "S"))
WORDS = st.text(CHARACTERS, min_size=1, max_size=12)
VOTES = st.one_of(st.sampled_from([0, 1, 999_999]), st.integers(0, 3_000))


def words(most: int, longest: int) -> st.SearchStrategy[str]:
    """Names of one blank between words: diagonals and title lines keep no other."""
    names = st.lists(WORDS, min_size=1, max_size=most).map(" ".join)
    return names.filter(lambda name: len(name) <= longest)


def has_no_party(label: str) -> bool:
    """EL52 prints the party in brackets: a name that ends so cannot be told from it."""
    return not label.endswith(")") and "(" not in label[-4:]


def is_title(title: str) -> bool:
    """Leave out lines of single characters, as diagonals have, and beginnings of other lines."""
    begins = ("vote for", "(vote for", "====")
    lines = title_lines(title, NARROW)
    return not any(
        line.lower().startswith(begins) or max(map(len, line.split(" "))) == 1 for line in lines
    )


LABELS = words(4, 30).filter(has_no_party)
TITLES = words(6, 45).filter(is_title)
PARTIES = st.sampled_from(["", "REP", "DEM", "NON"])
NAMES = words(3, 30)


@dataclass(frozen=True, slots=True)
class Form:
    """What is described differently for the two reports."""

    report: str
    rounded: bool
    """EL52 rounds percentages; EL111 cuts them off, and prints no 0 in its foot rows."""
    blanks: bool
    """EL111 leaves cells of a contest blank; EL52 has blanks on statistics pages only."""
    sections: st.SearchStrategy[str]

    def total(self, votes: int) -> int | None:
        return votes if votes or self.rounded else None

    def share(self, votes: int, whole: int) -> int | None:
        if not votes:
            return None
        return (20_000 * votes + whole) // (2 * whole) if self.rounded else 10_000 * votes // whole


FORMS = {
    "EL52": Form("EL52", True, False, st.sampled_from(["", "DEMOCRAT", "REPUBLICAN"])),
    "EL111": Form("EL111", False, True, st.just("")),
}


def cells(votes: st.SearchStrategy[int], *, blanks: bool) -> st.SearchStrategy[int | None]:
    return st.one_of(st.none(), votes) if blanks else votes


@st.composite
def statistics(
    draw: st.DrawFn, form: Form, precincts: int
) -> tuple[list[ListedCount], list[list[ListedCount]]]:
    """Draw totals and rows; the first column is never blank, as a row would be that is all so."""
    labels = ["BALLOTS CAST - TOTAL", *draw(st.lists(LABELS, max_size=4, unique=True))]
    columns: list[list[ListedCount]] = []
    totals: list[ListedCount] = []
    for place, label in enumerate(labels):
        if place and draw(st.booleans()):
            percents = st.one_of(st.none(), st.integers(0, 99_999))
            column = draw(st.lists(percents, min_size=precincts, max_size=precincts))
            columns.append([ListedCount(label, None, percent=percent) for percent in column])
            totals.append(ListedCount(label, None, percent=draw(percents)))
        else:
            values = cells(VOTES, blanks=place > 0)
            counts = draw(st.lists(values, min_size=precincts, max_size=precincts))
            columns.append([ListedCount(label, votes) for votes in counts])
            totals.append(ListedCount(label, form.total(sum(votes or 0 for votes in counts))))
    return totals, [list(row) for row in zip(*columns, strict=True)]


@st.composite
def contest_rows(
    draw: st.DrawFn, form: Form, title: str, precincts: list[int]
) -> tuple[ListedContest, dict[int, ListedContest]]:
    """Draw a contest's totals, and what precincts have of it."""
    names = draw(st.lists(st.tuples(LABELS, PARTIES), min_size=1, max_size=4))
    size = draw(st.sampled_from([1, 2, 3, 9, 12, 13, 16, 17, 28]))
    choices = [names[place % len(names)] for place in range(size)]
    choices += [(label, "") for label in NO_CHOICES if draw(st.booleans())]
    assume(choices[:12] != choices[12:24])  # a second block like the first is a page printed twice
    voting = draw(st.sets(st.sampled_from(precincts), min_size=1))
    pool = draw(st.lists(cells(VOTES, blanks=form.blanks), min_size=1, max_size=7))
    rows = {
        number: [pool[(place * 3 + number) % len(pool)] for place in range(len(choices))]
        for number in precincts
        if number in voting
    }
    for row in rows.values():
        row[0] = row[0] or 0
    sums = [sum(row[place] or 0 for row in rows.values()) for place in range(len(choices))]
    whole = sum(
        votes for votes, choice in zip(sums, choices, strict=True) if choice[0] not in NO_CHOICES
    )
    totals = tuple(
        ListedCount(
            label,
            form.total(votes),
            percent=None if label in NO_CHOICES else form.share(votes, whole),
            party=party,
        )
        for votes, (label, party) in zip(sums, choices, strict=True)
    )
    contest = ListedContest(
        title,
        totals,
        votes_allowed=draw(st.one_of(st.none(), st.integers(1, 99))),
        party=draw(form.sections),
    )
    listed = {
        number: contest._replace(
            counts=tuple(
                ListedCount(label, votes, party=party)
                for votes, (label, party) in zip(row, choices, strict=True)
            ),
        )
        for number, row in rows.items()
    }
    counted = draw(st.sampled_from([None, (len(rows), len(rows))]))
    return contest._replace(counted=counted), listed


@st.composite
def canvasses(draw: st.DrawFn, form: Form) -> TotalsListing:
    numbers = sorted(draw(st.sets(st.integers(0, 9_999), min_size=1, max_size=5)))
    titles = draw(st.lists(TITLES, min_size=1, max_size=3, unique=True))
    totals, rows = draw(statistics(form, len(numbers)))
    contests = [draw(contest_rows(form, title, numbers)) for title in titles]
    return TotalsListing(
        replace(HEAD, report=form.report),
        (),
        tuple(
            ListedPrecinct(
                number,
                draw(NAMES),
                tuple(row),
                tuple(by_precinct[number] for _, by_precinct in contests if number in by_precinct),
            )
            for number, row in zip(numbers, rows, strict=True)
        ),
        control=ListedPrecinct(None, "", tuple(totals), tuple(contest for contest, _ in contests)),
        counted=draw(st.sampled_from([None, (len(numbers), len(numbers))]))
        if form.report == "EL52"
        else None,
    )


PAPERS = st.builds(
    Paper,
    preamble=st.sampled_from([PREAMBLE, PREAMBLE.replace(b"\x1b", b""), b""]),
    reset=st.sampled_from([RESET, b"", b"\x1bE", b"E\r\n"]),
    line_end=st.sampled_from([b"\r\n", b"\n"]),
    blank_line_end=st.sampled_from([b"\r\n", b"\n"]),
    page_break=st.sampled_from([b"", b"\r\f", b"\f", b"\r\f\r\n", b"\n\f"]),
    trailing=st.sampled_from([b"", b"   ", b"\t\t"]),
)
EL52_LAYOUTS = st.builds(
    El52Layout,
    paper=PAPERS,
    page_lines=st.integers(5, 67),
    title=st.booleans(),
    run_dates=st.booleans(),
    page_numbers=st.booleans(),
    headers=st.booleans(),
    columns=st.sampled_from([16, 16, 13, 4]),
    title_width=st.sampled_from([60, NARROW]),
    vote_for=st.sampled_from(["   Vote For Up To  ", "  Vote For  ", "  Vote for  "]),
    fillers=st.booleans(),
)
EL111_LAYOUTS = st.builds(
    El111Layout,
    paper=PAPERS,
    page_lines=st.integers(5, 67),
    title=st.booleans(),
    run_dates=st.booleans(),
    title_width=st.sampled_from([60, NARROW]),
    new_pages=st.booleans(),
)


def is_utf8(content: bytes) -> bool:
    try:
        return not content.isascii() and bool(content.decode("utf-8"))
    except UnicodeDecodeError:
        return False


@settings(max_examples=50, deadline=None)
@given(canvasses(FORMS["EL52"]), EL52_LAYOUTS)
def test_every_printed_el52_is_read_as_it_was_described(
    listing: TotalsListing, layout: El52Layout
) -> None:
    head = listing.head if layout.run_dates else replace(listing.head, run_date="")
    printed = print_el52(listing, layout)
    assume(not is_utf8(printed))  # such bytes are taken for a copy in UTF-8, and noted
    notes = EL52.parse(printed).notes
    assert EL52.parse(printed) == replace(listing, head=head, notes=notes)
    assert EL52.recognises(printed[:SNIFF_BYTES])
    assert not EL111.recognises(printed[:SNIFF_BYTES])


@settings(max_examples=50, deadline=None)
@given(canvasses(FORMS["EL111"]), EL111_LAYOUTS)
def test_every_printed_el111_is_read_as_it_was_described(
    listing: TotalsListing, layout: El111Layout
) -> None:
    head = listing.head if layout.run_dates else replace(listing.head, run_date="")
    printed = print_el111(listing, layout)
    assume(not is_utf8(printed))  # such bytes are taken for a copy in UTF-8, and noted
    notes = EL111.parse(printed).notes
    assert EL111.parse(printed) == replace(listing, head=head, notes=notes)
    assert EL111.recognises(printed[:SNIFF_BYTES])
    assert not EL52.recognises(printed[:SNIFF_BYTES])


@pytest.mark.parametrize(("parser", "name"), [(EL52, "el52"), (EL111, "el111")])
def test_the_parsers_satisfy_their_contract(parser: Parser, name: str) -> None:
    assert (parser.interface_version, parser.name) == (2, name)


def small(report: str) -> TotalsListing:
    """Return two precincts that vote on mayor."""
    votes = ((1, "East", (10, 20)), (2, "West", (30, 0)))
    precincts = tuple(
        ListedPrecinct(
            number,
            name,
            contests=(
                ListedContest("Mayor", (ListedCount("Ann", row[0]), ListedCount("Bob", row[1]))),
            ),
        )
        for number, name, row in votes
    )
    totals = (ListedCount("Ann", 40, percent=6666), ListedCount("Bob", 20, percent=3333))
    control = ListedPrecinct(None, "", contests=(ListedContest("Mayor", totals),))
    return TotalsListing(replace(HEAD, report=report), (), precincts, control)


PRINTED: dict[str, tuple[Parser, Callable[[TotalsListing], bytes]]] = {
    "EL52": (EL52, lambda listing: print_el52(listing, El52Layout())),
    "EL111": (EL111, lambda listing: print_el111(listing, El111Layout())),
}


@pytest.mark.parametrize("report", PRINTED)
def test_other_line_ends_and_browser_copies_make_no_difference(report: str) -> None:
    parser, print_it = PRINTED[report]
    listing = small(report)
    untouched = print_it(listing)
    as_html = b"<HTML><PRE>\n" + untouched + b"</PRE></HTML>"
    assert parser.parse(untouched) == listing
    for copy in (untouched.replace(b"\r\n", b"\n"), as_html):
        read = parser.parse(copy)
        assert isinstance(read, TotalsListing)
        assert replace(read, notes=()) == listing
