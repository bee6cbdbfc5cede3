"""The CompactFlash card of a site: what every terminal copied to it when it was closed."""

from collections.abc import Iterator, Sequence
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
from simulators.media.flash_samples import CLEARING, CLOSING, OPENING, WITHOUT_PEB
from simulators.polling_place.days import TerminalDay, candidates_of

FIRMWARE = "9.1.6.4"
CLEARED_BEFORE = timedelta(days=6)
VOTE_CAST = "0001510"
VOTER_PEB_TYPE = 2


def audit_card(
    layout: BallotLayout,
    identity: MediumIdentity,
    days: Sequence[TerminalDay],
    pebs: tuple[str, str],
    code: int,
) -> bytes:
    """Return the image of the card; `pebs` are the master and the one that activated ballots."""
    files = {
        f"V{day.serial:0>7}.BIN": flash_image(_memory(layout, identity, day, pebs, code))
        for day in days
    }
    card = f"CF{layout.precinct:06}"
    return fat_image({CARD_ID_NAME: card_id_file(card, identity), **files})


def _memory(
    layout: BallotLayout,
    identity: MediumIdentity,
    day: TerminalDay,
    pebs: tuple[str, str],
    code: int,
) -> TerminalMemory:
    block = definition_block(layout)
    dice = Random(f"areas of {day.serial}")  # noqa: S311  # a rehearsal, no secret
    master, _ = pebs
    return TerminalMemory(
        serial=int(day.serial),
        identity=identity,
        state=FlashState.CLOSED,
        firmware=FIRMWARE,
        qualification_code=code,
        opened=day.opened,
        closed=day.closed,
        opening_peb=int(master),
        closing_peb=int(master),
        protective_open=day.protective_open,
        protective_close=day.protective_open + len(day.ballots),
        events=tuple(_events(day, pebs)),
        ballots=tuple(
            StoredBallot(
                dice.randrange(BALLOT_AREAS), candidates_of(block, ballot), layout.precinct
            )
            for ballot, _ in day.ballots
        ),
    )


def _events(day: TerminalDay, pebs: tuple[str, str]) -> Iterator[LoggedEvent]:
    """Yield the events of a terminal in their order."""
    master, activating = pebs
    cleared = day.opened - CLEARED_BEFORE
    for begin, steps in ((cleared, CLEARING), (day.opened, OPENING)):
        for seconds, code in steps:
            without = code == WITHOUT_PEB
            at = begin + timedelta(seconds=seconds)
            yield LoggedEvent(code, at, 0 if without else int(master), 0 if without else 1)
    for _, at in day.ballots:
        yield LoggedEvent(VOTE_CAST, at, int(activating), VOTER_PEB_TYPE)
    for seconds, code in CLOSING:
        yield LoggedEvent(code, day.closed + timedelta(seconds=seconds), int(master))
