"""What is read in each golden session of a documented fault.

What it must be is written by hand: from what the list of faults says of the real machine, from the
rules of the layouts, and against the sound evening of the same polling place.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from election.captures import Ending
from election.documents import DeviceClass, Document, ReportKind, Tape
from election.media import (
    CardState,
    FlashState,
    M100Card,
    MediumFlags,
    Peb,
    PebState,
    TerminalFlash,
    TerminalState,
)
from parsers.media.m100_card.event_codes import CardEvent
from simulators.bench.fault_list import FAULTS, Fault

if TYPE_CHECKING:
    from tests.drivers.golden.conftest import Tell, Told

FOLDER = Path(__file__).parents[1] / "golden_sessions"
M100, IVOTRONIC = DeviceClass.M100, DeviceClass.IVOTRONIC
ZERO, RESULTS = ReportKind
MASTER, LISTED = "299101", "299901"
"""PEBs of the site; the second activated the voters' ballots."""
FIRST, LAST, PHANTOM = "5199901", "5199902", "5199999"
"""Terminals; nobody has the third."""
CLOCK = timedelta(hours=-66)
EDITED = 10
"""Votes."""

Claim = Callable[["Told", "Told"], tuple[object, object]]
"""Returns what a session says and what it must say, given it and the sound evening."""


def cut(told: "Told") -> list[bool | None]:
    """Return of each strip whether its end is missing; None where it is no tape at all."""
    documents = (taken.document for taken in told.taken)
    return [each.truncated if isinstance(each, Tape) else None for each in documents]


def difference(own: datetime | None, sound: datetime | None) -> timedelta:
    """Return how much later `own` is."""
    assert own is not None
    assert sound is not None
    return own - sound


def kinds(told: "Told") -> list[tuple[ReportKind, DeviceClass]]:
    """Return what was printed, and by which machine."""
    return [(tape.kind, tape.device_class) for tape in told.tapes]


def serials(told: "Told") -> list[list[str]]:
    """Return which terminals each tape shows."""
    return [[terminal.serial for terminal in tape.terminals] for tape in told.tapes]


def versions(told: "Told") -> list[tuple[int, str]]:
    """Return which definition each tape names."""
    return [(tape.definition_version, tape.definition_digits) for tape in told.tapes]


def version(medium: M100Card | Peb | TerminalFlash) -> int:
    """Return which version of the definition it names."""
    assert medium.identity is not None
    assert medium.identity.definition_version is not None
    return medium.identity.definition_version


def first_events(card: M100Card) -> list[int]:
    """Return the codes of the first two of these events on the card."""
    codes = (CardEvent.BALLOT_COUNTED, CardEvent.ZERO_REPORT_PRINTED)
    return [record.code for record in card.log if record.code in codes][:2]


def votes(card: M100Card) -> list[int]:
    """Return the counters of the first contest."""
    return [choice.votes for choice in card.contests[0].choices]


def moved(counters: list[int]) -> list[int]:
    """Return `counters` with votes of the second given to the first."""
    first, second, *rest = counters
    return [first + EDITED, second - EDITED, *rest]


def unverified(card: M100Card) -> tuple[str, int]:
    """Return the parts whose checksums are wrong, and how many contests are shown all the same."""
    return card.damage[0].partition("; not verified: ")[2], len(card.contests)


def parsers(told: "Told") -> list[tuple[str, Document | None]]:
    """Return of everything who knew it, and what it made of it."""
    return [(taken.reading.parser, taken.document) for taken in told.taken]


def endings(told: "Told") -> list[Ending]:
    """Return how each reading ended."""
    return [taken.ending for taken in told.taken]


def repeats(told: "Told") -> int:
    """Return how often the driver had to ask again, as it says with what it read."""
    assert told.came is not None
    facts = (fact for capture in told.came.captures for fact in capture.facts)
    counts = [int(fact.rpartition(": ")[2]) for fact in facts if "repeated" in fact]
    return max(counts, default=0)


PRINTED: Mapping[Fault, Claim] = {
    Fault.PAPER_OUT: lambda own, _: (cut(own), [False, True, False, True]),
    Fault.LOW_BATTERY: lambda own, _: (cut(own), [False, True, None, False, True, None]),
    Fault.LINE_NOISE: lambda own, _: (cut(own), [False, None, False, None]),
    Fault.UNPLUG: lambda own, _: (
        (cut(own), endings(own)),
        ([False, True], [Ending.WHOLE, Ending.UNPLUGGED]),
    ),
    Fault.PRINTED_TWICE: lambda own, sound: (
        [(tape.copy, tape.contests) for tape in own.tapes if tape.kind is RESULTS],
        [
            (copy, sound.tape(RESULTS, machine).contests)
            for machine in (M100, IVOTRONIC)
            for copy in (1, 2)
        ],
    ),
    Fault.ZERO_NOT_ZERO: lambda own, _: (
        [tape.ballots for tape in own.tapes if tape.kind is ZERO],
        [1, 1],
    ),
    Fault.ZERO_LATE: lambda own, _: (
        [tape.ballots for tape in own.tapes if tape.kind is ZERO],
        [1, 0],
    ),
    Fault.ZERO_SHORT: lambda own, _: (serials(own), [[FIRST], [FIRST, LAST]]),
    Fault.CLOCK: lambda own, sound: (
        [difference(a.printed, b.printed) for a, b in zip(own.tapes, sound.tapes, strict=True)],
        [CLOCK] * 4,
    ),
    Fault.STALE_DEFINITION: lambda own, sound: (
        ([number for number, _ in versions(own)], {*versions(own)} & {*versions(sound)}),
        ([number - 1 for number, _ in versions(sound)], set()),
    ),
    Fault.CARD_NOT_CLOSED: lambda own, _: (kinds(own), [(ZERO, M100)]),
    Fault.UNUSED: lambda own, _: (kinds(own), [(ZERO, IVOTRONIC)]),
    Fault.TERMINAL_NOT_CLOSED: lambda own, _: (
        [(each.serial, each.closed) for each in own.tape(RESULTS, IVOTRONIC).terminals],
        [(FIRST, True), (LAST, False)],
    ),
    Fault.PHANTOM: lambda own, _: (serials(own), [[FIRST, PHANTOM]] * 2),
    Fault.TEST_MODE: lambda own, _: ([tape.test for tape in own.tapes], [True, True]),
}

ON_CARDS: Mapping[Fault, Claim] = {
    Fault.CLOCK: lambda own, sound: (difference(own.card.closed, sound.card.closed), CLOCK),
    Fault.STALE_DEFINITION: lambda own, sound: (version(own.card), version(sound.card) - 1),
    Fault.ZERO_LATE: lambda own, _: (
        first_events(own.card),
        [CardEvent.BALLOT_COUNTED, CardEvent.ZERO_REPORT_PRINTED],
    ),
    Fault.WRITE_PROTECTED: lambda own, _: (
        (own.card.ballots, own.card.state, own.card.damage),
        (40, CardState.OPEN, ()),
    ),
    Fault.CARD_NOT_CLOSED: lambda own, sound: (
        (own.card.ballots, own.card.state, own.card.closed, own.card.damage),
        (sound.card.ballots, CardState.OPEN, None, ()),
    ),
    Fault.TEST_MODE: lambda own, _: (own.card.identity.flags, MediumFlags(test=True)),
    Fault.BACKUP: lambda own, _: (
        (own.card.identity.flags, own.card.copy > 0),
        (MediumFlags(backup=True), True),
    ),
    Fault.DUPLICATE: lambda own, sound: (own.cards, [sound.card, sound.card]),
    Fault.SECOND_CARD: lambda own, sound: (
        (own.cards[0], own.cards[1].scanner, own.cards[1].ballots),
        (sound.card, sound.card.scanner, sound.card.ballots // 2),
    ),
    Fault.CRC_EDIT: lambda own, _: (unverified(own.card), ("counters", 0)),
    Fault.CRC_FORGED: lambda own, sound: (
        (votes(own.card), own.card.damage),
        (moved(votes(sound.card)), ()),
    ),
    Fault.TORN_WRITE: lambda own, _: (unverified(own.card), ("counters, audit log", 0)),
    Fault.MALFORMED: lambda own, _: (
        (parsers(own), endings(own)),
        ([("m100-card", None)], [Ending.WHOLE]),
    ),
    Fault.BLANK: lambda own, _: (parsers(own), [("", None)]),
}

ON_PEBS: Mapping[Fault, Claim] = {
    Fault.CLOCK: lambda own, sound: (
        difference(own.master.last_close, sound.master.last_close),
        CLOCK,
    ),
    Fault.STALE_DEFINITION: lambda own, sound: (version(own.master), version(sound.master) - 1),
    Fault.ZERO_LATE: lambda own, sound: (
        difference(own.master.zero_tape, sound.master.zero_tape) > timedelta(hours=1),
        True,
    ),
    Fault.ZERO_SHORT: lambda own, _: (
        difference(own.master.zero_tape, own.master.terminals[-1].opened) < timedelta(),
        True,
    ),
    Fault.TERMINAL_NOT_CLOSED: lambda own, _: (
        (own.master.state, [(t.state, t.closing_peb) for t in own.master.terminals]),
        (PebState.COLLECTING, [(TerminalState.CLOSED, MASTER), (TerminalState.OPEN, "")]),
    ),
    Fault.OTHER_PEB: lambda own, _: (
        [(t.opening_peb, t.closing_peb) for t in own.master.terminals],
        [(MASTER, MASTER), (MASTER, LISTED)],
    ),
    Fault.PEB_LEFT: lambda own, _: ([*own.pebs], [LISTED]),
    Fault.UNUSED: lambda own, _: ((own.master.ballots, own.master.results_tape), (0, None)),
    Fault.PAGE_CRC: lambda own, _: (
        ([words.partition(":")[0] for words in own.master.damage], own.master.contests),
        (["page 272"], ()),
    ),
    Fault.PEB_PULLED: lambda own, _: (
        (endings(own), [*own.pebs]),
        ([Ending.UNPLUGGED, Ending.WHOLE], [LISTED]),
    ),
    Fault.NO_ACCESS: lambda own, _: (
        (endings(own), [*own.pebs]),
        ([Ending.UNREADABLE, Ending.WHOLE], [LISTED]),
    ),
    Fault.CRADLE_BATTERY: lambda own, _: (
        (endings(own), [*own.pebs]),
        ([Ending.WHOLE], [LISTED]),
    ),
    Fault.LOSES: lambda own, sound: ((own.pebs, repeats(own) > 0), (sound.pebs, True)),
    Fault.BUSY: lambda own, sound: ((own.pebs, repeats(own)), (sound.pebs, 0)),
    Fault.UNPLUG: lambda own, _: (own.taken, []),
}

ON_AUDIT_CARDS: Mapping[Fault, Claim] = {
    Fault.CLOCK: lambda own, sound: (
        [
            difference(a.closed, b.closed)
            for a, b in zip(own.flash.terminals, sound.flash.terminals, strict=True)
        ],
        [CLOCK] * 2,
    ),
    Fault.STALE_DEFINITION: lambda own, sound: (
        [version(terminal) for terminal in own.flash.terminals],
        [version(terminal) - 1 for terminal in sound.flash.terminals],
    ),
    Fault.TERMINAL_NOT_CLOSED: lambda own, _: (
        [(t.state, t.closing_peb) for t in own.flash.terminals],
        [(FlashState.CLOSED, MASTER), (FlashState.OPEN, "")],
    ),
    Fault.OTHER_PEB: lambda own, _: (
        [(t.opening_peb, t.closing_peb) for t in own.flash.terminals],
        [(MASTER, MASTER), (MASTER, LISTED)],
    ),
    Fault.PHANTOM: lambda own, _: ([t.terminal for t in own.flash.terminals], [FIRST, PHANTOM]),
    Fault.UNUSED: lambda own, _: (
        [(t.ballots, t.votes) for t in own.flash.terminals],
        [(0, 0)] * 2,
    ),
    Fault.COPIES_DIFFER: lambda own, _: (
        [(t.copies, bool(t.copies_differ)) for t in own.flash.terminals],
        [(1, False), (3, True)],
    ),
    Fault.LOG_CUT: lambda own, _: (
        [(t.log_is_cut, t.damage) for t in own.flash.terminals],
        [(False, ()), (True, ())],
    ),
}

IN_USB_READERS: Mapping[Fault, Claim] = {
    Fault.BACKUP: ON_CARDS[Fault.BACKUP],
    Fault.DUPLICATE: ON_CARDS[Fault.DUPLICATE],
    Fault.CRC_EDIT: ON_CARDS[Fault.CRC_EDIT],
    Fault.CRC_FORGED: ON_CARDS[Fault.CRC_FORGED],
    Fault.MALFORMED: ON_CARDS[Fault.MALFORMED],
    Fault.BLANK: ON_CARDS[Fault.BLANK],
    Fault.COPIES_DIFFER: ON_AUDIT_CARDS[Fault.COPIES_DIFFER],
    Fault.LOG_CUT: ON_AUDIT_CARDS[Fault.LOG_CUT],
    Fault.UNPLUG: lambda own, _: ((endings(own), own.cards), ([Ending.UNPLUGGED], [])),
    Fault.REMOVED: lambda own, _: ((endings(own), own.cards), ([Ending.UNPLUGGED], [])),
    Fault.UNPROTECTED: lambda own, _: (own.taken, []),
    Fault.DIFFERS: lambda own, _: (
        (endings(own), len({taken.sha256 for taken in own.taken})),
        ([Ending.UNSTABLE] * 2, 2),
    ),
    Fault.STALLS: lambda own, sound: ((own.card, repeats(own)), (sound.card, 1)),
    Fault.PHASE_ERROR: lambda own, sound: ((own.card, repeats(own)), (sound.card, 1)),
}

CLAIMS = {
    f"{driver}.{fault}": claim
    for driver, claims in (
        ("print-line", PRINTED),
        ("pc-card", ON_CARDS),
        ("peb-cradle", ON_PEBS),
        ("block-device", ON_AUDIT_CARDS),
        ("usb-storage", IN_USB_READERS),
    )
    for fault, claim in claims.items()
}


@pytest.mark.parametrize("session", CLAIMS)
def test_what_is_read_in_a_session_is_what_the_fault_does(
    session: str, told: "Tell", sound: "Told"
) -> None:
    said, must_say = CLAIMS[session](told(session), sound)
    assert said == must_say


def test_every_session_of_a_fault_is_held_against_what_the_fault_does() -> None:
    stems = (path.stem for path in FOLDER.glob("*.jsonl"))
    assert {stem for stem in stems if stem.partition(".")[2] in FAULTS} == CLAIMS.keys()
