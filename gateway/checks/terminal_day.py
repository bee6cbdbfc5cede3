"""Whether the day of a terminal went as it should, by its event log or its audit copy.

Rows before the last clear-and-test are of another election or a rehearsal. Times are the terminal's
own: they make a finding that people look at, and never refuse a vote.
"""

from collections.abc import Iterator
from datetime import date

from election.definition_file import LoadedDefinition
from election.findings import Finding, Severity
from election.listings import Event
from election.media import Peb
from gateway.checks.clocks import legal_close
from gateway.checks.wording import found, listed
from gateway.media_sets import media_sets
from gateway.packets import History, Packet
from gateway.reports import assigned_devices
from gateway.terminal_sessions import CLOSED, OPENED, VOTES, terminal_sessions

WITH_VOTES_PRESENT = frozenset({"0000715", "0000716", "0001614", "0001615"})
"""No zero tape because the PEB has votes or a terminal is open; opened all the same."""

CLOSED_EARLY = frozenset({"0001628", "0000110"})

TROUBLE_WITH_PEB = frozenset(
    {
        *("0002210", "0002400", "0002402", "0002405", "0002406"),
        *(f"000{number}" for number in range(1718, 1724)),
    }
)
"""Wrong checksums, failed reads, PEBs pulled too early."""
MOST_TROUBLE = 40
"""In the log of one terminal; beyond it the PEB needs service."""

UNFINISHED_EXCHANGE = frozenset({"0001703", "0001704"})
"""The I/O flag of a PEB was set."""

CANCELLED = frozenset(f"000151{digit}" for digit in range(3, 10))
LEAST_CANCELLED = 5
MOST_CANCELLED_PART = 0.1


def opened_with_votes(
    packet: Packet, _loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C13: no terminal was opened although it, or its PEB, already held votes."""
    for session in terminal_sessions(packet):
        begun = _until(session.of_election, VOTES | {CLOSED})
        if rows := [event for event in begun if event.number in WITH_VOTES_PRESENT]:
            yield found(
                "C13",
                Severity.TWO_PERSON,
                f"Machine {session.terminal} was opened although vote data were present. Find out "
                "why before release: look for a test or an earlier election on this PEB.",
                _rows(rows),
            )


def votes_in_opening_hours(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C38: every vote was cast while its terminal was open, on election day unless it is early."""
    groups = {group.id: group for group in loaded.definition.counting_groups}
    early = groups[packet.key.counting_group].early
    day = date.fromisoformat(loaded.definition.date)
    for session in terminal_sessions(packet):
        outside = [
            event
            for event, is_open in _with_state(session.of_election)
            if event.number in VOTES and not (is_open and (early or _is_on(event, day)))
        ]
        if outside:
            yield found(
                "C38",
                Severity.TWO_PERSON,
                f"Machine {session.terminal} has {len(outside)} votes outside the opening hours. "
                "If it is an early-voting machine, have it marked so; otherwise stop.",
                _rows(outside),
            )


def closed_in_time(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C41: no terminal was closed on election day before the polls close by law."""
    day, legal = date.fromisoformat(loaded.definition.date), legal_close(loaded.definition)
    if legal is None:
        return
    for session in terminal_sessions(packet):
        rows = [
            event
            for event in session.numbered(*CLOSED_EARLY)
            if event.at is not None and event.at.date() == day and event.at < legal
        ]
        if rows:
            yield found(
                "C41",
                Severity.TWO_PERSON,
                f"Machine {session.terminal} was closed before {legal:%H:%M}. Ask whether voters "
                "were turned away.",
                _rows(rows),
            )


def peb_is_healthy(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C42: terminals and PEBs read each other without trouble, and finished every exchange."""
    trouble: dict[str, list[str]] = {}
    for session in terminal_sessions(packet):
        failed = sum(event.number in TROUBLE_WITH_PEB for event in session.events)
        flagged = sum(event.number in UNFINISHED_EXCHANGE for event in session.events)
        if failed > MOST_TROUBLE:
            trouble.setdefault(session.terminal, []).append(f"{failed} failed readings")
        if flagged:
            trouble.setdefault(session.terminal, []).append(f"{flagged} unfinished exchanges")
    for serial, peb in _interrupted(packet, loaded):
        trouble.setdefault(serial, []).append(f"unfinished exchange with PEB {peb}")
    for serial, what in sorted(trouble.items()):
        yield found(
            "C42",
            Severity.WARN,
            f"Machine {serial} and its PEB had trouble reading each other. Compare its "
            "tape with the PEB twice and mark the PEB for service.",
            listed(what),
        )


def master_peb_activates_nobody(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C43: the PEB that opens or closes terminals activates no ballot, where a site has two."""
    sessions = {session.terminal: session for session in terminal_sessions(packet)}
    for device in assigned_devices(packet, loaded.definition):
        site = [sessions[serial] for serial in device.terminal_serials if serial in sessions]
        rows = [event for session in site for event in session.of_election]
        masters = {event.peb for event in rows if event.number in (OPENED, CLOSED)}
        if len({event.peb for event in rows} - {"", "0"}) < 2:  # its only PEB
            continue
        votes = [event for event in rows if event.number in VOTES]
        by_master = [event for event in votes if event.peb in masters]
        if by_master:
            pebs = listed(sorted({event.peb for event in by_master}))
            yield found(
                "C43",
                Severity.WARN,
                f"The opening PEB {pebs} was also used for voters. Note it.",
                f"{len(by_master)} of {len(votes)} votes",
            )


def few_ballots_cancelled(
    packet: Packet, _loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C45: not many ballots were cancelled on one terminal."""
    for session in terminal_sessions(packet):
        cancelled = len(session.numbered(*CANCELLED))
        begun = cancelled + session.votes
        if cancelled >= LEAST_CANCELLED and cancelled > MOST_CANCELLED_PART * begun:
            yield found(
                "C45",
                Severity.WARN,
                f"Machine {session.terminal} cancelled {cancelled} ballots. Ask whether it was "
                "taken out of service.",
                f"{cancelled} of {begun}",
            )


def _interrupted(packet: Packet, loaded: LoadedDefinition) -> Iterator[tuple[str, str]]:
    """Yield each terminal that a PEB marks as left in the middle of an exchange, and the PEB."""
    for media in media_sets(packet, loaded.definition):
        for peb in media.current:
            if isinstance(peb, Peb) and not peb.damage:
                yield from ((each.serial, peb.peb) for each in peb.terminals if each.io_flag)


def _until(events: tuple[Event, ...], ends: frozenset[str]) -> tuple[Event, ...]:
    """Return the rows before the first of `ends`."""
    end = next((place for place, event in enumerate(events) if event.number in ends), len(events))
    return events[:end]


def _with_state(events: tuple[Event, ...]) -> Iterator[tuple[Event, bool]]:
    """Yield each row, and whether the terminal was open then by the order of the log."""
    is_open = False
    for event in events:
        is_open = (is_open or event.number == OPENED) and event.number != CLOSED
        yield event, is_open


def _is_on(event: Event, day: date) -> bool:
    return event.at is None or event.at.date() == day


def _rows(events: list[Event]) -> str:
    return listed(f"{event.number} {event.printed_at}" for event in events)
