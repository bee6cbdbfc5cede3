"""What a parser is."""

from typing import Protocol

from election.documents import Document

INTERFACE_VERSION = 1
"""Raised when `Parser` changes; the registry refuses any other."""

SNIFF_BYTES = 8192
"""How much of a capture `recognises` is shown."""


class Parser(Protocol):
    """Pure: the same bytes always give the same document, and only ParseError escapes."""

    @property
    def interface_version(self) -> int:
        """The `INTERFACE_VERSION` that the parser was written for."""
        ...

    @property
    def name(self) -> str:
        """Stable name, as the configuration and the returns use it."""
        ...

    @property
    def version(self) -> str:
        """Version of the parser, recorded beside everything that it read."""
        ...

    def recognises(self, head: bytes) -> bool:
        """Say cheaply, from the first `SNIFF_BYTES`, whether this looks like the format."""
        ...

    def parse(self, content: bytes) -> Document:
        """Read all of `content`; raise ParseError with a reason and a line or an offset."""
        ...
