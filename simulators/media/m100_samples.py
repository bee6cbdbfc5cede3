"""The sample cards of `zt-m100-card-1`, from loading to the evening of the election.

Each step builds on the one before it, so that the fixtures of a failure can leave the day at any
point.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from parsers.media.m100_card.event_codes import CardEvent
from parsers.media.m100_card.layout import SIZES
from simulators.ballot_layout import BallotLayout
from simulators.media.m100_card import CardMemory, Entry, load_card
from simulators.media.m100_scanner import ScannerWithCard
from simulators.media.sample_ballots import m100_ballots
from simulators.media.sample_election import (
    CARD,
    M100_BALLOTS,
    MEASURES,
    POLLS_OPEN,
    PROTECTIVE_BEFORE,
    SCANNER,
    SCANNER_FIRMWARE,
    sample_layout,
)

_LOADED = datetime(2026, 10, 26, 14, 3)  # noqa: DTZ001  # a device's wall clock
_TESTED = datetime(2026, 10, 28, 9, 10)  # noqa: DTZ001  # a device's wall clock
_OPENED = datetime(2026, 11, 3, 6, 55)  # noqa: DTZ001  # a device's wall clock
_CLOSED = datetime(2026, 11, 3, 19, 41, 30)  # noqa: DTZ001  # a device's wall clock

_RETURNED_BEFORE = {
    **dict.fromkeys((60, 120, 180, 240, 300, 360), CardEvent.RETURNED_FOR_OVERVOTE),
    **dict.fromkeys((400, 450, 500), CardEvent.RETURNED_BLANK),
}
"""Ballots before which another was given back to its voter, 30 seconds earlier."""


@dataclass(frozen=True, slots=True)
class Day:
    """What may be different from the day of the sample."""

    size: int = min(SIZES)
    layout: BallotLayout = field(default_factory=sample_layout)
    card: str = CARD
    clock: timedelta = timedelta(0)
    """How far the clock of the scanner is off; election software has a clock of its own."""
    ballots: int = M100_BALLOTS
    """How many of the sample's ballots are fed in."""
    protected: range = range(0)
    """Numbers of the ballots during which the card cannot be written."""
    protected_at_close: bool = False
    """Nor from the close of the polls on."""


def loaded() -> bytes:
    """Return the card after logic and accuracy testing: three log records."""
    return _loaded_card(Day()).image


def zero_report_printed() -> bytes:
    """Return the card on election morning, before the polls open."""
    return _in_scanner(Day()).card.image


def closed() -> bytes:
    """Return the card of 512 KiB after the polls closed: 612 ballots."""
    return whole_day(Day()).card.image


def closed_2m() -> bytes:
    """Return the same on a card of 2 MiB."""
    return whole_day(Day(size=max(SIZES))).card.image


def whole_day(day: Day) -> ScannerWithCard:
    """Return the scanner in the evening, its results printed."""
    scanner = voting_day(day)
    scanner.card.write_protected = day.protected_at_close
    closed_at = _CLOSED + day.clock
    scanner.close_polls(closed_at)
    scanner.print_results(closed_at + timedelta(seconds=35), copies=3)
    scanner.switch_off(closed_at + timedelta(minutes=3, seconds=40))
    return scanner


def voting_day(day: Day) -> ScannerWithCard:
    """Return the scanner after the last ballot, its polls open."""
    scanner = _in_scanner(day)
    scanner.open_polls(_OPENED + day.clock)
    for number, ballot in enumerate(m100_ballots()[: day.ballots], start=1):
        scanner.card.write_protected = number in day.protected
        at = ballot_time(number) + day.clock
        if why := _RETURNED_BEFORE.get(number):
            scanner.return_ballot(at - timedelta(seconds=30), why)
        scanner.count(ballot, at)
    return scanner


def ballot_time(number: int) -> datetime:
    """Return when ballot `number` (from 1) is counted."""
    return POLLS_OPEN + timedelta(seconds=70 * (number - 1))


def _loaded_card(day: Day) -> CardMemory:
    card = load_card(
        day.layout,
        card=day.card,
        at=_LOADED,
        firmware=SCANNER_FIRMWARE,
        size=day.size,
        measures=MEASURES,
    )
    card.note(Entry(_TESTED, CardEvent.TEST_STARTED, note="L AND A"))
    card.note(Entry(_TESTED + timedelta(minutes=22), CardEvent.TEST_ENDED, note="ZEROED"))
    return card


def _in_scanner(day: Day) -> ScannerWithCard:
    """Return the scanner with the card in it, its zero report printed."""
    scanner = ScannerWithCard(
        day.layout, _loaded_card(day), scanner=SCANNER, protective_count=PROTECTIVE_BEFORE
    )
    morning = _OPENED + day.clock
    scanner.switch_on(morning - timedelta(minutes=6, seconds=40))
    scanner.bind(morning - timedelta(minutes=6, seconds=29))
    scanner.print_zero_report(morning - timedelta(minutes=2, seconds=50))
    return scanner
