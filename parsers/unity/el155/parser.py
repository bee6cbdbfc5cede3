"""EL155 vote image log: cast vote records of iVotronic terminals, read as sums."""

from collections import deque
from dataclasses import dataclass

from election.documents import VoteImageLog
from parsers.contract import INTERFACE_VERSION, Content
from parsers.unity.el155.lines import COLUMN_HEADING, START, is_header, read_start
from parsers.unity.el155.reader import Reader, read
from parsers.unity.listing import ListingText
from parsers.unity.recognition import top_lines


@dataclass(frozen=True, slots=True)
class El155Parser:
    """Reads vote image logs; satisfies `parsers.contract.Parser`."""

    interface_version: int = INTERFACE_VERSION
    name: str = "el155"
    version: str = "1"

    def recognises(self, head: bytes) -> bool:
        """Say whether the first two lines of text are the page header and column heading."""
        top = _top(head)
        return len(top) > 1 and is_header(top[0]) and top[1] == COLUMN_HEADING

    def resembles(self, head: bytes) -> str:
        """Say what is missing where vote lines or a column heading are there."""
        above = b""
        for text in _top(head):
            if text == COLUMN_HEADING:
                return (
                    "other text stands above its first page header"
                    if is_header(above)
                    else "the line above its column heading is no page header (RUN DATE:, PRECINCT "
                    "number - name, ELECTION ID:)"
                )
            if text.startswith(COLUMN_HEADING[:5]):
                return f"its column heading is not {COLUMN_HEADING.decode()!r}"
            if read_start(text[:START]):
                return "its vote lines begin without a page header and a column heading"
            above = text
        return ""

    def parse(self, content: Content) -> VoteImageLog:
        """Return the sums of all records; raise ParseError naming the line."""
        text = ListingText(content)
        reader = Reader(text.cut_line, text.notes)
        deque(read(text.numbered_lines(), reader), maxlen=0)
        return reader.log()


PARSER = El155Parser()


def _top(head: bytes) -> list[bytes]:
    return [text.encode("latin-1") for text in top_lines(head)]
