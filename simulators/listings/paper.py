"""Turns pages of text into the bytes that Unity writes: printer codes, line ends, page breaks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

PREAMBLE = b"\x1bE\x1b&l2a0o7c067F\x1b(s0p16.66h3b6T\x1b&a00L"
RESET = b"\x1bE\r"


@dataclass(frozen=True, slots=True)
class Paper:
    """How pages become bytes; the default is an untouched 132-column listing."""

    preamble: bytes = PREAMBLE
    reset: bytes = RESET
    line_end: bytes = b"\r\n"
    blank_line_end: bytes = b"\r\n"
    """Some real listings end their blank lines with a bare LF."""
    page_break: bytes = b"\r\f"
    """What replaces the line end before the next page; EL152 and EL155 print an ordinary one."""
    trailing: bytes = b""
    """Blanks or TABs that a copy has at its line ends."""


def printed(pages: Iterable[Sequence[str]], paper: Paper) -> bytes:
    """Return the bytes of `pages`; raise UnicodeEncodeError outside code page 1252."""
    out: list[bytes] = [paper.preamble + paper.line_end] if paper.preamble else []
    for number, page in enumerate(pages):
        if number and paper.page_break:
            out[-1] = out[-1].removesuffix(paper.line_end) + paper.page_break
        for line in page:
            text = line.encode("cp1252")
            out.append(text + paper.trailing + paper.line_end if text else paper.blank_line_end)
    return b"".join(out) + paper.reset
