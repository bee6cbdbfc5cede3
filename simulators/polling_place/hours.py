"""When a polling place opens, votes and closes, by the clocks of its devices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from simulators.polling_day import POLLS_ARE_OPEN, PREPARATION

CLOSED_AFTER_S = (60, 900)
"""Voters in line, and the walk to the machine."""


@dataclass(frozen=True, slots=True)
class Hours:
    """The day of one device; wall clock, no time zone."""

    prepared: datetime
    """Switched on."""
    opened: datetime
    closed: datetime

    def voting_times(self, ballots: int, dice: Random) -> Sequence[datetime]:
        """Return when each of `ballots` voters cast theirs, in order."""
        seconds = int((self.closed - self.opened).total_seconds()) - 60
        moments = sorted(dice.randrange(30, seconds) for _ in range(ballots))
        return [self.opened + timedelta(seconds=moment) for moment in moments]


def hours_of(closing: datetime, dice: Random, clock: timedelta = timedelta()) -> Hours:
    """Return the hours of a device whose polls close at `closing`; its `clock` is so far off."""
    prepared = closing - POLLS_ARE_OPEN - PREPARATION + timedelta(seconds=dice.randrange(900))
    closed = closing + timedelta(seconds=dice.randrange(*CLOSED_AFTER_S))
    return Hours(prepared + clock, prepared + timedelta(minutes=10) + clock, closed + clock)
