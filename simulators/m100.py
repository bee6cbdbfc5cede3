"""A Model 100 precinct scanner: opens, counts paper ballots, closes, prints reports."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from election.documents import DeviceClass, ReportKind, Tape
from simulators.ballot_layout import BallotLayout, ReportHead, headed_tape
from simulators.counting import Ballot, Tally
from simulators.faults import Faults
from simulators.polls import Polls, PollState


class M100:
    """One scanner with its memory card. Steps out of order raise Refused."""

    def __init__(
        self,
        layout: BallotLayout,
        *,
        scanner: str,
        card: str,
        protective_count: int = 0,
        firmware: str = "5.2.1.0",
        faults: Faults | None = None,
    ) -> None:
        self._layout = layout
        self._scanner = scanner
        self._card = card
        self._protective_open = protective_count
        self._firmware = firmware
        self._tally = Tally(layout)
        self.faults = faults or Faults()
        self.polls = Polls(f"M100 {scanner}")

    @property
    def public_count(self) -> int:
        """Ballots since the polls opened."""
        return self._tally.ballots

    @property
    def protective_count(self) -> int:
        """Ballots in the life of the scanner."""
        return self._protective_open + self._tally.ballots

    def count(
        self, ballot: Ballot, *, times: int = 1, contests: Collection[int] | None = None
    ) -> None:
        """Accept `times` ballots marked alike; an overvoted contest counts as overvotes.

        `contests` are those that the ballots carry, all of the layout unless given.
        """
        self.polls.require(PollState.OPEN)
        self._tally.count(ballot, times=times, contests=contests)

    def zero_report(self, printed_at: datetime, *, copy: int = 1) -> Tape:
        """Return what stands in the counters as a zero report, also if printed too late."""
        self.polls.require(PollState.NOT_OPENED, PollState.OPEN)
        leftover = self.faults.leftover_ballot
        tally = self._tally.with_leftover_ballot() if leftover else self._tally
        return self._report(ReportKind.ZERO, tally, printed_at, copy)

    def results_report(self, printed_at: datetime, *, copy: int = 1) -> Tape:
        """Return the results report; every reprint counts one more `copy`."""
        self.polls.require(PollState.CLOSED)
        return self._report(ReportKind.RESULTS, self._tally, printed_at, copy)

    def _report(self, kind: ReportKind, tally: Tally, printed_at: datetime, copy: int) -> Tape:
        head = ReportHead(DeviceClass.M100, kind, self._scanner, self._firmware, printed_at, copy)
        return replace(
            headed_tape(self._layout, head),
            card=self._card,
            opened=self.polls.opened,
            closed=self.polls.closed,
            ballots=tally.ballots,
            protective_open=self._protective_open,
            protective_close=self.protective_count,
            blank_ballots=tally.blank_ballots,
            overvoted_ballots=tally.overvoted_ballots,
            write_in_ballots=tally.write_in_ballots,
            contests=tally.contests(with_overvotes=True),
        )
