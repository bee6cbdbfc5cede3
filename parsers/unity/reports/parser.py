"""EL30, EL30A, EL45 and EL45A: totals of precincts or of the jurisdiction, laid out in pages.

The four are one format with two switches: by precinct or not, with counting groups or without.
Which one a listing is shows in its column heading and in what stands above it, for titles are
free text, and some copies have lost theirs.
"""

from dataclasses import dataclass

from election.listings import TotalsListing
from parsers.contract import INTERFACE_VERSION, Content
from parsers.unity.listing import ListingText
from parsers.unity.recognition import top_lines
from parsers.unity.reports import kinds
from parsers.unity.reports.kinds import Kind
from parsers.unity.reports.reader import Reader
from parsers.unity.reports.recognition import kind_of, missing


@dataclass(frozen=True, slots=True)
class ReportParser:
    """Reads one of the four reports; satisfies `parsers.contract.Parser`."""

    kind: Kind
    version: str = "1"
    interface_version: int = INTERFACE_VERSION

    @property
    def name(self) -> str:
        """Stable name, as the configuration and the returns use it."""
        return self.kind.name

    def recognises(self, head: bytes) -> bool:
        """Say whether the first page is one of this report."""
        return kind_of(top_lines(head)) is self.kind

    def resembles(self, head: bytes) -> str:
        """Say what a page of this report has and `head` lacks, if `head` has its title."""
        return missing(top_lines(head), self.kind)

    def parse(self, content: Content) -> TotalsListing:
        """Return all totals, each page checked against itself; raise ParseError naming the line."""
        text = ListingText(content)
        reader = Reader(self.kind, text.cut_line)
        reader.read(text.pieces())
        return reader.end(text.notes)


EL30 = ReportParser(kinds.EL30)
EL30A = ReportParser(kinds.EL30A)
EL45 = ReportParser(kinds.EL45)
EL45A = ReportParser(kinds.EL45A)
