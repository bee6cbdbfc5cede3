"""What all Unity / ERM listings have in common: printer codes, line ends and page breaks.

Bytes stay bytes here: byte A0 carries meaning in some reports, and only the parser of a report
knows which fields are text.
"""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import chain, starmap

from parsers.contract import Content
from parsers.errors import ParseError
from parsers.unity.copies import Copy, examine

LONGEST_LINE = 4_096
"""Bytes; the widest known report prints 263 columns."""

TRAILING = b" \t"
"""What copies have at the end of a line, meaning nothing; byte A0 is not among it."""

_PREAMBLE = re.compile(rb"\x1b?E(?:\x1b?[&(][a-z](?:[0-9.]+[a-z])*[0-9.]+[A-Z])+")
"""PCL set-up at the start of the first line; some copies have lost the escape characters."""

_PRINTER_CODE = re.compile(rb"\x1bE|\x1b[&(][a-z](?:[0-9.]+[a-z])*[0-9.]+[A-Z]")
"""PCL anywhere else: where one listing was appended to another."""

_RESET = re.compile(rb"(?<=[\r\n\f])\x1b?E?[ \t\r\n\f]*\Z")
"""PCL reset, whole, cut or without its escape character, and blank lines at the end."""

_LONGEST_RESET = 64
"""How many bytes at the end of the content are searched for it."""

_EDGE = 65_536
"""Bytes at the beginning and the end of a file that show what kind of copy it is."""

_BLOCK = 1 << 16
"""Bytes that are split into lines at a time: no list of all lines is ever made."""

_PAGE_BREAK = re.compile(rb"[\r\f]+")

Piece = tuple[list[bytes], int]
"""Lines that follow each other, without line ends, and the number of the first."""


class ListingText:
    """The lines of a listing, as Unity printed them, whatever a copy did to the file."""

    def __init__(self, content: Content) -> None:
        """Look at `content` once; raise ParseError when it is text of a kind nobody reads."""
        self._content = content
        size = len(content)
        head, tail = content[:_EDGE], content[max(0, size - _EDGE) :]
        self._copy: Copy = examine(head, tail, size, _pieces(content))
        preamble = _PREAMBLE.match(head, self._copy.begin)
        self._begin = preamble.end() if preamble else self._copy.begin
        near_end = content[max(self._begin, self._copy.end - _LONGEST_RESET) : self._copy.end]
        reset = _RESET.search(near_end)
        self._end = self._copy.end - (len(near_end) - reset.start() if reset else 0)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was undone to read this copy."""
        return self._copy.notes

    @property
    def cut_line(self) -> int:
        """Number of the last line of text where its line end is missing, or 0."""
        if self._end == self._begin or self._content[self._end - 1 : self._end] in b"\n\r\f":
            return 0
        return self._line_feeds(self._end) + 1

    def numbered_lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield number (from 1, counted by LF) and text of each line; raise ParseError.

        Text comes without line end, PCL and markup. Trailing blanks and TABs stay: the parser of
        a report strips TRAILING once for each different line, not here for every line. A page
        break inside a physical line (FF, CR FF, a lone CR) ends a line, so two lines can have one
        number. A line much longer than LONGEST_LINE is the ParseError.
        """
        return chain.from_iterable(starmap(enumerate, self.pieces()))

    def text_lines(self) -> Iterator[tuple[int, str]]:
        """Yield lines as `numbered_lines` does, decoded and without TRAILING; raise ParseError."""
        for number, line in self.numbered_lines():
            yield number, decoded(line.rstrip(TRAILING), number)

    def pieces(self) -> Iterator[Piece]:
        """Yield the lines of `numbered_lines` in pieces, for whoever has work to do on many."""
        number = self._line_feeds(self._begin) + 1
        for block in _blocks(self._content, self._begin, self._end, number):
            feeds = block.count(b"\n")
            for repair in self._copy.repairs:
                block = _repaired(block, repair, number)  # noqa: PLW2901  # one thing, mended
            if b"\x1b" in block:
                yield from _split_at_page_breaks(block, number)
            elif b"\f" in block:
                yield from _pages(block, number)
            else:
                lines = block.splitlines()
                lone_cr = b"\r" in block and len(lines) != feeds
                yield from _pages(block, number) if lone_cr else ((lines, number),)
            number += feeds

    def _line_feeds(self, before: int) -> int:
        pieces = _pieces(self._content, before)
        return sum(piece.count(b"\n") for piece in pieces)


def decoded(field: bytes, line: int) -> str:
    """Return `field` as text without its padding; byte A0 is data and stays. Raise ParseError."""
    field = field.rstrip(b" ")
    if field.isascii():
        return field.decode("ascii")  # as code page 1252 does, in a tenth of the time
    try:
        return field.decode("cp1252")
    except UnicodeDecodeError as error:
        reason = f"byte {field[error.start]:02X} is no character of code page 1252"
        raise ParseError(reason, line=line) from error


def _pieces(content: Content, end: int | None = None) -> Iterator[bytes]:
    for begin in range(0, len(content) if end is None else end, _BLOCK):
        yield content[begin : begin + _BLOCK if end is None else min(begin + _BLOCK, end)]


def _blocks(content: Content, begin: int, end: int, line: int) -> Iterator[bytes]:
    """Yield whole lines, about _BLOCK bytes at a time; raise ParseError at a line too long."""
    while begin < end:
        block = content[begin : min(begin + _BLOCK, end)]
        if begin + len(block) < end:
            block = block[: block.rfind(b"\n") + 1]
        _refuse_long_lines(block or content[begin : begin + _BLOCK], line)
        yield block
        line += block.count(b"\n")
        begin += len(block)


def _refuse_long_lines(block: bytes, line: int) -> None:
    """Raise ParseError when an aligned part of LONGEST_LINE bytes holds no LF.

    So a line may be longer, but never twice as long, and no line costs a test of its own.
    """
    for begin in range(0, len(block) - LONGEST_LINE + 1, LONGEST_LINE):
        if block.find(b"\n", begin, begin + LONGEST_LINE) < 0:
            reason = f"more than {LONGEST_LINE} bytes without a line end; this is no listing"
            raise ParseError(reason, line=line + block.count(b"\n", 0, begin))


def _repaired(block: bytes, repair: Callable[[bytes], bytes], first: int) -> bytes:
    try:
        return repair(block)
    except UnicodeEncodeError as error:
        line = first + str(error.object).count("\n", 0, error.start)
        character = f"U+{ord(error.object[error.start]):04X}"
        reason = f"character {character} is in no listing; save the original file unchanged"
        raise ParseError(reason, line=line) from error


def _pages(block: bytes, first: int) -> Iterator[Piece]:
    """Yield the lines between two form feeds; only lone CRs are looked for in each."""
    for page in block.split(b"\f"):
        lines = page.splitlines()
        feeds = len(lines) - (page[-1:] not in (b"", b"\n"))
        if b"\r" in page and (counted := page.count(b"\n")) != feeds:
            yield from _split_at_page_breaks(page, first)
            feeds = counted
        else:
            yield lines, first
        first += feeds


def _split_at_page_breaks(block: bytes, first: int) -> Iterator[Piece]:
    plain: list[bytes] = []
    begin = first
    for number, line in enumerate(BytesIO(block), start=first):
        line = line.rstrip(b"\r\n")  # noqa: PLW2901  # one thing, without its end
        if b"\f" in line or b"\r" in line or b"\x1b" in line:
            yield plain, begin
            plain, begin = [], number + 1
            for part in _PAGE_BREAK.split(_PRINTER_CODE.sub(b"", line)):
                yield [part], number
        else:
            plain.append(line)
    yield plain, begin
