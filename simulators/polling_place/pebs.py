"""The PEBs of a site in the evening: the master with all votes, the others without any."""

from collections.abc import Sequence
from datetime import timedelta

from election.documents import Tape
from election.media import (
    MediumIdentity,
    MediumWriteIn,
    Peb,
    PebKind,
    PebState,
    PebTerminal,
    TerminalState,
)
from simulators.ballot_layout import BallotLayout
from simulators.media.definition_block import definition_block
from simulators.media.peb import in_order, peb_image
from simulators.polling_place.days import TerminalDay, counted
from simulators.polling_place.hours import Hours

LOADED_BEFORE = timedelta(days=7)
TEXT_WIDTH = 40
RESULTS_COPIES = 3


def closed_master(
    layout: BallotLayout,
    identity: MediumIdentity,
    days: Sequence[TerminalDay],
    tapes: tuple[Tape, Tape],
    code: int,
) -> bytes:
    """Return the image of the PEB that opened and closed all terminals and printed `tapes`."""
    zero, results = tapes
    block = definition_block(layout)
    ballots = [ballot for day in days for ballot, _ in day.ballots]
    write_ins = [
        MediumWriteIn(contest, text[:TEXT_WIDTH])
        for ballot in ballots
        for contest, marks in ballot.marks.items()
        for text in marks.write_ins
    ]
    master = Peb(
        identity=identity,
        peb=results.unit,
        kind=PebKind.SUPERVISOR,
        is_master=True,
        qualification_code=code,
        state=PebState.COLLECTED,
        generation=2 + 2 * len(days),
        first_open=days[0].opened,
        last_close=days[-1].closed,
        zero_tape=zero.printed,
        results_tape=results.printed,
        zero_tapes=1,
        results_tapes=RESULTS_COPIES,
        last_write=results.printed,
        ballots=len(ballots),
        terminals=tuple(
            _closed_terminal(day, order, results) for order, day in enumerate(days, start=1)
        ),
        contests=counted(block, ballots),
        write_ins=tuple(in_order(write_ins)),
    )
    return peb_image(master, block, loaded_at=days[0].opened - LOADED_BEFORE)


def voter_peb(
    layout: BallotLayout, identity: MediumIdentity, serial: str, hours: Hours, code: int
) -> bytes:
    """Return the image of a PEB that only activated ballots: it never collected votes."""
    block = definition_block(layout)
    loaded_at = hours.prepared - LOADED_BEFORE
    peb = Peb(
        identity=identity,
        peb=serial,
        kind=PebKind.SUPERVISOR,
        is_master=False,
        qualification_code=code,
        state=PebState.QUALIFIED,
        generation=1,
        first_open=None,
        last_close=None,
        zero_tape=None,
        results_tape=None,
        zero_tapes=0,
        results_tapes=0,
        last_write=loaded_at,
        ballots=0,
        terminals=(),
        contests=counted(block, ()),
        write_ins=(),
    )
    return peb_image(peb, block, loaded_at=loaded_at)


def _closed_terminal(day: TerminalDay, order: int, results: Tape) -> PebTerminal:
    return PebTerminal(
        serial=day.serial,
        state=TerminalState.CLOSED,
        opened_by_another=False,
        collected_by_another=False,
        io_flag=False,
        tape_override=False,
        order=order,
        opened=day.opened,
        closed=day.closed,
        votes=len(day.ballots),
        votes_by_poll_worker=0,
        protective_open=day.protective_open,
        protective_close=day.protective_open + len(day.ballots),
        opening_peb=results.unit,
        closing_peb=results.unit,
        cancelled=0,
        firmware=results.firmware,
    )
