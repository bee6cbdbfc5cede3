"""Prints EL111 name heading canvasses, as Sarpy County NE (2008) has them."""

from collections.abc import Iterable, Iterator, Sequence
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

TITLE = "NAME HEADING CANVASS"
FIRST_RULER = 39
STEP = 8


@dataclass(frozen=True, slots=True)
class El111Layout:
    """In what EL111 listings differ from each other; the default is Sarpy County's."""

    paper: Paper = field(default_factory=Paper)
    page_lines: int = 67
    title: bool = True
    run_dates: bool = True
    columns: int = 12
    title_width: int = 60
    new_pages: bool = False
    """Whether each contest begins a page; otherwise it begins where there is room for it."""


def print_el111(listing: TotalsListing, layout: El111Layout) -> bytes:
    """Return the bytes of `listing`."""
    sheets = _Sheets(listing, layout)
    for matrix in matrices(listing):
        for first in range(0, len(matrix.totals), layout.columns):
            _print_block(sheets, matrix, first, layout)
    return printed(sheets.pages, layout.paper)


class _Sheets:
    """The pages so far; a new one begins with the header."""

    def __init__(self, listing: TotalsListing, layout: El111Layout) -> None:
        self._listing = listing
        self._layout = layout
        self.pages: list[list[str]] = []
        self.section = ""

    @property
    def room(self) -> int:
        """Lines that are left on this page."""
        above = len(self.pages) == 1 and bool(self._layout.paper.preamble)
        return self._layout.page_lines - above - len(self.pages[-1]) if self.pages else 0

    def turn(self, section: str) -> None:
        """Begin a page of the party `section`."""
        titles = self._listing.head.titles
        lines = [f"{'':50}{title}" for title in titles]
        if self._layout.title:
            lines[:1] = [f"{TITLE:<50}{titles[0] if titles else ''}".rstrip(" ")]
        if section:
            lines.append(f"{'':50}{section}")
        if self._layout.run_dates:
            lines.append(f"RUN DATE:{self._listing.head.run_date}")
        self.pages.append(lines)
        self.section = section

    def print(self, lines: Iterable[str]) -> None:
        """Add lines to the page."""
        self.pages[-1] += [line.rstrip(" ") for line in lines]


def _print_block(sheets: _Sheets, matrix: Matrix, first: int, layout: El111Layout) -> None:
    """Print columns `first` and on, and their foot rows."""
    columns = range(first, min(first + layout.columns, len(matrix.totals)))
    rows = [
        _row(f"{precinct.number:04} {precinct.name[:30]}", [counts[column] for column in columns])
        for precinct, counts in matrix.rows
    ]
    foot = [*_foot(matrix, columns), END_RULER]
    top = _top(matrix, columns, layout, continued=False)
    if layout.new_pages or sheets.section != matrix.party or sheets.room < len(top) + 2:
        sheets.turn(matrix.party)
    sheets.print(top)
    for row in rows:
        if sheets.room < 1:
            sheets.turn(matrix.party)
            sheets.print(_top(matrix, columns, layout, continued=True))
        sheets.print([row])
    sheets.print(foot)


def _top(matrix: Matrix, columns: range, layout: El111Layout, *, continued: bool) -> list[str]:
    """Return the lines from the title to the ruler."""
    lines = [""]
    if matrix.title:
        lines += [f"   {line}" for line in title_lines(matrix.title, layout.title_width)]
        if matrix.counted:
            lines[-1] += f"     WITH {matrix.counted[0]} OF {matrix.counted[1]} PRECINCTS REPORTING"
        lines.append("")
        if matrix.votes_allowed is not None:
            lines.append(f"   Vote for  {matrix.votes_allowed}")
    else:
        lines += ["", ""]
    totals = [matrix.totals[column] for column in columns]
    lines += diagonals([_words(total.label, person=bool(matrix.title)) for total in totals])
    if any(total.party for total in totals):
        parties = (f"({total.party})" if total.party else "" for total in totals)
        lines.append(f"{'':39}" + "".join(f"{party:<8}" for party in parties))
    if continued:
        lines[-1] = CONTINUED + lines[-1][len(CONTINUED) :]
    return [*lines, f"{'':39}" + "   ".join(["-----"] * len(columns))]


def diagonals(headings: Sequence[Sequence[str]]) -> list[str]:
    """Return the heading lines: each word on a diagonal, the words of a heading begin together."""
    height = max(len(word) for words in headings for word in words)
    lines = [[" "] * (FIRST_RULER + STEP * len(headings)) for _ in range(height)]
    for place, words in enumerate(headings):
        top = height - max(map(len, words))
        for nth, word in enumerate(words):
            end = FIRST_RULER + STEP * place + 3 - len(words) + 2 * nth
            for index, letter in enumerate(word, start=top):
                lines[index][end - (height - 1 - index)] = letter
    return ["".join(line).rstrip(" ") for line in lines]


def _words(label: str, *, person: bool) -> list[str]:
    """Return what shares a diagonal: `R.`, `A Gun`, `Vynck`, but `BALLOTS`, `CAST`, `TOTAL P 1`."""
    words = label.split(" ")
    if len(words) <= 3:
        return words
    if person:
        return [words[0], " ".join(words[1:-1]), words[-1]]
    return [*words[:2], " ".join(words[2:])]


def _row(label: str, counts: Iterable[ListedCount]) -> str:
    return f"{label:<36}" + "".join(f"{figures(count):>8}" for count in counts)


def _foot(matrix: Matrix, columns: range) -> Iterator[str]:
    """Yield the foot rows; a contest without any votes has none."""
    if all(total.votes is None and total.percent is None for total in matrix.totals):
        return
    totals = [matrix.totals[column] for column in columns]
    yield _row(f"{'CANDIDATE TOTALS':>33}", totals)
    if matrix.title and any(total.percent is not None for total in matrix.totals):
        percents = "".join(f"{percentage(total.percent):>8}" for total in totals)
        yield f"{'CANDIDATE PERCENT':>33}   {percents}"
