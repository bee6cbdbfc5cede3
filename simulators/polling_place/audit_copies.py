"""The CompactFlash card of a site: what every terminal copied to it when it was closed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from election.media import FlashState, MediumIdentity
from parsers.media.flash.layout import BALLOT_AREAS, CARD_ID_NAME
from simulators.ballot_layout import BallotLayout
from simulators.media.definition_block import definition_block
from simulators.media.fat_image import fat_image
from simulators.media.flash import (
    LoggedEvent,
    StoredBallot,
    TerminalMemory,
    card_id_file,
    flash_image,
)
from simulators.media.flash_damage import with_copies_that_differ, with_log_cut
from simulators.media.flash_samples import CLEARING, CLOSING, OPENING, WITHOUT_PEB
from simulators.polling_place.days import TerminalDay, candidates_of
from simulators.polling_place.mishaps import Mishaps

FIRMWARE = "9.1.6.4"
CLEARED_BEFORE = timedelta(days=6)
VOTE_CAST = "0001510"
COLLECTING = "0001221"
TO_ANOTHER_PEB = "0001206"
VOTER_PEB_TYPE = 2


@dataclass(frozen=True, slots=True)
class Site:
    """What all terminals of a site share."""

    layout: BallotLayout
    identity: MediumIdentity
    activating_peb: str
    """The PEB that the voters' ballots are activated with."""
    code: int
    """EQC."""


def audit_card(site: Site, days: Sequence[TerminalDay], mishaps: Mishaps) -> bytes:
    """Return the image of the card; the mishaps of flash strike the last terminal."""
    files = {f"V{day.serial:0>7}.BIN": flash_image(_memory(site, day)) for day in days}
    last = f"V{days[-1].serial:0>7}.BIN"
    if mishaps.copies_differ:
        files[last] = with_copies_that_differ(_memory(site, days[-1]))
    if mishaps.cut_log:
        files[last] = with_log_cut(files[last], after=len(_memory(site, days[-1]).events) // 2)
    card = f"CF{site.layout.precinct:06}"
    return fat_image({CARD_ID_NAME: card_id_file(card, site.identity), **files})


def _memory(site: Site, day: TerminalDay) -> TerminalMemory:
    block = definition_block(site.layout)
    dice = Random(f"areas of {day.serial}")  # noqa: S311  # a rehearsal, no secret
    return TerminalMemory(
        serial=int(day.serial),
        identity=site.identity,
        state=FlashState.OPEN if day.closed is None else FlashState.CLOSED,
        firmware=FIRMWARE,
        qualification_code=site.code,
        opened=day.opened,
        closed=day.closed,
        opening_peb=int(day.opening_peb),
        closing_peb=int(day.closing_peb or 0),
        protective_open=day.protective_open,
        protective_close=day.protective_open + len(day.ballots),
        events=tuple(_events(day, site.activating_peb)),
        ballots=tuple(
            StoredBallot(
                dice.randrange(BALLOT_AREAS), candidates_of(block, ballot), site.layout.precinct
            )
            for ballot, _ in day.ballots
        ),
    )


def _events(day: TerminalDay, activating: str) -> Iterator[LoggedEvent]:
    """Yield the events of a terminal in their order."""
    cleared = day.opened - CLEARED_BEFORE
    for begin, steps in ((cleared, CLEARING), (day.opened, OPENING)):
        for seconds, code in steps:
            without = code == WITHOUT_PEB
            at = begin + timedelta(seconds=seconds)
            peb = 0 if without else int(day.opening_peb)
            yield LoggedEvent(code, at, peb, 0 if without else 1)
    for _, at in day.ballots:
        yield LoggedEvent(VOTE_CAST, at, int(activating), VOTER_PEB_TYPE)
    if day.closed is None:
        return
    for seconds, code in CLOSING:
        at = day.closed + timedelta(seconds=seconds)
        yield LoggedEvent(code, at, int(day.closing_peb))
        if code == COLLECTING and day.closing_peb != day.opening_peb:
            yield LoggedEvent(TO_ANOTHER_PEB, at, int(day.closing_peb))
