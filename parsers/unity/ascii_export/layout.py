"""The three record forms of the ERM ASCII export, cut into fields.

    0450 001 3091 000531 | groups | NON CTYHILL CITY OF ...  FOR ...   ...       ...      01 Y
    |    |   |    total  | 6 each | |   |       contest      candidate precinct  district |  |
    |    |   precinct               |   district code (7)    (38)      (30)      (25)     |  flag
    |    candidate                  party (3)                                             vote for
    contest

Only the groups differ: what follows them has the same widths in all forms.
"""

import re
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.unity.listing import TRAILING, decoded

FIGURES = 11
"""Where the figures of a record begin, after its three numbers."""

_TOTAL = 17
_GROUP = 6
_TAIL = 162
"""Bytes after the groups."""

_PRECINCT = 104
"""Where, after the groups, the text begins that names the precinct."""

_NUMBERS = re.compile(rb"\d{11}")
_NAME = re.compile(rb"[A-Za-z]{3}")
_FIGURES = re.compile(rb"(?:\d{6}){1,6}")
_FILLER = re.compile(rb" *|0*")
_PRINTED = rb"[^\x00-\x1f\x7f]"
_CHOICE = re.compile(rb"(%b{3})(%b{7})(%b{56})(%b{38})" % ((_PRINTED,) * 4))
_PLACE = re.compile(rb"(%b{30})(%b{25})(\d\d)[ A-Z]" % ((_PRINTED,) * 2))


@dataclass(frozen=True, slots=True)
class Layout:
    """One record form."""

    groups: int
    filler: int
    """Bytes between the groups and the party; whatever they are for, no vote was ever seen."""

    @property
    def choice(self) -> int:
        """Where party, district code, contest and candidate stand, up to `place`."""
        return _TOTAL + _GROUP * self.groups + self.filler

    @property
    def place(self) -> int:
        """Where precinct, district, vote for and flag stand."""
        return self.choice + _PRECINCT

    @property
    def width(self) -> int:
        """Bytes of a record without its line end."""
        return self.choice + _TAIL


LAYOUTS = (Layout(0, 0), Layout(5, 0), Layout(4, 60))
"""Widths 179, 209 and 263."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a record says of whom the votes are for."""

    contest: int
    title: str
    district_code: str
    number: int
    name: str
    party: str


@dataclass(frozen=True, slots=True)
class Place:
    """What a record says of the precinct, and of the contest in it."""

    precinct: str
    district: str
    votes_allowed: int | None
    """None where the file says 0."""


def layout_of(text: bytes) -> Layout | None:
    """Return the form of a record, whose flag may be lost with the blanks at its end, or None."""
    width = len(text.rstrip(TRAILING))
    for layout in LAYOUTS:
        if layout.width - 1 <= width <= layout.width:
            return layout if _is_record(text.ljust(layout.width), layout) else None
    return None


def begins_a_record(text: bytes) -> bool:
    """Say whether `text` begins with numbers and total as a record does, and has names too."""
    return text[:_TOTAL].isdigit() and _NAME.search(text, _TOTAL) is not None


def read_choice(numbers: bytes, text: bytes, line: int) -> Choice:
    """Return what the first 7 digits of a record and its text say of the choice."""
    parts = _CHOICE.fullmatch(text)
    if parts is None or not numbers.isdigit():
        reason = "expected contest number (4), candidate number (3), and names without controls"
        raise ParseError(reason, line=line)
    party, code, title, name = (decoded(field, line) for field in parts.groups())
    return Choice(int(numbers[:4]), title, code, int(numbers[4:]), name, party)


def read_place(numbers: bytes, text: bytes, line: int) -> Place:
    """Return what a record says of the precinct whose number is `numbers`; raise ParseError."""
    parts = _PLACE.fullmatch(text)
    if parts is None or not numbers.isdigit():
        reason = "expected precinct number (4), precinct, district, vote for (2 digits) and flag"
        raise ParseError(reason, line=line)
    precinct, district, votes_allowed = parts.groups()
    return Place(decoded(precinct, line), decoded(district, line), int(votes_allowed) or None)


def read_figures(text: bytes, layout: Layout, line: int) -> tuple[int, tuple[int, ...]]:
    """Return total and groups from FIGURES on; raise ParseError."""
    end = len(text) - layout.filler
    if not _FIGURES.fullmatch(text, 0, end) or not _FILLER.fullmatch(text, end):
        groups = f" and {layout.groups} groups (6 digits each)" if layout.groups else ""
        filler = f", then {layout.filler} blanks" if layout.filler else ""
        raise ParseError(f"expected a total (6 digits){groups}{filler}", line=line)
    total, *groups_votes = (int(text[cell : cell + _GROUP]) for cell in range(0, end, _GROUP))
    return total, tuple(groups_votes)


def _is_record(text: bytes, layout: Layout) -> bool:
    try:
        read_figures(text[FIGURES : layout.choice], layout, 1)
    except ParseError:
        return False
    return bool(
        _NUMBERS.fullmatch(text, 0, FIGURES)
        and _CHOICE.fullmatch(text, layout.choice, layout.place)
        and _PLACE.fullmatch(text, layout.place, layout.width)
    )
