"""Whether the event log of the terminals agrees with what was counted on them.

A log covers clear-and-test, rehearsals and early voting as well: only what came after the last
clear-and-test is held against the ballots.
"""

from collections.abc import Iterator
from datetime import date

from election.definition import ElectionDefinition
from election.definition_file import LoadedDefinition
from election.documents import ReportKind
from election.findings import Finding, Severity
from gateway.checks.wording import found, listed, zero_tape_too_late
from gateway.contents import TerminalEvents
from gateway.listing_findings import judged
from gateway.packets import History, Packet
from gateway.reports import contents, counting_results, listing_set, tape_sets
from gateway.terminal_sessions import (
    CLOSED,
    OPENED,
    TO_ANOTHER_PEB,
    VOTES,
    TerminalSession,
    terminal_sessions,
)


def opened_and_closed(
    packet: Packet, _loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C25: every terminal was opened once and closed once, by a log that is whole."""
    for session in filter(_is_whole, terminal_sessions(packet)):
        openings, closings = session.numbered(OPENED), session.numbered(CLOSED)
        if len(openings) > len(closings):
            yield found(
                "C25",
                Severity.BLOCK,
                f"Machine {session.terminal} was opened but never closed; its votes may not be in "
                f"the totals. Close it with PEB {openings[-1].peb} in front of two people, and "
                "print the event log again.",
                f"opened {listed(event.printed_at for event in openings)}",
            )
        elif len(openings) != 1 or len(closings) != 1:
            never = not openings and not session.votes
            yield found(
                "C25",
                Severity.WARN if never else Severity.TWO_PERSON,
                f"Machine {session.terminal} was opened {len(openings)} times and closed "
                f"{len(closings)} times after its clear-and-test. Ask why, and make sure that its "
                "votes are counted once.",
                f"{session.votes} votes",
            )


def same_peb_closes(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C26: the PEB that opened a terminal closed it; a rehearsal without votes is none."""
    day = date.fromisoformat(loaded.definition.date)
    for session in terminal_sessions(packet):
        other = session.numbered(TO_ANOTHER_PEB)
        if session.was_rehearsal(day) or not (session.changed_hands or other):
            continue
        pairs = [
            f"opened with {opened}, closed with {closed}"
            for opened, closed in session.changed_hands
        ]
        pairs += [f"votes to another PEB {event.printed_at}" for event in other]
        yield found(
            "C26",
            Severity.TWO_PERSON,
            f"Machine {session.terminal} was closed with another PEB than it was opened with. Make "
            "sure that both PEBs are here and that the votes are counted once.",
            listed(pairs),
        )


def not_cleared_while_open(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C39: no votes were cleared from a terminal on election day or after it."""
    day = date.fromisoformat(loaded.definition.date)
    for session in terminal_sessions(packet):
        cleared = list(session.cleared_on_or_after(day))
        if cleared:
            yield found(
                "C39",
                Severity.BLOCK,
                f"Machine {session.terminal} was cleared after voting began. Keep it sealed, call "
                "the technician; the paper audit log is needed.",
                listed(f"{event.number} {event.printed_at}" for event in cleared),
            )


def votes_as_on_tape(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C29: the tape of the PEB has as many ballots for a terminal as its log has votes."""
    on_tape = {
        terminal.serial: terminal.ballots
        for _, tape in counting_results(packet, loaded.definition)
        for terminal in tape.terminals
    }
    yield from _unequal("C29", "tape", on_tape, packet, loaded.definition)


def votes_as_imaged(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C30: the vote image log has as many ballots of a terminal as its event log has votes."""
    yield from _unequal("C30", "vote image log", _imaged(packet, loaded), packet, loaded.definition)


def every_terminal_has_a_log(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C60: where there is an event log, it has every terminal that ballots come from."""
    if not contents(packet, TerminalEvents):
        return
    logged = {session.terminal for session in terminal_sessions(packet)}
    missing = [t for t, ballots in _imaged(packet, loaded).items() if ballots and t not in logged]
    if missing:
        yield found(
            "C60",
            Severity.TWO_PERSON,
            f"Machine {listed(missing)} has ballots in the vote image log and is not in the event "
            "log. Find its audit card and print the event log again.",
        )


def rows_in_order(
    packet: Packet, _loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C40: the clock of a terminal never goes back."""
    for log in contents(packet, TerminalEvents):
        yield from judged(log.findings, "The event log")


def zero_tape_before_first_vote(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C11: a PEB printed its zero tape before anybody voted on a terminal that it opened."""
    first_vote = {
        session.terminal: min(times)
        for session in terminal_sessions(packet)
        if (times := [event.at for event in session.numbered(*VOTES) if event.at is not None])
    }
    for zeros in tape_sets(packet, loaded.definition, ReportKind.ZERO):
        printed = zeros.counting.printed if zeros.counting else None
        too_late = [
            f"machine {serial} {first_vote[serial]}"
            for serial in zeros.device.terminals
            if printed is not None and serial in first_vote and printed >= first_vote[serial]
        ]
        if too_late:
            yield zero_tape_too_late(zeros.device, f"printed {printed}; {listed(too_late)}")


def _is_whole(session: TerminalSession) -> bool:
    return session.is_whole


def _imaged(packet: Packet, loaded: LoadedDefinition) -> dict[str, int]:
    images = listing_set(packet, loaded.definition).candidates[:1]
    return {each.serial: each.ballots for image in images for each in image.terminals}


def _unequal(
    check: str,
    source: str,
    ballots: dict[str, int],
    packet: Packet,
    definition: ElectionDefinition,
) -> Iterator[Finding]:
    for session in filter(_is_whole, terminal_sessions(packet)):
        counted = ballots.get(session.terminal)
        if counted is not None and not _fits(
            session, counted, definition.places_of_terminal[session.terminal]
        ):
            yield found(
                check,
                Severity.BLOCK,
                f"Machine {session.terminal}: its event log has {session.votes} votes, the "
                f"{source} {counted} ballots. Do not release; fetch the terminal's audit card and "
                "read it again.",
            )


def _fits(session: TerminalSession, counted: int, places: int) -> bool:
    # A terminal that stands in several precincts may have voted in all of them.
    return counted == session.votes or (places > 1 and counted < session.votes)
