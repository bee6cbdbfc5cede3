"""Whether everything is in: what is awaited, and which machines a report leaves out."""

from collections.abc import Iterator

from election.definition import AssignedDevice
from election.definition_file import LoadedDefinition
from election.documents import ReportKind
from election.findings import Finding, Severity
from election.media import Peb
from gateway.checks.wording import flawed, listed, name_of_device
from gateway.media_sets import media_sets
from gateway.packets import History, Packet
from gateway.reports import is_intact, listing_set, tape_sets, totals_set


def awaited(packet: Packet, loaded: LoadedDefinition) -> tuple[str, ...]:
    """Return what an operator still has to bring in, in words."""
    missing = [
        f"zero tape of {name_of_device(zeros.device)}"
        for zeros in tape_sets(packet, loaded.definition, ReportKind.ZERO)
        if not zeros.tapes
    ]
    unused = _unused_devices(packet, loaded)
    missing += [
        f"results tape of {name_of_device(results.device)}"
        for results in tape_sets(packet, loaded.definition, ReportKind.RESULTS)
        if results.counting is None and results.device not in unused
    ]
    for media in media_sets(packet, loaded.definition):
        if media.counts and media.counting is None:
            missing.append(f"medium of {name_of_device(media.device)}")
        if media.counts or media.media or media.further_pebs:
            missing += media.missing
    listings = listing_set(packet, loaded.definition)
    missing += [
        f"vote image log with terminal {serial}"
        for serial in listings.serials
        if serial not in listings.counting
    ]
    totals = totals_set(packet, loaded.definition)
    if totals.device is not None and totals.counting is None:
        missing.append(f"{name_of_device(totals.device)}, an EL30A or ASCII export")
    return tuple(missing)


def _unused_devices(packet: Packet, loaded: LoadedDefinition) -> tuple[AssignedDevice, ...]:
    """Return the iVotronics that nobody voted on: no results tape is expected of them (C73)."""
    return tuple(
        media.device
        for media in media_sets(packet, loaded.definition)
        if isinstance(media.counting, Peb) and not media.counting.ballots
    )


def every_terminal_on_tape(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C23: a results tape lists every terminal that its PEB should have opened."""
    for tape_set in tape_sets(packet, loaded.definition, ReportKind.RESULTS):
        for tape in filter(is_intact, tape_set.tapes):
            if missing := tape_set.missing_terminals(tape):
                yield flawed(
                    "C23",
                    Severity.BLOCK,
                    f"Machine {listed(missing)} belongs to this precinct but has no data on the "
                    f"tape of {name_of_device(tape_set.device)}.",
                    "Ask where it is before the precinct is called complete.",
                    f"on the tape: {listed(terminal.serial for terminal in tape.terminals)}",
                    replaced=bool(tape_set.sound),
                )


def every_terminal_on_listing(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C60: a vote image log shows every terminal; one without a ballot has no line in it."""
    listings = listing_set(packet, loaded.definition)
    for listing in listings.listings:
        if missing := listings.missing_terminals(listing):
            yield flawed(
                "C60",
                Severity.TWO_PERSON,
                f"Machine {listed(missing)} belongs to this precinct but is not in the vote image "
                "log.",
                "Find its audit card, or make sure that nobody voted on it.",
                f"in the log: {listed(terminal.serial for terminal in listing.terminals)}",
                replaced=bool(listings.sound),
            )
