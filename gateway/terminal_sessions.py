"""What an event log says of one iVotronic terminal since it was made ready for the election."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from election.listings import Event
from election.media import FlashEvent, TerminalFlash
from gateway.contents import TerminalEvents
from gateway.packets import Packet
from gateway.reports import contents

CLEARED_AND_TESTED = "0001607"
CLEARED = "0001200"
OPENED, CLOSED = "0001672", "0001673"
VOTES = frozenset({"0001510", "0001511"})
"""Vote cast by voter, vote cast by poll worker."""
SUPERVISOR = 1
"""PEB type of an audit copy that event logs print as SUP; they print others as UNK."""
TO_ANOTHER_PEB = "0001206"
"""Vote data transfer to non-master PEB."""


@dataclass(frozen=True, slots=True)
class TerminalSession:
    """The rows of one terminal, in the order of the log."""

    terminal: str
    events: tuple[Event, ...]
    is_whole: bool = True
    """False where the log is damaged or full: what is not in it may have happened all the same."""

    @property
    def of_election(self) -> tuple[Event, ...]:
        """The rows after the last clear-and-test, or else from the last opening on: no test."""
        numbers = [event.number for event in self.events]
        for start in (CLEARED_AND_TESTED, OPENED):
            if start in numbers:
                return self.events[len(numbers) - 1 - numbers[::-1].index(start) :]
        return self.events

    def numbered(self, *numbers: str) -> tuple[Event, ...]:
        """Return the rows of the election with these event numbers."""
        return tuple(event for event in self.of_election if event.number in numbers)

    @property
    def votes(self) -> int:
        """Number of votes cast since the terminal was made ready."""
        return len(self.numbered(*VOTES))

    @property
    def changed_hands(self) -> tuple[tuple[str, str], ...]:
        """PEBs of an opening and the closing after it, where they are not the same."""
        openings, closings = self.numbered(OPENED), self.numbered(CLOSED)
        return tuple(
            (opened.peb, closed.peb)
            for opened, closed in zip(openings, closings, strict=False)
            if opened.peb != closed.peb
        )

    def was_rehearsal(self, day: date) -> bool:
        """Say whether it was closed before `day` and nobody had voted on it."""
        closings = self.numbered(CLOSED)
        last = closings[-1].at if closings else None
        return not self.votes and last is not None and last.date() < day

    def cleared_on_or_after(self, day: date) -> Iterator[Event]:
        """Yield the rows in which votes were cleared from `day` on, after an opening."""
        opened = False
        for event in self.events:
            opened = opened or event.number == OPENED
            on_time = event.at is not None and event.at.date() >= day
            if opened and on_time and event.number in (CLEARED, CLEARED_AND_TESTED):
                yield event


def terminal_sessions(packet: Packet) -> tuple[TerminalSession, ...]:
    """Return the terminals of `packet` in its event logs; of several logs the longest counts."""
    longest: dict[str, TerminalSession] = {}
    for session in _sessions(packet):
        other = longest.setdefault(session.terminal, session)
        if len(session.events) > len(other.events):
            longest[session.terminal] = session
    return tuple(longest[terminal] for terminal in sorted(longest))


def _sessions(packet: Packet) -> Iterator[TerminalSession]:
    for flash in contents(packet, TerminalFlash):
        events = tuple(_event(flash.terminal, event) for event in flash.events)
        is_whole = not (flash.log_is_cut or flash.log_is_full)
        yield TerminalSession(flash.terminal, events, is_whole)
    for log in contents(packet, TerminalEvents):
        rows: dict[str, list[Event]] = {}
        for event in log.events:
            rows.setdefault(event.terminal, []).append(event)
        for terminal, of_terminal in rows.items():
            yield TerminalSession(terminal, tuple(of_terminal))


def _event(terminal: str, event: FlashEvent) -> Event:
    """Return an event of an audit copy as an event log prints it."""
    return Event(
        terminal=terminal,
        peb=event.peb or "0",
        peb_type="SUP" if event.peb_type == SUPERVISOR else "UNK",
        at=event.at,
        printed_at="" if event.at is None else f"{event.at:%m/%d/%Y %H:%M:%S}",
        number=event.code,
        description=event.text,
    )
