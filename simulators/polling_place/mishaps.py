"""What goes wrong at a polling place: machines and people, before anything is brought away."""

from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256

from simulators.ballot_layout import BallotLayout

PHANTOM = "5199999"
"""Serial of a terminal that nobody has."""


@dataclass(frozen=True, slots=True)
class Mishaps:
    """Switches; a day with none of them thrown is an orderly one. Nothing here is random."""

    clock: timedelta = timedelta()
    """How far the clocks of the devices are off."""
    stale_definition: bool = False
    """The devices were loaded with an earlier version."""
    other_mode: bool = False
    """The scanner was loaded with a test card; for a rehearsal, with an official one."""
    leftover_ballot: bool = False
    """A ballot was not cleared before the zero tape."""
    late_zero_tape: bool = False
    """The zero tape is printed when somebody has voted already."""
    unwritten: range = range(0)
    """Numbers of the ballots (from 1) during which the scanner's card is write-protected."""
    unwritten_at_close: bool = False
    """And that it still is when the polls close."""
    torn_write: bool = False
    """The card loses its power while the last ballot is written to it."""
    scanner_left_open: bool = False
    """Nobody closes the polls on the scanner: no results tape is printed."""
    second_card: bool = False
    """A second card of the scanner exists, with half of the ballots."""
    terminal_left_open: bool = False
    """The last terminal is never closed."""
    other_peb_closes: bool = False
    """The last terminal is closed with another PEB than it was opened with."""
    zero_tape_too_early: bool = False
    """The zero tape is printed before the last terminal is open."""
    phantom_terminal: bool = False
    """Tapes and audit card show a serial that nobody has, and leave out the last terminal's."""
    nobody_voted: bool = False
    """On the iVotronic: then no results tape is printed."""
    copies_differ: bool = False
    """The three flash copies of the last terminal are not the same."""
    cut_log: bool = False
    """The log of the last terminal's flash is damaged in its middle."""

    def layout(self, layout: BallotLayout) -> BallotLayout:
        """Return the ballot as it was really loaded into the devices."""
        if not self.stale_definition:
            return layout
        older = sha256(f"before {layout.definition_sha256}".encode()).hexdigest()
        version = layout.definition_version - 1
        return replace(layout, definition_version=version, definition_sha256=older)

    def scanner_layout(self, layout: BallotLayout) -> BallotLayout:
        """Return the same for the scanner."""
        loaded = self.layout(layout)
        return replace(loaded, test=loaded.test ^ self.other_mode)


ORDERLY = Mishaps()
