"""The flash images and the CompactFlash card of the sample election."""

from collections.abc import Iterator
from datetime import timedelta

from election.media import FlashState
from parsers.media.flash.layout import BALLOT_AREAS, CARD_ID_NAME
from simulators.media import sample_election as sample
from simulators.media.fat_image import fat_image
from simulators.media.flash import (
    LogFormat,
    LoggedEvent,
    StoredBallot,
    TerminalMemory,
    card_id_file,
    flash_image,
)
from simulators.media.ivotronic_day import (
    BALLOT_EVERY,
    CANCELLED_BEFORE,
    DAYS,
    FIRST,
    FIRST_BALLOT,
    IDENTITY,
    SECOND,
    ZERO_TAPE,
    ballots_of,
    candidates_of,
)

CARD = "CF000901"

CLEARING = ((0, "0000601"), (1, "0001607"), (21, "0001633"))
"""Seconds after the terminal was cleared, and event."""
WITHOUT_PEB = "0002804"
"""A blank terminal: no PEB is in its slot yet."""
OPENING = (
    (-102, WITHOUT_PEB),
    (-88, "0002808"),
    (-49, "0001303"),
    (-43, "0001319"),
    (-39, "0001210"),
    (-12, "0001211"),
    (0, "0002802"),
    (0, "0001672"),
)
"""Seconds after the terminal was open, and event."""
TOLD_TO_CLOSE = ((0, "0002810"),)
CLOSING = (
    (-80, "0001626"),
    (-80, "0002809"),
    (-80, "0001221"),
    (-50, "0001303"),
    (-43, "0001208"),
    (-38, "0001210"),
    (-13, "0001211"),
    (-13, "0001214"),
    (0, "0001215"),
    (0, "0001222"),
    (0, "0001673"),
    (5, "0001401"),
    (5, "0001400"),
    (13, "0001416"),
)
"""Seconds after the terminal was closed, and event."""


def terminal_memory(serial: int) -> TerminalMemory:
    """Return the closed memory of `serial`: its votes are those that PEB and tape have."""
    day, before = DAYS[serial], sample.TERMINALS[serial]
    ballots = tuple(_ballot(number) for number in ballots_of(serial))
    return TerminalMemory(
        serial=serial,
        identity=IDENTITY,
        state=FlashState.CLOSED,
        firmware=sample.TERMINAL_FIRMWARE,
        qualification_code=sample.QUALIFICATION_CODE,
        opened=day.opened,
        closed=day.closed,
        opening_peb=sample.MASTER_PEB,
        closing_peb=sample.MASTER_PEB,
        protective_open=before,
        protective_close=before + len(ballots),
        events=tuple(sorted(_events(serial), key=lambda event: event.at or day.opened)),
        ballots=ballots,
    )


def first_terminal() -> bytes:
    """Return the file of the first terminal, with the extension log."""
    return flash_image(terminal_memory(FIRST))


def second_terminal() -> bytes:
    """Return the file of the second terminal, with the extension log."""
    return flash_image(terminal_memory(SECOND))


def old_log() -> bytes:
    """Return the file of the first terminal, with the old log."""
    return flash_image(terminal_memory(FIRST), log=LogFormat.OLD)


def card_id() -> bytes:
    """Return the identity file of the card."""
    return card_id_file(CARD, IDENTITY)


def card() -> bytes:
    """Return the whole card, with both terminals."""
    return card_with({FIRST: first_terminal(), SECOND: second_terminal()})


def card_with(terminals: dict[int, bytes]) -> bytes:
    """Return the card with `terminals`, by serial."""
    files = {f"V{serial:07}.BIN": image for serial, image in terminals.items()}
    return fat_image({CARD_ID_NAME: card_id(), **files})


def _ballot(number: int) -> StoredBallot:
    return StoredBallot((7 * number + 3) % BALLOT_AREAS, candidates_of(number), sample.PRECINCT)


def _events(serial: int) -> Iterator[LoggedEvent]:
    """Yield the events of `serial`; those of one second stand in their order."""
    day = DAYS[serial]
    for begin, steps in (
        (day.cleared, CLEARING),
        (day.opened, OPENING),
        (day.told_to_close, TOLD_TO_CLOSE),
        (day.closed, CLOSING),
    ):
        for seconds, code in steps:
            peb = 0 if code == WITHOUT_PEB else sample.MASTER_PEB
            yield LoggedEvent(code, begin + timedelta(seconds=seconds), peb, peb_type=bool(peb))
    if serial == SECOND:
        yield LoggedEvent("0002010", ZERO_TAPE, sample.MASTER_PEB)
    for number in ballots_of(serial):
        at = FIRST_BALLOT + number * BALLOT_EVERY
        if number == CANCELLED_BEFORE:
            yield LoggedEvent("0001516", at - timedelta(seconds=300), sample.VOTER_PEB)
        yield LoggedEvent("0001510", at, sample.VOTER_PEB)
