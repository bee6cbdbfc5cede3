"""EL111 name heading canvass: one column a choice, its name printed above it on diagonals."""

import re
from dataclasses import dataclass
from itertools import pairwise

from election.listings import TotalsListing
from parsers.contract import INTERFACE_VERSION, Content
from parsers.unity.canvass.el111_top import MOST_COLUMNS, El111Tops, is_ruler
from parsers.unity.canvass.reader import CanvassReader, Form
from parsers.unity.listing import ListingText
from parsers.unity.recognition import top_lines

FORM = Form(
    report="EL111",
    title="NAME HEADING CANVASS",
    first_cell=36,
    cell_width=8,
    most_columns=MOST_COLUMNS,
    rulers=1,
    is_ruler=is_ruler,
    tops=El111Tops,
    foot_rows=True,
)

_ROW = re.compile(r"\d{4} .{31}[ \d.]{0,96}")


@dataclass(frozen=True, slots=True)
class El111Parser:
    """Reads name heading canvasses; satisfies `parsers.contract.Parser`."""

    interface_version: int = INTERFACE_VERSION
    name: str = "el111"
    version: str = "1"

    def recognises(self, head: bytes) -> bool:
        """Say whether a ruler of columns 8 apart stands above the row of a precinct."""
        top = top_lines(head)
        return any(
            is_ruler(text) and _ROW.fullmatch(below) is not None for text, below in pairwise(top)
        )

    def resembles(self, head: bytes) -> str:
        """Say what is missing where the report's title or a ruler is there."""
        top = top_lines(head)
        if any(is_ruler(text) for text in top):
            return "no row of a precinct follows the first ruler of columns"
        if any(FORM.title in text.upper() for text in top):
            return "its first page has no ruler of columns (-----) at column 40"
        return ""

    def parse(self, content: Content) -> TotalsListing:
        """Return all precincts with their contests; raise ParseError naming the line."""
        return CanvassReader(FORM, ListingText(content)).read()


PARSER = El111Parser()
