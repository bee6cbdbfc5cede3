"""ERM ASCII export: one fixed-width record for each contest, candidate and precinct."""

from dataclasses import dataclass
from itertools import islice

from election.listings import TotalsListing
from parsers.contract import INTERFACE_VERSION, Content
from parsers.unity.ascii_export.layout import LAYOUTS, begins_a_record, layout_of
from parsers.unity.ascii_export.reader import read
from parsers.unity.listing import ListingText
from parsers.unity.recognition import top_lines

_SHOWN = 3
"""Records that must be of one form; the last line of a head is cut."""


@dataclass(frozen=True, slots=True)
class AsciiExportParser:
    """Reads ASCII exports; satisfies `parsers.contract.Parser`."""

    interface_version: int = INTERFACE_VERSION
    name: str = "erm-ascii"
    version: str = "1"

    def recognises(self, head: bytes) -> bool:
        """Say whether the first lines are records of one known form: there is no title."""
        layouts = [layout_of(text) for text in _top(head)]
        return bool(layouts) and None not in layouts and len(set(layouts)) == 1

    def resembles(self, head: bytes) -> str:
        """Say what is wrong with the first lines where the first begins as a record does."""
        top = _top(head)
        if not top or not begins_a_record(top[0]):
            return ""
        widths = ", ".join(str(layout.width) for layout in LAYOUTS)
        for number, text in enumerate(top, start=1):
            if layout_of(text) is None:
                known = f"known are records of {widths}"
                return f"record {number} has {len(text)} characters or other fields; {known}"
        return "its records have different lengths"

    def parse(self, content: Content) -> TotalsListing:
        """Return the totals by precinct; raise ParseError naming the line."""
        return read(ListingText(content))


PARSER = AsciiExportParser()


def _top(head: bytes) -> list[bytes]:
    return [text.encode("latin-1") for text in islice(top_lines(head), _SHOWN)]
