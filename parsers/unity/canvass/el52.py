"""EL52 numbered key canvass: one column a choice, under a number that a key explains."""

import re
from dataclasses import dataclass

from election.listings import TotalsListing
from parsers.contract import INTERFACE_VERSION, Content
from parsers.unity.canvass.el52_top import (
    COLUMN_STEP,
    FIRST_COLUMN,
    MOST_COLUMNS,
    El52Tops,
    is_heading,
    is_key,
    is_ruler,
)
from parsers.unity.canvass.reader import CanvassReader, Form
from parsers.unity.listing import ListingText
from parsers.unity.recognition import top_lines

FORM = Form(
    report="EL52",
    title="NUMBERED KEY CANVASS",
    first_cell=FIRST_COLUMN,
    cell_width=COLUMN_STEP,
    most_columns=MOST_COLUMNS,
    rulers=2,
    is_ruler=is_ruler,
    tops=El52Tops,
    foot_rows=False,
)

_REPORT = re.compile(r"\bEL52\b|NUMBERED KEY CANVASS", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class El52Parser:
    """Reads numbered key canvasses; satisfies `parsers.contract.Parser`."""

    interface_version: int = INTERFACE_VERSION
    name: str = "el52"
    version: str = "1"

    def recognises(self, head: bytes) -> bool:
        """Say whether a heading, a key and its rulers stand in this order on the first page."""
        kinds = iter((is_heading, is_key, is_ruler, is_ruler))
        expected = next(kinds)
        for text in top_lines(head):
            if expected(text):
                following = next(kinds, None)
                if following is None:
                    return True
                expected = following
        return False

    def resembles(self, head: bytes) -> str:
        """Say what is missing where a key or the report's name is there."""
        top = top_lines(head)
        if any(map(is_heading, top)) or any(map(_REPORT.search, top)):
            if not any(map(is_key, top)):
                return "its first page has no key (01 = ...)"
            if not any(map(is_heading, top)):
                return "no VOTES or TOTAL  PERCENT stands above its key"
            return "the rulers and column numbers between key and rows are missing"
        return ""

    def parse(self, content: Content) -> TotalsListing:
        """Return all precincts with their contests; raise ParseError naming the line."""
        return CanvassReader(FORM, ListingText(content)).read()


PARSER = El52Parser()
