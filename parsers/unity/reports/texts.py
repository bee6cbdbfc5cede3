"""The lines of a report that are not blank, and how a page cuts them into columns."""

from collections.abc import Iterable, Iterator
from itertools import chain, compress, repeat

from election.listings import ListingCheck
from parsers.errors import ParseError
from parsers.unity.findings import Findings
from parsers.unity.listing import TRAILING, Piece, decoded

MOST_PAGE_LINES = 1_000
"""Lines of the right column of a page, which wait until the left one is read; a page has 67."""

_BLANK = ord(" ")

NumberedText = tuple[int, bytes]
"""Number of a line of the file, and its text without what is at its end."""


class Texts:
    """The lines of a report but the blank ones."""

    def __init__(self, pieces: Iterable[Piece], findings: Findings) -> None:
        self._findings = findings
        self.lines: Iterator[NumberedText] = chain.from_iterable(map(self._not_blank, pieces))
        """Each once, whoever reads it."""
        self.last: NumberedText = (0, b"")
        """The last line, once all are read."""

    def _not_blank(self, piece: Piece) -> Iterable[NumberedText]:
        lines, first = piece
        stripped = list(map(bytes.rstrip, lines, repeat(TRAILING)))
        texts = list(compress(enumerate(stripped, first), stripped))
        if b"\t" in b"".join(stripped):
            return self._first_cells(texts)
        if texts:
            self.last = texts[-1]
        return texts

    def _first_cells(self, texts: list[NumberedText]) -> Iterator[NumberedText]:
        for line, text in texts:
            self.last = line, self._first_cell(text, line) if b"\t" in text else text
            yield self.last

    def _first_cell(self, text: bytes, line: int) -> bytes:
        """Return what stands before the TABs of a spreadsheet, where more stands behind them."""
        first, _, more = text.partition(b"\t")
        first = first.rstrip(b" ")
        if not first or first.endswith(b"."):
            raise ParseError("TABs where a label or figures should be", line=line)
        stray = decoded(more.strip(TRAILING), line)
        message = f"Line {line}: {stray[:40]!r} stands in another column of a spreadsheet."
        self._findings.add(ListingCheck.LAYOUT, message, line)
        return first


class Columns:
    """Where the columns of a page stand, and the lines of the right one until they are read."""

    def __init__(self, starts: tuple[int, ...]) -> None:
        self.margin = starts[0]
        self.gutter = starts[1] - self.margin - 1 if len(starts) > 1 else 0
        """Where the blank between two columns stands, from 0; 0: a page of one column."""
        self._right: list[NumberedText] = []
        self._whole: NumberedText | None = None
        """The line that the left column was cut out of last; None when there are no more."""

    def left(self, lines: Iterator[NumberedText]) -> Iterator[NumberedText]:
        """Return the lines of the left column, up to one that has text in the margin or gutter."""
        if self.gutter:
            return self._divided(lines)
        return self._inside(lines) if self.margin else lines

    def stopped_at(self, text: NumberedText | None) -> NumberedText | None:
        """Return the whole line at which a reader of `left` stopped, None for the last.

        `text` is what the reader stopped at.
        """
        return self._whole if self.gutter or self.margin else text

    def take_right(self) -> list[NumberedText]:
        """Return the lines of the right column, each once."""
        right, self._right = self._right, []
        return right

    def of_last(self, text: bytes) -> bytes:
        """Return what stands in the rightmost column of a line."""
        text = text[self.margin :]
        return text[self.gutter + 1 :] if self.gutter and len(text) > self.gutter else text

    def _inside(self, lines: Iterator[NumberedText]) -> Iterator[NumberedText]:
        margin, blank = self.margin, b" " * self.margin
        for whole in lines:
            self._whole = line, text = whole
            if not text.startswith(blank):
                return
            yield line, text[margin:]
        self._whole = None

    def _divided(self, lines: Iterator[NumberedText]) -> Iterator[NumberedText]:
        gutter, right = self.gutter, self._right
        margin, blank = self.margin, b" " * self.margin
        for whole in lines:
            self._whole = whole
            line, text = whole
            if margin:
                if not text.startswith(blank):
                    return
                text = text[margin:]
            if len(text) <= gutter:
                yield line, text
                continue
            if text[gutter] != _BLANK:
                return
            if left := text[:gutter].rstrip(b" "):
                yield line, left
            right.append((line, text[gutter + 1 :]))
            if len(right) > MOST_PAGE_LINES:
                raise ParseError(f"a page of more than {MOST_PAGE_LINES} lines", line=line)
        self._whole = None
