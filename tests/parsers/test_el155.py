import dataclasses
import tracemalloc
from collections import Counter
from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from election.documents import (
    VoteImageCount,
    VoteImagePrecinct,
    VoteImageTerminal,
)
from parsers.contract import SNIFF_BYTES, Parser
from parsers.unity.copies import HTML_NOTE, UTF8_NOTE
from parsers.unity.el155.parser import PARSER
from runtime.file_content import FileContent
from simulators.listings.el155 import (
    Ballot,
    Layout,
    Listing,
    Precinct,
    Terminal,
    Vote,
    example_county,
    print_listing,
    sample_listing,
)
from simulators.listings.paper import PREAMBLE, RESET

EAST, WEST = example_county().precincts
UNTOUCHED = print_listing(example_county())


def expected_precinct(precinct: Precinct, *, trailers: bool) -> VoteImagePrecinct:
    """Sum a precinct from its description, without looking at a listing."""
    most: Counter[str] = Counter()
    totals: Counter[int] = Counter()
    for ballot in (ballot for terminal in precinct.terminals for ballot in terminal.ballots):
        for contest, count in Counter(contest_of(vote) for vote in ballot.votes).items():
            most[contest] = max(most[contest], count)
        totals.update(vote.number for vote in ballot.votes)
    return VoteImagePrecinct(
        number=precinct.number,
        name=precinct.name,
        terminals=tuple(map(expected_terminal, precinct.terminals)),
        most_votes=tuple(sorted(most.items())),
        trailer=tuple(sorted(totals.items())) if trailers else None,
    )


def expected_terminal(terminal: Terminal) -> VoteImageTerminal:
    counts = Counter(
        (vote.number, contest_of(vote), *name_of(vote))
        for ballot in terminal.ballots
        for vote in ballot.votes
    )
    return VoteImageTerminal(
        terminal.serial,
        len(terminal.ballots),
        sum(not ballot.votes for ballot in terminal.ballots),
        tuple(VoteImageCount(*meaning, votes) for meaning, votes in sorted(counts.items())),
    )


def contest_of(vote: Vote) -> str:
    return vote.contest[:40].rstrip(" ")


def name_of(vote: Vote) -> tuple[str, bool]:
    return ("", True) if vote.name.startswith("W/I ") else (vote.name, False)


def comparable(precinct: VoteImagePrecinct) -> VoteImagePrecinct:
    """Order by name what the listing orders by appearance."""
    return dataclasses.replace(precinct, most_votes=tuple(sorted(precinct.most_votes)))


def is_utf8(content: bytes) -> bool:
    try:
        return not content.isascii() and bool(content.decode("utf-8"))
    except UnicodeDecodeError:
        return False


CHARACTERS = st.characters(codec="cp1252", categories=("L", "M", "N", "P", "S", "Zs"))
NAMES = st.text(CHARACTERS, min_size=1, max_size=40).filter(
    lambda text: text.strip(" ") and not text.startswith("W/I") and text == text.rstrip(" ")
)
CONTESTS = st.text(CHARACTERS, min_size=1, max_size=60).filter(lambda text: text[:40].strip(" "))
SERIALS = st.integers(0, 9_999_999).map(lambda number: f"{number:07}")


@st.composite
def catalogues(draw: st.DrawFn) -> list[Vote]:
    """Draw the choices of one precinct: each number has one meaning."""
    contests = draw(st.lists(CONTESTS, min_size=1, max_size=4, unique_by=lambda text: text[:40]))
    number = 0
    choices = []
    for contest in contests:
        names = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
        for name in [*names, "W/I "]:
            number += draw(st.integers(1, 30))
            choices.append(Vote(number, name, contest))
    return choices


@st.composite
def ballots(draw: st.DrawFn, catalogue: list[Vote]) -> Ballot:
    chosen = draw(st.sets(st.sampled_from(catalogue), max_size=6))
    votes = sorted(chosen, key=lambda vote: vote.number)
    write_in = "W/I " + draw(NAMES)[:36].rstrip(" ")
    return Ballot(
        draw(st.integers(1, 99_999)),
        tuple(
            dataclasses.replace(vote, name=write_in) if vote.name == "W/I " else vote
            for vote in votes
        ),
    )


@st.composite
def precincts(draw: st.DrawFn, number: int) -> Precinct:
    catalogue = draw(catalogues())
    serials = draw(st.lists(SERIALS, min_size=1, max_size=3, unique=True))
    records = st.lists(ballots(catalogue), min_size=1, max_size=4).map(tuple)
    terminals = tuple(Terminal(serial, draw(records)) for serial in serials)
    return Precinct(number, draw(NAMES), terminals)


@st.composite
def listings(draw: st.DrawFn) -> Listing:
    numbers = draw(st.lists(st.integers(1, 9_999), min_size=1, max_size=3, unique=True))
    return Listing(tuple(draw(precincts(number)) for number in numbers))


LAYOUTS = st.builds(
    Layout,
    trailers=st.booleans(),
    preamble=st.sampled_from([PREAMBLE, PREAMBLE.replace(b"\x1b", b""), b""]),
    reset=st.sampled_from([RESET, b"", b"\x1bE", b"E\r\n"]),
    line_end=st.sampled_from([b"\r\n", b"\n"]),
    blank_line_end=st.sampled_from([b"\r\n", b"\n"]),
    page_break=st.sampled_from([b"", b"\r\f", b"\f", b"\r"]),
    page_lines=st.integers(6, 67),
    run_dates=st.booleans(),
    trailing=st.sampled_from([b"", b"   ", b"\t\t\t"]),
)


@settings(max_examples=150, deadline=None)
@given(listings(), LAYOUTS)
def test_every_printed_listing_is_read_as_it_was_described(
    listing: Listing, layout: Layout
) -> None:
    printed = print_listing(listing, layout)
    assume(not is_utf8(printed))  # such bytes are taken for a copy in UTF-8, and noted
    log = PARSER.parse(printed)
    assert PARSER.recognises(printed[:SNIFF_BYTES])
    assert [comparable(precinct) for precinct in log.precincts] == [
        expected_precinct(precinct, trailers=layout.trailers) for precinct in listing.precincts
    ]
    assert log.election == listing.election
    assert log.run_date == (listing.run_date if layout.run_dates else "")
    assert log.pages == printed.count(b"CANDIDATES RECEIVING A VOTE")
    assert log.vote_lines == sum(
        max(1, len(ballot.votes))
        for precinct in listing.precincts
        for terminal in precinct.terminals
        for ballot in terminal.ballots
    )


def test_a_small_county_is_summed_as_by_hand() -> None:
    log = PARSER.parse(UNTOUCHED)
    east, west = log.precincts
    assert (east.number, east.name, east.ballots, west.number) == (1, "East", 5, 20)
    assert west.name == "West / Gaddy's Mill #2 - Süd"
    first, second = east.terminals
    assert (first.serial, first.ballots, first.blank_ballots) == ("5120001", 3, 1)
    assert first.counts == (
        VoteImageCount(3, "SHERIFF", "Ann Example", False, 1),
        VoteImageCount(4, "SHERIFF", "Bob Example", False, 1),
        VoteImageCount(7, "COUNCIL", "Dixon", False, 1),
    )
    assert second.counts == (
        VoteImageCount(3, "SHERIFF", "Ann Example", False, 1),
        VoteImageCount(5, "SHERIFF", "", True, 1),
        VoteImageCount(7, "COUNCIL", "Dixon", False, 1),
        VoteImageCount(8, "COUNCIL", "Dixon\xa0", False, 1),
    )
    assert dict(east.most_votes) == {"SHERIFF": 1, "COUNCIL": 2}
    assert east.trailer == ((3, 2), (4, 1), (5, 1), (7, 2), (8, 1))
    assert (log.election, log.run_date) == ("17110816", "11/11/16 11:03 AM")
    assert (log.pages, log.vote_lines, log.notes) == (2, 11, ())


def test_the_parser_satisfies_its_contract() -> None:
    parser: Parser = PARSER
    assert (parser.interface_version, parser.name) == (2, "el155")


def test_no_text_of_a_write_in_and_no_order_of_ballots_leaves_the_parser() -> None:
    shuffled = [
        dataclasses.replace(
            EAST,
            terminals=tuple(
                Terminal(terminal.serial, terminal.ballots[::-1]) for terminal in EAST.terminals
            ),
        ),
        WEST,
    ]
    log = PARSER.parse(UNTOUCHED)
    assert "ZORRO" not in repr(log)
    again = PARSER.parse(print_listing(Listing(tuple(shuffled))))
    assert list(map(comparable, again.precincts)) == list(map(comparable, log.precincts))


def test_a_page_break_inside_a_ballot_and_inside_the_trailer_changes_nothing() -> None:
    votes = tuple(Vote(number, f"Choice {number}", f"Contest {number}") for number in range(1, 40))
    long = Listing((Precinct(1, "East", (Terminal("5120001", (Ballot(2, votes),) * 3),)),))
    whole = PARSER.parse(print_listing(long, Layout(page_lines=500)))
    broken = PARSER.parse(print_listing(long, Layout(page_lines=10)))
    assert (whole.pages, broken.pages) == (1, 21)  # 117 vote lines and 8 of the trailer by 6
    assert broken.precincts[0].terminals == whole.precincts[0].terminals
    assert broken.precincts[0].trailer == whole.precincts[0].trailer
    assert not broken.precincts[0].disagreements


def test_a_trailer_may_repeat_its_headings_on_the_next_page() -> None:
    lines = print_listing(Listing((EAST,))).split(b"\r\n")
    header, ruler = lines.index(b""), lines.index(b"CAND VOTES" + b"     CAND VOTES" * 8) - 1
    page_top = lines[1 : header + 3]
    repeated = lines[: ruler + 3] + page_top + lines[ruler:]
    log = PARSER.parse(b"\r\n".join(repeated))
    assert not log.precincts[0].disagreements
    assert log.precincts[0].trailer == ((3, 2), (4, 1), (5, 1), (7, 2), (8, 1))


def test_one_terminal_is_counted_in_each_of_its_precincts() -> None:
    log = PARSER.parse(UNTOUCHED)
    ballots = [
        terminal.ballots
        for precinct in log.precincts
        for terminal in precinct.terminals
        if terminal.serial == "5120001"
    ]
    assert ballots == [3, 2]


def test_a_listing_without_trailers_says_that_nothing_controls_it() -> None:
    log = PARSER.parse(print_listing(example_county(), Layout(trailers=False)))
    assert [note for note in log.notes if "No PRECINCT TOTALS" in note]
    assert [precinct.disagreements for precinct in log.precincts] == [(), ()]


def test_a_page_without_run_date_is_noted() -> None:
    log = PARSER.parse(print_listing(example_county(), Layout(run_dates=False)))
    assert log.notes == ("Line 2: a page header without RUN DATE.",)


def test_pages_without_election_id_are_read() -> None:
    cut = UNTOUCHED.replace(b"ELECTION ID: 17110816", b"")
    log = PARSER.parse(cut)
    assert (log.election, log.precincts[0].name, log.precincts[0].ballots) == ("", "East", 5)


def test_a_listing_in_a_file_is_read_as_one_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "el155.lst"
    large = print_listing(sample_listing(ballots=600))
    for listing in (UNTOUCHED, large):
        path.write_bytes(listing)
        with FileContent(path, most_bytes=len(large)) as content:
            assert PARSER.parse(content) == PARSER.parse(listing)


def test_a_copy_in_utf8_or_from_a_browser_is_the_same_listing_with_a_note() -> None:
    plain = print_listing(example_county(), Layout(preamble=b"", reset=b""))
    log = PARSER.parse(plain)
    for copy, notes in (
        (plain.decode("cp1252").encode(), (UTF8_NOTE,)),
        (b"<html><pre>" + plain + b"</pre></html>", (HTML_NOTE,)),
    ):
        assert PARSER.recognises(copy[:SNIFF_BYTES])
        assert PARSER.parse(copy) == dataclasses.replace(log, notes=notes)


def test_memory_grows_with_the_sums_and_not_with_the_listing() -> None:
    peaks, sizes = [], []
    for ballots in (600, 6_000):
        content = print_listing(sample_listing(ballots=ballots))
        tracemalloc.start()
        PARSER.parse(content)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        sizes.append(len(content))
    assert peaks[1] - peaks[0] < (sizes[1] - sizes[0]) / 5
