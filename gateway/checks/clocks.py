"""Whether the clocks of the devices told the time of the election. They never order or refuse."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from election.definition import AssignedDevice, ElectionDefinition
from election.definition_file import LoadedDefinition
from election.findings import Finding, Severity
from election.media import M100Card
from gateway.checks.wording import found, listed, name_of_device
from gateway.media_sets import longest_flashes, media_sets
from gateway.packets import History, Packet
from gateway.reports import counting_results
from parsers.media.m100_card.event_codes import CardEvent

EARLY_ALLOWED = timedelta(minutes=10)
"""Before the legal close by the device's own clock: more is a clock that is wrong, or a poll that
closed too early."""

FAR_OFF = timedelta(hours=1)
"""From here on two people look at it."""

LATEST_CLOSE = timedelta(hours=12)
"""After the legal close: voters in line, a broken printer, a long night."""

CLOCK_SET = "0001656"
"""Event of a terminal."""

_Rows = list[tuple[datetime | None, bool]]
"""Time of each row of a log, and whether the clock was set there."""


def clock_of_election(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C40: a device that voted on election day was closed within hours of the legal close."""
    groups = {group.id: group for group in loaded.definition.counting_groups}
    legal = legal_close(loaded.definition)
    if legal is None or groups[packet.key.counting_group].early:
        return
    for device, closings in _closings(packet, loaded).items():
        off = {closed: by for closed in closings if (by := _off_by(closed, legal)) is not None}
        for closed in sorted(off):
            yield found(
                "C40",
                Severity.TWO_PERSON if abs(off[closed]) > FAR_OFF else Severity.WARN,
                f"The clock of {name_of_device(device)} is off by {_hours(off[closed])}, or the "
                "polls were not closed in time. The result is not affected; note the difference "
                "and use the times of Form #9.",
                f"closed {closed}, legal close {legal}",
            )


def clocks_on_media_run_on(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C40: in the log of a card or a terminal the clock never goes back, and nobody set it."""
    said = {
        (name, evidence): what
        for name, rows in _clocks(packet, loaded)
        for what, evidence in _oddities(rows)
    }
    for (name, evidence), what in said.items():
        yield found(
            "C40",
            Severity.WARN,
            f"The clock of {name} {what}, by its own log. The result is not affected; note it and "
            "use the times of Form #9.",
            evidence,
        )


def legal_close(definition: ElectionDefinition) -> datetime | None:
    """Return the legal close by the clock on the wall, as devices keep time; None: zone unknown."""
    try:
        zone = ZoneInfo(definition.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return None
    return definition.polls_close.astimezone(zone).replace(tzinfo=None)


def _closings(packet: Packet, loaded: LoadedDefinition) -> dict[AssignedDevice, set[datetime]]:
    """Return when the polls were closed, by the tapes and media of each device."""
    closings: dict[AssignedDevice, set[datetime | None]] = {}
    for device, tape in counting_results(packet, loaded.definition):
        times = {tape.closed, *(terminal.at for terminal in tape.terminals)}
        closings.setdefault(device, set()).update(times)
    for media in media_sets(packet, loaded.definition):
        for medium in media.sound:
            machines = (medium,) if isinstance(medium, M100Card) else medium.terminals
            closings.setdefault(media.device, set()).update(each.closed for each in machines)
    return {device: {at for at in times if at is not None} for device, times in closings.items()}


def _clocks(packet: Packet, loaded: LoadedDefinition) -> Iterator[tuple[str, _Rows]]:
    """Yield the log of each scanner's card and each terminal's audit copy."""
    for media in media_sets(packet, loaded.definition):
        for medium in media.current:
            if isinstance(medium, M100Card) and not medium.damage:
                name = f"{name_of_device(media.device)} on card {medium.card}"
                yield name, [(row.at, row.code == CardEvent.CLOCK_SET) for row in medium.log]
    for flash in longest_flashes(packet):
        events = [(event.at, event.code == CLOCK_SET) for event in flash.events]
        yield f"terminal {flash.terminal}", events


def _oddities(rows: _Rows) -> Iterator[tuple[str, str]]:
    """Yield what a clock did that clocks should not do, and when."""
    if set_at := [str(at) for at, is_set in rows if is_set]:
        yield "was set", listed(set_at)
    times = [at for at, _ in rows if at is not None]
    if back := [f"{late} to {early}" for late, early in pairwise(times) if early < late]:
        yield "goes back", listed(back)


def _off_by(closed: datetime, legal: datetime) -> timedelta | None:
    """Return by how much `closed` is outside the hours in which polls close; None: it is not."""
    if closed < legal - EARLY_ALLOWED:
        return closed - legal
    return closed - legal if closed > legal + LATEST_CLOSE else None


def _hours(off: timedelta) -> str:
    hours = abs(off) / timedelta(hours=1)
    return f"{hours:.1f} hours {'behind' if off < timedelta() else 'ahead'}"
