"""The audit log ring of an M100 card.

Its slots are taken apart by `struct`, not by construct, which takes 19 microseconds a record before
anything is checked: more than a second for the 62,975 of a full card, instead of a fifth of one.
"""

from dataclasses import dataclass

from election.media import CardLogRecord
from parsers.media.checksums import crc16
from parsers.media.device_time import device_time
from parsers.media.fields import printable
from parsers.media.m100_card.layout import LOG_AT, LOG_SLOT, SLOT_BYTES, log_capacity

NOTE_AND_BEFORE = SLOT_BYTES - 2
"""Bytes of a slot that its CRC-16 covers."""


@dataclass(frozen=True, slots=True)
class CardLog:
    """What the ring holds."""

    records: tuple[CardLogRecord, ...]
    """The intact ones, oldest first."""
    damage: tuple[str, ...]


def read_log(image: bytes, written: int) -> CardLog:
    """Return the log of a card on which `written` records were ever written; never raises.

    No slot beyond these is looked at but the next one, which a torn transaction may have filled.
    """
    capacity = log_capacity(len(image))
    kept = min(written, capacity)
    oldest = written - kept + 1
    ring = image[LOG_AT : LOG_AT + kept * SLOT_BYTES]
    turn = (oldest - 1) % capacity * SLOT_BYTES
    records, broken = _read_slots(ring[turn:] + ring[:turn], oldest)
    damage: list[str] = []
    if broken:
        first = broken[0]
        at = LOG_AT + (first - 1) % capacity * SLOT_BYTES
        damage.append(
            f"audit log: {len(broken):,} of {kept:,} records are damaged, the first is number "
            f"{first:,} at byte {at:,}"
        )
    begin = LOG_AT + written % capacity * SLOT_BYTES
    following, _ = _read_slots(image[begin : begin + SLOT_BYTES], written + 1)
    if following:
        damage.append(
            f"audit log: record {written + 1:,} is there, the header counts {written:,}: "
            "the scanner stopped in the middle of a transaction"
        )
    return CardLog(records, tuple(damage))


def _read_slots(slots: bytes, first: int) -> tuple[tuple[CardLogRecord, ...], list[int]]:
    """Return the intact records, and the numbers of the others."""
    records: list[CardLogRecord] = []
    broken: list[int] = []
    texts = _Texts()
    for number, slot in enumerate(LOG_SLOT.iter_unpack(slots), start=first):
        sequence, seconds, code, auxiliary, value, note, crc = slot
        begin = (number - first) * SLOT_BYTES
        is_intact = sequence == number and crc16(slots[begin : begin + NOTE_AND_BEFORE]) == crc
        text = texts[note] if is_intact else None
        if text is None:
            broken.append(number)
        else:
            at = device_time(seconds)
            records.append(CardLogRecord(sequence, at, code, auxiliary, value, text))
    return tuple(records), broken


class _Texts(dict[bytes, str | None]):
    """Notes by their bytes, None where these are no text: few notes differ, many are empty."""

    def __missing__(self, note: bytes) -> str | None:
        try:
            text = printable(note).rstrip(" ")
        except ValueError:
            text = None
        self[note] = text
        return text
