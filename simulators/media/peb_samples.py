"""The PEBs of the sample election."""

from dataclasses import replace
from datetime import datetime

from election.media import MediumWriteIn, Peb, PebState, PebTerminal, TerminalState
from simulators.media import sample_election as sample
from simulators.media.ivotronic_day import (
    DAYS,
    FIRST,
    IDENTITY,
    RESULTS_TAPE,
    SECOND,
    WRITE_IN_NAME,
    ZERO_TAPE,
    ballots_of,
    counted,
    sample_block,
)
from simulators.media.peb import fresh_peb, peb_image

LOADED_AT = datetime(2026, 10, 27, 10)  # noqa: DTZ001  # a device's wall clock
GOVERNOR = 101
"""The contest with a write-in."""


def open_terminal(serial: int) -> PebTerminal:
    """Return what the master PEB holds about `serial` while it is open."""
    return PebTerminal(
        serial=str(serial),
        state=TerminalState.OPEN,
        opened_by_another=False,
        collected_by_another=False,
        io_flag=False,
        tape_override=False,
        order=1 + list(DAYS).index(serial),
        opened=DAYS[serial].opened,
        closed=None,
        votes=0,
        votes_by_poll_worker=0,
        protective_open=sample.TERMINALS[serial],
        protective_close=0,
        opening_peb=str(sample.MASTER_PEB),
        closing_peb="",
        cancelled=0,
        firmware=sample.TERMINAL_FIRMWARE,
    )


def closed_terminal(serial: int) -> PebTerminal:
    """Return what the master PEB holds about `serial` once its votes are collected."""
    votes = len(ballots_of(serial))
    return replace(
        open_terminal(serial),
        state=TerminalState.CLOSED,
        closed=DAYS[serial].closed,
        votes=votes,
        protective_close=sample.TERMINALS[serial] + votes,
        closing_peb=str(sample.MASTER_PEB),
        cancelled=DAYS[serial].cancelled,
    )


def sample_peb(serial: int) -> Peb:
    """Return a PEB of the sample election as it left headquarters."""
    return fresh_peb(
        IDENTITY,
        sample_block(),
        str(serial),
        is_master=serial == sample.MASTER_PEB,
        code=sample.QUALIFICATION_CODE,
        loaded_at=LOADED_AT,
    )


def peb_after_zero_tape() -> Peb:
    """Return the master PEB with both terminals open."""
    return replace(
        sample_peb(sample.MASTER_PEB),
        state=PebState.IN_USE,
        generation=4,
        first_open=DAYS[FIRST].opened,
        zero_tape=ZERO_TAPE,
        zero_tapes=1,
        last_write=ZERO_TAPE,
        terminals=(open_terminal(FIRST), open_terminal(SECOND)),
    )


def peb_after_results_tape(*, collected: tuple[int, ...] = (FIRST, SECOND)) -> Peb:
    """Return the master PEB with the votes of `collected`; the other terminals are still open."""
    terminals = tuple(
        closed_terminal(serial) if serial in collected else open_terminal(serial) for serial in DAYS
    )
    contests = counted(number for serial in collected for number in ballots_of(serial))
    write_ins = next(each.write_ins for each in contests if each.contest == GOVERNOR)
    return replace(
        peb_after_zero_tape(),
        state=PebState.COLLECTED if len(collected) == len(DAYS) else PebState.COLLECTING,
        generation=6,
        last_close=max(DAYS[serial].closed for serial in collected),
        results_tape=RESULTS_TAPE,
        results_tapes=3,
        last_write=RESULTS_TAPE,
        ballots=sum(terminal.votes for terminal in terminals),
        terminals=terminals,
        contests=contests,
        write_ins=(MediumWriteIn(GOVERNOR, WRITE_IN_NAME),) * write_ins,
    )


def image_of(peb: Peb) -> bytes:
    """Return the image of `peb`, with the definition of the sample."""
    return peb_image(peb, sample_block(), loaded_at=LOADED_AT)


def after_zero_tape() -> bytes:
    """Return the image of the master PEB after the zero tape."""
    return image_of(peb_after_zero_tape())


def closed() -> bytes:
    """Return the image of the master PEB after the results tape."""
    return image_of(peb_after_results_tape())


def second() -> bytes:
    """Return the image of the PEB that activated the voters' ballots: it never collected votes."""
    return image_of(sample_peb(sample.VOTER_PEB))
