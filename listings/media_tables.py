"""What media hold as tables of the same shape as those of the listings.

A medium has no name of its precinct and one counting group, so those cells are empty.
"""

from collections.abc import Iterator

from election.media import FlashCard, FlashEvent, M100Card, MediumContest, Peb, TerminalFlash
from listings.totals_rows import (
    BALLOTS_CAST,
    BLANK_BALLOTS,
    OVER_VOTES,
    UNDER_VOTES,
    WRITE_IN,
    TotalsRow,
)

PEB_TYPES = {0: "UNK", 1: "SUP", 2: "VTR"}
"""As an EL152 listing prints them; that for PEBs of voters is ours, no public listing has any."""

NO_PEB = "0"
"""What an EL152 listing prints where no PEB was in the terminal."""

EventRow = tuple[str, str, str, str, str, str]
"""Terminal, PEB, its type, time, event, description."""


def medium_totals_rows(medium: M100Card | Peb) -> Iterator[TotalsRow]:
    """Yield the totals of `medium` in ballot order; of a damaged one nothing."""
    if medium.damage:
        return
    precinct = medium.identity.precinct or None
    yield _row(precinct, BALLOTS_CAST, "", medium.ballots)
    if isinstance(medium, M100Card):
        yield _row(precinct, BLANK_BALLOTS, "", medium.blank_ballots)
    for contest in medium.contests:
        yield from _contest_rows(precinct, contest)


def medium_event_rows(medium: TerminalFlash | FlashCard) -> Iterator[EventRow]:
    """Yield the events of every terminal on `medium`, oldest first, one terminal after another."""
    terminals = medium.terminals if isinstance(medium, FlashCard) else (medium,)
    for terminal in terminals:
        for event in terminal.events:
            yield _event_row(terminal.terminal, event)


def _contest_rows(precinct: int | None, contest: MediumContest) -> Iterator[TotalsRow]:
    for choice in contest.choices:
        yield _row(precinct, contest.title, choice.name, choice.votes, party=choice.party)
    if contest.write_in or contest.write_ins:
        yield _row(precinct, contest.title, WRITE_IN, contest.write_ins)
    yield _row(precinct, contest.title, OVER_VOTES, contest.overvotes)
    yield _row(precinct, contest.title, UNDER_VOTES, contest.undervotes)


def _row(
    precinct: int | None, contest: str, choice: str, votes: int, *, party: str = ""
) -> TotalsRow:
    return TotalsRow(precinct, "", contest, choice, party, "", votes)


def _event_row(terminal: str, event: FlashEvent) -> EventRow:
    at = event.at.isoformat() if event.at else ""
    peb = event.peb or NO_PEB
    peb_type = PEB_TYPES.get(event.peb_type, str(event.peb_type))
    return terminal, peb, peb_type, at, event.code, event.text
