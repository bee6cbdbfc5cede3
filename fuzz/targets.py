"""What is fuzzed: every installed parser, and the text half of the one that reads PDFs."""

from dataclasses import dataclass

from election.documents import Document
from fuzz.seeds import PDF_PAGES
from parsers.contract import INTERFACE_VERSION, Content, Parser
from parsers.registry import known_parsers, load_parsers
from parsers.unity.pdf_copy.agreement import agreed
from parsers.unity.pdf_copy.reader import read_pages


@dataclass(frozen=True, slots=True)
class PdfPagesParser:
    """Reads the text of PDF pages without the PDF, which costs a process for each input."""

    interface_version: int = INTERFACE_VERSION
    name: str = PDF_PAGES
    version: str = "1"

    def recognises(self, head: bytes) -> bool:
        """Say nothing: no file is of this kind."""
        return not head

    def resembles(self, head: bytes) -> str:
        """Say nothing, as above."""
        return str(head[:0], "ascii")

    def parse(self, content: Content) -> Document:
        """Read pages separated by FF, as if both ways of reading had agreed on them."""
        pages = content[: len(content)].decode("latin-1").split("\f")
        return read_pages([agreed(page, page) for page in pages])


def target_names() -> tuple[str, ...]:
    """Return the names of all targets."""
    return (*known_parsers(), PDF_PAGES)


def load_target(name: str) -> Parser:
    """Return the parser of a target; raise UnknownPlugin."""
    return PdfPagesParser() if name == PDF_PAGES else load_parsers([name])[0]
