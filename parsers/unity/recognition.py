"""The first lines of a file, for deciding which report it is."""

from itertools import islice

from parsers.errors import ParseError
from parsers.unity.listing import TRAILING, ListingText

TOP_LINES = 60
"""A page has 59 or 67 lines: what a report is shows on its first page."""


def top_lines(head: bytes) -> tuple[str, ...]:
    """Return the first lines of `head` that are not blank; none where it is no text at all.

    Unlike a parser it takes any byte: bytes that no listing has must not hide what it resembles.
    """
    try:
        lines = ListingText(head).numbered_lines()
        texts = (line.rstrip(TRAILING).decode("latin-1") for _, line in lines)
        return tuple(islice((text for text in texts if text), TOP_LINES))
    except ParseError:
        return ()
