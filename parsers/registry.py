"""Finds parsers by entry point and the right one for a capture by content."""

from collections.abc import Iterable
from importlib.metadata import entry_points

from election.errors import ZerotapeError
from parsers.contract import INTERFACE_VERSION, SNIFF_BYTES, Parser
from parsers.errors import ParseError

GROUP = "zerotape.parsers"


class UnknownParser(ZerotapeError):
    """The configuration names a parser that is not installed or too old or too new."""


def load_parsers(allowed: Iterable[str]) -> tuple[Parser, ...]:
    """Return the parsers named in `allowed`, in that order; raise UnknownParser."""
    installed = {entry.name: entry for entry in entry_points(group=GROUP)}
    parsers: list[Parser] = []
    for name in allowed:
        if name not in installed:
            known = ", ".join(sorted(installed)) or "none"
            raise UnknownParser(f"Parser '{name}' is not installed. Installed: {known}.")
        parser: Parser = installed[name].load()
        if parser.interface_version != INTERFACE_VERSION:
            raise UnknownParser(
                f"Parser '{name}' speaks interface {parser.interface_version}, this version of "
                f"Zerotape speaks {INTERFACE_VERSION}. Install the matching package."
            )
        parsers.append(parser)
    return tuple(parsers)


def parser_for(content: bytes, parsers: Iterable[Parser]) -> Parser:
    """Return the first parser that recognises `content`; raise ParseError when none does."""
    head = content[:SNIFF_BYTES]
    tried: list[str] = []
    for parser in parsers:
        if parser.recognises(head):
            return parser
        tried.append(parser.name)
    raise ParseError(f"No allowed parser recognises this. Tried: {', '.join(tried)}.", offset=0)
