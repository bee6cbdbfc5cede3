"""Everything above the rows of an EL52 page: title, votes allowed, key, rulers, column numbers.

                                                       VOTES  PERCENT
    President Of The United States
       Vote For Up To  1
       01 = John McCain / Sarah Palin (REP)          106,291   46.89     03 = WRITE-IN          797
       02 = Barack Obama / Joe Biden (DEM)           116,810   51.53
                                       ------------------
      (CONTINUED FROM PREVIOUS PAGE)       01    02    03
                                       ------------------

Statistics have no title, TOTAL instead of VOTES, and rulers `- - -`.
"""

import re

from election.listings import ListedCount
from parsers.errors import ParseError
from parsers.unity.canvass.contests import Header, Heading
from parsers.unity.canvass.headers import CanvassHeaders, refuse_stray
from parsers.unity.canvass.wording import votes_allowed, with_counted
from parsers.unity.figures import count_of, hundredths_of

FIRST_COLUMN = 35
COLUMN_STEP = 6
MOST_COLUMNS = 16
"""As many as 132 columns of paper have room for."""

LABEL_WIDTH = 38
_RIGHT_HALF = 66
"""Where the right half of the key begins; its fields stand as those of the left."""

_HEADING = re.compile(r" {40,60}(VOTES|TOTAL) +PERCENT(?: +\1 +PERCENT)?")
_RULER = re.compile(r" {30,40}(?:-{3,}|-(?: -)+)")
_SECTION = re.compile(r" {6,60}\(([^()]{1,40})\)")
_PARTY = re.compile(r"(.*?) ?\(([A-Z0-9&/-]{1,10})\)")
_CUT_PARTY = re.compile(r"(.*?) ?\(([A-Z]{3})")

Lines = list[tuple[int, str]]


def is_ruler(text: str) -> bool:
    """Say whether `text` is a ruler above or below the column numbers."""
    return text[-1:] == "-" and _RULER.fullmatch(text) is not None


def is_heading(text: str) -> bool:
    """Say whether `text` is the heading over votes and percentages of the key."""
    return text[-7:] == "PERCENT" and _HEADING.fullmatch(text) is not None


def is_key(text: str) -> bool:
    """Say whether `text` begins as a line of the key."""
    return text[:3] == "   " and text[3:5].isdecimal() and text[5:8] == " = "


class El52Tops:
    """Reads the tops of all pages of a listing."""

    def __init__(self, headers: CanvassHeaders) -> None:
        self._headers = headers

    def begin(self, lines: Lines) -> int:
        """Return where `VOTES  PERCENT` stands; raise ParseError."""
        for place, (_, text) in enumerate(lines):
            if is_heading(text):
                return place
        raise ParseError("expected VOTES or TOTAL  PERCENT above the key", line=lines[-1][0])

    def read_header(self, lines: Lines) -> Header:
        """Read page header, party of a primary, and precincts counted; raise ParseError."""
        counted, section = None, ""
        header: Lines = []
        for line, text in lines:
            rest, said = with_counted(text)
            counted = said or counted
            if is_section := _SECTION.fullmatch(rest):
                section = is_section[1]
            else:
                header.append((line, rest))
        self._headers.read(header)
        return Header(section or self._headers.section, counted)

    def read_heading(self, lines: Lines) -> Heading:
        """Read title, votes allowed, key and column numbers; raise ParseError."""
        number_line, numbered = lines[-2]
        if len(lines) < 4 or not is_ruler(lines[-3][1]):
            reason = "expected one line of column numbers between two rulers"
            raise ParseError(reason, line=number_line)
        titles, allowed, key = _read_body(lines[1:-3])
        if lines[0][1].lstrip(" ").startswith("VOTES") != bool(titles) or not key:
            expected = "a contest has VOTES, a title and a key, statistics have TOTAL and a key"
            raise ParseError(expected, line=lines[0][0])
        numbers = _numbers(numbered, number_line)
        if unknown := [number for number in numbers if number not in key]:
            raise ParseError(f"column {unknown[0]:02} is not in the key", line=number_line)
        return Heading(
            title=" ".join(titles),
            columns=tuple(key[number] for number in numbers),
            numbers=numbers,
            key=tuple(key[number] for number in sorted(key)),
            votes_allowed=allowed,
        )


def _read_body(lines: Lines) -> tuple[list[str], int | None, dict[int, ListedCount]]:
    """Return title lines, votes allowed and key; raise ParseError at a line that is nothing."""
    titles: list[str] = []
    allowed: int | None = None
    key: dict[int, ListedCount] = {}
    for line, text in lines:
        if is_key(text):
            _read_key(text, line, key)
            continue
        is_vote_line, number = votes_allowed(text)
        if is_vote_line and titles and not key:
            allowed = number
        elif text[:1] not in {"", " "} and not key:
            refuse_stray(text, line, "a title")
            titles.append(text)
        elif text:
            raise ParseError("expected a title, votes allowed or a line of the key", line=line)
    return titles, allowed, key


def _read_key(text: str, line: int, key: dict[int, ListedCount]) -> None:
    """Add both halves of a line of the key; raise ParseError."""
    for half in (text[:_RIGHT_HALF], text[_RIGHT_HALF:]):
        if not half:
            continue
        if not is_key(half):
            raise ParseError("a line of the key that is not NN = LABEL VOTES PERCENT", line=line)
        number = int(half[3:5])
        if number in key:
            raise ParseError(f"{number:02} is in the key twice", line=line)
        key[number] = _key_count(half, line)


def _key_count(half: str, line: int) -> ListedCount:
    label, party = _split_party(half[8 : 8 + LABEL_WIDTH].rstrip(" "))
    votes, percent = half[46:56].lstrip(" "), half[56:].strip(" ")
    return ListedCount(
        label,
        count_of(votes, line) if votes else None,
        percent=hundredths_of(percent, line) if percent else None,
        party=party,
        line=line,
    )


def _split_party(label: str) -> tuple[str, str]:
    """Return name and party of a label.

    A label is cut after 38 characters, sometimes within the party. Three letters after the
    bracket are taken for all of it; fewer stay in the label, as printed.
    """
    pattern = _CUT_PARTY if len(label) == LABEL_WIDTH and label[-1] != ")" else _PARTY
    found = pattern.fullmatch(label)
    return (found[1], found[2]) if found and found[1] else (label, "")


def _numbers(text: str, line: int) -> tuple[int, ...]:
    """Return the column numbers; raise ParseError."""
    numbers = text[FIRST_COLUMN:]
    cells = [numbers[at : at + COLUMN_STEP] for at in range(0, len(numbers), COLUMN_STEP)]
    in_place = all(cell[:4] == "    " and len(cell) == COLUMN_STEP for cell in cells)
    digits = all(cell[4:].isdecimal() and cell.isascii() for cell in cells)
    if not (cells and in_place and digits) or text[:FIRST_COLUMN].strip(" "):
        raise ParseError("expected column numbers, six columns apart", line=line)
    found = tuple(map(int, cells))
    if found != tuple(range(found[0], found[0] + len(found))) or len(found) > MOST_COLUMNS:
        raise ParseError("column numbers that do not count up", line=line)
    return found
