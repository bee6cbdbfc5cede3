"""Reads cells: each different text once, however many precincts have it.

A canvass of 350 precincts and 100 contests has some 35,000 cells, most of them small numbers. So
`Cells` gives all precincts with 12 votes for one choice the same record; on which line it stands
is known by the row, that is, by the contest or the precinct that the record is in.
"""

from election.listings import ListedCount
from parsers.errors import ParseError
from parsers.unity.figures import count_of, hundredths_of
from parsers.unity.listing import TRAILING

_new = tuple.__new__

BLANK = b" ."
"""A blank cell, and the dots that lead the eye to the next number on statistics pages."""


class Figures(dict[bytes, tuple[int | None, int | None]]):
    """Count and percentage that the texts of cells mean, whatever label they stand under."""

    def __init__(self, width: int, *, percentages: bool) -> None:
        """Begin with nothing known; `percentages` may stand on statistics pages only."""
        super().__init__()
        self._width = width
        self._percentages = percentages

    def __missing__(self, text: bytes) -> tuple[int | None, int | None]:
        """Read a text that is new; raise ParseError, without a line, when it is no figure."""
        figures = self[text] = read_cell(text, self._width, percentages=self._percentages)
        return figures


class Cells(dict[bytes, ListedCount]):
    """What the texts of the cells under one label mean."""

    def __init__(self, label: str, party: str, figures: Figures) -> None:
        """Begin with nothing known of this label."""
        super().__init__()
        self._label = label
        self._party = party
        self._figures = figures
        self.some_blank = False
        """Whether a blank cell was read."""

    def __missing__(self, text: bytes) -> ListedCount:
        """Read a text that is new; raise ParseError, without a line, when it is no figure."""
        votes, percent = self._figures[text]
        if votes is None and percent is None:
            self.some_blank = True
        # As ListedCount(...) makes it, in half the time: a third of all cells come by here.
        count = self[text] = _new(
            ListedCount, (self._label, votes, (), percent, self._party, None, 0)
        )
        return count


def read_cell(text: bytes, width: int, *, percentages: bool) -> tuple[int | None, int | None]:
    """Return count and percentage of a cell; raise ParseError, without a line.

    Figures must end where the column ends: in a row that slipped they would be other numbers.
    """
    text = text.rstrip(TRAILING)
    if len(text) == width and text.lstrip(b" ").isdigit():
        return int(text), None
    if not text.strip(BLANK):
        return None, None
    *leaders, figures = text.split(b" ")
    if len(text) != width or not {b"", b"."}.issuperset(leaders):
        shown = text[:20].decode("latin-1").strip(" ")
        raise ParseError(f"{shown!r} is no number that ends where its column ends")
    plain = figures.decode("latin-1")
    if percentages and "." in plain:
        return None, hundredths_of(plain, 0)
    return count_of(plain, 0), None
