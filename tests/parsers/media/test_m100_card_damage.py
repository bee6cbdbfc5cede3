"""A card that is not as it was written: refused, or read with `damage` and without any count.

No bit of a card is harmless: the CRC in its last four bytes covers everything before it.
"""

import tracemalloc
from collections.abc import Iterable
from random import Random
from struct import pack_into

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.media import M100Card
from parsers.errors import ParseError
from parsers.media.m100_card.layout import SIZES, header_offset
from parsers.media.m100_card.parser import PARSER
from simulators.media.card_image import seal
from simulators.media.fixtures import m100_fixture

USED = {
    "header": range(256),
    "definition": range(0x200, 0x200 + 501),
    "counters": range(0x10000, 0x10000 + 4 * 31),
    "log": range(0x14000, 0x14000 + 3 * 32),
    "trailer": range(524_288 - 16, 524_288),
}
"""Every byte of the loaded card that holds something."""


def read(image: bytes | bytearray) -> M100Card:
    card = PARSER.parse(bytes(image))
    assert isinstance(card, M100Card)
    return card


def is_noticed(image: bytearray) -> bool:
    try:
        card = read(image)
    except ParseError as error:
        return error.offset is not None
    return bool(card.damage) and card.contests == ()


def unnoticed_flips(image: bytes, bits: Iterable[int]) -> list[int]:
    """Return those of `bits`, counted from the first of the image, whose change nobody notices."""
    flipped = bytearray(image)
    unnoticed = []
    for bit in bits:
        flipped[bit // 8] ^= 1 << bit % 8
        if not is_noticed(flipped):
            unnoticed.append(bit)
        flipped[bit // 8] ^= 1 << bit % 8
    return unnoticed


@pytest.mark.parametrize("region", USED)
def test_every_flipped_bit_of_what_is_written_is_noticed(m100_loaded: bytes, region: str) -> None:
    used = USED[region]
    assert unnoticed_flips(m100_loaded, range(8 * used.start, 8 * used.stop)) == []


def test_flipped_bits_anywhere_else_are_noticed(m100_closed: bytes) -> None:
    bits = Random(7).sample(range(8 * len(m100_closed)), 150)
    in_the_log = Random(8).sample(range(8 * 0x14000, 8 * (0x14000 + 631 * 32)), 150)
    assert unnoticed_flips(m100_closed, [*bits, *in_the_log]) == []


@pytest.mark.parametrize(
    "length",
    [
        *(0, 1, 7, 8, 10, 255, 256, 511, 512, 0x200 + 501, 0x10000, 0x14000),
        *(524_288 - 16, 524_288 - 1, 524_288 + 1, 2_097_152 - 1, 2_097_152 + 1),
    ],
)
def test_a_card_of_another_length_is_refused(m100_closed: bytes, length: int) -> None:
    image = m100_closed.ljust(length, b"\xff")[:length]
    with pytest.raises(ParseError, match=f"524,288 or 2,097,152 bytes, this has {length:,}"):
        PARSER.parse(bytes(image))


def test_a_small_card_in_a_large_image_is_refused(m100_closed: bytes) -> None:
    with pytest.raises(ParseError, match="image size is 524288, not 2097152") as refused:
        PARSER.parse(m100_closed * 4)
    assert refused.value.offset == 0x0C


@pytest.mark.parametrize("value", [b"\xff", b"\x00"])
def test_a_blank_card_is_refused_even_when_the_parser_is_named(value: bytes) -> None:
    with pytest.raises(ParseError, match="byte 0: header: magic"):
        PARSER.parse(value * SIZES[0])


@pytest.mark.parametrize(
    ("field", "width", "value", "reason"),
    [
        ("version", 2, 2, "version: 2 is not within 1..1"),
        ("header_size", 2, 255, "header size: 255 is not within"),
        ("image_size", 4, 2_097_152, "image size is 2097152, not 524288"),
        ("flags", 4, 0x20, "flags: bits 0x20 have no meaning"),
        ("precinct", 2, 0, "precinct: 0 is not within 1..9999"),
        ("contest_count", 2, 65, "contest count: 65 is not within 1..64"),
        ("contest_count", 2, 3, "contest count is 3, not 4"),
        ("choice_count", 2, 12, "choice count is 12, not 11"),
        ("state", 1, 4, "state: 4 is not a valid CardState"),
        ("definition_at", 4, 524_288, "definition at: 524288 is not within"),
        ("definition_length", 4, 0xFFFF_FFFF, "definition length: 4294967295 is not within"),
        ("definition_length", 4, 500, "definition block: does not end where it should"),
        ("counters_at", 4, 0x14000, "counters at: 81920 is not within"),
        ("counter_count", 4, 4_097, "counter count: 4097 is not within 1..4096"),
        ("counter_count", 4, 0xFFFF_FFFF, "counter count: 4294967295 is not within"),
        ("counter_count", 4, 32, "counter count is 32, not 31"),
        ("log_at", 4, 0, "log at: 0 is not within"),
        ("log_capacity", 4, 62_975, "log capacity is 62975, not 13823"),
        ("next_sequence", 4, 0, "next sequence: 0 is not within"),
    ],
)
def test_a_hostile_header_with_right_checksums_is_refused(
    m100_closed: bytes, field: str, width: int, value: int, reason: str
) -> None:
    image = bytearray(m100_closed)
    at = header_offset(field)
    image[at : at + width] = value.to_bytes(width, "little")
    seal(image)
    with pytest.raises(ParseError, match=reason) as refused:
        PARSER.parse(bytes(image))
    if "definition block" not in reason:
        assert refused.value.offset == at


def test_a_text_that_is_not_ascii_is_refused(m100_closed: bytes) -> None:
    image = bytearray(m100_closed)
    image[0x48] = 0xE9
    seal(image)
    with pytest.raises(ParseError, match=r"card: .* is not printable ASCII") as refused:
        PARSER.parse(bytes(image))
    assert refused.value.offset == 0x48


def test_a_log_that_claims_every_number_is_damage_and_takes_no_memory(m100_closed: bytes) -> None:
    image = bytearray(m100_closed)
    pack_into("<I", image, header_offset("next_sequence"), 0xFFFF_FFFF)
    pack_into("<I", image, header_offset("generation"), 0xFFFF_FFFE)
    seal(image)
    tracemalloc.start()
    card = read(image)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "13,823 of 13,823 records are damaged" in " ".join(card.damage)
    assert card.log == ()
    assert card.contests == ()
    assert peak < 4 * len(image)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_only_a_parse_error_escapes_whatever_the_header_says(
    m100_loaded: bytes, data: st.DataObject
) -> None:
    image = bytearray(m100_loaded)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(8, 0xFB))
        image[at] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]))
    if data.draw(st.booleans()):
        seal(image)
    try:
        card = read(image)
    except ParseError as error:
        refused = error
    else:
        assert bool(card.damage) == (card.contests == ())
        return
    assert refused.offset is not None


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_only_a_parse_error_escapes_whatever_the_definition_says(
    m100_loaded: bytes, data: st.DataObject
) -> None:
    image = bytearray(m100_loaded)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0x200, 0x200 + 500))
        image[at] = data.draw(st.integers(0, 255))
    seal(image)
    try:
        card = read(image)
    except ParseError as error:
        refused = error
    else:
        assert card.damage == ()
        assert sum(len(contest.choices) + 5 for contest in card.contests) == 31
        return
    assert refused.offset is not None
    assert 0x44 <= refused.offset <= 0x200 + 501


def test_an_edited_counter_is_named_and_no_count_is_left(m100_closed: bytes) -> None:
    card = read(m100_fixture("crc-edit"))
    (report,) = card.damage
    assert "altered or torn" in report
    assert "verified: header, definition, audit log, trailer; not verified: counters" in report
    assert card.contests == ()
    assert (card.identity, card.card) == (read(m100_closed).identity, "M100C-0000417")


def test_an_edited_log_record_is_named(m100_closed: bytes) -> None:
    image = bytearray(m100_closed)
    image[0x14000 + 16 * 32 + 12] ^= 1  # value of record 17
    report, log = read(image).damage
    assert "not verified: audit log" in report
    assert "1 of 631 records are damaged, the first is number 17 at byte 82,432" in log
    assert len(read(image).log) == 630


def test_a_damaged_record_on_a_card_with_a_right_crc_is_damage(m100_closed: bytes) -> None:
    image = bytearray(m100_closed)
    image[0x14000 + 12] ^= 1
    seal(image)
    report, _ = read(image).damage
    assert "as computed" in report


@pytest.mark.parametrize("field", ["generation", "next_sequence"])
def test_counts_of_transactions_that_contradict_each_other_are_damage(
    m100_closed: bytes, field: str
) -> None:
    image = bytearray(m100_closed)
    pack_into("<I", image, header_offset(field), 600)
    seal(image)
    assert "log records" in " ".join(read(image).damage)


def test_forged_checksums_are_not_noticed_by_the_card_alone(m100_closed: bytes) -> None:
    forged = read(m100_fixture("crc-forged"))
    assert forged.damage == ()
    votes = [choice.votes for choice in forged.contests[0].choices]
    assert votes == [297, 258, 31]
    assert forged.contests[1:] == read(m100_closed).contests[1:]
