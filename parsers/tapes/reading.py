"""From the bytes of a print line to the lines of one report, and the cursor that walks them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from parsers.errors import ParseError
from parsers.tapes.columns import DOUBLE_RULE, END_MARKER, WIDTH
from parsers.tapes.printer_codes import IMAGE, decode

MOST_LINES = 4_000
MOST_BYTES = 2 * MOST_LINES * (WIDTH + 2)
"""Half of it is room for line noise and feed."""

T = TypeVar("T")


class CutOff(Exception):
    """The lines ended where `expected` should have stood; never leaves the parsers."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Strip:
    """Lines from the head of the first report on, without trailing blanks and line ends."""

    lines: tuple[str, ...]
    """Only lines whose line end arrived; an end marker needs none."""
    rest: str
    """What follows the last line end: a line that was cut."""
    notes: tuple[str, ...]


def unroll(content: bytes) -> Strip:
    """Return the lines of `content`; raise ParseError without a head or beyond a size bound.

    What the printer obeys and does not print is removed, wherever it is; whatever precedes the
    head is dropped, as line noise. Both are told in the notes. LF alone ends a line like CR LF.
    """
    if len(content) > MOST_BYTES:
        raise ParseError(f"{len(content):,} bytes; a tape has at most {MOST_BYTES:,}", offset=0)
    printed = decode(content)
    texts = [line.text.rstrip(" \r") for line in printed.lines]
    head = next((at for at, text in enumerate(texts) if text.endswith(DOUBLE_RULE)), None)
    if head is None:
        raise ParseError(f"no head of a report: {WIDTH} times '=' on a line of its own", line=1)
    noise = "".join(texts[: head + 1]).removesuffix(DOUBLE_RULE).replace("\r", "")
    lines, rest = [DOUBLE_RULE, *texts[head + 1 :]], printed.rest.rstrip(" \r")
    if rest == END_MARKER:
        lines, rest = [*lines, rest], ""
    lines = [line for line in lines if not _is_picture(line)]
    if len(lines) > MOST_LINES:
        raise ParseError(f"more than {MOST_LINES:,} lines", line=MOST_LINES + 1)
    while not rest and lines and not lines[-1]:
        lines.pop()  # feed: no line of a report is empty
    ignored = len(noise.replace(IMAGE, ""))
    notes = (f"{ignored} bytes of line noise before the head ignored",) if ignored else ()
    return Strip(tuple(lines), rest, (*printed.notes(), *notes))


def standing_lines(head: bytes) -> list[str]:
    """Return all lines of `head` as `unroll` would see them, for a quick look."""
    printed = decode(head)
    texts = (*(line.text for line in printed.lines), printed.rest)
    return [text.rstrip(" \r") for text in texts]


def _is_picture(line: str) -> bool:
    """Say whether nothing but bit images stands on `line`."""
    return bool(line) and not line.strip(f"{IMAGE} ")


class LineCursor:
    """Walks the lines of a strip and keeps the contradictions found on the way."""

    def __init__(self, strip: Strip) -> None:
        self._strip = strip
        self.number = 0
        """Lines taken so far; the number of the line taken last, counted from the head."""
        self.damage: list[str] = []

    @property
    def lines_taken(self) -> tuple[str, ...]:
        """All lines up to the one taken last."""
        return self._strip.lines[: self.number]

    @property
    def lines_left(self) -> tuple[str, ...]:
        """All whole lines after the one taken last."""
        return self._strip.lines[self.number :]

    def peek(self, expected: str) -> str:
        """Return the next line and leave it there; raise CutOff when there is none."""
        left = self._strip.lines[self.number : self.number + 1]
        if not left or (left[0] == END_MARKER and expected != END_MARKER):
            raise CutOff(expected)
        return left[0]

    def take(self, expected: str) -> str:
        """Return the next line; raise CutOff, or ParseError when it has more than 40 columns."""
        line = self.peek(expected)
        if len(line) > WIDTH:
            raise ParseError(f"{len(line)} characters in {WIDTH} columns", line=self.number + 1)
        self.number += 1
        return line

    def read(self, expected: str, form: Callable[[str], T]) -> T:
        """Return what `form` reads in the next line; raise CutOff or ParseError."""
        line = self.take(expected)
        try:
            return form(line)
        except ValueError as error:
            raise self.misfit(expected, line, error) from error

    def expect(self, line: str) -> None:
        """Take exactly `line`; raise CutOff or ParseError."""
        found = self.take(line)
        if found != line:
            raise self.misfit(repr(line), found)

    def misfit(self, expected: str, found: str, error: ValueError | None = None) -> ParseError:
        """Return the error that says why the line taken last does not fit."""
        if found == DOUBLE_RULE:
            return ParseError(
                f"another report begins before {expected}; give each report as a file of its own",
                line=self.number,
            )
        why = f" ({error})" if error else ""
        return ParseError(f"expected {expected}, read {found!r}{why}", line=self.number)

    def contradict(self, what: str) -> None:
        """Keep `what` as damage of the line taken last."""
        self.damage.append(f"line {self.number}: {what}")
