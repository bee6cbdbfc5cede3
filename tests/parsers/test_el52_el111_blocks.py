"""A contest of more columns than one page has room for: what its blocks say of each other."""

import pytest

from election.listings import (
    ListedContest,
    ListedCount,
    ListedPrecinct,
    ListingCheck,
    ListingHead,
    TotalsListing,
)
from parsers.errors import ParseError
from parsers.unity.canvass import assembly
from parsers.unity.canvass.el52 import PARSER
from simulators.listings.canvass_el52 import El52Layout, print_el52

NAMES = {1: "East", 2: "West"}
COUNTS = {1: (10, 20, 30, 40), 2: (1, 2, 3, 4)}


def pages() -> bytes:
    """Return two precincts that vote for one of four, two columns to a block."""

    def contest(votes: tuple[int, ...]) -> ListedContest:
        labels = zip("ABCD", votes, strict=True)
        return ListedContest("Mayor", tuple(ListedCount(label, each) for label, each in labels))

    totals = tuple(east + west for east, west in zip(COUNTS[1], COUNTS[2], strict=True))
    precincts = tuple(
        ListedPrecinct(number, name, (), (contest(COUNTS[number]),))
        for number, name in NAMES.items()
    )
    control = ListedPrecinct(None, "", contests=(contest(totals),))
    listing = TotalsListing(ListingHead("EL52"), (), precincts, control)
    layout = El52Layout(columns=2, run_dates=False, title=False, page_numbers=False)
    return print_el52(listing, layout)


LINES = pages().split(b"\n")
WEST = [at for at, line in enumerate(LINES) if line.startswith(b"0002 West")]
"""Where the rows of precinct 2 are, from 0: one in each block."""


def parse(lines: list[bytes]) -> TotalsListing:
    return PARSER.parse(b"\n".join(lines))


def votes(listing: TotalsListing) -> dict[int | None, list[int | None]]:
    return {
        precinct.number: [count.votes for count in precinct.contests[0].counts]
        for precinct in listing.precincts
    }


def test_blocks_are_joined_by_precinct() -> None:
    assert len(WEST) == 2
    listing = parse(LINES)
    assert votes(listing) == {1: [10, 20, 30, 40], 2: [1, 2, 3, 4]}
    assert listing.findings == ()


@pytest.mark.parametrize(
    ("block", "left"), [(0, [None, None, 3, 4]), (1, [1, 2, None, None])], ids=["first", "last"]
)
def test_a_row_that_is_missing_in_one_block_leaves_its_cells_blank_and_is_found(
    block: int, left: list[int | None]
) -> None:
    listing = parse(LINES[: WEST[block]] + LINES[WEST[block] + 1 :])
    assert votes(listing) == {1: [10, 20, 30, 40], 2: left}
    said = [each for each in listing.findings if each.check is ListingCheck.LAYOUT]
    assert ["precinct 2 is missing in one block" in each.message for each in said] == [True]


@pytest.mark.parametrize("block", [0, 1])
def test_a_row_twice_in_one_of_several_blocks_is_refused(block: int) -> None:
    row = WEST[block]
    with pytest.raises(ParseError, match="precinct 2 twice in one block") as refusal:
        parse([*LINES[: row + 1], LINES[row], *LINES[row + 1 :]])
    assert refusal.value.line == row + 2


def test_more_blocks_than_any_ballot_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "MOST_BLOCKS", 1)
    with pytest.raises(ParseError, match="more than 1 blocks"):
        parse(LINES)


def test_a_page_that_continues_no_page_above_is_found() -> None:
    numbers = next(at for at, line in enumerate(LINES) if line.endswith(b" 01    02\r"))
    marker = b"  (CONTINUED FROM PREVIOUS PAGE)"
    continued = marker + LINES[numbers][len(marker) :]
    said = parse([*LINES[:numbers], continued, *LINES[numbers + 1 :]]).findings
    assert [(each.check, each.message) for each in said] == [
        (ListingCheck.PAGES, "Mayor is continued here, but not from above.")
    ]
