"""The lines of a PDF, numbered so that a person finds them: page * 1000 + line on that page."""

from collections.abc import Iterable, Iterator

from parsers.errors import ParseError
from parsers.unity.listing import ListingText

A_PAGE = 1_000
"""What a page adds to a line number; no page has that many lines."""


def place(line: int) -> str:
    """Return where `line` is in words for a person with the PDF on the screen."""
    return f"page {line // A_PAGE}, line {line % A_PAGE}"


def numbered_lines(pages: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield number and text of each line, trailing blanks kept; raise ParseError.

    Printer codes that were printed as text are gone, as from any other listing.
    """
    for page, text in enumerate(pages, start=1):
        first = page * A_PAGE
        try:
            content = text.encode("cp1252")
        except UnicodeEncodeError as error:
            number = first + text.count("\n", 0, error.start) + 1
            reason = f"character U+{ord(text[error.start]):04X} is in no listing"
            raise ParseError(reason, line=number) from error
        if text.count("\n") >= A_PAGE - 1:
            raise ParseError(f"more than {A_PAGE - 1} lines on a page", line=first)
        try:
            for number, line in ListingText(content).numbered_lines():
                yield first + number, line.decode("cp1252")
        except ParseError as error:
            raise ParseError(error.reason, line=first + (error.line or 0)) from error
