"""Damage to a flash image is told, whichever bit it hits; what nothing can tell is written down."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from struct import pack_into
from typing import cast
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.media import FlashCard, TerminalFlash
from parsers.errors import ParseError
from parsers.media.flash.card_parser import PARSER as CARD_PARSER
from parsers.media.flash.event_logs import EventLog, read_extension_log, read_old_log
from parsers.media.flash.layout import IMAGE, MOST_EVENTS, MOST_OLD_EVENTS
from parsers.media.flash.parser import PARSER
from simulators.media.fat_image import fat_image

Sample = Callable[[str], bytes]

IDENTITY = range(256)
RESERVED = (*range(0x78, 0xC8), *range(0xF0, 0xFC))
EXTENSION = range(0x40000, 0x40000 + 16 + 50 * 16)
"""Head, 49 events, and the record that ends them."""
OLD = range(0x30000, 0x30000 + 28 * 10)
"""27 events and the record that ends them."""


def flash(image: bytes) -> TerminalFlash:
    document = PARSER.parse(image)
    assert isinstance(document, TerminalFlash)
    return document


def flipped(image: bytes, places: range) -> Iterator[tuple[int, int, bytes]]:
    """Yield place, bit and `image` for every bit; the same buffer, put right again after each."""
    changed = bytearray(image)
    for at in places:
        for bit in range(8):
            changed[at] ^= 1 << bit
            yield at, bit, cast("bytes", changed)
            changed[at] ^= 1 << bit


def resealed(image: bytearray) -> bytes:
    pack_into("<I", image, 0xFC, crc32(image[:0xFC]))
    return bytes(image)


def outcome(image: bytes) -> str:
    try:
        read = flash(image)
    except ParseError:
        return "refused"
    return "damage" if read.damage else "cut" if read.log_is_cut else "silent"


def test_every_bit_of_the_identity_block_is_noticed(sample_image: Sample) -> None:
    for at, bit, image in flipped(sample_image("flash-5199901"), IDENTITY):
        if at in RESERVED and bit:
            continue  # one bit of each: they are under the checksum alone
        assert outcome(bytes(image)) in ("refused", "damage"), (at, bit)


def log_or_refusal(read: Callable[[bytes], EventLog], image: bytes) -> EventLog | None:
    try:
        return read(image)
    except ParseError:
        return None


def test_every_bit_of_the_extension_log_is_noticed_but_those_reserved_in_its_head(
    sample_image: Sample,
) -> None:
    image = sample_image("flash-5199901")
    whole = read_extension_log(image)
    for at, bit, changed in flipped(image, EXTENSION):
        log = log_or_refusal(read_extension_log, changed)
        if at in range(0x4000C, 0x40010):
            assert log == whole
        else:
            assert log is None or log.is_cut or log.damage, (at, bit)


def test_an_event_log_is_told_up_to_the_record_that_is_damaged(sample_image: Sample) -> None:
    image = bytearray(sample_image("flash-5199901"))
    image[0x40010 + 16 * 30] ^= 1
    read = flash(bytes(image))
    assert (len(read.events), read.log_is_cut, read.damage) == (30, True, ())
    assert "the event log is damaged after event 30" in read.notes


def test_the_old_log_has_no_checksum_so_a_bit_changes_one_event_and_nothing_else(
    sample_image: Sample,
) -> None:
    """The rule that docs/formats/flash.md states: only votes against ballots can tell."""
    image = sample_image("flash-old")
    whole = read_old_log(image)
    silent = 0
    for _, _, changed in flipped(image, OLD):
        log = read_old_log(changed)
        if log.is_cut or log.damage:
            continue
        silent += 1
        assert len(log.events) == len(whole.events)
        pairs = zip(log.events, whole.events, strict=True)
        assert sum(one != other for one, other in pairs) == 1
    assert silent == 27 * (10 * 8) - sum_of_noticed(image)


def sum_of_noticed(image: bytes) -> int:
    """Count, by the published layout, the bits that make a code impossible: beyond two digits."""
    codes = [image[at] for at in OLD[:-10:10]]
    return sum((code ^ (1 << bit)) > 99 for code in codes for bit in range(8))


def test_every_bit_of_a_ballot_is_noticed_but_those_that_name_another_candidate(
    sample_image: Sample,
) -> None:
    """And but those that nobody understands: the ballot style, unused flags, five bytes."""
    image = sample_image("flash-5199901")
    whole = flash(image)
    begin = 0x50000
    for at, bit, changed in flipped(image, range(begin, begin + 0x17)):
        place = at - begin
        if outcome(bytes(changed)) != "silent":
            continue
        read = flash(bytes(changed))
        unused = place in (4, *range(6, 11)) or (place == 5 and bit >= 2)
        if unused:
            assert read == whole
        else:
            assert place >= 13, (place, bit)
            assert (read.ballots, read.events) == (whole.ballots, whole.events)
            votes, before = (sum(n for _, n in each.votes_by_candidate) for each in (read, whole))
            assert votes == before
            assert read.votes_by_candidate != whole.votes_by_candidate


def ballot(candidates: list[int], *, length: int | None = None, votes: int | None = None) -> bytes:
    head = bytearray(13)
    pack_into("<H", head, 0, 13 + 2 * len(candidates) if length is None else length)
    pack_into("<H", head, 2, 21)
    pack_into("<H", head, 11, len(candidates) if votes is None else votes)
    return bytes(head) + b"".join(n.to_bytes(2, "little") for n in candidates)


@pytest.mark.parametrize(
    "records",
    [
        ballot([0], length=12),
        ballot([0], length=1),
        ballot([0, 4], votes=3),
        ballot([0], votes=0xFFFF),
        ballot([0], length=0xFFFE),
        ballot([4, 4]),
        ballot([999]),
        ballot([0]) + b"\xff\xff\x00",
        ballot([0]) + b"\x00\x00\x01",
    ],
    ids=[
        "shorter than any record",
        "one byte",
        "more votes than bytes",
        "65,535 votes",
        "beyond its area",
        "twice for one candidate",
        "candidate 1000",
        "something after the end",
        "something after a length of 0",
    ],
)
def test_a_damaged_area_is_told_and_none_of_its_ballots_counted(
    sample_image: Sample, records: bytes
) -> None:
    image = bytearray(sample_image("flash-5199902"))
    area = 0x50000 + 3 * 0x10000
    before = flash(bytes(image)).ballots
    there = sum(1 for k in range(37) if (7 * k + 3) % 26 == 3 and k % 5 not in (0, 2, 4))
    content = ballot([1]) + records
    image[area : area + 0x10000] = content.ljust(0x10000, b"\xff")
    read = flash(bytes(image))
    assert read.ballots == before - there
    assert len(read.damage) == 1
    assert read.damage[0].startswith("ballot area 4 of 26: ")
    assert read.damage[0].endswith("; none of its ballots is counted")


def test_a_record_may_be_longer_than_its_votes_where_no_profile_says_otherwise() -> None:
    image = bytearray(b"\xff" * IMAGE)
    record = ballot([0, 4], length=20) + bytes(3)
    image[0x50000 : 0x50000 + 2 * len(record)] = record * 2
    read = flash(bytes(image))
    assert (read.identity, read.votes, read.terminal) == (None, None, "")
    assert (read.ballots, read.votes_by_candidate) == (2, ((1, 2), (5, 2)))
    assert (read.damage, read.precincts) == ((), ())


def test_an_area_filled_with_zeros_is_as_good_as_erased() -> None:
    image = bytearray(b"\xff" * IMAGE)
    image[0x50000:0x60000] = ballot([0]).ljust(0x10000, b"\0")
    assert (flash(bytes(image)).ballots, flash(bytes(image)).damage) == (1, ())


@pytest.mark.parametrize(
    ("at", "value", "damage"),
    [
        (0x5C, 23, "identity block: 23 votes, and 22 ballots"),
        (0x60, 1, "identity block: 1 cast by poll worker, recorded 0"),
        (0x70, 48, "identity block: 48 events, the log has 49"),
        (0x74, 21, "identity block: 21 ballots, recorded are 22"),
    ],
)
def test_an_identity_block_that_contradicts_the_records_is_damage(
    sample_image: Sample, at: int, value: int, damage: str
) -> None:
    image = bytearray(sample_image("flash-5199901"))
    pack_into("<I", image, at, value)
    assert damage in flash(resealed(image)).damage


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (0x08, 2),
        (0x0B, 0),
        (0x0E, 0),
        (0x13, 255),
        (0x14, 0),
        (0x14, 4),
        (0x15, 0),
        (0x15, 5),
        (0x17, 1),
        (0x18, 0),
        (0x5E, 1),
        (0x6C, 0),
        (0x6C, 3),
        (0x72, 255),
        (0x76, 1),
        (0xC8, 0),
    ],
)
def test_an_identity_block_that_cannot_be_is_refused_even_with_a_right_checksum(
    sample_image: Sample, at: int, value: int
) -> None:
    image = bytearray(sample_image("flash-5199901"))
    image[at] = value
    with pytest.raises(ParseError, match="identity block") as refused:
        PARSER.parse(resealed(image))
    assert refused.value.offset is not None
    assert refused.value.offset <= at


@pytest.mark.parametrize("at", RESERVED[::7])
def test_reserved_bytes_are_not_looked_at(sample_image: Sample, at: int) -> None:
    image = bytearray(sample_image("flash-5199901"))
    image[at] = 0xA5
    assert flash(resealed(image)) == flash(sample_image("flash-5199901"))


@pytest.mark.parametrize("length", [0, 1, IMAGE - 1, IMAGE + 1, 2 * IMAGE, 4 * IMAGE])
def test_any_other_length_is_refused(length: int) -> None:
    with pytest.raises(ParseError, match=r"an image has 2,031,616 or 6,094,848"):
        PARSER.parse(bytes(length))


@pytest.mark.parametrize(
    ("name", "begin", "end", "size", "most"),
    [
        ("flash-5199901", 0x40010, 0x50000, 16, MOST_EVENTS),
        ("flash-old", 0x30000, 0x30000 + 65_530, 10, MOST_OLD_EVENTS),
    ],
)
def test_a_log_without_an_end_is_full(
    sample_image: Sample, name: str, begin: int, end: int, size: int, most: int
) -> None:
    image = bytearray(sample_image(name))
    image[begin:end] = bytes(image[begin : begin + size]) * most
    read = flash(bytes(image))
    assert (len(read.events), read.log_is_full, read.log_is_cut) == (most, True, False)


def test_the_log_that_is_not_in_use_must_be_erased(sample_image: Sample) -> None:
    image = bytearray(sample_image("flash-5199901"))
    image[0x3FFFF] = 0
    assert flash(bytes(image)).damage == (
        "byte 0x030000: the old event log is not in use, and not erased",
    )


def test_a_file_named_after_another_terminal_is_damage(sample_image: Sample) -> None:
    image = fat_image({"V5199902.BIN": sample_image("flash-5199901")})
    read = CARD_PARSER.parse(image)
    assert isinstance(read, FlashCard)
    (terminal,) = read.terminals
    assert terminal.damage == ("named after terminal 5199902, and is of terminal 5199901",)


def test_one_file_that_cannot_be_read_does_not_hide_the_others(sample_image: Sample) -> None:
    image = fat_image(
        {
            "ZTCF.ID": sample_image("cf-id")[:-1] + b"\0",
            "V5199901.BIN": sample_image("flash-5199901")[:-1],
            "V5199902.BIN": sample_image("flash-5199902"),
            "AUDIO.WAV": b"RIFF",
        }
    )
    read = CARD_PARSER.parse(image)
    assert isinstance(read, FlashCard)
    assert [each.terminal for each in read.terminals] == ["5199902"]
    assert read.other_files == ("AUDIO.WAV",)
    assert read.damage == (
        "V5199901.BIN: byte 2031615: 2,031,615 bytes; an image has 2,031,616 or 6,094,848",
        "ZTCF.ID: wrong checksum",
    )


def test_three_sound_copies_read_as_one(sample_image: Sample) -> None:
    one = sample_image("flash-5199901")
    copies = []
    for number in (1, 2, 3):
        copy = bytearray(one)
        copy[0x14] = number
        copies.append(resealed(copy))
    assert flash(b"".join(copies)) == replace(flash(one), copies=3)
    assert "copy 2 calls itself copy 1" in flash(one * 3).damage


@given(
    st.lists(
        st.tuples(st.integers(0, IMAGE - 1), st.binary(min_size=1, max_size=40)),
        min_size=1,
        max_size=8,
    ),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_random_damage_ends_in_a_document_or_a_refusal(
    changes: list[tuple[int, bytes]], near: bool
) -> None:
    image = bytearray(b"\xff" * IMAGE)
    for at, raw in changes:
        begin = at % 4 * 0x10000 + 0x30000 + at % 64 if near else at
        image[begin : begin + len(raw)] = raw[: IMAGE - begin]
    try:
        read = flash(bytes(image))
    except ParseError as error:
        assert error.offset is not None  # noqa: PT017  # either outcome is right
    else:
        assert len(read.votes_by_candidate) <= 999
