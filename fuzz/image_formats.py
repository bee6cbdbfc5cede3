"""What the mutations know of images of media: where their integers stand, and what seals them.

To seal an image is to make its checksums right for whatever it holds: only then a mutation comes
as far as the code behind them.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from struct import pack_into, unpack_from

import construct as cs

from fuzz.fat_mutations import FAT_MUTATIONS, mirror_tables
from fuzz.image_places import ImageMutation, Integer
from parsers.contract import Content
from parsers.media.checksums import crc16, crc32
from parsers.media.definition_block_layout import (
    CHOICE_BYTES,
    CONTEST_BYTES,
    HEAD_BYTES,
    WireBlock,
    WireChoice,
    WireContest,
)
from parsers.media.flash import layout as flash
from parsers.media.m100_card import layout as card
from parsers.media.peb import layout as peb
from parsers.media.peb.pages import REGIONS, data_of, image_offset
from simulators.media.card_image import seal as seal_card_parts

_CRC16 = 2
_INTEGER_SIZES = (1, 2, 4)


@dataclass(frozen=True, slots=True)
class ImageFormat:
    """One format of images; `seal` works on whatever a mutation left, without raising."""

    blocks: tuple[int, ...]
    """Sizes of what the device, or its file system, writes at once."""
    integers: Callable[[bytes], Iterable[Integer]]
    """The integers of an undamaged image: headers, entries, counters, frames of records."""
    seal: Callable[[bytearray], None]
    weakly_sealed: Callable[[bytes], Iterable[bytes]]
    """The parts of an image that only a CRC-16 protects, which is their last two bytes."""
    mutations: tuple[ImageMutation, ...] = ()
    """Those of this format alone."""


def right_by_chance(form: ImageFormat, content: bytes, seeds: Iterable[bytes]) -> bool:
    """Say whether a part of `content` is in no seed, and its CRC-16 is right: one in 65,536 is."""
    known = {part for seed in seeds for part in form.weakly_sealed(seed)}
    return any(
        crc16(part[:-_CRC16]) == int.from_bytes(part[-_CRC16:], "little")
        for part in form.weakly_sealed(content)
        if part not in known
    )


def _integers_of(record: type, begin: int = 0) -> Iterator[Integer]:
    """Yield the fields of a wire record at `begin` that are as large as an integer."""
    for field in dataclasses.fields(record):
        try:
            size = field.metadata["subcon"].sizeof()
        except cs.SizeofError:  # what depends on the content comes last in every record
            return
        if size in _INTEGER_SIZES:
            yield Integer(begin, size)
        begin += size


def _row(begin: int, end: int, size: int = 4) -> Iterator[Integer]:
    return (Integer(at, size) for at in range(begin, end, size))


def _block_integers(block: bytes, place: Callable[[int], int]) -> Iterator[Integer]:
    """Yield the integers of the definition block; `place` tells where its bytes are."""
    contests, choices = unpack_from("<HH", block, 4)
    entries: list[tuple[type, int]] = [(WireBlock, 0)]
    entries += [(WireContest, HEAD_BYTES + n * CONTEST_BYTES) for n in range(contests)]
    begin = HEAD_BYTES + contests * CONTEST_BYTES
    entries += [(WireChoice, begin + n * CHOICE_BYTES) for n in range(choices)]
    for record, at in entries:
        for integer in _integers_of(record, at):
            yield Integer(place(integer.at), integer.size)


def _card_integers(image: bytes) -> Iterator[Integer]:
    (counters,) = unpack_from("<I", image, card.header_offset("counter_count"))
    yield from _integers_of(card.WireHeader)
    yield from _block_integers(image[card.DEFINITION_AT :], card.DEFINITION_AT.__add__)
    yield from _row(card.COUNTERS_AT, card.COUNTERS_AT + 4 * counters)
    yield from _integers_of(card.WireTrailer, len(image) - card.TRAILER_BYTES)


def _seal_card(image: bytearray) -> None:
    """Make the log records right, too."""
    if len(image) < min(card.SIZES):
        return
    used = len(image[: -card.TRAILER_BYTES].rstrip(b"\xff"))
    for at in range(card.LOG_AT, used, card.SLOT_BYTES):
        if image[at : at + card.SLOT_BYTES] != card.EMPTY_SLOT:
            _seal_16(image, at, card.SLOT_BYTES)
    seal_card_parts(image)


def _peb_integers(image: bytes) -> Iterator[Integer]:
    terminals, counters, write_ins, definition = (
        int.from_bytes(image[at : at + size], "little")
        for at, size in (
            (peb.header_offset("terminal_count"), 1),
            (peb.header_offset("counter_count"), 2),
            (peb.header_offset("write_in_count"), 2),
            (peb.header_offset("definition_length"), 4),
        )
    )
    block = data_of(image, peb.DEFINITION_REGION, definition)
    yield from _integers_of(peb.WireHeader)
    yield from _block_integers(block, partial(image_offset, peb.DEFINITION_REGION))
    for n in range(counters):
        yield Integer(image_offset(peb.COUNTER_REGION, 4 * n), 4)
    for n in range(terminals):
        at = image_offset(peb.TERMINAL_REGION, n * peb.TERMINAL_BYTES)
        yield from _integers_of(peb.WireTerminal, at)
    for n in range(write_ins):
        at = image_offset(peb.WRITE_IN_REGION, n * peb.WRITE_IN_BYTES)
        yield from _integers_of(peb.WireWriteIn, at)
    for at in _written_pages(image):
        trailer = at + peb.DATA_BYTES
        yield from (Integer(trailer, 2), Integer(trailer + 2, 1), Integer(trailer + 4, 4))


def _seal_peb(image: bytearray) -> None:
    """Make definition, counters and pages right; every page has number and kind of its place."""
    if len(image) != peb.IMAGE_BYTES:
        return
    definition = int.from_bytes(_field(image, "definition_length", 4), "little")
    counters = int.from_bytes(_field(image, "counter_count", 2), "little")
    for name, region, length in (
        ("definition_crc", peb.DEFINITION_REGION, min(definition, peb.MOST_DEFINITION)),
        ("counters_crc", peb.COUNTER_REGION, peb.COUNTER_BYTES * counters),
    ):
        crc = crc32(data_of(bytes(image), region, length))
        pack_into("<I", image, peb.header_offset(name), crc)
    kinds = {region.first + n: region.kind for region in REGIONS for n in range(region.pages)}
    for at in _written_pages(bytes(image)):
        number = at // peb.PAGE_BYTES
        pack_into("<HB", image, at + peb.DATA_BYTES, number, kinds.get(number, 0))
        _seal_16(image, at, peb.PAGE_BYTES)


def _field(image: bytearray, name: str, size: int) -> bytes:
    at = peb.header_offset(name)
    return bytes(image[at : at + size])


def _written_pages(image: bytes) -> Iterator[int]:
    for at in range(0, len(image), peb.PAGE_BYTES):
        if not image.startswith(peb.ERASED, at):
            yield at


def _pages(image: bytes) -> Iterator[bytes]:
    return (image[at : at + peb.PAGE_BYTES] for at in _written_pages(image))


def _flash_integers(image: bytes) -> Iterator[Integer]:
    for begin in _flashes(image):
        yield from _integers_of(flash.WireIdentity, begin)
        log = begin + flash.EXTENSION_LOG
        yield from _row(log, log + flash.EXTENSION_HEAD)
        for at in _event_records(image, begin):
            yield from (Integer(at, 4), Integer(at + 4, 4), Integer(at + 8, 4))
        for area in range(flash.BALLOT_AREAS):
            yield from _first_ballot(begin + flash.BALLOTS + area * flash.AREA)


def _first_ballot(at: int) -> Iterator[Integer]:
    """Yield length, precinct, flags, number of votes, and first vote."""
    yield from (Integer(at, 2), Integer(at + 2, 2), Integer(at + 5, 1))
    yield from (Integer(at + 11, 2), Integer(at + 13, 2))


def _seal_flash(image: bytearray) -> None:
    """Make copies, identity blocks and event records right; ballots have no checksum."""
    if len(image) == max(flash.COPIES) * flash.IMAGE:
        for copy in range(1, max(flash.COPIES)):
            begin = copy * flash.IMAGE
            image[begin : begin + flash.IMAGE] = image[: flash.IMAGE]
            image[begin + flash.COPY_AT] = copy + 1
    whole = bytes(image)
    for begin in _flashes(whole):
        crc = crc32(whole[begin : begin + flash.CRC_AT])
        if begin + flash.IDENTITY <= len(image):
            pack_into("<I", image, begin + flash.CRC_AT, crc)
        for at in _event_records(whole, begin):
            _seal_16(image, at, flash.EVENT.size)


def _flashes(image: bytes) -> Iterator[int]:
    """Yield where an identity block begins: one or several in a file, several on a card."""
    at = image.find(flash.IDENTITY_MAGIC)
    while at >= 0:
        yield at
        at = image.find(flash.IDENTITY_MAGIC, at + flash.IDENTITY)


def _event_records(image: bytes, begin: int) -> Iterator[int]:
    first = begin + flash.EXTENSION_LOG + flash.EXTENSION_HEAD
    end = min(len(image), begin + flash.EXTENSION_LOG + flash.AREA)
    for at in range(first, end - flash.EVENT.size + 1, flash.EVENT.size):
        if image.startswith(b"\xff\xff\xff\xff", at):
            return
        yield at


def _events(image: bytes) -> Iterator[bytes]:
    for begin in _flashes(image):
        for at in _event_records(image, begin):
            yield image[at : at + flash.EVENT.size]


def _flash_card_integers(image: bytes) -> Iterator[Integer]:
    yield from (Integer(at, 1) for at in (13, 16, 21))
    yield from (Integer(at, 2) for at in (11, 14, 17, 19, 22, 40))
    yield from (Integer(at, 4) for at in (32, 36, 44))
    yield from _row(446, 510, 4)
    at = image.find(_CARD_ID)
    if at >= 0:
        yield from _integers_of(flash.WireCardId, at)
    yield from _flash_integers(image)


_CARD_ID = b"ZTCFID01"


def _seal_flash_card(image: bytearray) -> None:
    """Make the two tables of the file system the same, the identity file and the flashes right."""
    mirror_tables(image)
    at = image.find(_CARD_ID)
    if 0 <= at <= len(image) - flash.CARD_ID:
        end = at + flash.CARD_ID - 4
        pack_into("<I", image, end, crc32(image[at:end]))
    _seal_flash(image)


def _seal_16(image: bytearray, at: int, size: int) -> None:
    """Make the CRC-16 right that ends the `size` bytes at `at`."""
    end = at + size - _CRC16
    pack_into("<H", image, end, crc16(bytes(image[at:end])))


def _nothing(_image: Content) -> tuple[bytes, ...]:
    return ()


IMAGE_FORMATS: Mapping[str, ImageFormat] = {
    "m100-card": ImageFormat(
        blocks=(16, 32, 64, 512, 4_096),
        integers=_card_integers,
        seal=_seal_card,
        weakly_sealed=_nothing,
    ),
    "peb": ImageFormat(
        blocks=(16, 64, peb.PAGE_BYTES, peb.PAGE_BYTES, 2 * peb.PAGE_BYTES),
        integers=_peb_integers,
        seal=_seal_peb,
        weakly_sealed=_pages,
    ),
    "flash": ImageFormat(
        blocks=(2, 10, 16, 256, 512, flash.AREA),
        integers=_flash_integers,
        seal=_seal_flash,
        weakly_sealed=_events,
    ),
    "flash-card": ImageFormat(
        blocks=(2, 32, 512, 2_048, flash.AREA),
        integers=_flash_card_integers,
        seal=_seal_flash_card,
        weakly_sealed=_events,
        mutations=FAT_MUTATIONS,
    ),
}
"""By the name of the parser."""
