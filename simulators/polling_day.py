"""What one device of a precinct prints on election day: its zero report and its results report."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from election.definition import ElectionDefinition
from election.documents import DeviceClass, Tape
from election.errors import DefinitionError
from simulators.ballot_layout import BallotLayout
from simulators.errors import Refused
from simulators.faults import Faults
from simulators.ivotronic import IvotronicTerminal, MasterPeb
from simulators.m100 import M100
from simulators.simulated_votes import CastBallots

POLLS_ARE_OPEN = timedelta(hours=13)
"""Montana: 7 a.m. to 8 p.m."""

PREPARATION = timedelta(minutes=30)
"""How long before the polls open the first device is switched on."""

PROTECTIVE_COUNTS = (2_000, 60_000)


def closing_time(definition: ElectionDefinition) -> datetime:
    """Return when the polls close on the wall clock of the devices; raise DefinitionError."""
    try:
        zone = ZoneInfo(definition.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        problem = f"time_zone: {definition.time_zone!r} is not known on this machine"
        raise DefinitionError("The definition", [problem]) from error
    return definition.polls_close.astimezone(zone).replace(tzinfo=None)


def tapes_of(
    layout: BallotLayout, cast: CastBallots, closing: datetime, dice: Random, faults: Faults
) -> tuple[Tape, Tape]:
    """Return zero and results tape of the device that took in `cast`; raise Refused."""
    opening = closing - POLLS_ARE_OPEN - PREPARATION + timedelta(seconds=dice.randrange(900))
    closed = closing + timedelta(seconds=dice.randrange(60, 900))
    if cast.device.device_class is DeviceClass.M100:
        return _scanned(layout, cast, (opening, closed), dice, faults)
    return _touched(layout, cast, (opening, closed), dice, faults)


def _scanned(
    layout: BallotLayout,
    cast: CastBallots,
    hours: tuple[datetime, datetime],
    dice: Random,
    faults: Faults,
) -> tuple[Tape, Tape]:
    opening, closed = hours
    serial = cast.device.serial
    scanner = M100(
        layout,
        scanner=serial,
        card=f"M100C-{serial:0>7}",
        protective_count=dice.randint(*PROTECTIVE_COUNTS),
        faults=faults,
    )
    zero = scanner.zero_report(opening)
    scanner.polls.open(opening + timedelta(minutes=3))
    for ballot in cast.ballots:
        scanner.count(ballot.marks, contests=ballot.contests)
    scanner.polls.close(closed)
    return zero, scanner.results_report(closed + timedelta(seconds=35))


def _touched(
    layout: BallotLayout,
    cast: CastBallots,
    hours: tuple[datetime, datetime],
    dice: Random,
    faults: Faults,
) -> tuple[Tape, Tape]:
    opening, closed = hours
    device = cast.device
    if not device.terminals:
        raise Refused(f"PEB {device.serial} has no terminals. Name them in the definition.")
    peb = MasterPeb(layout, serial=device.serial, faults=faults)
    terminals = [
        IvotronicTerminal(layout, serial=serial, protective_count=dice.randint(*PROTECTIVE_COUNTS))
        for serial in device.terminals
    ]
    for place, terminal in enumerate(terminals):
        peb.open_terminal(terminal, opening + timedelta(minutes=4 * place))
    zero = peb.zero_report(opening + timedelta(minutes=4 * len(terminals)))
    for number, ballot in enumerate(cast.ballots):
        terminals[number % len(terminals)].count(ballot.marks, contests=ballot.contests)
    for place, terminal in enumerate(terminals):
        peb.close_terminal(terminal, closed + timedelta(minutes=3 * place))
    return zero, peb.results_report(closed + timedelta(minutes=3 * len(terminals)))
