"""Memory cards of the Model 100 scanner in the project profile `zt-m100-card-1`."""

from election.media import M100Card
from parsers.contract import INTERFACE_VERSION, SNIFF_BYTES, Content, Parser
from parsers.media.m100_card.layout import HEADER_BYTES, MAGIC, VERSION
from parsers.media.m100_card.reading import read_card
from parsers.media.profile import BANNER

_BEGINNING = MAGIC + VERSION.to_bytes(2, "little")


class M100CardParser:
    """Reads a card as a whole: 524,288 or 2,097,152 bytes."""

    interface_version = INTERFACE_VERSION
    name = "m100-card"
    version = "1"

    def recognises(self, head: bytes) -> bool:
        """Say whether `head` begins as a card of the layout version that is read."""
        return head.startswith(_BEGINNING)

    def resembles(self, head: bytes) -> str:
        """Say why `head` is no card that can be read, though it is close to one."""
        if head.startswith(MAGIC):
            version = int.from_bytes(head[len(MAGIC) : len(_BEGINNING)], "little")
            return f"its layout version is {version}, not {VERSION}"
        if BANNER in head[:HEADER_BYTES] and head[:5] == MAGIC[:5]:
            return f"it begins with {head[: len(MAGIC)]!r}, not {MAGIC!r}: the card is damaged"
        if len(head) == SNIFF_BYTES and head.count(head[:1]) == SNIFF_BYTES:
            value = head[0]
            return f"all of its beginning is {value:02X}: a blank card, or its battery is flat"
        return ""

    def parse(self, content: Content) -> M100Card:
        """Read the whole card; raise ParseError with an offset."""
        return read_card(content)


PARSER: Parser = M100CardParser()
