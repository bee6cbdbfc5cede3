"""PEBs and CompactFlash cards on which something went wrong, by the name of the failure.

All are built from the sample election. What each must show is said in `docs/formats/peb.md` and
`docs/formats/flash.md`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from election.media import TerminalState
from parsers.media.peb.layout import COUNTER_REGION
from simulators.media import flash_samples, peb_samples
from simulators.media import sample_election as sample
from simulators.media.flash import LoggedEvent, TerminalMemory, flash_image
from simulators.media.flash_damage import with_copies_that_differ
from simulators.media.ivotronic_day import DAYS, FIRST, SECOND
from simulators.media.peb_damage import with_wrong_page

PHANTOM = 5199999
"""Serial of a terminal that nobody has."""

ZERO_TAPE_TOO_EARLY = DAYS[FIRST].opened + timedelta(minutes=2)
"""Between the opening of the two terminals."""


def page_crc() -> bytes:
    """Return the closed master PEB with one bit of a counter page flipped."""
    return with_wrong_page(peb_samples.closed(), COUNTER_REGION.first)


def left_open() -> bytes:
    """Return the master PEB whose results tape was printed while the second terminal was open."""
    peb = peb_samples.peb_after_results_tape(collected=(FIRST,))
    first, second = peb.terminals
    return peb_samples.image_of(
        replace(peb, terminals=(first, replace(second, tape_override=True)))
    )


def other_peb() -> bytes:
    """Return the master PEB, on which the second terminal was closed with the other PEB."""
    peb = peb_samples.peb_after_results_tape()
    first, second = peb.terminals
    moved = replace(second, closing_peb=str(sample.VOTER_PEB), collected_by_another=True)
    return peb_samples.image_of(replace(peb, terminals=(first, moved)))


def other_peb_card() -> bytes:
    """Return the card that belongs to `other_peb`: the log has the event of the other PEB, too."""
    memory = flash_samples.terminal_memory(SECOND)
    closed = DAYS[SECOND].closed
    begin = closed - timedelta(seconds=80)
    moved = LoggedEvent("0001206", begin, sample.VOTER_PEB)
    closing = [
        replace(event, peb=sample.VOTER_PEB) if event.at and event.at >= begin else event
        for event in memory.events
    ]
    at = next(number for number, event in enumerate(closing) if event.code == "0001221")
    events = (*closing[: at + 1], moved, *closing[at + 1 :])
    second = replace(memory, closing_peb=sample.VOTER_PEB, events=events)
    return _card(second)


def peb_left() -> bytes:
    """Return the only PEB that was brought in: the one that collected nothing."""
    return peb_samples.second()


def zero_short() -> bytes:
    """Return the master PEB whose zero tape was printed before the second terminal was open."""
    peb = peb_samples.peb_after_zero_tape()
    return peb_samples.image_of(replace(peb, zero_tape=ZERO_TAPE_TOO_EARLY))


def io_flag() -> bytes:
    """Return the master PEB that was pulled while it collected the second terminal."""
    peb = peb_samples.peb_after_results_tape(collected=(FIRST,))
    first, second = peb.terminals
    assert second.state is TerminalState.OPEN
    pulled = replace(peb, results_tape=None, results_tapes=0)
    return peb_samples.image_of(replace(pulled, terminals=(first, replace(second, io_flag=True))))


def phantom() -> bytes:
    """Return the card whose second terminal bears a serial that nobody has."""
    return _card(replace(flash_samples.terminal_memory(SECOND), serial=PHANTOM))


def copies_differ() -> bytes:
    """Return the first terminal's file with three copies, the third of which lost its ballots."""
    return with_copies_that_differ(flash_samples.terminal_memory(FIRST))


def _card(second: TerminalMemory) -> bytes:
    images = {FIRST: flash_samples.first_terminal(), second.serial: flash_image(second)}
    return flash_samples.card_with(images)


PEB_FIXTURES: Mapping[str, Callable[[], bytes]] = {
    "page-crc": page_crc,
    "left-open": left_open,
    "other-peb": other_peb,
    "peb-left": peb_left,
    "zero-short": zero_short,
    "io-flag": io_flag,
}
FLASH_FIXTURES: Mapping[str, Callable[[], bytes]] = {
    "other-peb": other_peb_card,
    "phantom": phantom,
    "copies-differ": copies_differ,
}
"""Whole cards, but for `copies-differ`: the file of one terminal."""
