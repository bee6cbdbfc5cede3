"""The lines of a report that are not blank, and how a page cuts them into columns."""

from collections.abc import Iterable, Iterator

from election.listings import ListingCheck
from parsers.errors import ParseError
from parsers.unity.findings import Findings
from parsers.unity.listing import TRAILING, decoded

MOST_PAGE_LINES = 1_000
"""Lines of the right column of a page, which wait until the left one is read; a page has 67."""

NumberedText = tuple[int, bytes]
"""Number of a line of the file, and its text without what is at its end."""


class Texts:
    """The lines of a report but the blank ones."""

    def __init__(self, lines: Iterable[tuple[int, bytes]], findings: Findings) -> None:
        self._findings = findings
        self.lines = self._not_blank(lines)
        """Each once, whoever reads it."""
        self.last: NumberedText = (0, b"")
        """The line that was read last."""
        self.at_end = False
        """Whether somebody asked for more lines than there are."""

    def _not_blank(self, lines: Iterable[tuple[int, bytes]]) -> Iterator[NumberedText]:
        for line, raw in lines:
            text = raw.rstrip(TRAILING)
            if not text:
                continue
            if b"\t" in text:
                text = self._first_cell(text, line)
            self.last = numbered = line, text
            yield numbered
        self.at_end = True

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

    def left(self, texts: Texts) -> Iterator[NumberedText]:
        """Return the lines of the left column, up to one that has text in the margin or gutter."""
        if self.gutter:
            return self._divided(texts)
        return self._inside(texts) if self.margin else texts.lines

    def take_right(self) -> list[NumberedText]:
        """Return the lines of the right column, each once."""
        right, self._right = self._right, []
        return right

    def of_last(self, text: bytes) -> bytes:
        """Return what stands in the rightmost column of a line."""
        text = text[self.margin :]
        return text[self.gutter + 1 :] if self.gutter and len(text) > self.gutter else text

    def _inside(self, texts: Texts) -> Iterator[NumberedText]:
        margin, blank = self.margin, b" " * self.margin
        for line, text in texts.lines:
            if not text.startswith(blank):
                return
            yield line, text[margin:]

    def _divided(self, texts: Texts) -> Iterator[NumberedText]:
        gutter, right = self.gutter, self._right
        for line, text in self._inside(texts) if self.margin else texts.lines:
            if len(text) <= gutter:
                yield line, text
                continue
            if text[gutter : gutter + 1] != b" ":
                return
            if left := text[:gutter].rstrip(b" "):
                yield line, left
            right.append((line, text[gutter + 1 :]))
            if len(right) > MOST_PAGE_LINES:
                raise ParseError(f"a page of more than {MOST_PAGE_LINES} lines", line=line)
