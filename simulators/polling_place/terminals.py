"""The election day of a site's iVotronic terminals, and of the PEB that opens and closes them."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from election.media import MediumFlags, MediumIdentity
from simulators.ballot_layout import BallotLayout
from simulators.errors import Refused
from simulators.ivotronic import IvotronicTerminal, MasterPeb
from simulators.polling_day import PROTECTIVE_COUNTS
from simulators.polling_place.audit_copies import audit_card
from simulators.polling_place.days import TerminalDay
from simulators.polling_place.hours import Hours
from simulators.polling_place.leavings import Leavings
from simulators.polling_place.pebs import closed_master, voter_peb
from simulators.simulated_votes import CastBallots

FIRMWARE = "9.1.6.4"
OPENING_TAKES = timedelta(minutes=2)
CLOSING_TAKES = timedelta(minutes=3)
"""A person walks from terminal to terminal."""


def terminals_day(
    layout: BallotLayout, cast: CastBallots, hours: Hours, dice: Random, code: int
) -> Leavings:
    """Return what the terminals of `cast` leave behind; `code` is the election's EQC.

    Besides the master there are the PEBs that the definition lists as media of the device: they
    activated the voters' ballots. Raises Refused where the definition names no terminal.
    """
    device = cast.device
    if not device.terminals:
        raise Refused(f"PEB {device.serial} has no terminals. Name them in the definition.")
    days = _days(cast, hours, dice)
    peb = MasterPeb(layout, serial=device.serial, firmware=FIRMWARE)
    terminals = [
        IvotronicTerminal(layout, serial=day.serial, protective_count=day.protective_open)
        for day in days
    ]
    for day, terminal in zip(days, terminals, strict=True):
        peb.open_terminal(terminal, day.opened)
    zero = peb.zero_report(days[-1].opened + timedelta(minutes=1))
    for day, terminal in zip(days, terminals, strict=True):
        for ballot, _ in day.ballots:
            terminal.count(ballot.marks, contests=ballot.contests)
        peb.close_terminal(terminal, day.closed)
    results = peb.results_report(days[-1].closed + timedelta(minutes=2))
    identity = identity_of(layout)
    master = closed_master(layout, identity, days, (zero, results), code)
    activating = device.media[0] if device.media else device.serial
    others = {serial: voter_peb(layout, identity, serial, hours, code) for serial in device.media}
    return Leavings(
        cast.precinct,
        device,
        zero,
        results,
        {device.serial: master, **others},
        audit_card(layout, identity, days, (device.serial, activating), code),
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


def _days(cast: CastBallots, hours: Hours, dice: Random) -> Sequence[TerminalDay]:
    """Deal the ballots of `cast` to its terminals in turn."""
    times = hours.voting_times(len(cast.ballots), dice)
    dealt = list(zip(cast.ballots, times, strict=True))
    serials = cast.device.terminals
    return [
        TerminalDay(
            serial,
            dice.randint(*PROTECTIVE_COUNTS),
            hours.prepared + place * OPENING_TAKES,
            hours.closed + place * CLOSING_TAKES,
            tuple(dealt[place :: len(serials)]),
        )
        for place, serial in enumerate(serials)
    ]
