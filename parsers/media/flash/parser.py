"""A file `V<serial>.BIN`: the flash of one terminal in the project profile `zt-cf-1`."""

from dataclasses import dataclass

from election.media import TerminalFlash
from parsers.contract import INTERFACE_VERSION, Content, Parser
from parsers.media.flash.layout import IDENTITY, IDENTITY_MAGIC
from parsers.media.flash.reading import read_flash
from parsers.media.profile import BANNER


@dataclass(frozen=True, slots=True)
class FlashParser:
    """Implements `parsers.contract.Parser`.

    An image of the published layout alone has nothing to be recognised by: it is read when the
    parser is named, and on a whole card.
    """

    name: str = "flash"
    version: str = "1"
    interface_version: int = INTERFACE_VERSION

    def recognises(self, head: bytes) -> bool:
        """Say whether `head` begins with the magic of the identity block."""
        return head.startswith(IDENTITY_MAGIC)

    def resembles(self, head: bytes) -> str:
        """Say that the rest of an identity block is there without its magic."""
        return "its first bytes are not ZTIVOTF1" if BANNER in head[0xC8:IDENTITY] else ""

    def parse(self, content: Content) -> TerminalFlash:
        """Read one or three copies; raise ParseError with the offset."""
        return read_flash(content)


PARSER: Parser = FlashParser()
