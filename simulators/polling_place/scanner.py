"""A scanner's election day: its card is loaded, read, written with every ballot, and taken out."""

from datetime import timedelta
from random import Random

from election.documents import Tape
from simulators.ballot_layout import BallotLayout
from simulators.media.m100_card import load_card
from simulators.media.m100_scanner import ScannerWithCard
from simulators.polling_day import PROTECTIVE_COUNTS
from simulators.polling_place.hours import Hours
from simulators.polling_place.leavings import Leavings
from simulators.polling_place.mishaps import Mishaps
from simulators.simulated_votes import CastBallots

FIRMWARE = "5.2.1.0"
LOADED_BEFORE = timedelta(days=8)
RESULTS_COPIES = 3


TORN_AFTER_WRITES = 2
"""Of the four of a transaction: log record and counters are new, header and trailer are not."""


def scanner_day(
    layout: BallotLayout,
    cast: CastBallots,
    hours: Hours,
    dice: Random,
    *,
    card: str,
    mishaps: Mishaps,
) -> Leavings:
    """Return what the scanner of `cast` leaves behind, its card with the serial `card` among it."""
    loaded = mishaps.scanner_layout(layout)
    memory = load_card(loaded, card=card, at=hours.prepared - LOADED_BEFORE, firmware=FIRMWARE)
    scanner = ScannerWithCard(
        loaded,
        memory,
        scanner=cast.device.serial,
        protective_count=dice.randint(*PROTECTIVE_COUNTS),
    )
    zero = _morning(scanner, hours, mishaps)
    times = hours.voting_times(len(cast.ballots), dice)
    for number, (ballot, at) in enumerate(zip(cast.ballots, times, strict=True), start=1):
        memory.write_protected = number in mishaps.unwritten
        if mishaps.torn_write and number == len(cast.ballots):
            memory.writes_before_power_fails = TORN_AFTER_WRITES
        scanner.count(ballot.marks, at, contests=ballot.contests)
        zero = zero or scanner.print_zero_report(at + timedelta(seconds=1))
    memory.write_protected = mishaps.unwritten_at_close
    if zero is None:  # nobody came
        zero = scanner.print_zero_report(hours.closed - timedelta(seconds=1))
    results = _evening(scanner, hours, mishaps)
    return Leavings(cast.precinct, cast.device, zero, results, {card: memory.image})


def _morning(scanner: ScannerWithCard, hours: Hours, mishaps: Mishaps) -> Tape | None:
    """Open the polls; return the zero tape, None where nobody has printed it yet."""
    scanner.switch_on(hours.prepared)
    scanner.bind(hours.prepared + timedelta(seconds=11))
    zero = None
    if not mishaps.late_zero_tape:
        scanner.ram.faults.leftover_ballot = mishaps.leftover_ballot
        zero = scanner.print_zero_report(hours.prepared + timedelta(minutes=4))
    scanner.open_polls(hours.opened)
    return zero


def _evening(scanner: ScannerWithCard, hours: Hours, mishaps: Mishaps) -> Tape | None:
    """Close the polls; return the results tape, None where nobody closed them."""
    results = None
    if not mishaps.scanner_left_open:
        scanner.close_polls(hours.closed)
        results = scanner.print_results(hours.closed + timedelta(seconds=35), copies=RESULTS_COPIES)
    scanner.switch_off(hours.closed + timedelta(minutes=4))
    return results
