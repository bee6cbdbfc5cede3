"""What browsers, word processors and spreadsheets did to a listing is undone, and noted."""

from contextlib import suppress
from time import process_time

import pytest

from parsers.errors import ParseError
from parsers.unity.copies import HTML_NOTE, TABS_NOTE, UTF8_NOTE
from parsers.unity.listing import ListingText

LINES = ["ADA  ALVAREZ (REP).  .  .     1,234", "", "  BÉLA <O'NEIL> & SONS\xa0   7"]
PLAIN = "\n".join([*LINES, ""])


def read(content: bytes) -> list[str]:
    return [text for _, text in ListingText(content).text_lines()]


def notes(content: bytes) -> tuple[str, ...]:
    return ListingText(content).notes


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def test_an_untouched_listing_has_no_note() -> None:
    content = PLAIN.encode("cp1252")
    assert (read(content), notes(content)) == (LINES, ())


@pytest.mark.parametrize(
    "page",
    [
        "<HTML><PRE>\n{}</PRE></HTML>",
        "<html><head><title>A</title></head><body><pre>\n{}</pre>\n</body></html>\n",
        "<html><script>if (a < b) {{ x(); }}</script><PRE style='font: 8pt'>\n{}</HTML></PRE>",
        "<pre>\n{}",
    ],
)
def test_the_text_of_a_web_page_is_what_stands_between_its_pre_tags(page: str) -> None:
    content = page.format(escaped(PLAIN)).encode("cp1252")
    assert read(content) == ["", *LINES]
    assert notes(content) == (HTML_NOTE,)


def test_a_web_page_keeps_the_line_numbers_of_its_file() -> None:
    content = b"<html>\n<body>\n<pre>first\nsecond\n</pre>"
    assert [*ListingText(content).numbered_lines()] == [(3, b"first"), (4, b"second")]


@pytest.mark.parametrize(
    "files",
    [
        b"above\n<HTML><PRE>\nbelow\n</PRE></HTML>\n",
        b"\x1bE\x1b&l2A\r\nabove\r\n<HTML><PRE>\r\nbelow\r\n</PRE></HTML>\r\n",
        b"<HTML><PRE>\nabove\n</PRE></HTML>\nbelow\n",
        b"<HTML><PRE>\nabove</PRE></HTML><HTML><PRE>below\n</PRE></HTML>\n",
        b"above\n<PRE>below\n",
    ],
)
def test_a_listing_before_or_after_a_web_page_is_not_lost(files: bytes) -> None:
    assert [text for text in read(files) if text] == ["above", "below"]
    assert notes(files) == (HTML_NOTE,)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("a<b>bold</b>c", "aboldc"),
        ("a<!-- comment -->c", "ac"),
        ("a<br/>c", "ac"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("AT&T, &amp;lt; &unknown; &", "AT&T, &lt; &unknown; &"),
        ("&#65;&#x42;&nbsp;7", "AB\xa07"),
        ("a&#10;b&#12;c&#13;d&#27;e&#1;f", "a&#10;b&#12;c&#13;d&#27;e&#1;f"),
        ("<!-- a comment that never ends", "<!-- a comment that never ends"),
    ],
)
def test_markup_and_entities_are_undone_once(written: str, read_as: str) -> None:
    assert read(f"<pre>\n{written}\n</pre>".encode("cp1252")) == ["", read_as]


def test_an_entity_of_a_character_that_no_listing_has_is_refused_with_its_line() -> None:
    with pytest.raises(ParseError) as refusal:
        read(b"<pre>\nfirst\nsecond &#9731;\n</pre>")
    assert (refusal.value.line, "U+2603" in refusal.value.reason) == (3, True)


def test_end_tags_that_a_copy_kept_without_their_beginning_are_no_text() -> None:
    assert read(b"first\nsecond\n</PRE></HTML>\r\n") == ["first", "second"]
    assert read(b"first\n</pre> second\n") == ["first", "</pre> second"]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_utf8_is_brought_back_to_the_code_page(mark: bytes) -> None:
    content = mark + PLAIN.encode()
    assert (read(content), notes(content)) == (LINES, (UTF8_NOTE,))


def test_a_mark_before_plain_text_is_no_text() -> None:
    assert read(b"\xef\xbb\xbffirst\n") == ["first"]


def test_typographic_dashes_and_composed_letters_become_those_of_the_code_page() -> None:
    assert read("a \u2013 b \u2014 c \u2212 d e\u0301\n".encode()) == ["a - b - c - d é"]


def test_a_character_across_two_blocks_is_one() -> None:
    for shift in range(4):
        lines = ["x" * shift, *["é" * 500] * 200]
        assert read("\n".join([*lines, ""]).encode()) == lines


def test_one_byte_that_is_not_utf8_leaves_all_bytes_as_they_are() -> None:
    content = "É é\n".encode() + b"B\xe9la\n"
    assert (read(content), notes(content)) == (["Ã‰ Ã©", "Béla"], ())


def test_a_character_that_no_listing_has_is_refused_with_its_line() -> None:
    with pytest.raises(ParseError) as refusal:
        read("first\nsecond ☃\n".encode())
    assert (refusal.value.line, "U+2603" in refusal.value.reason) == (2, True)


def test_a_last_character_that_is_cut_leaves_a_last_line_that_is_cut() -> None:
    text = ListingText("É\nB".encode() + "é".encode()[:1])
    assert text.cut_line == 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_refused_by_name(encoding: str) -> None:
    marks = {"utf-16": "", "utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}
    with pytest.raises(ParseError, match="UTF-16"):
        ListingText((marks[encoding] + PLAIN).encode(encoding))


def test_tabs_at_line_ends_are_noted_and_no_text() -> None:
    content = b"first\t\t\t\r\nsecond\t\t\t\r\n"
    assert (read(content), notes(content)) == (["first", "second"], (TABS_NOTE,))


def test_a_copy_that_went_several_ways_has_all_notes() -> None:
    content = ("<pre>\n" + escaped(PLAIN).replace("\n", "\t\n") + "</pre>").encode()
    assert read(content) == ["", *LINES]
    assert notes(content) == (UTF8_NOTE, HTML_NOTE, TABS_NOTE)


@pytest.mark.parametrize(
    "bait",
    [
        b"a\n" + b"</pre>" * 9_000 + b"x",
        b"a\n" + b"</pre\n>" * 8_000 + b"x",
        b"a\n" + b"</pre> \n " * 6_500 + b"x",
        b"<pre>\n" + (b"<!--" * 900 + b"\n") * 20,
        b"<pre>\n" + (b"<a" * 1_900 + b"\n") * 20,
        b"<pre>\n" + (b"&amp" * 900 + b"\n") * 20,
        b"<pre " * 12_000,
        b"E&l" + b"1a" * 30_000,
        b"a" + b"\n" * 60_000 + b"\x1b",
    ],
    ids=["end tags", "broken end tags", "spaced end tags", "comments", "tags", "entities", "pre",
         "preamble", "reset"],
)  # fmt: skip
def test_no_markup_makes_a_listing_slow_to_read(bait: bytes) -> None:
    begin = process_time()
    with suppress(ParseError):
        read(bait)
    assert process_time() - begin < 1.0  # the quadratic pattern that stood here took 20 seconds
