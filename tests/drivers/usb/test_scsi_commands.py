"""Only reading commands can be built, and no answer of a device is believed without a look."""

from contextlib import suppress
from types import new_class

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.usb.scsi import (
    BLOCK_SIZES,
    Capacity,
    Command,
    Inquiry,
    Query,
    Read10,
    Sense,
    is_write_protected,
)

READING_OPERATIONS = {0x00, 0x03, 0x12, 0x1A, 0x25, 0x28}
"""TEST UNIT READY, REQUEST SENSE, INQUIRY, MODE SENSE(6), READ CAPACITY(10), READ(10)."""

PUBLISHED = {
    Query.TEST_UNIT_READY: "00 00 00 00 00 00",
    Query.REQUEST_SENSE: "03 00 00 00 12 00",
    Query.INQUIRY: "12 00 00 00 24 00",
    Query.MODE_SENSE: "1a 00 3f 00 c0 00",
    Query.READ_CAPACITY: "25 00 00 00 00 00 00 00 00 00",
}

reads = st.builds(
    Read10,
    first=st.integers(0, 0xFFFFFFFF - 0xFFFF),
    blocks=st.integers(1, 0xFFFF),
    block_bytes=st.sampled_from(BLOCK_SIZES),
)


@pytest.mark.parametrize(("query", "block"), PUBLISHED.items(), ids=str)
def test_every_query_is_the_published_one(query: Query, block: str) -> None:
    assert query.block.hex(" ") == block
    assert set(PUBLISHED) == set(Query)


def test_a_read_of_one_block_is_the_published_one() -> None:
    assert Read10(0, 1, 512).block.hex(" ") == "28 00 00 00 00 00 00 00 01 00"


@given(st.one_of(st.sampled_from(Query), reads))
def test_no_command_can_be_built_that_does_not_read(command: Command) -> None:
    assert command.block[0] in READING_OPERATIONS
    assert len(command.block) == (10 if command.block[0] in {0x25, 0x28} else 6)


@given(reads)
def test_a_read_says_where_and_how_much(read: Read10) -> None:
    assert int.from_bytes(read.block[2:6], "big") == read.first
    assert int.from_bytes(read.block[7:9], "big") * read.block_bytes == read.answer_bytes


def test_nobody_can_add_a_query() -> None:
    with pytest.raises(TypeError):
        new_class("Wider", (Query,))
    with pytest.raises(ValueError, match="not a valid Query"):
        Query((b"\x2a" + bytes(9), 0))  # type: ignore[call-arg, arg-type]  # mypy sees __init__


@pytest.mark.parametrize(
    ("first", "blocks", "block_bytes"),
    [(0, 0, 512), (0, 0x10000, 512), (-1, 1, 512), (0xFFFFFFFF, 1, 512), (0, 1, 520)],
)
def test_a_read_that_cannot_be_said_is_refused(first: int, blocks: int, block_bytes: int) -> None:
    with pytest.raises(ValueError, match="blocks"):
        Read10(first, blocks, block_bytes)


def test_sense_is_read_in_both_formats() -> None:
    fixed = bytes.fromhex("f0 00 03 00 00 12 34 0a 00 00 00 00 11 00 00 00 00 00")
    assert Sense.from_bytes(fixed) == Sense(0x3, 0x11, 0x00, at_block=0x1234)
    descriptor = bytes.fromhex("72 06 28 00 00 00 00 00")
    assert Sense.from_bytes(descriptor) == Sense(0x6, 0x28, 0x00)
    assert str(Sense.from_bytes(descriptor)) == "unit attention 6/28/00"


@given(st.binary(max_size=64))
def test_any_sense_data_is_read_or_refused(raw: bytes) -> None:
    with suppress(ValueError):
        sense = Sense.from_bytes(raw)
        assert 0 <= sense.key <= 0xF
        assert str(sense)


def test_an_inquiry_cannot_steer_a_terminal() -> None:
    raw = (
        bytes([0, 0x80, 4, 2, 31, 0, 0, 0]) + b"\x1b[2JACME" + b"READER\x00\xff".ljust(16) + b"1.0 "
    )
    assert str(Inquiry.from_bytes(raw)) == "?[2JACME READER??, revision 1.0"


@pytest.mark.parametrize("size", [0, 35])
def test_a_short_inquiry_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"{size} bytes"):
        Inquiry.from_bytes(bytes(size))


def test_capacity_counts_from_the_last_block() -> None:
    capacity = Capacity.from_bytes(bytes.fromhex("00000f7f 00000200"))
    assert (capacity.blocks, capacity.block_bytes, capacity.size) == (3968, 512, 2_031_616)


@pytest.mark.parametrize("raw", ["ffffffff 00000200", "00000001 00000208", "00000001 00000000"])
def test_a_capacity_that_cannot_be_read_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match="blocks"):
        Capacity.from_bytes(bytes.fromhex(raw))


@pytest.mark.parametrize(("parameter", "protected"), [(0x80, True), (0x90, True), (0x10, False)])
def test_the_switch_is_one_bit(parameter: int, *, protected: bool) -> None:
    assert is_write_protected(bytes([3, 0, parameter, 0])) is protected


def test_a_mode_header_that_is_cut_says_nothing_of_the_switch() -> None:
    with pytest.raises(ValueError, match="3 bytes"):
        is_write_protected(bytes([3, 0, 0x80]))
