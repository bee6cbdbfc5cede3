"""What all Unity / ERM listings have in common: printer codes, line ends and page breaks.

Bytes stay bytes here: byte A0 carries meaning in some reports, and only the parser of a report
knows which fields are text.
"""

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import chain

from parsers.errors import ParseError

LONGEST_LINE = 4_096
"""Bytes; the widest known report prints 263 columns."""

TRAILING = b" \t"
"""What copies have at the end of a line, meaning nothing; byte A0 is not among it."""

_PREAMBLE = re.compile(rb"\x1b?E(?:\x1b?[&(][a-z](?:[0-9.]+[a-z])*[0-9.]+[A-Z])+")
"""PCL set-up at the start of the first line; some copies have lost the escape characters."""

_RESET = re.compile(rb"(?<=[\r\n\f])\x1b?E?[ \t\r\n\f]*\Z")
"""PCL reset, whole, cut or without its escape character, and blank lines at the end."""

_LONGEST_RESET = 64
"""How many bytes at the end of the content are searched for it."""

_BLOCK = 1 << 16
"""Bytes that are split into lines at a time: no list of all lines is ever made."""

_PAGE_BREAK = re.compile(rb"[\r\f]+")


def numbered_lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number (from 1, counted by LF) and text of each line; raise ParseError.

    Text comes without line end, PCL preamble and PCL reset. Trailing blanks and TABs stay: the
    parser of a report strips TRAILING once for each different line, not here for every line.
    A page break inside a physical line (FF, CR FF, a lone CR) ends a line, so two lines can have
    one number. A line much longer than LONGEST_LINE is the ParseError.
    """
    _refuse_long_lines(content)
    preamble = _PREAMBLE.match(content)
    blocks = _blocks(content, preamble.end() if preamble else 0, _text_end(content))
    return chain.from_iterable(_numbered(blocks))


def cut_line(content: bytes) -> int:
    """Return the number of the last line of text where its line end is missing, or 0."""
    end = _text_end(content)
    if end == 0 or content.endswith((b"\n", b"\r", b"\f"), 0, end):
        return 0
    return content.count(b"\n", 0, end) + 1


def _text_end(content: bytes) -> int:
    reset = _RESET.search(content, max(0, len(content) - _LONGEST_RESET))
    return reset.start() if reset else len(content)


def _blocks(content: bytes, begin: int, end: int) -> Iterator[bytes]:
    """Yield whole lines, about _BLOCK bytes at a time."""
    while begin < end:
        after = content.find(b"\n", begin + _BLOCK, end) + 1 or end
        yield content[begin:after]
        begin = after


def _numbered(blocks: Iterable[bytes]) -> Iterator[Iterable[tuple[int, bytes]]]:
    number = 1
    for block in blocks:
        lines = block.splitlines()
        lone_cr = b"\r" in block and len(lines) != block.count(b"\n")
        if lone_cr or b"\f" in block:
            yield _split_at_page_breaks(block, number)
            number += block.count(b"\n")
        else:
            yield enumerate(lines, start=number)
            number += len(lines)


def _split_at_page_breaks(block: bytes, first: int) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(BytesIO(block), start=first):
        for part in _PAGE_BREAK.split(line.rstrip(b"\r\n")):
            yield number, part


def _refuse_long_lines(content: bytes) -> None:
    """Raise ParseError when an aligned block of LONGEST_LINE bytes holds no LF.

    So a line may be longer, but never twice as long, and no line costs a test of its own.
    """
    for begin in range(0, len(content) - LONGEST_LINE + 1, LONGEST_LINE):
        if content.find(b"\n", begin, begin + LONGEST_LINE) < 0:
            reason = f"more than {LONGEST_LINE} bytes without a line end; this is no listing"
            raise ParseError(reason, line=content.count(b"\n", 0, begin) + 1)
