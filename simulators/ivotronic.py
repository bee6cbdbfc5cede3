"""iVotronic terminals and the PEB that opens them, closes them and holds what is printed."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from election.documents import DeviceClass, ReportKind, Tape, TapeTerminal
from simulators.ballot_layout import BallotLayout, ReportHead, headed_tape
from simulators.counting import Ballot, Tally
from simulators.errors import Refused
from simulators.faults import Faults
from simulators.polls import Polls, PollState


class IvotronicTerminal:
    """One touch screen terminal; it prevents overvotes. Steps out of order raise Refused."""

    def __init__(self, layout: BallotLayout, *, serial: str, protective_count: int = 0) -> None:
        self.serial = serial
        self.polls = Polls(f"Terminal {serial}")
        self.tally = Tally(layout)
        self._protective_open = protective_count

    @property
    def public_count(self) -> int:
        """Ballots since the terminal was opened."""
        return self.tally.ballots

    @property
    def protective_count(self) -> int:
        """Ballots in the life of the terminal."""
        return self._protective_open + self.tally.ballots

    def count(
        self, ballot: Ballot, *, times: int = 1, contests: Collection[int] | None = None
    ) -> None:
        """Cast `times` ballots marked alike; raise Refused for an overvoted one.

        `contests` are those that the ballots carry, all of the layout unless given.
        """
        self.polls.require(PollState.OPEN)
        if overvoted := self.tally.overvoted(ballot):
            raise Refused(f"Terminal {self.serial} prevents overvotes: contest {overvoted[0]}.")
        self.tally.count(ballot, times=times, contests=contests)


class MasterPeb:
    """The Supervisor PEB that opens and closes terminals and prints through the Communication Pack.

    It knows a terminal's votes only after it closed that terminal.
    """

    def __init__(
        self,
        layout: BallotLayout,
        *,
        serial: str,
        firmware: str = "9.1.6.4",
        faults: Faults | None = None,
    ) -> None:
        self.serial = serial
        self.faults = faults or Faults()
        self._layout = layout
        self._firmware = firmware
        self._tally = Tally(layout)
        self._records: dict[str, TapeTerminal] = {}

    def open_terminal(self, terminal: IvotronicTerminal, at: datetime) -> None:
        """Open `terminal` and keep its protective counter."""
        terminal.polls.open(at)
        self._records[terminal.serial] = TapeTerminal(
            serial=terminal.serial,
            closed=False,
            at=at,
            protective_open=terminal.protective_count,
            protective_close=None,
            ballots=0,
        )

    def close_terminal(self, terminal: IvotronicTerminal, at: datetime) -> None:
        """Close `terminal` and merge its votes; only the PEB that opened it can."""
        record = self._records.get(terminal.serial)
        if record is None:
            raise Refused(f"PEB {self.serial} did not open terminal {terminal.serial}.")
        terminal.polls.close(at)
        self._tally.add(terminal.tally)
        self._records[terminal.serial] = replace(
            record,
            closed=True,
            at=at,
            protective_close=terminal.protective_count,
            ballots=terminal.public_count,
        )

    def zero_report(self, printed_at: datetime, *, copy: int = 1) -> Tape:
        """Return the zero report of all terminals opened so far; before any is closed."""
        if any(record.closed for record in self._records.values()):
            raise Refused(f"PEB {self.serial} already holds votes.")
        head = self._head(ReportKind.ZERO, printed_at, copy)
        terminals = tuple(self._records.values())
        if not (self.faults.leftover_ballot and terminals):
            return self._report(head, self._tally, terminals)
        first, *others = terminals
        leftover = (replace(first, ballots=first.ballots + 1), *others)
        return self._report(head, self._tally.with_leftover_ballot(), leftover)

    def results_report(self, printed_at: datetime, *, copy: int = 1) -> Tape:
        """Return the results of the terminals closed so far; open ones are printed as OPEN."""
        head = self._head(ReportKind.RESULTS, printed_at, copy)
        return self._report(head, self._tally, tuple(self._records.values()))

    def _head(self, kind: ReportKind, printed_at: datetime, copy: int) -> ReportHead:
        return ReportHead(
            DeviceClass.IVOTRONIC, kind, self.serial, self._firmware, printed_at, copy
        )

    def _report(self, head: ReportHead, tally: Tally, terminals: tuple[TapeTerminal, ...]) -> Tape:
        return replace(
            headed_tape(self._layout, head),
            terminals=terminals,
            terminals_not_closed=sum(not terminal.closed for terminal in terminals),
            ballots=tally.ballots,
            contests=tally.contests(with_overvotes=False),
            write_in_names=tally.write_in_names() if head.kind is ReportKind.RESULTS else (),
        )
