"""What a report printer of the DPU-414 family is sent: text with control codes and escapes.

Codes and their parameters as in the published user's guide of that printer. The raw bytes stay in
the capture; here they become the lines that stand on the paper, and counts of all that is no text.
Nothing is guessed: where a code leaves more than one way to read a line, it stays in the line as
its picture (U+2400 ff), and the line fits no grammar.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

FLOW_CONTROL = b"\x11\x13"
"""XON and XOFF."""

LINE_FEED, CANCEL, ESCAPE = 0x0A, 0x18, 0x1B
SHIFT_OUT, SHIFT_IN, DC2, DC4 = 0x0E, 0x0F, 0x12, 0x14
BACKSPACE, TAB, DELETE = 0x08, 0x09, 0x7F

STYLES = {SHIFT_OUT: "SO", SHIFT_IN: "SI", DC2: "DC2", DC4: "DC4"}
"""Double width for one line, condensed, and the end of either."""

PICTURES = {BACKSPACE: "\u2408", TAB: "\u2409", DELETE: "\u2421"}
"""They move the print position, or take back what was printed: which text is left is not known."""

ESCAPE_PICTURE = "\u241b"
IMAGE = "\u25a6"
"""Stands where a bit image was."""

PARAMETERS = {ord("A"): 1, ord("C"): 1, ord("S"): 1}
"""Bytes after `ESC x`: line spacing, page length, super- and subscript."""

BIT_IMAGE = ord("K")
"""`ESC K n1 n2` and n1 + 256 * n2 bytes of dots."""

COLUMNS = 40
"""Normal characters in a line; twice as many condensed, half as many in double width."""

_SPECIAL = re.compile(rb"[\x08-\x0a\x0c\x0e\x0f\x11-\x14\x18\x1b\x7f]")


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One line of the paper, with its trailing blanks and CR."""

    text: str
    columns: int = COLUMNS
    """How many characters the paper had for it."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a print job says."""

    lines: tuple[PrintedLine, ...]
    """Only lines whose end arrived."""
    rest: str
    """What follows the last line end."""
    flow_control: int
    """XON and XOFF that stood between the characters."""
    styles: Mapping[str, int]
    """Codes and escapes that change how text looks, by name."""
    image_sizes: tuple[int, ...]
    """Bytes of dots in each bit image."""
    unknown: Mapping[str, int]
    """Escapes that are not in the published list, as `ESC 45`."""
    cancelled: int
    """Characters that a CAN took back before they were printed."""

    def notes(self) -> tuple[str, ...]:
        """Return, in plain words, what is no text."""
        return tuple(self._notes())

    def _notes(self) -> Iterator[str]:
        if self.flow_control:
            yield f"{self.flow_control} XON or XOFF removed"
        if self.styles:
            yield f"printer codes removed: {_listed(self.styles)}"
        if self.image_sizes:
            yield f"{len(self.image_sizes)} bit images of {sum(self.image_sizes)} bytes skipped"
        if self.unknown:
            yield f"unknown printer codes: {_listed(self.unknown)}"
        if self.cancelled:
            yield f"{self.cancelled} characters cancelled before they were printed"
        if overlong := sum(len(line.text.rstrip()) > line.columns for line in self.lines):
            yield f"{overlong} lines longer than the paper is wide"


def decode(raw: bytes) -> Decoded:
    """Return the text of `raw` and what else was in it; takes any bytes."""
    return _Decoder(raw).run()


class _Decoder:
    """Walks the bytes once; `_at` never goes back, so that hostile lengths cost nothing."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0
        self._line: list[str] = []
        self._condensed = False
        self._double = False
        self._lines: list[PrintedLine] = []
        self._flow_control = 0
        self._styles: Counter[str] = Counter()
        self._image_sizes: list[int] = []
        self._unknown: Counter[str] = Counter()
        self._cancelled = 0

    def run(self) -> Decoded:
        while special := _SPECIAL.search(self._raw, self._at):
            self._print(self._raw[self._at : special.start()])
            self._at = special.end()
            self._obey(self._raw[special.start()])
        self._print(self._raw[self._at :])
        return Decoded(
            lines=tuple(self._lines),
            rest="".join(self._line),
            flow_control=self._flow_control,
            styles=self._styles,
            image_sizes=tuple(self._image_sizes),
            unknown=self._unknown,
            cancelled=self._cancelled,
        )

    def _print(self, text: bytes) -> None:
        if text:
            self._line.append(text.decode("latin-1"))

    def _obey(self, code: int) -> None:
        if code in FLOW_CONTROL:
            self._flow_control += 1
        elif code in STYLES:
            self._change_style(code)
        elif code == ESCAPE:
            self._escape()
        elif code == CANCEL:
            self._cancelled += sum(map(len, self._line))
            self._line.clear()
        elif code in PICTURES:
            self._line.append(PICTURES[code])
        elif code == LINE_FEED or "".join(self._line).strip():
            self._end_line()
        else:  # a form feed alone: no line of the paper
            self._line.clear()

    def _change_style(self, code: int) -> None:
        self._styles[STYLES[code]] += 1
        if code in (SHIFT_IN, DC2):
            self._condensed = code == SHIFT_IN
        else:
            self._double = code == SHIFT_OUT

    def _end_line(self) -> None:
        columns = COLUMNS * (2 if self._condensed else 1) // (2 if self._double else 1)
        self._lines.append(PrintedLine("".join(self._line), columns))
        self._line.clear()
        self._double = False

    def _escape(self) -> None:
        kind = self._raw[self._at : self._at + 1]
        if kind and kind[0] in PARAMETERS:
            self._styles[f"ESC {kind.decode()}"] += 1
            self._at += 1 + PARAMETERS[kind[0]]
        elif kind and kind[0] == BIT_IMAGE:
            self._skip_image()
        else:  # how many parameters it has is not known: they stay in the line
            self._unknown[f"ESC {kind.hex().upper()}".rstrip()] += 1
            self._line.append(ESCAPE_PICTURE)

    def _skip_image(self) -> None:
        begin = self._at + 3
        announced = int.from_bytes(self._raw[self._at + 1 : begin], "little")
        came = self._raw[begin : begin + announced]
        self._image_sizes.append(len(came))
        self._line.append(IMAGE)
        self._at = begin + len(came)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
