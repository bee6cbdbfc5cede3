"""A Model 100 with a card in it: its own memory drives display and tape, the card only follows.

Where the card cannot be written, only the tape tells what was counted; the scanner notices
nothing.
"""

from collections.abc import Collection
from datetime import datetime

from election.documents import Tape
from election.media import CardState
from parsers.media.m100_card.event_codes import CardEvent
from simulators.ballot_layout import BallotLayout
from simulators.counting import Ballot
from simulators.m100 import M100
from simulators.media.m100_card import CardMemory, Entry


class ScannerWithCard:
    """One scanner and the card in it. Steps out of order raise Refused."""

    def __init__(
        self, layout: BallotLayout, card: CardMemory, *, scanner: str, protective_count: int
    ) -> None:
        self._serial = scanner
        self.card = card
        self.ram = M100(
            layout,
            scanner=scanner,
            card=card.header.card,
            protective_count=protective_count,
            firmware=card.header.firmware,
        )

    def switch_on(self, at: datetime) -> None:
        """Turn the key."""
        self.card.note(Entry(at, CardEvent.POWER_ON))

    def bind(self, at: datetime) -> None:
        """Tie the card to this scanner."""
        header = self.card.header
        header.scanner = self._serial
        header.protective_open = header.protective_close = self.ram.protective_count
        self.card.commit(Entry(at, CardEvent.BOUND_TO_SCANNER, note=self._serial), header)

    def print_zero_report(self, at: datetime, *, copies: int = 1) -> Tape:
        """Print the zero report; return its last copy."""
        tape = self.ram.zero_report(at, copy=copies)
        self.card.note(Entry(at, CardEvent.ZERO_REPORT_PRINTED, copies))
        return tape

    def open_polls(self, at: datetime) -> None:
        """Open the polls."""
        self.ram.polls.open(at)
        header = self.card.header
        header.state = CardState.OPEN
        header.open_count += 1
        header.opened = at
        self.card.commit(Entry(at, CardEvent.POLLS_OPENED, header.open_count), header)

    def count(
        self, ballot: Ballot, at: datetime, *, contests: Collection[int] | None = None
    ) -> None:
        """Accept one ballot that carries `contests`, all of the layout unless given."""
        self.ram.count(ballot, contests=contests)
        self.card.count(ballot, at, contests=contests)

    def return_ballot(self, at: datetime, why: CardEvent) -> None:
        """Give a ballot back to its voter: overvoted or blank."""
        header = self.card.header
        header.returned_ballots += 1
        self.card.commit(Entry(at, why, header.ballots), header)

    def close_polls(self, at: datetime) -> None:
        """Close the polls."""
        self.ram.polls.close(at)
        header = self.card.header
        header.state = CardState.CLOSED
        header.closed = at
        self.card.commit(Entry(at, CardEvent.POLLS_CLOSED, header.ballots), header)

    def print_results(self, at: datetime, *, copies: int) -> Tape:
        """Print the results report; return its first copy."""
        tape = self.ram.results_report(at)
        self.card.note(Entry(at, CardEvent.RESULTS_PRINTED, copies))
        return tape

    def switch_off(self, at: datetime) -> None:
        """Turn the key back."""
        self.card.note(Entry(at, CardEvent.POWER_OFF))
