"""Images of M100 cards, part by part: the inverse of `parsers.media.m100_card`."""

from collections.abc import Sequence
from struct import pack, pack_into, unpack_from

from election.media import CardLogRecord, M100Card
from parsers.media.checksums import crc16, crc32
from parsers.media.counters import counter_values
from parsers.media.definition_block import DefinitionBlock, definition_block_bytes
from parsers.media.device_time import device_seconds
from parsers.media.m100_card.layout import (
    COUNTERS_AT,
    DEFINITION_AT,
    HEADER,
    HEADER_BYTES,
    LOG_AT,
    LOG_SLOT,
    SLOT_BYTES,
    TRAILER,
    TRAILER_BYTES,
    TRAILER_MAGIC,
    VERSION,
    WireHeader,
    WireTrailer,
    header_offset,
    log_capacity,
)

_HEADER_CRC_AT = header_offset("header_crc")
_CRC_BYTES = 4


def card_image(card: M100Card, block: DefinitionBlock, size: int) -> bytes:
    """Return the image of `size` bytes on which a parser reads `card`; damage is left out.

    `block` is the definition that `card.contests` come from; the log may have lost its oldest
    records to the ring.
    """
    definition = definition_block_bytes(block)
    image = bytearray(LOG_AT).ljust(size, b"\xff")
    image[:HEADER_BYTES] = HEADER.build(_header(card, block, len(definition), size))
    image[DEFINITION_AT : DEFINITION_AT + len(definition)] = definition
    counters = counter_bytes(counter_values(card.contests))
    image[COUNTERS_AT : COUNTERS_AT + len(counters)] = counters
    for record in card.log:
        at = slot_offset(record.sequence, log_capacity(size))
        image[at : at + SLOT_BYTES] = slot_bytes(record)
    seal(image)
    return bytes(image)


def seal(image: bytearray) -> None:
    """Make every CRC right for what the image holds, and the trailer for its header."""
    definition_length, counter_count = (
        _header_field(image, name) for name in ("definition_length", "counter_count")
    )
    definition = image[DEFINITION_AT : DEFINITION_AT + definition_length]
    counters = image[COUNTERS_AT : COUNTERS_AT + 4 * counter_count]
    pack_into("<I", image, header_offset("definition_crc"), crc32(definition))
    pack_into("<I", image, header_offset("counters_crc"), crc32(counters))
    pack_into("<I", image, _HEADER_CRC_AT, crc32(image[:_HEADER_CRC_AT]))
    image[-TRAILER_BYTES:] = trailer_bytes(image, _header_field(image, "generation"))


def header_bytes(header: WireHeader) -> bytes:
    """Return the 256 bytes of `header`, with the CRC that they need."""
    unsealed = HEADER.build(header)[:_HEADER_CRC_AT]
    return unsealed + pack("<I", crc32(unsealed))


def trailer_bytes(image: bytearray, generation: int) -> bytes:
    """Return the trailer that `image` needs, whatever trailer it has."""
    trailer = WireTrailer(TRAILER_MAGIC, generation, image_crc=0)
    begun = TRAILER.build(trailer)[:-_CRC_BYTES]
    with memoryview(image) as whole:
        before = crc32(whole[:-TRAILER_BYTES])
    return begun + pack("<I", crc32(begun, before))


def slot_offset(sequence: int, capacity: int) -> int:
    """Return where the record `sequence` (from 1) is written in the ring."""
    return LOG_AT + (sequence - 1) % capacity * SLOT_BYTES


def slot_bytes(record: CardLogRecord) -> bytes:
    """Return a log record of 32 bytes."""
    slot = LOG_SLOT.pack(
        record.sequence,
        device_seconds(record.at),
        record.code,
        record.auxiliary,
        record.value,
        record.note.encode("ascii").ljust(14),
        0,
    )[:-2]
    return slot + pack("<H", crc16(slot))


def counter_bytes(counters: Sequence[int]) -> bytes:
    """Return the counters as they stand on a card."""
    return pack(f"<{len(counters)}I", *counters)


def _header_field(image: bytearray, name: str) -> int:
    value: int = unpack_from("<I", image, header_offset(name))[0]
    return value


def _header(
    card: M100Card, block: DefinitionBlock, definition_length: int, size: int
) -> WireHeader:
    """Return the header, its CRCs still 0."""
    identity = card.identity
    return WireHeader(
        version=VERSION,
        header_size=HEADER_BYTES,
        image_size=size,
        flags=identity.flags,
        generation=card.generation,
        election=identity.election,
        definition_sha256=identity.definition_sha256,
        definition_version=identity.definition_version or 0,
        precinct=identity.precinct,
        contest_count=len(block.contests),
        choice_count=block.choices,
        card=card.card,
        scanner=card.scanner,
        firmware=card.firmware,
        state=card.state,
        copy=card.copy,
        open_count=card.open_count,
        opened=card.opened,
        closed=card.closed,
        last_write=card.last_write,
        ballots=card.ballots,
        protective_open=card.protective_open,
        protective_close=card.protective_close,
        blank_ballots=card.blank_ballots,
        overvoted_ballots=card.overvoted_ballots,
        write_in_ballots=card.write_in_ballots,
        returned_ballots=card.returned_ballots,
        unreadable_ballots=card.unreadable_ballots,
        definition_at=DEFINITION_AT,
        definition_length=definition_length,
        counters_at=COUNTERS_AT,
        counter_count=block.counters,
        log_at=LOG_AT,
        log_capacity=log_capacity(size),
        next_sequence=card.generation + 1,
        definition_crc=0,
        counters_crc=0,
        header_crc=0,
    )
