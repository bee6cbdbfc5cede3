"""What a parser is."""

from typing import Protocol

from election.documents import Document

INTERFACE_VERSION = 2
"""Raised when `Parser` changes; the registry refuses any other."""

SNIFF_BYTES = 65_536
"""How much of a capture `recognises` and `resembles` are shown; a page that a browser saved can
have that much script before its text."""


class Content(Protocol):
    """Bytes of a capture, in memory or in a file: all that a parser needs is slices of them."""

    def __len__(self) -> int:
        """Return the number of bytes."""
        ...

    def __getitem__(self, where: slice, /) -> bytes:
        """Return a slice without a step."""
        ...


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

    def resembles(self, head: bytes) -> str:
        """Say why `head`, though it looks like the format, is not recognised; empty: it does not.

        Asked only where no parser recognises `head`; completes "It resembles NAME, but ...".
        """
        ...

    def parse(self, content: Content) -> Document:
        """Read all of `content`; raise ParseError with a reason and a line or an offset."""
        ...
