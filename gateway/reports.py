"""Which report of a device counts: the first sound one of each kind, whenever it came in.

A flawed report (cut off, damaged, printed too early) never gives a number. Beside a sound one
from the same source its finding is one step milder: that is how a reprint clears a packet.
Nothing here depends on the order of the documents, as long as the sound ones agree (C35).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from election.definition import AssignedDevice, ElectionDefinition, Mode, Precinct, ReportedBy
from election.documents import (
    ReportKind,
    Tape,
    VoteImagePrecinct,
    VoteImageTerminal,
)
from election.listings import ListingFinding
from gateway.contents import GroupTotals, PacketContent
from gateway.listed_dates import is_headed_otherwise, is_printed_before
from gateway.listed_totals import is_counted
from gateway.listing_findings import serious
from gateway.packets import Packet

_Kind = TypeVar("_Kind", bound=PacketContent)


@dataclass(frozen=True, slots=True)
class TapeSet:
    """All tapes of one kind that one assigned device gave."""

    device: AssignedDevice
    kind: ReportKind
    tapes: tuple[Tape, ...]

    @property
    def sound(self) -> tuple[Tape, ...]:
        """Those whose numbers may be used."""
        return tuple(tape for tape in self.tapes if self._is_sound(tape))

    @property
    def counting(self) -> Tape | None:
        """The one that counts."""
        return next(iter(self.sound), None)

    def missing_terminals(self, tape: Tape) -> tuple[str, ...]:
        """Return the assigned terminals that `tape` does not list."""
        listed = {terminal.serial for terminal in tape.terminals}
        return tuple(serial for serial in self.device.terminals if serial not in listed)

    def _is_sound(self, tape: Tape) -> bool:
        if not is_intact(tape) or (tape.typed_by and not self._was_typed_twice(tape)):
            return False
        if self.kind is ReportKind.ZERO:
            return True
        return not has_open_terminals(tape) and not self.missing_terminals(tape)

    def _was_typed_twice(self, tape: Tape) -> bool:
        """Say whether somebody else typed the very same in from the paper."""
        return any(
            other.typed_by not in ("", tape.typed_by) and tape_values(other) == tape_values(tape)
            for other in self.tapes
        )


@dataclass(frozen=True, slots=True)
class ListingSet:
    """All vote image logs of a precinct, for the terminals of one counting group."""

    serials: tuple[str, ...]
    """Terminals of the packet that report by listing."""
    listings: tuple[VoteImagePrecinct, ...]

    @property
    def sound(self) -> tuple[VoteImagePrecinct, ...]:
        """Those that agree with themselves and show every terminal."""
        return tuple(
            listing
            for listing in self.listings
            if not contradictions(listing) and not self.missing_terminals(listing)
        )

    @property
    def candidates(self) -> tuple[VoteImagePrecinct, ...]:
        """The sound listings; where there is none, those that two people may let pass."""
        return self.sound or self.listings

    @property
    def counting(self) -> dict[str, VoteImageTerminal]:
        """The terminals that count, by serial; empty without a listing."""
        return self.terminals(self.candidates[0]) if self.candidates else {}

    def terminals(self, listing: VoteImagePrecinct) -> dict[str, VoteImageTerminal]:
        """Return the terminals of the packet in `listing`, by serial, in the packet's order."""
        shown = {terminal.serial: terminal for terminal in listing.terminals}
        return {serial: shown[serial] for serial in self.serials if serial in shown}

    def missing_terminals(self, listing: VoteImagePrecinct) -> tuple[str, ...]:
        """Return the terminals of the packet that `listing` does not show."""
        shown = self.terminals(listing)
        return tuple(serial for serial in self.serials if serial not in shown)


@dataclass(frozen=True, slots=True)
class TotalsSet:
    """All totals listings of a packet, for the one device that stands for them."""

    device: AssignedDevice | None
    """None: the packet reports otherwise."""
    listings: tuple[GroupTotals, ...]
    day: date
    """Election day."""
    official: bool
    """Whether no test may count."""

    @property
    def sound(self) -> tuple[GroupTotals, ...]:
        """Those of this election that are whole, agree with themselves, and show a count."""
        return tuple(
            listing
            for listing in self.listings
            if is_sound(listing)
            and not is_headed_otherwise(listing.head, self.day)
            and not (self.official and is_printed_before(listing.head, self.day))
        )

    @property
    def candidates(self) -> tuple[GroupTotals, ...]:
        """The sound listings; where there is none, those that two people may let pass."""
        return self.sound or self.listings

    @property
    def counting(self) -> GroupTotals | None:
        """The one that counts."""
        return next(iter(self.candidates), None) if self.device else None


def assigned_devices(packet: Packet, definition: ElectionDefinition) -> tuple[AssignedDevice, ...]:
    """Return the devices whose reports make up `packet`."""
    return tuple(
        device
        for device in definition.precinct_by_id[packet.key.precinct].devices
        if device.counting_group == packet.key.counting_group
    )


def printing_device(tape: Tape, precinct: Precinct) -> AssignedDevice | None:
    """Return the device of `precinct` that printed `tape`, or None when it is none of them."""
    for device in precinct.devices:
        identity = (device.device_class, device.serial)
        if device.prints_tapes and identity == (tape.device_class, tape.unit):
            return device
    return None


def tapes(packet: Packet, kind: ReportKind | None = None) -> tuple[Tape, ...]:
    """Return the tapes of `packet`, of one kind or of both."""
    return tuple(tape for tape in contents(packet, Tape) if kind in (None, tape.kind))


def listings(packet: Packet) -> tuple[VoteImagePrecinct, ...]:
    """Return what vote image logs say of the packet's precinct."""
    return contents(packet, VoteImagePrecinct)


def contents(packet: Packet, kind: type[_Kind]) -> tuple[_Kind, ...]:
    """Return what is of this `kind` in the documents of `packet`, in the order of coming in."""
    said = (document.content for document in packet.documents)
    return tuple(content for content in said if isinstance(content, kind))


def tape_sets(
    packet: Packet, definition: ElectionDefinition, kind: ReportKind
) -> tuple[TapeSet, ...]:
    """Return the tapes of one kind, for each assigned device that prints tapes."""
    precinct = definition.precinct_by_id[packet.key.precinct]
    return tuple(
        TapeSet(
            device,
            kind,
            tuple(t for t in tapes(packet, kind) if printing_device(t, precinct) is device),
        )
        for device in assigned_devices(packet, definition)
        if device.prints_tapes
    )


def counting_results(
    packet: Packet, definition: ElectionDefinition
) -> Iterator[tuple[AssignedDevice, Tape]]:
    """Yield the results report that counts, for each device that has one."""
    for tape_set in tape_sets(packet, definition, ReportKind.RESULTS):
        if tape_set.counting is not None:
            yield tape_set.device, tape_set.counting


def listing_set(packet: Packet, definition: ElectionDefinition) -> ListingSet:
    """Return the listings of `packet` and the terminals that they must show."""
    serials = tuple(
        device.serial
        for device in assigned_devices(packet, definition)
        if device.reported_by is ReportedBy.VOTE_IMAGE_LOG
    )
    return ListingSet(serials, listings(packet))


def totals_set(packet: Packet, definition: ElectionDefinition) -> TotalsSet:
    """Return the totals listings of `packet`."""
    devices = assigned_devices(packet, definition)
    return TotalsSet(
        next((each for each in devices if each.reported_by is ReportedBy.TOTALS_LISTING), None),
        contents(packet, GroupTotals),
        date.fromisoformat(definition.date),
        definition.mode is Mode.OFFICIAL,
    )


def is_sound(listing: GroupTotals) -> bool:
    """Say whether the numbers of `listing` may be used, if it is of this election."""
    return (
        not listing.wrong_column
        and not listing.column_in_doubt
        and not listing.contradicted
        and not serious(listing.findings)
        and not (listing.row_sums.above or listing.row_sums.unexplained)
        and is_counted(listing.precinct)
        and listing.result.is_whole
    )


def is_intact(tape: Tape) -> bool:
    """Say whether `tape` is whole and does not contradict itself."""
    return not tape.truncated and not tape.damage


def tape_values(tape: Tape) -> Tape:
    """Return `tape` without what differs between two prints or entries of the same counts."""
    # Nobody types the head of a tape; whether it names this election is for other checks.
    values = replace(tape, county="", title="", date="", firmware="", notes=(), typed_by="")
    values = replace(values, printed=None, copy=0)
    if tape.kind is ReportKind.ZERO:
        # Printed once more after the polls opened, it shows that time, and further terminals.
        values = replace(values, opened=None, terminals=(), terminals_not_closed=0)
    return values


def has_open_terminals(tape: Tape) -> bool:
    """Say whether `tape` was printed while a terminal still took votes."""
    return tape.terminals_not_closed > 0 or not all(t.closed for t in tape.terminals)


def contradictions(listing: VoteImagePrecinct) -> tuple[str, ...]:
    """Return where `listing` disagrees with itself and with its own PRECINCT TOTALS."""
    said = tuple(_with_place(finding) for finding in listing.disagreements)
    return said or tuple(_trailer_differences(listing))


def _with_place(finding: ListingFinding) -> str:
    """Say where to look first: the message names both sides, a person holds the paper."""
    return f"Line {finding.lines[-1]}: {finding.message}" if finding.lines else finding.message


def _trailer_differences(listing: VoteImagePrecinct) -> Iterator[str]:
    if listing.trailer is None:
        return
    printed: Counter[int] = Counter()
    for number, votes in listing.trailer:
        printed[number] += votes
    counted: Counter[int] = Counter()
    for terminal in listing.terminals:
        for count in terminal.counts:
            counted[count.number] += count.votes
    for number in sorted(printed.keys() | counted.keys()):
        if printed[number] != counted[number]:
            yield (
                f"Candidate number {number}: PRECINCT TOTALS say {printed[number]}, "
                f"the ballots listed have {counted[number]}."
            )
