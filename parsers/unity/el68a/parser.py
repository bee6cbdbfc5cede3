"""EL68A system log: what the operators of the tabulation software did, replayed."""

import re
from dataclasses import dataclass

from election.listings import SystemLog
from parsers.contract import INTERFACE_VERSION, Content
from parsers.unity.el68a.entries import HEADING, read_dated
from parsers.unity.el68a.reader import TITLE, Reader
from parsers.unity.listing import ListingText
from parsers.unity.log_near_misses import why_no_log
from parsers.unity.recognition import top_lines

_KNOWN = re.compile(
    r"PRC \d{4} |\d{4}-|DATABASE |START |STOP |ENTERED |EXITED |PEB votes |SPP file "
    r"|.{1,40} GROUP \d{1,2} SELECTED |.{1,60} WAS PRINTED TO "
)
"""Actions that tell an entry of this log from any other dated line."""


@dataclass(frozen=True, slots=True)
class El68aParser:
    """Reads system logs; satisfies `parsers.contract.Parser`."""

    interface_version: int = INTERFACE_VERSION
    name: str = "el68a"
    version: str = "1"

    def recognises(self, head: bytes) -> bool:
        """Say whether title and column heading are on the first page, or an entry comes first."""
        top = top_lines(head)
        if not top:
            return False
        titled = TITLE.match(top[0]) is not None
        return (titled and any(map(HEADING.fullmatch, top))) or _is_known_entry(top[0])

    def resembles(self, head: bytes) -> str:
        """Say what is missing around the title, the column heading or entries of the log."""
        if self.recognises(head):
            return ""
        headings = "USER DATE TIME SYSTEM ACTION OR ERROR INFORMATION"
        return why_no_log(top_lines(head), TITLE, HEADING, _is_known_entry, headings)

    def parse(self, content: Content) -> SystemLog:
        """Return all entries; raise ParseError naming the line."""
        text = ListingText(content)
        reader = Reader(text.cut_line)
        line = 1
        for line, each in text.text_lines():
            if each:
                reader.read(each, line)
        return reader.log(line, text.notes)


PARSER = El68aParser()


def _is_known_entry(text: str) -> bool:
    entry = read_dated(text)
    return entry is not None and _KNOWN.match(entry.text) is not None
