"""Finds parsers by name, and the right one for a capture by its content.

Ours are in `built_in`; a package of somebody else adds parsers by entry points of GROUP. A name of
ours always means ours.
"""

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import cast

from parsers.built_in import BEGINNINGS, BUILT_IN
from parsers.contract import INTERFACE_VERSION, SNIFF_BYTES, Content, Parser
from parsers.errors import ParseError
from runtime.plugins import installed_names, load_plugin

GROUP = "zerotape.parsers"


def known_parsers() -> tuple[str, ...]:
    """Return the names of all parsers, ours first."""
    return (*BUILT_IN, *sorted(installed_names(GROUP) - BUILT_IN.keys()))


def load_parser(name: str) -> Parser:
    """Return the parser called `name`; raise UnknownPlugin."""
    if name not in BUILT_IN:
        return cast("Parser", load_plugin(GROUP, name, INTERFACE_VERSION, BUILT_IN))
    module, _, attribute = BUILT_IN[name].partition(":")
    return cast("Parser", getattr(import_module(module), attribute))


def load_parsers(allowed: Iterable[str]) -> tuple[Parser, ...]:
    """Return the parsers named in `allowed`, in that order; raise UnknownPlugin."""
    return tuple(map(load_parser, allowed))


def likely_order(content: Content) -> Iterator[str]:
    """Yield the names of all parsers, those first that `content` names near its top."""
    head = content[:SNIFF_BYTES]
    printed = head.upper()
    named = {name for name in BUILT_IN if name.upper().encode() in printed}
    named |= {name for name, beginning in BEGINNINGS.items() if head.startswith(beginning)}
    yield from sorted(BUILT_IN, key=lambda name: name not in named)
    yield from known_parsers()[len(BUILT_IN) :]


def parser_for(content: Content, parsers: Iterable[Parser]) -> Parser:
    """Return the first parser that recognises `content`; later ones are not asked for.

    Raises ParseError when none does, saying which formats it resembles and why it is none.
    """
    head = content[:SNIFF_BYTES]
    tried: list[Parser] = []
    for parser in parsers:
        if parser.recognises(head):
            return parser
        tried.append(parser)
    close = [
        f"It resembles {parser.name}, but {why.removesuffix('.')}."
        for parser in tried
        if (why := parser.resembles(head))
    ]
    names = ", ".join(parser.name for parser in tried)
    raise ParseError(
        " ".join(["No allowed parser recognises this.", *close, f"Tried: {names}."]), offset=0
    )
