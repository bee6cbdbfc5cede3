"""Personal Electronic Ballots of the iVotronic in the project profile `zt-peb-1`."""

from dataclasses import dataclass

from election.media import Peb
from parsers.contract import INTERFACE_VERSION, Content, Parser
from parsers.media.peb.layout import MAGIC, VERSION
from parsers.media.peb.reading import read_peb
from parsers.media.profile import BANNER

_BEGINNING = MAGIC + VERSION.to_bytes(2, "little")
_BANNER_AT = 0x80


@dataclass(frozen=True, slots=True)
class PebParser:
    """Reads a PEB as a whole, 2,162,688 bytes; implements `parsers.contract.Parser`."""

    name: str = "peb"
    version: str = "1"
    interface_version: int = INTERFACE_VERSION

    def recognises(self, head: bytes) -> bool:
        """Say whether `head` begins as a PEB of the layout version that is read."""
        return head.startswith(_BEGINNING)

    def resembles(self, head: bytes) -> str:
        """Say why `head` is no PEB that can be read, though it is close to one."""
        if head.startswith(MAGIC):
            version = int.from_bytes(head[len(MAGIC) : len(_BEGINNING)], "little")
            return f"its layout version is {version}, not {VERSION}"
        if head[_BANNER_AT : _BANNER_AT + len(BANNER)] == BANNER:
            return f"it begins with {head[: len(MAGIC)]!r}, not {MAGIC!r}: the PEB is damaged"
        return ""

    def parse(self, content: Content) -> Peb:
        """Read the whole PEB; raise ParseError with an offset."""
        return read_peb(content)


PARSER: Parser = PebParser()
