"""Finds parsers by entry point, and the right one for a capture by its content."""

from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points

from parsers.contract import INTERFACE_VERSION, SNIFF_BYTES, Content, Parser
from parsers.errors import ParseError
from runtime.plugins import load_plugins

GROUP = "zerotape.parsers"


def known_parsers() -> tuple[str, ...]:
    """Return the names of all parsers that are installed."""
    return tuple(sorted(entry_points(group=GROUP).names))


def load_parsers(allowed: Iterable[str]) -> tuple[Parser, ...]:
    """Return the parsers named in `allowed`, in that order; raise UnknownPlugin."""
    return tuple(parsers_one_by_one(allowed))


def parsers_one_by_one(allowed: Iterable[str]) -> Iterator[Parser]:
    """Yield what `load_parsers` returns, each loaded when asked for; raise UnknownPlugin."""
    return load_plugins(GROUP, allowed, INTERFACE_VERSION)


def parser_for(content: Content, parsers: Iterable[Parser]) -> Parser:
    """Return the first parser that recognises `content`.

    Raises ParseError when none does, saying which formats it resembles and why it is none.
    """
    head = content[:SNIFF_BYTES]
    tried: list[Parser] = []
    for parser in parsers:
        if parser.recognises(head):
            return parser
        tried.append(parser)
    close = [
        f"It resembles {parser.name}, but {why}"
        for parser in tried
        if (why := parser.resembles(head))
    ]
    names = ", ".join(parser.name for parser in tried)
    raise ParseError(
        " ".join(["No allowed parser recognises this.", *close, f"Tried: {names}."]), offset=0
    )
