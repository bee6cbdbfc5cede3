"""Whether the clocks of the devices told the time of the election. They never order or refuse."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from election.definition import ElectionDefinition
from election.definition_file import LoadedDefinition
from election.documents import ReportKind
from election.findings import Finding, Severity
from gateway.checks.wording import found, name_of_device
from gateway.packets import History, Packet
from gateway.reports import tape_sets

EARLY_ALLOWED = timedelta(minutes=10)
"""Before the legal close by the device's own clock: more is a clock that is wrong, or a poll that
closed too early."""

FAR_OFF = timedelta(hours=1)
"""From here on two people look at it."""

LATEST_CLOSE = timedelta(hours=12)
"""After the legal close: voters in line, a broken printer, a long night."""


def clock_of_election(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C40: a device that voted on election day was closed within hours of the legal close."""
    groups = {group.id: group for group in loaded.definition.counting_groups}
    if groups[packet.key.counting_group].early:
        return
    legal = _wall_clock(loaded.definition)
    if legal is None:
        return
    for results in tape_sets(packet, loaded.definition, ReportKind.RESULTS):
        tape = results.counting
        for closed in () if tape is None else (tape.closed, *(t.at for t in tape.terminals)):
            off = _off_by(closed, legal)
            if closed is not None and off is not None:
                yield found(
                    "C40",
                    Severity.TWO_PERSON if abs(off) > FAR_OFF else Severity.WARN,
                    f"The clock of {name_of_device(results.device)} is off by "
                    f"{_hours(off)}, or the polls were not closed in time. The result is not "
                    "affected; note the difference and use the times of Form #9.",
                    f"closed {closed}, legal close {legal}",
                )


def _off_by(closed: datetime | None, legal: datetime) -> timedelta | None:
    """Return by how much `closed` is outside the hours in which polls close; None: it is not."""
    if closed is None:
        return None
    if closed < legal - EARLY_ALLOWED:
        return closed - legal
    return closed - legal if closed > legal + LATEST_CLOSE else None


def _wall_clock(definition: ElectionDefinition) -> datetime | None:
    """Return the legal close by the clock on the wall, as devices keep time; None: zone unknown."""
    try:
        zone = ZoneInfo(definition.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return None
    return definition.polls_close.astimezone(zone).replace(tzinfo=None)


def _hours(off: timedelta) -> str:
    hours = abs(off) / timedelta(hours=1)
    return f"{hours:.1f} hours {'behind' if off < timedelta() else 'ahead'}"
