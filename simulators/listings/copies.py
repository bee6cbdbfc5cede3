"""What happens to a listing on its way: a browser, a word processor, a spreadsheet, a mail filter.

Each function takes the bytes of an untouched listing. What is lost in a copy was seen lost in
real ones; a copy says the same as its original.
"""

import re
from collections.abc import Callable
from enum import StrEnum

_PRINTER_CODE = re.compile(rb"\x1bE\r?|\x1b[&(][a-z](?:[0-9.]+[a-z])*[0-9.]+[A-Z]")
_PAGE_BREAK = re.compile(rb"\r?\n?\r?\f\r?")

_BROWSER = b"""<!DOCTYPE html>
<html><head><meta charset="windows-1252"><title>results</title>
<script type="text/javascript">if (1 < 2) { document.write("<p>"); }</script>
</head><body>
"""
"""What a browser puts before the text when a page is saved; scripts that the server added stay."""

_EN_DASH = "\u2013"

_TABS = b"\t" * 7
"""A spreadsheet with eight columns, the text in the first."""


class Copy(StrEnum):
    """A way that a listing goes before it reaches us."""

    WEB_PAGE = "web-page"
    UTF_8 = "utf-8"
    SPREADSHEET = "spreadsheet"
    NO_ESCAPES = "no-escapes"


def as_web_page(listing: bytes, *, scripts: bool = False) -> bytes:
    """Return the listing as Unity exports it, or with `scripts` as a browser saves that page.

    Unity writes `&` and `<` as they are; a browser writes entities, and puts the first line
    beside the tag.
    """
    text = _text(listing)
    if not scripts:
        return b"\n<HTML>\r\n<PRE>\r\n" + text + b"</HTML>\r\n</PRE>\r"
    for character, entity in ((b"&", b"&amp;"), (b"<", b"&lt;"), (b">", b"&gt;")):
        text = text.replace(character, entity)
    return _BROWSER + b"<pre>" + text + b"</pre>\n</body></html>\n"


def as_utf8(listing: bytes, *, double_spaced: bool = False, dashes: bool = False) -> bytes:
    """Return the listing as a word processor saves it as plain text.

    `double_spaced` puts a blank line after each line; `dashes` makes a dash of a hyphen between
    blanks, as automatic correction does.
    """
    text = _text(listing).decode("cp1252").replace("\r\n", "\n")
    if dashes:
        text = text.replace(" - ", f" {_EN_DASH} ")
    if double_spaced:
        text = text.replace("\n", "\n\n")
    return text.encode()


def through_spreadsheet(listing: bytes) -> bytes:
    """Return the listing as a spreadsheet saves it: LF, and TABs for its empty columns."""
    lines = _text(listing).replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
    return b"".join(line + _TABS + b"\n" for line in lines)


def without_escapes(listing: bytes) -> bytes:
    """Return the listing without the escape characters, as filters of control bytes leave it."""
    return listing.replace(b"\x1b", b"")


COPIES: dict[Copy, Callable[[bytes], bytes]] = {
    Copy.WEB_PAGE: as_web_page,
    Copy.UTF_8: as_utf8,
    Copy.SPREADSHEET: through_spreadsheet,
    Copy.NO_ESCAPES: without_escapes,
}


def _text(listing: bytes) -> bytes:
    """Return the listing without printer codes and page breaks, every line ended by CRLF."""
    plain = _PRINTER_CODE.sub(b"", listing)
    plain = _PAGE_BREAK.sub(b"\r\n", plain).replace(b"\r\n", b"\n").removeprefix(b"\n")
    return plain.rstrip(b"\n\r").replace(b"\n", b"\r\n") + b"\r\n"
