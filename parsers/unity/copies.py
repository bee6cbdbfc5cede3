"""What a copy did to a listing on its way: a browser, a word processor, a spreadsheet.

Untouched listings are bytes of code page 1252. Here such bytes are made of copies again, block
by block, so that no parser ever sees markup or another encoding.
"""

import re
import unicodedata
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from parsers.errors import ParseError

HTML_NOTE = "Saved as a web page: markup was removed."
UTF8_NOTE = "Saved again as UTF-8: the text was brought back to code page 1252, dashes to hyphens."
TABS_NOTE = "TABs at line ends: the file passed through a spreadsheet."

_PRE = re.compile(rb"<pre(?:\s[^<>]{0,500})?>", re.IGNORECASE)
_PRE_END = re.compile(rb"</pre\s*>", re.IGNORECASE)
_PRE_TAG = re.compile(rb"</?pre(?:\s[^<>\r\n]{0,500})?>", re.IGNORECASE)
_END_TAG = re.compile(rb"</(?:pre|html|body)\s*>\s*", re.IGNORECASE)
_MARKUP = re.compile(
    rb"</?[A-Za-z][^<>\r\n]{0,500}>|<!--[^<>\r\n]{0,500}-->|<![A-Za-z][^<>\r\n]{0,500}>"
)
_ENTITY = re.compile(rb"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TAB_AT_END = re.compile(rb"\t\r?\n")

_SEARCHED = 65_536
"""How far from the beginning, or before the end, of a file markup is searched."""

_NO_BREAK_SPACE = "\xa0"

_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"))


@dataclass(frozen=True, slots=True)
class Copy:
    """Where the text of a file lies, and what must be undone in it."""

    begin: int
    end: int
    repairs: tuple[Callable[[bytes], bytes], ...] = ()
    """Each turns whole lines into whole lines; raises UnicodeError."""
    notes: tuple[str, ...] = ()


def examine(head: bytes, tail: bytes, size: int, blocks: Iterable[bytes]) -> Copy:
    """Return what a file is, by its first and last bytes and by all of its `blocks`.

    `head` and `tail` may overlap. Raises ParseError for UTF-16, which no tool of ours reads.
    """
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise ParseError("text in UTF-16; save it as plain text or as UTF-8", offset=0)
    begin, end = (len(BOM_UTF8) if head.startswith(BOM_UTF8) else 0), size
    repairs: list[Callable[[bytes], bytes]] = []
    notes: list[str] = []
    if _is_utf8(blocks):
        repairs.append(_code_page)
        notes.append(UTF8_NOTE)
    if b"<" in head and (opened := _PRE.search(head)):
        # What stands above is left out only where it is markup: it could be another listing.
        begin = opened.end() if head[begin : opened.end()].lstrip().startswith(b"<") else begin
        end = size - len(tail) + _text_end(tail)
        repairs.append(_without_markup)
        notes.append(HTML_NOTE)
    else:
        end = size - len(tail) + _before_end_tags(tail)
    if b"\t" in head and _TAB_AT_END.search(head):
        notes.append(TABS_NOTE)
    return Copy(begin, max(begin, end), tuple(repairs), tuple(notes))


def _text_end(tail: bytes) -> int:
    """Return where the last `</pre>` stands, or the end where text of another file follows it."""
    ends = [closed.start() for closed in _PRE_END.finditer(tail)]
    return ends[-1] if ends and tail.rstrip().endswith(b">") else len(tail)


def _before_end_tags(tail: bytes) -> int:
    """Return where the end tags begin that nothing follows; tag by tag, as there can be many."""
    begin = len(tail)
    if b"<" not in tail:
        return begin  # as nearly always, at the price of a look instead of a pattern
    for tag in reversed(list(_END_TAG.finditer(tail))):
        if tag.end() != begin:
            break
        begin = tag.start()
    return begin


def _is_utf8(blocks: Iterable[bytes]) -> bool:
    """Say whether there are characters beyond ASCII, all of them in UTF-8."""
    decoder = getincrementaldecoder("utf-8")()
    beyond = False
    for block in blocks:
        if block.isascii() and not decoder.getstate()[0]:
            continue
        beyond = True
        try:
            decoder.decode(block)
        except UnicodeDecodeError:
            return False
    return beyond


def _code_page(text: bytes) -> bytes:
    # A last character that is cut has no line end behind it: the listing says so of itself.
    plain = getincrementaldecoder("utf-8")().decode(text)
    return unicodedata.normalize("NFC", plain).translate(_DASHES).encode("cp1252")


def _without_markup(text: bytes) -> bytes:
    if b"<" in text:
        # Where one page was appended to another, the last line of one has no line end.
        text = _MARKUP.sub(b"", _PRE_TAG.sub(b"\f", text))
    return _ENTITY.sub(_character, text) if b"&" in text else text


def _character(entity: re.Match[bytes]) -> bytes:
    from html import unescape  # noqa: PLC0415  # its table of names; few copies come from browsers

    name = entity.group().decode("ascii")
    character = unescape(name)
    if character in {"", name} or not character.replace(_NO_BREAK_SPACE, " ").isprintable():
        return entity.group()  # no control character, above all no line end, comes out of an entity
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError as error:
        before = entity.string[: entity.start()].decode("latin-1")
        at = len(before) + error.start
        raise UnicodeEncodeError(
            error.encoding, before + character, at, at + 1, error.reason
        ) from error
