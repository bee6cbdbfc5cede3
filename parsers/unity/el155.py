"""EL155 vote image log: cast vote records of iVotronic terminals, read as sums.

A listing can hold a million vote lines, so the loop in `_read` touches each only to look it up:
what a line means is worked out once for each different text, see `el155_lines`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from election.documents import VoteImageLog
from parsers.errors import ParseError
from parsers.unity.el155_lines import COLUMN_HEADING, START, read_header
from parsers.unity.el155_reader import Reader
from parsers.unity.listing import TRAILING, cut_line, numbered_lines


@dataclass(frozen=True, slots=True)
class El155Parser:
    """Reads vote image logs; satisfies `parsers.contract.Parser`."""

    interface_version: int = 1
    name: str = "el155"
    version: str = "1"

    def recognises(self, head: bytes) -> bool:
        """Say whether the first two lines of text are the page header and column heading."""
        try:
            lines = ((line, text.rstrip(TRAILING)) for line, text in numbered_lines(head))
            top = list(islice((each for each in lines if each[1]), 2))
            return (
                len(top) == 2
                and top[1][1] == COLUMN_HEADING
                and read_header(top[0][1], top[0][0]) is not None
            )
        except ParseError:
            return False

    def parse(self, content: bytes) -> VoteImageLog:
        """Return the sums of all records; raise ParseError naming the line."""
        reader = Reader(cut_line(content))
        _read(numbered_lines(content), reader)
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
