"""Which medium of a device counts: the newest sound one, whenever it came in.

A damaged medium, and one on which the polls were never closed, never gives a number. A sound
reading of a medium makes every reading of an earlier state of it a thing of the past: that is how
a terminal that was closed late clears its packet.
"""

from dataclasses import dataclass

from election.definition import AssignedDevice, ElectionDefinition, ReportedBy
from election.documents import DeviceClass
from election.media import CardState, M100Card, Peb, PebState, TerminalFlash, TerminalState
from gateway.medium_placement import device_of_medium
from gateway.packets import Packet
from gateway.reports import assigned_devices, contents

ResultsMedium = M100Card | Peb
"""A medium that carries the totals of its device."""


@dataclass(frozen=True, slots=True)
class MediaSet:
    """All media that one assigned device gave."""

    device: AssignedDevice
    media: tuple[ResultsMedium, ...]
    """The cards of the scanner; the master PEB."""
    further_pebs: tuple[Peb, ...]
    """The other PEBs of the site."""
    counts: bool
    """Whether the totals of the device come from its medium; else it is held against the tape."""

    @property
    def sound(self) -> tuple[ResultsMedium, ...]:
        """Those whose numbers may be used."""
        return tuple(medium for medium in self.media if is_sound_medium(medium))

    @property
    def current(self) -> tuple[ResultsMedium, ...]:
        """Those in the last state that was read of each, or in one that nobody mended."""
        return tuple(
            medium
            for medium in self.media
            if not any(
                _is_same(medium, later) and later.generation > medium.generation
                for later in self.sound
            )
        )

    @property
    def counting(self) -> ResultsMedium | None:
        """The one that counts."""
        return max(self.sound, key=lambda medium: medium.generation, default=None)

    @property
    def missing(self) -> tuple[str, ...]:
        """Media that must come back and did not, in words."""
        brought = {
            medium.card if isinstance(medium, M100Card) else medium.peb
            for medium in (*self.media, *self.further_pebs)
        }
        word = "memory card" if self.device.device_class is DeviceClass.M100 else "PEB"
        return tuple(f"{word} {serial}" for serial in self.device.media if serial not in brought)


def media_sets(packet: Packet, definition: ElectionDefinition) -> tuple[MediaSet, ...]:
    """Return the media of `packet`, for each assigned device that has any or must have one."""
    precinct = definition.precinct_by_id[packet.key.precinct]
    cards, pebs = contents(packet, M100Card), contents(packet, Peb)
    sets = []
    for device in assigned_devices(packet, definition):
        if not device.prints_tapes:
            continue
        own = [peb for peb in pebs if device_of_medium(peb, precinct) is device]
        sets.append(
            MediaSet(
                device,
                (
                    *(card for card in cards if device_of_medium(card, precinct) is device),
                    *(peb for peb in own if peb.peb == device.serial),
                ),
                tuple(peb for peb in own if peb.peb != device.serial),
                device.reported_by is ReportedBy.MEDIUM,
            )
        )
    return tuple(sets)


def flashes(packet: Packet) -> tuple[TerminalFlash, ...]:
    """Return the terminals' flash images of `packet`."""
    return contents(packet, TerminalFlash)


def longest_flashes(packet: Packet) -> tuple[TerminalFlash, ...]:
    """Return the undamaged flash of each terminal, by serial; of several the longest log counts."""
    longest_last = sorted(flashes(packet), key=lambda each: (len(each.events), repr(each)))
    by_terminal = {flash.terminal: flash for flash in longest_last if not flash.damage}
    return tuple(by_terminal[terminal] for terminal in sorted(by_terminal))


def is_sound_medium(medium: ResultsMedium) -> bool:
    """Say whether the numbers on `medium` may be used."""
    return not medium.damage and is_closed(medium)


def is_closed(medium: ResultsMedium) -> bool:
    """Say whether the polls were closed on it, for a PEB on every terminal that it opened.

    A PEB that opened no terminal has none to close.
    """
    if isinstance(medium, M100Card):
        return medium.state is CardState.CLOSED
    if medium.state is PebState.QUALIFIED:
        return not medium.terminals and not medium.ballots
    return medium.state is PebState.COLLECTED and not any(
        terminal.state is TerminalState.OPEN for terminal in medium.terminals
    )


def _is_same(one: ResultsMedium, other: ResultsMedium) -> bool:
    """Say whether both are the same thing that a person holds."""
    match one, other:
        case M100Card(), M100Card():
            return (one.card, one.copy) == (other.card, other.copy)
        case Peb(), Peb():
            return one.peb == other.peb
    return False
