"""The election day of a site's iVotronic terminals, and of the PEB that opens and closes them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from election.documents import Tape
from election.media import MediumFlags, MediumIdentity
from simulators.ballot_layout import BallotLayout
from simulators.errors import Refused
from simulators.ivotronic import IvotronicTerminal, MasterPeb
from simulators.polling_day import PROTECTIVE_COUNTS
from simulators.polling_place.audit_copies import Site, audit_card
from simulators.polling_place.days import TerminalDay
from simulators.polling_place.hours import Hours
from simulators.polling_place.leavings import Leavings
from simulators.polling_place.mishaps import PHANTOM, Mishaps
from simulators.polling_place.pebs import evening_master, voter_peb
from simulators.simulated_votes import CastBallots

FIRMWARE = "9.1.6.4"
OPENING_TAKES = timedelta(minutes=2)
CLOSING_TAKES = timedelta(minutes=3)
"""A person walks from terminal to terminal."""
SPARE_PEB = 500
"""How much the serial of a PEB that nobody listed is above the master's."""


def terminals_day(
    layout: BallotLayout,
    cast: CastBallots,
    hours: Hours,
    dice: Random,
    *,
    code: int,
    mishaps: Mishaps,
) -> Leavings:
    """Return what the terminals of `cast` leave behind; `code` is the election's EQC.

    Besides the master there are the PEBs that the definition lists as media of the device: they
    activated the voters' ballots. Raises Refused where the definition names no terminal.
    """
    device = cast.device
    if not device.terminals:
        raise Refused(f"PEB {device.serial} has no terminals. Name them in the definition.")
    loaded = mishaps.layout(layout)
    days = _days(replace(cast, ballots=()) if mishaps.nobody_voted else cast, hours, dice, mishaps)
    zero, results = _tapes(loaded, days, hours, mishaps)
    identity = identity_of(loaded)
    master = evening_master(loaded, identity, days, (zero, results), code)
    others = {serial: voter_peb(loaded, identity, serial, hours, code) for serial in device.media}
    shown = days
    if mishaps.phantom_terminal:
        zero = _with_phantom(zero, days[-1].serial)
        results = None if results is None else _with_phantom(results, days[-1].serial)
        shown = [*days[:-1], replace(days[-1], serial=PHANTOM)]
    site = Site(loaded, identity, device.media[0] if device.media else device.serial, code)
    return Leavings(
        cast.precinct,
        device,
        zero,
        results,
        {device.serial: master, **others},
        audit_card(site, shown, mishaps),
    )


def identity_of(layout: BallotLayout) -> MediumIdentity:
    """Return how media of the precinct name it."""
    return MediumIdentity(
        election=layout.election,
        definition_sha256=layout.definition_sha256,
        definition_version=layout.definition_version,
        precinct=layout.precinct,
        flags=MediumFlags(test=layout.test),
    )


def _days(cast: CastBallots, hours: Hours, dice: Random, mishaps: Mishaps) -> Sequence[TerminalDay]:
    """Deal the ballots of `cast` to its terminals in turn."""
    times = hours.voting_times(len(cast.ballots), dice)
    dealt = list(zip(cast.ballots, times, strict=True))
    master, serials = cast.device.serial, cast.device.terminals
    days = [
        TerminalDay(
            serial,
            dice.randint(*PROTECTIVE_COUNTS),
            hours.prepared + place * OPENING_TAKES,
            hours.closed + place * CLOSING_TAKES,
            master,
            master,
            tuple(dealt[place :: len(serials)]),
        )
        for place, serial in enumerate(serials)
    ]
    if mishaps.terminal_left_open:
        days[-1] = replace(days[-1], closed=None, closing_peb="")
    elif mishaps.other_peb_closes:
        listed = cast.device.media
        other = listed[0] if listed else str(int(master) + SPARE_PEB)
        days[-1] = replace(days[-1], closing_peb=other)
    return days


_Terminals = Sequence[tuple[TerminalDay, IvotronicTerminal]]


def _tapes(
    layout: BallotLayout, days: Sequence[TerminalDay], hours: Hours, mishaps: Mishaps
) -> tuple[Tape, Tape | None]:
    """Return zero and results tape that the master prints."""
    peb = MasterPeb(layout, serial=days[0].opening_peb, firmware=FIRMWARE)
    peb.faults.leftover_ballot = mishaps.leftover_ballot
    terminals = [
        (day, IvotronicTerminal(layout, serial=day.serial, protective_count=day.protective_open))
        for day in days
    ]
    zero = _opened(peb, terminals, mishaps)
    for day, terminal in terminals:
        for ballot, _ in day.ballots:
            terminal.count(ballot.marks, contests=ballot.contests)
        if day.closed is not None:
            peb.close_terminal(terminal, day.closed)
    closings = [day.closed for day in days if day.closed is not None]
    printed_at = max(closings, default=hours.closed) + timedelta(minutes=2)
    return zero, None if mishaps.nobody_voted else peb.results_report(printed_at)


def _opened(peb: MasterPeb, terminals: _Terminals, mishaps: Mishaps) -> Tape:
    """Open `terminals` and print the zero tape, when the mishaps have it printed."""
    if mishaps.zero_tape_too_early and len(terminals) == 1:
        raise Refused(
            "A zero tape can only leave out a terminal where a precinct has two. Choose another "
            "precinct with --precinct."
        )
    early = terminals[:-1] if mishaps.zero_tape_too_early else terminals
    for day, terminal in early:
        peb.open_terminal(terminal, day.opened)
    printed_at = early[-1][0].opened + timedelta(minutes=1)
    if mishaps.late_zero_tape:
        votes = [at for day, _ in terminals for _, at in day.ballots]
        printed_at = max(votes, default=printed_at)
    zero = peb.zero_report(printed_at)
    for day, terminal in terminals[len(early) :]:
        peb.open_terminal(terminal, day.opened)
    return zero


def _with_phantom(tape: Tape, real: str) -> Tape:
    terminals = tuple(
        replace(terminal, serial=PHANTOM) if terminal.serial == real else terminal
        for terminal in tape.terminals
    )
    return replace(tape, terminals=terminals)
