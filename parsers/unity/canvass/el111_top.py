"""Everything above the rows of an EL111 page: title, votes allowed, headings, parties, ruler.

    NAME HEADING CANVASS                              SARPY COUNTY, NEBRASKA
                                                      GENERAL ELECTION

       County Commissioner Dist 1

       Vote for  1
                                              ...
                                         t e      I      R E     E E
                                          y        N        S     R S
      (CONTINUED FROM PREVIOUS PAGE)       (REP)   (NON)
                                           -----   -----   -----   -----

Statistics have neither title nor parties. What a line is shows from below: over the ruler stand
the parties, over them lines of single letters, over these the rest.
"""

import re
from dataclasses import dataclass

from election.listings import ListedCount
from parsers.errors import ParseError
from parsers.unity.canvass.contests import Header, Heading
from parsers.unity.canvass.diagonals import headings
from parsers.unity.canvass.headers import CanvassHeaders, refuse_stray
from parsers.unity.canvass.wording import votes_allowed, with_counted

FIRST_COLUMN = 39
COLUMN_STEP = 8
MOST_COLUMNS = 12

_RULER = re.compile(r" {39}-----(?: {3}-----){0,11}")
_PARTY = re.compile(r"\(([^() ]{1,6})\)")
_PARTIES = re.compile(r"(?: +\([^() ]{1,6}\))+")
_LETTERS = re.compile(r"(?: *[^ ](?= |$))*")
_TITLE_INDENT = " " * 3

Lines = list[tuple[int, str]]


def is_ruler(text: str) -> bool:
    """Say whether `text` is the ruler over the rows."""
    return text[-1:] == "-" and _RULER.fullmatch(text) is not None


class El111Tops:
    """Reads the tops of all pages of a listing."""

    def __init__(self, headers: CanvassHeaders) -> None:
        self._headers = headers

    def begin(self, lines: Lines) -> int:
        """Return where the title stands, or the first line of the diagonals."""
        above = list(lines[:-1])
        _take_parties(above)
        _letters(above)
        _title(above)
        return len(above)

    def read_header(self, lines: Lines) -> Header:
        """Read the page header; raise ParseError."""
        self._headers.read(lines)
        return Header(self._headers.section)

    def read_heading(self, lines: Lines) -> Heading:
        """Read from the title down to the ruler; raise ParseError."""
        line, ruler = lines[-1]
        columns = range(FIRST_COLUMN, len(ruler), COLUMN_STEP)
        above = list(lines[:-1])
        parties = _parties(*_take_parties(above), columns)
        labels = headings(_letters(above), columns, line)
        title = _title(above)
        return Heading(
            title=title.text,
            columns=tuple(
                ListedCount(label, None, party=party, line=line)
                for label, party in zip(labels, parties, strict=True)
            ),
            votes_allowed=title.votes_allowed,
            counted=title.counted,
        )


@dataclass(frozen=True, slots=True)
class _Title:
    text: str
    votes_allowed: int | None
    counted: tuple[int, int] | None


def _take_parties(above: Lines) -> tuple[int, str]:
    """Take the line of parties off the end of `above`, if there is one."""
    _take_blanks(above)
    return above.pop() if above and _PARTIES.fullmatch(above[-1][1]) else (0, "")


def _parties(line: int, text: str, columns: range) -> list[str]:
    """Return the party over each column, as the line of parties has it; raise ParseError."""
    printed = {party.start(): party[1] for party in _PARTY.finditer(text)}
    if not printed.keys() <= set(columns):
        raise ParseError("a party that stands over no column", line=line)
    return [printed.get(column, "") for column in columns]


def _letters(above: Lines) -> list[str]:
    """Take the lines of single letters off the end of `above`."""
    letters: list[str] = []
    while above and _LETTERS.fullmatch(above[-1][1]):
        letters.append(above.pop()[1])
    while letters and not letters[-1]:
        letters.pop()
    return letters[::-1]


def _title(above: Lines) -> _Title:
    """Take title and votes allowed off the end of `above`; raise ParseError."""
    _take_blanks(above)
    below = above[-1] if above else (0, "")
    is_vote_line, allowed = votes_allowed(below[1])
    if is_vote_line:
        above.pop()
    titles: list[str] = []
    counted = None
    _take_blanks(above)
    while above and above[-1][1].startswith(_TITLE_INDENT) and above[-1][1][3:4] != " ":
        line, text = above.pop()
        refuse_stray(text, line, "a title")
        text, said = with_counted(text)
        counted = said or counted
        titles.append(text.strip(" "))
    if is_vote_line and not titles:
        raise ParseError("expected the title of a contest above this line", line=below[0])
    return _Title(" ".join(reversed(titles)), allowed, counted)


def _take_blanks(lines: Lines) -> None:
    while lines and not lines[-1][1]:
        lines.pop()
