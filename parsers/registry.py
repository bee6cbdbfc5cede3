"""Finds parsers by entry point, and the right one for a capture by its content."""

from collections.abc import Iterable

from parsers.contract import INTERFACE_VERSION, SNIFF_BYTES, Parser
from parsers.errors import ParseError
from runtime.plugins import load_plugin

GROUP = "zerotape.parsers"


def load_parsers(allowed: Iterable[str]) -> tuple[Parser, ...]:
    """Return the parsers named in `allowed`, in that order; raise UnknownPlugin."""
    return tuple(load_plugin(GROUP, name, INTERFACE_VERSION) for name in allowed)


def parser_for(content: bytes, parsers: Iterable[Parser]) -> Parser:
    """Return the first parser that recognises `content`; raise ParseError when none does."""
    head = content[:SNIFF_BYTES]
    tried: list[str] = []
    for parser in parsers:
        if parser.recognises(head):
            return parser
        tried.append(parser.name)
    raise ParseError(f"No allowed parser recognises this. Tried: {', '.join(tried)}.", offset=0)
