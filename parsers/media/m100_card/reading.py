"""From the image of an M100 card to what it says."""

from collections.abc import Mapping
from struct import unpack_from

from election.media import M100Card, MediumContest, MediumIdentity
from parsers.contract import Content
from parsers.errors import ParseError
from parsers.media.checksums import crc32
from parsers.media.counters import medium_contests
from parsers.media.definition_block import read_definition_block
from parsers.media.fields import read_layout
from parsers.media.m100_card.layout import (
    COUNTERS_AT,
    DEFINITION_AT,
    HEADER,
    HEADER_BYTES,
    SIZES,
    TRAILER,
    TRAILER_BYTES,
    TRAILER_MAGIC,
    WireHeader,
    WireTrailer,
    header_offset,
    log_capacity,
)
from parsers.media.m100_card.log import CardLog, read_log

PROFILE = "Project profile zt-m100-card-1, not the vendor's format."


def read_card(content: Content) -> M100Card:
    """Read a whole card; raise ParseError where its structure cannot be relied on.

    A card whose checksums are wrong has `damage` instead, and no contests: its counts are of no
    use, whose card it is may still be shown.
    """
    if len(content) not in SIZES:
        sizes = " or ".join(f"{size:,}" for size in SIZES)
        reason = f"a card has {sizes} bytes, this has {len(content):,}"
        raise ParseError(reason, offset=min(len(content), max(SIZES)))
    image = content[0 : len(content)]
    header: WireHeader = read_layout(HEADER, image[:HEADER_BYTES], "header")
    _expect("image_size", header.image_size, len(image))
    _expect("log_capacity", header.log_capacity, log_capacity(len(image)))
    log = read_log(image, header.next_sequence - 1)
    damage = _damage(image, header, log)
    contests = () if damage else _contests(image, header)
    return _card(header, contests, log, damage)


def _contests(image: bytes, header: WireHeader) -> tuple[MediumContest, ...]:
    block = read_definition_block(_definition(image, header), lambda offset: DEFINITION_AT + offset)
    _expect("contest_count", header.contest_count, len(block.contests))
    _expect("choice_count", header.choice_count, block.choices)
    _expect("counter_count", header.counter_count, block.counters)
    return medium_contests(block, unpack_from(f"<{block.counters}I", image, COUNTERS_AT))


def _expect(field: str, said: int, needed: int) -> None:
    if said != needed:
        what = field.replace("_", " ")
        raise ParseError(f"header: {what} is {said}, not {needed}", offset=header_offset(field))


def _definition(image: bytes, header: WireHeader) -> bytes:
    return image[DEFINITION_AT : DEFINITION_AT + header.definition_length]


def _damage(image: bytes, header: WireHeader, log: CardLog) -> tuple[str, ...]:
    """Return nothing for a sound card; else what is wrong, the part report first."""
    trailer: WireTrailer = read_layout(TRAILER, image[-TRAILER_BYTES:], "trailer")
    counters = image[COUNTERS_AT : COUNTERS_AT + 4 * header.counter_count]
    parts = {
        "header": crc32(image[: header_offset("header_crc")]) == header.header_crc,
        "definition": crc32(_definition(image, header)) == header.definition_crc,
        "counters": crc32(counters) == header.counters_crc,
        "audit log": not log.damage,
        "trailer": trailer.magic == TRAILER_MAGIC and trailer.generation == header.generation,
    }
    written = header.next_sequence - 1
    problems: list[str] = []
    if trailer.generation != header.generation:
        problems.append(
            f"the trailer is of generation {trailer.generation:,}, the header of "
            f"{header.generation:,}: the scanner stopped in the middle of a transaction"
        )
    if header.generation != written:
        problems.append(
            f"the header counts {header.generation:,} transactions and {written:,} log records"
        )
    problems += log.damage
    computed = crc32(memoryview(image)[:-4])
    if computed == trailer.image_crc and all(parts.values()) and not problems:
        return ()
    return (_part_report(parts, trailer.image_crc, computed), *problems)


def _part_report(parts: Mapping[str, bool], said: int, computed: int) -> str:
    """Say which parts verify: that shows how far a torn transaction came, or what was altered."""
    verdict = "as computed" if said == computed else f"computed {computed:08X}: altered or torn"
    right = ", ".join(part for part, verifies in parts.items() if verifies) or "nothing"
    wrong = ", ".join(part for part, verifies in parts.items() if not verifies) or "nothing"
    return f"CRC of the image {said:08X}, {verdict}; verified: {right}; not verified: {wrong}"


def _card(
    header: WireHeader,
    contests: tuple[MediumContest, ...],
    log: CardLog,
    damage: tuple[str, ...],
) -> M100Card:
    return M100Card(
        identity=MediumIdentity(
            election=header.election,
            definition_sha256=header.definition_sha256,
            definition_version=header.definition_version,
            precinct=header.precinct,
            flags=header.flags,
        ),
        card=header.card,
        scanner=header.scanner,
        firmware=header.firmware,
        state=header.state,
        copy=header.copy,
        generation=header.generation,
        open_count=header.open_count,
        opened=header.opened,
        closed=header.closed,
        last_write=header.last_write,
        ballots=header.ballots,
        protective_open=header.protective_open,
        protective_close=header.protective_close,
        blank_ballots=header.blank_ballots,
        overvoted_ballots=header.overvoted_ballots,
        write_in_ballots=header.write_in_ballots,
        returned_ballots=header.returned_ballots,
        unreadable_ballots=header.unreadable_ballots,
        contests=contests,
        log=log.records,
        damage=damage,
        notes=(PROFILE,),
    )
