"""Which medium of a device counts: the first sound one, whenever it came in.

A damaged medium, and one on which the polls were never closed, never gives a number.
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
    def counting(self) -> ResultsMedium | None:
        """The one that counts."""
        return next(iter(self.sound), None)

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


def is_sound_medium(medium: ResultsMedium) -> bool:
    """Say whether the numbers on `medium` may be used."""
    return not medium.damage and is_closed(medium)


def is_closed(medium: ResultsMedium) -> bool:
    """Say whether the polls were closed on it, for a PEB on every terminal that it opened."""
    if isinstance(medium, M100Card):
        return medium.state is CardState.CLOSED
    return medium.state is PebState.COLLECTED and not any(
        terminal.state is TerminalState.OPEN for terminal in medium.terminals
    )
