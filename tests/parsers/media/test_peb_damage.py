"""Damage to a PEB is told, whichever bit it hits, and no number of a damaged PEB is used."""

from collections.abc import Callable, Iterator
from struct import pack_into, unpack_from
from typing import cast
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.media import Peb
from parsers.errors import ParseError
from parsers.media.peb.layout import (
    COUNTER_REGION,
    DATA_BYTES,
    DEFINITION_REGION,
    HEADER_REGION,
    IMAGE_BYTES,
    PAGE_BYTES,
    TERMINAL_REGION,
    WRITE_IN_REGION,
)
from parsers.media.peb.pages import Stretch, page_damage
from parsers.media.peb.parser import PARSER
from simulators.media.peb import sealed_page
from simulators.media.peb_samples import closed

Sample = Callable[[str], bytes]

USED = (0, 1, 256, 272, 304)
"""Pages in use on the closed sample PEB; its definition has 501 bytes."""
STRETCHES = (
    Stretch(HEADER_REGION, DATA_BYTES),
    Stretch(DEFINITION_REGION, 501),
    Stretch(TERMINAL_REGION, 128),
    Stretch(COUNTER_REGION, 124),
    Stretch(WRITE_IN_REGION, 64, always=False),
)


def peb(image: bytes) -> Peb:
    document = PARSER.parse(image)
    assert isinstance(document, Peb)
    return document


def flipped(image: bytes, page: int, bits: range) -> Iterator[bytes]:
    """Yield `image` with one bit flipped; the same buffer, put right again after each."""
    changed = bytearray(image)
    for at in range(page * PAGE_BYTES, (page + 1) * PAGE_BYTES):
        for bit in bits:
            changed[at] ^= 1 << bit
            yield cast("bytes", changed)
            changed[at] ^= 1 << bit


@pytest.mark.parametrize("page", USED)
def test_every_bit_of_every_used_page_is_noticed(sample_image: Sample, page: int) -> None:
    image = sample_image("peb-closed")
    assert page_damage(image, STRETCHES, 6) == ()
    for changed in flipped(image, page, range(8)):
        (damage,) = page_damage(changed, STRETCHES, 6)
        assert damage == f"page {page}: wrong checksum"


@pytest.mark.parametrize("page", USED)
def test_the_parser_gives_no_number_of_a_peb_with_a_flipped_bit(
    sample_image: Sample, page: int
) -> None:
    for number, changed in enumerate(flipped(sample_image("peb-closed"), page, range(3, 4))):
        if number % 3:
            continue
        try:
            read = peb(bytes(changed))
        except ParseError:
            assert page == 0
        else:
            assert read.damage[0] == f"page {page}: wrong checksum"
            assert (read.terminals, read.contests, read.write_ins) == ((), (), ())


@pytest.mark.parametrize("page", [2, 255, 257, 273, 303, 305, 560, 2_000, 4_095])
def test_every_bit_of_an_erased_page_is_noticed(sample_image: Sample, page: int) -> None:
    for changed in flipped(sample_image("peb-closed"), page, range(7, 8)):
        assert page_damage(changed, STRETCHES, 6) == (f"page {page}: wrong checksum",)


def with_page(image: bytes, number: int, page: bytes) -> bytes:
    begin = number * PAGE_BYTES
    return image[:begin] + page + image[begin + PAGE_BYTES :]


def data(image: bytes, number: int) -> bytes:
    return image[number * PAGE_BYTES :][:DATA_BYTES]


def rewritten(image: bytes, number: int, kind: int, change: Callable[[bytearray], None]) -> bytes:
    """Return `image` with changed data of a page, and a right checksum."""
    raw = bytearray(data(image, number))
    change(raw)
    page = sealed_page(number, bytes(raw), kind=kind, generation=6, at=None)
    return with_page(image, number, page)


def in_header(image: bytes, at: int, form: str, *values: int) -> bytes:
    return rewritten(image, 0, 1, lambda raw: pack_into(f"<{form}", raw, at, *values))


@pytest.mark.parametrize(
    ("page", "name"), [(1, "definition"), (256, "terminals"), (272, "counters"), (304, "write-ins")]
)
def test_an_erased_page_that_should_be_there_is_told(
    sample_image: Sample, page: int, name: str
) -> None:
    read = peb(with_page(sample_image("peb-closed"), page, b"\xff" * PAGE_BYTES))
    assert read.damage == (f"page {page}: erased; the header has {name} there",)


def test_a_page_of_another_place_or_kind_or_left_over_is_told(sample_image: Sample) -> None:
    image = sample_image("peb-closed")
    counters = image[272 * PAGE_BYTES :][:PAGE_BYTES]
    for number, page, told in (
        (256, counters, "page 256: written as page 272"),
        (273, counters, "page 273: written as page 272"),
        (
            273,
            sealed_page(273, b"", kind=4, generation=6, at=None),
            "page 273: in use; the header has nothing there",
        ),
        (
            272,
            sealed_page(272, data(image, 272), kind=3, generation=6, at=None),
            "page 272: of kind 3; counters are 4",
        ),
    ):
        assert peb(with_page(image, number, page)).damage == (told,)


def test_a_page_newer_than_the_header_is_a_torn_write(sample_image: Sample) -> None:
    image = sample_image("peb-closed")
    newer = sealed_page(272, data(image, 272), kind=4, generation=7, at=None)
    (damage,) = peb(with_page(image, 272, newer)).damage
    assert damage == "page 272: of generation 7, the header of 6: a torn write"


def test_many_damaged_pages_are_counted_not_listed(sample_image: Sample) -> None:
    image = sample_image("peb-closed")[: 304 * PAGE_BYTES]
    read = peb(image + bytes(IMAGE_BYTES - len(image)))
    assert len(read.damage) == 17
    assert read.damage[-1] == f"{4096 - 304 - 16:,} more pages are damaged"


@pytest.mark.parametrize(("page", "name"), [(1, "definition"), (272, "counters")])
def test_sound_pages_that_do_not_belong_to_the_header_give_no_number(
    sample_image: Sample, page: int, name: str
) -> None:
    def change(raw: bytearray) -> None:
        raw[0] ^= 0x20

    kind = {1: 2, 272: 4}[page]
    read = peb(rewritten(sample_image("peb-closed"), page, kind, change))
    assert read.damage[0].startswith(f"CRC of the {name} ")
    assert (read.contests, read.terminals) == ((), ())


def forged(image: bytes, counter: int, value: int) -> bytes:
    """Return `image` with another counter and all checksums right."""
    counters = bytearray(data(image, 272))
    pack_into("<I", counters, 4 * counter, value)
    (count,) = unpack_from("<H", image, 0x68)
    image = rewritten(image, 272, 4, lambda raw: raw.__setitem__(slice(None), counters))
    return in_header(image, 0x74, "I", crc32(counters[: 4 * count]))


@pytest.mark.parametrize(
    ("counter", "value", "told"),
    [
        (3, 2, "contest 101: 2 write-ins, 1 texts"),
        (4, 1, "contest 101: 1 overvotes on an iVotronic"),
        (7, 38, "contest 101: more ballots than the PEB has"),
    ],
)
def test_counters_that_contradict_the_rest_are_damage(
    sample_image: Sample, counter: int, value: int, told: str
) -> None:
    read = peb(forged(sample_image("peb-closed"), counter, value))
    assert read.damage == (told,)
    assert len(read.contests) == 4


@pytest.mark.parametrize(
    ("at", "form", "value", "told"),
    [
        (0x64, "I", 38, "38 ballots, its collected terminals have 37"),
        (0x4D, "B", 1, "37 ballots, its collected terminals have 22"),
    ],
)
def test_a_header_that_contradicts_its_terminals_is_damage(
    sample_image: Sample, at: int, form: str, value: int, told: str
) -> None:
    assert told in peb(in_header(sample_image("peb-closed"), at, form, value)).damage


def test_terminals_twice_or_open_on_a_collected_peb_are_damage(sample_image: Sample) -> None:
    image = sample_image("peb-closed")
    twice = rewritten(image, 256, 3, lambda raw: pack_into("<I", raw, 64, 5_199_901))
    assert peb(twice).damage == ("terminal 5199901 is there 2 times",)
    still_open = rewritten(image, 256, 3, lambda raw: pack_into("<B", raw, 68, 1))
    assert "all terminals are collected, and one is open" in peb(still_open).damage


@pytest.mark.parametrize(
    ("at", "form", "value"),
    [
        (0x00, "B", 0),
        (0x08, "H", 2),
        (0x0A, "H", 512),
        (0x0C, "H", 0xFFFF),
        (0x0E, "B", 0),
        (0x0F, "B", 2),
        (0x10, "I", 0),
        (0x10, "I", 1_000_000),
        (0x18, "B", 0),
        (0x42, "H", 10_000),
        (0x44, "I", 0x80000000),
        (0x4C, "B", 5),
        (0x4D, "B", 129),
        (0x4E, "H", 5),
        (0x68, "H", 0),
        (0x68, "H", 0xFFFF),
        (0x6A, "H", 0xFFFF),
        (0x6C, "I", 0),
        (0x6C, "I", 0xFFFFFFFF),
        (0x80, "B", 0),
    ],
)
def test_a_header_that_cannot_be_is_refused_even_with_right_checksums(
    sample_image: Sample, at: int, form: str, value: int
) -> None:
    with pytest.raises(ParseError) as refused:
        PARSER.parse(in_header(sample_image("peb-closed"), at, form, value))
    assert refused.value.offset == at


@pytest.mark.parametrize(
    ("page", "kind", "at", "form", "value", "offset"),
    [
        (256, 3, 64, "I", 0, 0x21040),
        (256, 3, 68, "B", 4, 0x21044),
        (256, 3, 68, "B", 0, 0x21040),
        (256, 3, 69, "B", 16, 0x21045),
        (256, 3, 80, "I", 65_536, 0x21050),
        (256, 3, 96, "I", 1_000_000, 0x21060),
        (304, 5, 2, "B", 41, 304 * PAGE_BYTES + 2),
        (304, 5, 2, "B", 9, 304 * PAGE_BYTES),
        (304, 5, 4, "B", 7, 304 * PAGE_BYTES + 4),
    ],
)
def test_a_record_that_cannot_be_is_refused_at_its_byte(  # columns of a table
    sample_image: Sample, page: int, kind: int, at: int, form: str, value: int, offset: int
) -> None:
    image = rewritten(
        sample_image("peb-closed"), page, kind, lambda raw: pack_into(f"<{form}", raw, at, value)
    )
    with pytest.raises(ParseError) as refused:
        PARSER.parse(image)
    assert refused.value.offset == offset


@pytest.mark.parametrize("length", [0, 528, IMAGE_BYTES - 1, IMAGE_BYTES + 1])
def test_a_peb_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ParseError, match="a PEB has 2,162,688 bytes"):
        PARSER.parse(bytes(length))


def test_a_blank_peb_is_refused_by_name() -> None:
    with pytest.raises(ParseError, match="a blank PEB, or its battery is flat"):
        PARSER.parse(b"\xff" * IMAGE_BYTES)


def test_a_peb_of_another_version_or_without_its_magic_is_told(sample_image: Sample) -> None:
    head = sample_image("peb-closed")[:65_536]
    newer = head[:8] + b"\x02" + head[9:]
    assert not PARSER.recognises(newer)
    assert PARSER.resembles(newer) == "its layout version is 2, not 1"
    assert "the PEB is damaged" in PARSER.resembles(b"X" + head[1:])
    assert PARSER.resembles(b"something else") == ""


@given(
    st.lists(
        st.tuples(
            st.sampled_from(USED), st.integers(0, DATA_BYTES - 8), st.binary(min_size=1, max_size=8)
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=40, deadline=None)
def test_random_data_with_right_checksums_ends_in_a_document_or_a_refusal(
    changes: list[tuple[int, int, bytes]],
) -> None:
    image = closed()
    kinds = {0: 1, 1: 2, 256: 3, 272: 4, 304: 5}
    for page, at, raw in changes:
        changed = data(image, page)
        changed = changed[:at] + raw + changed[at + len(raw) :]
        image = with_page(
            image, page, sealed_page(page, changed, kind=kinds[page], generation=6, at=None)
        )
    try:
        read = peb(image)
    except ParseError as error:
        assert error.offset is not None  # noqa: PT017  # either outcome is right
    else:
        assert len(read.terminals) <= 128
