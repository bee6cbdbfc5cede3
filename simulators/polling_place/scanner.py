"""A scanner's election day: its card is loaded, read, written with every ballot, and taken out."""

from datetime import timedelta
from random import Random

from simulators.ballot_layout import BallotLayout
from simulators.media.m100_card import load_card
from simulators.media.m100_scanner import ScannerWithCard
from simulators.polling_day import PROTECTIVE_COUNTS
from simulators.polling_place.hours import Hours
from simulators.polling_place.leavings import Leavings
from simulators.simulated_votes import CastBallots

FIRMWARE = "5.2.1.0"
LOADED_BEFORE = timedelta(days=8)
RESULTS_COPIES = 3


def scanner_day(
    layout: BallotLayout, cast: CastBallots, hours: Hours, dice: Random, card: str
) -> Leavings:
    """Return what the scanner of `cast` leaves behind, its card with the serial `card` among it."""
    memory = load_card(layout, card=card, at=hours.prepared - LOADED_BEFORE, firmware=FIRMWARE)
    scanner = ScannerWithCard(
        layout,
        memory,
        scanner=cast.device.serial,
        protective_count=dice.randint(*PROTECTIVE_COUNTS),
    )
    scanner.switch_on(hours.prepared)
    scanner.bind(hours.prepared + timedelta(seconds=11))
    zero = scanner.print_zero_report(hours.prepared + timedelta(minutes=4))
    scanner.open_polls(hours.opened)
    times = hours.voting_times(len(cast.ballots), dice)
    for ballot, at in zip(cast.ballots, times, strict=True):
        scanner.count(ballot.marks, at, contests=ballot.contests)
    scanner.close_polls(hours.closed)
    results = scanner.print_results(hours.closed + timedelta(seconds=35), copies=RESULTS_COPIES)
    scanner.switch_off(hours.closed + timedelta(minutes=4))
    return Leavings(cast.precinct, cast.device, zero, results, {card: memory.image})
