"""Prints EL155 vote image logs, as Unity's iVotronic audit program lays them out.

The layout comes from real listings, never from the parser, so that tests can hold the parser
against it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from simulators.listings.paper import PREAMBLE, RESET

COLUMN_HEADING = b"VOTR.    B/I     CANDIDATES RECEIVING A VOTE"
RULER = b" ".join([b"-"] * 28) + b"  PRECINCT TOTALS  " + b" ".join([b"-"] * 28)
CELLS_A_LINE = 9


@dataclass(frozen=True, slots=True)
class Vote:
    """One vote as a ballot carries it; a write-in has the name `W/I TEXT`."""

    number: int
    name: str
    contest: str


@dataclass(frozen=True, slots=True)
class Ballot:
    """One cast vote record; without votes it is a blank ballot."""

    style: int
    votes: tuple[Vote, ...] = ()


@dataclass(frozen=True, slots=True)
class Terminal:
    """The ballots of one terminal in one precinct, in the order of the listing."""

    serial: str
    ballots: tuple[Ballot, ...]


@dataclass(frozen=True, slots=True)
class Precinct:
    """One precinct of a listing."""

    number: int
    name: str
    terminals: tuple[Terminal, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything that an EL155 listing tells."""

    precincts: tuple[Precinct, ...]
    election: str = "17110816"
    run_date: str = "11/11/16 11:03 AM"


@dataclass(frozen=True, slots=True)
class Layout:
    """How the listing is printed and what happened to the copy; the default is untouched."""

    trailers: bool = True
    preamble: bytes = PREAMBLE
    reset: bytes = RESET
    line_end: bytes = b"\r\n"
    blank_line_end: bytes = b"\r\n"
    """Some real listings end their blank lines with a bare LF."""
    page_break: bytes = b""
    """What replaces the line end before a page header; EL155 prints none, others CR FF."""
    page_lines: int = 67
    run_dates: bool = True
    trailing: bytes = b""
    """Blanks or TABs that a copy has at its line ends."""


@dataclass(slots=True)
class _Printer:
    layout: Layout
    out: list[bytes] = field(default_factory=list)
    header: bytes = b""
    left: int = 0
    """Lines that the page still takes."""

    def page(self) -> None:
        if self.layout.page_break and self.out:
            last = self.out.pop().removesuffix(self.layout.line_end)
            self.out.append(last + self.layout.page_break)
        self.left = self.layout.page_lines
        for text in (self.header, b"", COLUMN_HEADING, b""):
            self.line(text)

    def line(self, text: bytes) -> None:
        if self.left == 0:
            self.page()
        self.left -= 1
        layout = self.layout
        self.out.append(text + layout.trailing + layout.line_end if text else layout.blank_line_end)


def print_listing(listing: Listing, layout: Layout | None = None) -> bytes:
    """Return the bytes of the listing; raise UnicodeEncodeError outside code page 1252."""
    printer = _Printer(layout or Layout())
    layout = printer.layout
    if layout.preamble:
        printer.out.append(layout.preamble + layout.line_end)
    for precinct in listing.precincts:
        printer.header = _header(listing, precinct, run_date=layout.run_dates)
        printer.page()
        for terminal in precinct.terminals:
            for ballot in terminal.ballots:
                for text in _record(terminal.serial, ballot):
                    printer.line(text)
        if layout.trailers:
            for text in _trailer(precinct):
                printer.line(text)
    return b"".join(printer.out) + layout.reset


def example_county() -> Listing:
    """Return the smallest listing with a blank ballot, a write-in, fusion lines and two seats."""
    ann, bob = Vote(3, "Ann Example", "SHERIFF"), Vote(4, "Bob Example", "SHERIFF")
    write_in = Vote(5, "W/I ZORRO", "SHERIFF")
    dixon, fusion = Vote(7, "Dixon", "COUNCIL"), Vote(8, "Dixon\xa0", "COUNCIL")
    east = (
        Terminal("5120001", (Ballot(2, (ann, dixon)), Ballot(2), Ballot(3, (bob,)))),
        Terminal("5120002", (Ballot(2, (ann, dixon, fusion)), Ballot(2, (write_in,)))),
    )
    west = (Terminal("5120001", (Ballot(2, (bob, fusion)), Ballot(2, (bob,)))),)
    return Listing((Precinct(1, "East", east), Precinct(20, "West / Gaddy's Mill #2 - Süd", west)))


def sample_listing(*, ballots: int, seed: int = 155) -> Listing:
    """Return a county of 20 precincts and three terminals each that cast `ballots` together."""
    random = Random(seed)  # noqa: S311  # votes for a benchmark, not keys
    serials = iter(range(5_120_000, 5_130_000))
    share = -(-ballots // 60)
    precincts = (
        Precinct(
            number,
            f"Precinct No. {number}",
            tuple(
                Terminal(str(next(serials)), tuple(_sample_ballot(random) for _ in range(share)))
                for _ in range(3)
            ),
        )
        for number in range(1, 21)
    )
    return Listing(tuple(precincts))


def _sample_ballot(random: Random) -> Ballot:
    votes = []
    for contest in range(12):
        choice = random.randrange(5)
        number = 10 * contest + choice + 1
        if choice == 3 and random.random() < 0.02:
            votes.append(Vote(number, f"W/I {random.randrange(99)}", f"Contest {contest}"))
        elif choice < 3:
            votes.append(Vote(number, f"Candidate {number}", f"Contest {contest}"))
    return Ballot(random.randrange(2, 5), tuple(votes))


def _header(listing: Listing, precinct: Precinct, *, run_date: bool) -> bytes:
    name = f"{precinct.name:<41}ELECTION ID: {listing.election}"
    if run_date:
        text = f"RUN DATE:{listing.run_date:<42}PRECINCT{precinct.number:>5} - {name}"
    else:
        text = f"Precinct {precinct.number} - {name}"
    return text.encode("cp1252")


def _record(serial: str, ballot: Ballot) -> Iterator[bytes]:
    star = "*"
    for vote in ballot.votes:
        choice = f"{vote.number:>5} {vote.name:<40}{vote.contest[:40]}"
        yield f"{serial:<7}{ballot.style:>5} {star}{choice}".encode("cp1252")
        star = " "
    if not ballot.votes:
        blank = "(NO VOTES CAST)"
        yield f"{serial:<7}{ballot.style:>5} {star}{'':>6}{blank:<40}{blank}".encode("cp1252")


def _trailer(precinct: Precinct) -> Iterator[bytes]:
    totals = Counter(
        vote.number
        for terminal in precinct.terminals
        for ballot in terminal.ballots
        for vote in ballot.votes
    )
    cells = [f"{number:>4}{votes:>6}".encode() for number, votes in sorted(totals.items())]
    yield RULER
    yield b"     ".join([b"CAND VOTES"] * CELLS_A_LINE)
    yield b""
    for first in range(0, len(cells), CELLS_A_LINE):
        yield b"     ".join(cells[first : first + CELLS_A_LINE])
