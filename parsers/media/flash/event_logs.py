"""The two event logs of a terminal: the old published one, and the extension of the profile."""

from dataclasses import dataclass

from election.media import FlashEvent
from parsers.media.checksums import crc16
from parsers.media.device_time import device_time
from parsers.media.fields import read_layout
from parsers.media.flash.event_codes import MOST_OLD_CODE, from_old, text_of
from parsers.media.flash.layout import (
    AREA,
    ERASED,
    EVENT,
    EVENT_CRC_AT,
    EVENT_END,
    EXTENSION_HEAD,
    EXTENSION_LOG,
    EXTENSION_LOG_HEAD,
    MOST_CODE,
    MOST_EVENTS,
    MOST_OLD_EVENTS,
    OLD_END,
    OLD_EVENT,
    OLD_LOG,
)


@dataclass(frozen=True, slots=True)
class EventLog:
    """What a log says, as far as it is intact."""

    events: tuple[FlashEvent, ...]
    is_cut: bool
    """The record after the last event is damaged."""
    is_full: bool
    damage: tuple[str, ...] = ()


def read_old_log(image: bytes) -> EventLog:
    """Return the events of the old layout. Its records have no checksum."""
    area = image[OLD_LOG : OLD_LOG + AREA]
    events: list[FlashEvent] = []
    records = OLD_EVENT.iter_unpack(area[: MOST_OLD_EVENTS * OLD_EVENT.size])
    for code, seconds, peb_type, peb in records:
        if code == OLD_END:
            return _ended(events, area, len(events) * OLD_EVENT.size, OLD_LOG)
        if code > MOST_OLD_CODE:
            return EventLog(tuple(events), is_cut=True, is_full=False)
        events.append(_event(from_old(code), seconds, peb, peb_type))
    return EventLog(tuple(events), is_cut=False, is_full=True)


def read_extension_log(image: bytes) -> EventLog:
    """Return the events of the extension; raise ParseError when its head is none."""
    area = image[EXTENSION_LOG : EXTENSION_LOG + AREA]
    read_layout(
        EXTENSION_LOG_HEAD,
        area[:EXTENSION_HEAD],
        "head of the event log",
        lambda offset: EXTENSION_LOG + offset,
    )
    events: list[FlashEvent] = []
    for number in range(MOST_EVENTS):
        at = EXTENSION_HEAD + number * EVENT.size
        code, seconds, peb, peb_type, _, crc = EVENT.unpack_from(area, at)
        if code == EVENT_END:
            return _ended(events, area, at, EXTENSION_LOG)
        if code > MOST_CODE or crc16(area[at : at + EVENT_CRC_AT]) != crc:
            return EventLog(tuple(events), is_cut=True, is_full=False)
        events.append(_event(f"{code:07}", seconds, peb, peb_type))
    return EventLog(tuple(events), is_cut=False, is_full=True)


def _event(code: str, seconds: int, peb: int, peb_type: int) -> FlashEvent:
    return FlashEvent(
        code=code,
        text=text_of(code),
        at=device_time(seconds),
        peb=str(peb) if peb else "",
        peb_type=peb_type,
    )


def _ended(events: list[FlashEvent], area: bytes, end: int, begin: int) -> EventLog:
    """Return the log whose end mark is at `end`; whatever follows should be erased."""
    is_erased = area.endswith(ERASED[end:])
    damage = () if is_erased else (f"byte {begin + end:#08x}: not erased after the log",)
    return EventLog(tuple(events), is_cut=False, is_full=False, damage=damage)
