"""EL155 vote image log: cast vote records of iVotronic terminals, read as sums.

A listing can hold a million vote lines, so the loop in `_read` touches each only to look it up:
what a line means is worked out once for each different text, see `lines`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from election.documents import VoteImageLog
from parsers.contract import INTERFACE_VERSION, Content
from parsers.errors import ParseError
from parsers.unity.el155.lines import COLUMN_HEADING, START, read_header
from parsers.unity.el155.reader import Reader
from parsers.unity.listing import TRAILING, ListingText


@dataclass(frozen=True, slots=True)
class El155Parser:
    """Reads vote image logs; satisfies `parsers.contract.Parser`."""

    interface_version: int = INTERFACE_VERSION
    name: str = "el155"
    version: str = "1"

    def recognises(self, head: bytes) -> bool:
        """Say whether the first two lines of text are the page header and column heading."""
        try:
            lines = (
                (line, text.rstrip(TRAILING)) for line, text in ListingText(head).numbered_lines()
            )
            top = list(islice((each for each in lines if each[1]), 2))
            return (
                len(top) == 2
                and top[1][1] == COLUMN_HEADING
                and read_header(top[0][1], top[0][0]) is not None
            )
        except ParseError:
            return False

    def resembles(self, head: bytes) -> str:
        """Say what is missing where vote lines or a column heading are there."""
        return ""

    def parse(self, content: Content) -> VoteImageLog:
        """Return the sums of all records; raise ParseError naming the line."""
        text = ListingText(content)
        reader = Reader(text.cut_line)
        _read(text.numbered_lines(), reader)
        return reader.log()


PARSER = El155Parser()


def _read(lines: Iterable[tuple[int, bytes]], reader: Reader) -> None:
    keys = reader.keys
    continuing, known = reader.continuing, reader.contest_of
    line = 1
    for line, text in lines:
        start = text[:START]
        if start != continuing:
            opened = reader.opens_record(text, line)
            continuing, known = reader.continuing, reader.contest_of
            if not opened:
                continue
        key = text[START:]
        if key not in known:
            key = reader.learn(key, line)
        keys.append(key)
    reader.end(line)
