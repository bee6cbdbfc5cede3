"""The PEBs of a site in the evening: the master with all votes, the others without any."""

from collections.abc import Iterable, Iterator, Sequence
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
from simulators.media.peb import fresh_peb, in_order, peb_image
from simulators.polling_place.days import TerminalDay, counted
from simulators.polling_place.hours import Hours
from simulators.simulated_votes import CastBallot

LOADED_BEFORE = timedelta(days=7)
TEXT_WIDTH = 40
RESULTS_COPIES = 3


def evening_master(
    layout: BallotLayout,
    identity: MediumIdentity,
    days: Sequence[TerminalDay],
    tapes: tuple[Tape, Tape | None],
    code: int,
) -> bytes:
    """Return the image of the PEB that opened the terminals, closed them and printed `tapes`.

    It has the votes of the terminals that were closed.
    """
    zero, results = tapes
    block = definition_block(layout)
    collected = [day for day in days if day.closed is not None]
    ballots = [ballot for day in collected for ballot, _ in day.ballots]
    closings = [day.closed for day in days if day.closed is not None]
    printed = results.printed if results else None
    master = Peb(
        identity=identity,
        peb=zero.unit,
        kind=PebKind.SUPERVISOR,
        is_master=True,
        qualification_code=code,
        state=PebState.COLLECTED if collected == list(days) else PebState.COLLECTING,
        generation=2 + len(days) + len(collected),
        first_open=days[0].opened,
        last_close=max(closings, default=None),
        zero_tape=zero.printed,
        results_tape=printed,
        zero_tapes=1,
        results_tapes=RESULTS_COPIES if results else 0,
        last_write=printed or max(closings, default=zero.printed),
        ballots=len(ballots),
        terminals=tuple(
            _terminal(day, order, zero.firmware, printed=results is not None)
            for order, day in enumerate(days, start=1)
        ),
        contests=counted(block, ballots),
        write_ins=tuple(in_order(_write_ins(ballots))),
    )
    return peb_image(master, block, loaded_at=days[0].opened - LOADED_BEFORE)


def voter_peb(
    layout: BallotLayout, identity: MediumIdentity, serial: str, hours: Hours, code: int
) -> bytes:
    """Return the image of a PEB that only activated ballots: it never collected votes."""
    block = definition_block(layout)
    loaded_at = hours.prepared - LOADED_BEFORE
    peb = fresh_peb(identity, block, serial, is_master=False, code=code, loaded_at=loaded_at)
    return peb_image(peb, block, loaded_at=loaded_at)


def _write_ins(ballots: Iterable[CastBallot]) -> Iterator[MediumWriteIn]:
    for ballot in ballots:
        for contest, marks in ballot.marks.items():
            yield from (MediumWriteIn(contest, text[:TEXT_WIDTH]) for text in marks.write_ins)


def _terminal(day: TerminalDay, order: int, firmware: str, *, printed: bool) -> PebTerminal:
    """Return the record of a terminal; `printed` says whether a results tape was."""
    is_open = day.closed is None
    votes = 0 if is_open else len(day.ballots)
    return PebTerminal(
        serial=day.serial,
        state=TerminalState.OPEN if is_open else TerminalState.CLOSED,
        opened_by_another=False,
        collected_by_another=not is_open and day.closing_peb != day.opening_peb,
        io_flag=False,
        tape_override=is_open and printed,
        order=order,
        opened=day.opened,
        closed=day.closed,
        votes=votes,
        votes_by_poll_worker=0,
        protective_open=day.protective_open,
        protective_close=0 if is_open else day.protective_open + votes,
        opening_peb=day.opening_peb,
        closing_peb=day.closing_peb,
        cancelled=0,
        firmware=firmware,
    )
