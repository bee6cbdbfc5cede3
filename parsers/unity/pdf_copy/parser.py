"""EL30A precinct reports that somebody saved as a PDF, such as with a word processor.

For people at a keyboard: the daemon of a count center does not read PDFs unless its configuration
says so.
"""

from dataclasses import dataclass

from election.listings import TotalsListing
from parsers.contract import INTERFACE_VERSION, Content
from parsers.errors import ParseError
from parsers.unity.pdf_copy.agreement import agreed
from parsers.unity.pdf_copy.isolation import MOST_BYTES, PageText, page_texts
from parsers.unity.pdf_copy.lines import A_PAGE
from parsers.unity.pdf_copy.reader import read_pages

MAGIC = b"%PDF-"

_TITLES = ("REPORT-EL30A", "REPORT EL30A", "PREC REPORT-GROUP DETAIL")
"""One of them stands on the first page, in capitals and with single blanks."""


@dataclass(frozen=True, slots=True)
class PdfCopyParser:
    """Reads EL30A out of PDFs; satisfies `parsers.contract.Parser`."""

    interface_version: int = INTERFACE_VERSION
    name: str = "el30a-pdf"
    version: str = "1"

    def recognises(self, head: bytes) -> bool:
        """Say whether it is a PDF; whether it holds an EL30A is found out by reading it."""
        return head.startswith(MAGIC)

    def resembles(self, head: bytes) -> str:
        """Say that a PDF has something before it, where that is so."""
        if MAGIC in head[:1_024] and not head.startswith(MAGIC):
            return "there is something before its %PDF-; save the PDF again."
        return ""

    def parse(self, content: Content) -> TotalsListing:
        """Return all precincts; raise ParseError. Its lines are page * 1000 + line."""
        texts = page_texts(content[: MOST_BYTES + 1])
        pages = [_text(page, number) for number, page in enumerate(texts, start=1)]
        _refuse_other(pages)
        return read_pages(pages)


PARSER = PdfCopyParser()


def _text(page: PageText, number: int) -> str:
    try:
        return agreed(page.plain, page.layout)
    except ValueError as error:
        raise ParseError(f"page {number} of this PDF: {error}", line=number * A_PAGE) from error


def _refuse_other(pages: list[str]) -> None:
    lines = pages[0].splitlines() if pages else []
    first = next((line.strip() for line in lines if line.strip()), "")
    if not first:
        raise ParseError("this PDF has no text on its first page; a scan cannot be read", offset=0)
    words = " ".join(pages[0].upper().split())
    if not any(title in words for title in _TITLES):
        raise ParseError(f"this PDF is no EL30A; it begins with {first[:60]!r}", offset=0)
