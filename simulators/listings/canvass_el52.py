"""Prints EL52 numbered key canvasses, as Douglas County NE (2008) and others have them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from election.listings import ListedCount, TotalsListing
from simulators.listings.canvass_matrix import (
    CONTINUED,
    END_RULER,
    Matrix,
    figures,
    matrices,
    percentage,
    title_lines,
)
from simulators.listings.paper import Paper, printed

TITLE = "NUMBERED KEY CANVASS"
LABEL_WIDTH = 38


@dataclass(frozen=True, slots=True)
class El52Layout:
    """In what EL52 listings differ from each other; the default is Douglas County's."""

    paper: Paper = field(default_factory=Paper)
    page_lines: int = 67
    """Lines of a page, at least one of which is a row."""
    title: bool = False
    """Whether the first line names the report."""
    run_dates: bool = True
    page_numbers: bool = True
    headers: bool = True
    """False: headers are missing on all pages but the first."""
    columns: int = 16
    """Columns side by side; more are printed as further blocks."""
    title_width: int = 60
    vote_for: str = "   Vote For Up To  "
    fillers: bool = True
    """Whether lone dots lead the eye on statistics pages."""


def print_el52(listing: TotalsListing, layout: El52Layout) -> bytes:
    """Return the bytes of `listing`; each block begins a page of its own."""
    numbers = iter(range(1, 100_000))
    pages = (
        list(_block(listing, matrix, first, layout, numbers))
        for matrix in matrices(listing)
        for first in range(0, len(matrix.totals), layout.columns)
    )
    return printed(pages, layout.paper)


def _block(
    listing: TotalsListing,
    matrix: Matrix,
    first: int,
    layout: El52Layout,
    numbers: Iterator[int],
) -> Iterator[str]:
    """Yield the lines of columns `first` and on, page after page."""
    columns = range(first, min(first + layout.columns, len(matrix.totals)))
    rows = list(matrix.rows)
    continued = False
    while rows or not continued:
        page = next(numbers)
        head = _header(listing, layout, page) if layout.headers or page == 1 else []
        head += _top(matrix, columns, layout, continued=continued)
        yield from head
        above = len(head) + (page == 1 and bool(layout.paper.preamble))
        room = max(1, layout.page_lines - above)
        for precinct, counts in rows[:room]:
            cells = "".join(
                _cell(counts[column], leader=layout.fillers and not matrix.title and place > 0)
                for place, column in enumerate(columns)
            )
            yield f"{precinct.number:04} {precinct.name[:30]:<30}{cells}".rstrip(" ")
        rows, continued = rows[room:], True
    yield END_RULER


def _header(listing: TotalsListing, layout: El52Layout, page: int) -> list[str]:
    titles = listing.head.titles
    lines = [f"{'':50}{title}" for title in titles]
    if layout.title:
        lines[:1] = [f"{TITLE:<50}{titles[0] if titles else ''}".rstrip(" ")]
    run_date = f"RUN DATE:{listing.head.run_date}" if layout.run_dates else ""
    number = f"REPORT-EL52     PAGE {page:04}" if layout.page_numbers else ""
    if run_date or number:
        lines.append(f"{run_date:<107}{number}".rstrip(" "))
    return lines


def _top(matrix: Matrix, columns: range, layout: El52Layout, *, continued: bool) -> list[str]:
    """Return the lines from the party to the second ruler."""
    lines = [f"{'':14}({matrix.party})"] if matrix.party else []
    if matrix.counted:
        counted, of = matrix.counted
        lines.append(f"{'':69}WITH {counted} OF {of} PRECINCTS REPORTING")
    key = _key(matrix)
    heading = ("VOTES" if matrix.title else "TOTAL") + "  PERCENT"
    right = f"{heading:>66}" if any(len(line) > 66 for line in key) else ""
    lines.append(f"{heading:>65}{right}")
    if matrix.title:
        lines += title_lines(matrix.title, layout.title_width)
        if matrix.votes_allowed is not None:
            lines.append(f"{layout.vote_for}{matrix.votes_allowed}")
    count = len(columns)
    dashes = "-" * (6 * count) if matrix.title else f"  {'- ' * (3 * count)}".rstrip(" ")
    ruler = f"{'':35}{dashes}"
    marker = CONTINUED if continued else ""
    numbers = f"{marker:<35}" + "".join(f"    {column + 1:02}" for column in columns)
    return [*lines, *key, ruler, numbers, ruler]


def _key(matrix: Matrix) -> list[str]:
    """Return the key: down the left, then down the right, which ends where the left ends.

    On statistics pages both begin at the top; a key of a contest with two choices has no right.
    """
    halves = [_key_half(number, total) for number, total in enumerate(matrix.totals, start=1)]
    if matrix.title and len(halves) <= 2:
        return [half.rstrip(" ") for half in halves]
    left, right = halves[: -(-len(halves) // 2)], halves[-(-len(halves) // 2) :]
    blank = [""] * (len(left) - len(right))
    right = [*blank, *right] if matrix.title else [*right, *blank]
    return [f"{one:<66}{other}".rstrip(" ") for one, other in zip(left, right, strict=True)]


def _key_half(number: int, total: ListedCount) -> str:
    label = f"{total.label} ({total.party})" if total.party else total.label
    votes = f"{total.votes:,}" if total.votes is not None else ""
    return f"   {number:02} = {label[:LABEL_WIDTH]:<38}{votes:>10}{percentage(total.percent):>8}"


def _cell(count: ListedCount, *, leader: bool) -> str:
    """Return six characters; with `leader`, dots where they touch no figure."""
    text = f"{figures(count):>6}"
    if not leader:
        return text
    return "".join(
        "." if place in {1, 3} and text[place : place + 2] == "  " else character
        for place, character in enumerate(text)
    )
