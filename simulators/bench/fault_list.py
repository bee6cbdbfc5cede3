"""The faults of all simulators: one table, which the help, the documentation and the tests read.

A source such as M-WP or I-ALT is a behaviour that was reported of the real machines, with its
report; "project profile" is an assumption of ours, because nothing was ever published.
"""

from enum import StrEnum

from simulators.bench.fault_kinds import Argument, Door, FaultKind, Outcome, Simulator

M100, IVOTRONIC, PRINTER, CRADLE, READER = Simulator
BOTH = (M100, IVOTRONIC)
PRINTING = (M100, IVOTRONIC, PRINTER)

PROFILE = "project profile"


class Fault(StrEnum):
    """Every fault by its name."""

    WRITE_PROTECTED = "write-protected-during-voting"
    PAPER_OUT = "paper-out-at-line"
    LOW_BATTERY = "printer-low-battery-at-line"
    LINE_NOISE = "line-noise"
    PRINTED_TWICE = "printed-twice"
    UNPLUG = "unplug-at"
    ZERO_NOT_ZERO = "zero-not-zero"
    ZERO_LATE = "zero-late"
    ZERO_SHORT = "zero-short"
    CLOCK = "clock"
    STALE_DEFINITION = "stale-definition"
    TEST_MODE = "test-mode-card"
    BACKUP = "backup-card"
    DUPLICATE = "duplicate-card"
    SECOND_CARD = "second-card"
    CRC_EDIT = "crc-edit"
    CRC_FORGED = "crc-forged"
    TORN_WRITE = "torn-write"
    MALFORMED = "malformed-card"
    BLANK = "blank-card"
    CARD_NOT_CLOSED = "card-not-closed"
    TERMINAL_NOT_CLOSED = "terminal-not-closed"
    OTHER_PEB = "close-with-other-peb"
    PEB_LEFT = "peb-left-behind"
    PHANTOM = "phantom-terminal"
    UNUSED = "iv-unused"
    PAGE_CRC = "crc-page"
    COPIES_DIFFER = "flash-copies-differ"
    LOG_CUT = "flash-log-cut"
    PEB_PULLED = "peb-pulled-at"
    LOSES = "cradle-loses-every"
    CRADLE_BATTERY = "cradle-battery-low"
    BUSY = "cradle-busy"
    NO_ACCESS = "peb-access-fails-at"
    UNPROTECTED = "reader-unprotected"
    REMOVED = "medium-removed-at"
    DIFFERS = "second-reading-differs"
    STALLS = "reader-stalls-at"
    PHASE_ERROR = "reader-phase-error-at"


_F, _A = Fault, Argument

_OF_TAPES = (
    FaultKind(
        *(_F.PAPER_OUT, PRINTING, _A.COUNT, "40"),
        "The paper ends within the results tape. The device notices nothing and prints on; the "
        "rest is lost. A reprint clears it.",
        "M-PAPER, I-PRN (SysTest, Ohio 2007, pages 84 and 86)",
        ("C08",),
    ),
    FaultKind(
        *(_F.LOW_BATTERY, PRINTING, _A.COUNT, "40"),
        "The printer's battery is low: it goes off line within the results tape, longer than the "
        "gateway waits, and goes on when somebody presses ONLINE.",
        "DPU-414, as published for that printer",
        ("C08", Outcome.UNRECOGNISED),
        door=Door.PLAYED,
    ),
    FaultKind(
        *(_F.LINE_NOISE, PRINTING, _A.NONE, ""),
        "Some characters of the results tape arrive as others: a bad cable, a wrong parity.",
        PROFILE,
        ("C66",),
    ),
    FaultKind(
        *(_F.PRINTED_TWICE, PRINTING, _A.NONE, ""),
        "Somebody prints the results again. The strip counts one more COPY, its figures are the "
        "same.",
        "the usual procedure",
        ("C34", Outcome.READY),
    ),
    FaultKind(
        *(_F.UNPLUG, (*PRINTING, CRADLE, READER), _A.FRACTION, "0.5"),
        "The cable is pulled within the first results tape, PEB or card, and put back later.",
        "I-PRN (SysTest, Ohio 2007, page 84)",
        (Outcome.GONE,),
        door=Door.PLAYED,
    ),
    FaultKind(
        *(_F.ZERO_NOT_ZERO, BOTH, _A.NONE, ""),
        "A ballot of the tests was never cleared: the zero tape shows it.",
        "the reason why zero tapes are printed",
        ("C10",),
    ),
    FaultKind(
        *(_F.ZERO_LATE, BOTH, _A.NONE, ""),
        "The zero tape is printed when somebody has voted already. A scanner then prints what it "
        "counted; a PEB still knows of no vote.",
        "I-NOZERO (audits of South Carolina 2010: nine PEBs)",
        ("C11",),
    ),
    FaultKind(
        *(_F.ZERO_SHORT, (IVOTRONIC,), _A.NONE, ""),
        "The zero tape is printed before the last terminal is open, and leaves it out.",
        "I-NOZERO (audits of South Carolina 2010)",
        ("C70",),
    ),
)

_OF_THE_DAY = (
    FaultKind(
        *(_F.CLOCK, BOTH, _A.DURATION, "-66h"),
        "The clock is off: its battery was flat, or daylight saving time was forgotten.",
        "M-CLOCK (Pope County, Arkansas, 2010), I-CLOCK (South Carolina 2010)",
        ("C40",),
    ),
    FaultKind(
        *(_F.STALE_DEFINITION, BOTH, _A.NONE, ""),
        "The devices were loaded with an earlier version of the definition.",
        PROFILE,
        ("C64",),
    ),
    FaultKind(
        *(_F.WRITE_PROTECTED, (M100,), _A.BALLOTS, "41"),
        "The card is write-protected during voting, and nobody is told. The tape is right, the "
        "card is short; without TO it is never closed either.",
        "M-WP (MSI, M100 source review, POS-3)",
        ("C07", "C15"),
    ),
    FaultKind(
        *(_F.CARD_NOT_CLOSED, (M100,), _A.NONE, ""),
        "The polls are never closed on the scanner: no results tape, and an open card.",
        PROFILE,
        ("C68",),
    ),
    FaultKind(
        *(_F.TERMINAL_NOT_CLOSED, (IVOTRONIC,), _A.NONE, ""),
        "A terminal is never closed. Its votes are neither on the PEB nor on the tape.",
        "I-OPEN, I-OVR (audits of South Carolina 2010)",
        ("C25", "C28", "C68"),
    ),
    FaultKind(
        *(_F.OTHER_PEB, (IVOTRONIC,), _A.NONE, ""),
        "A terminal is closed with another PEB than it was opened with.",
        "I-ALT (event logs of Colleton County, 2010: six terminals)",
        ("C26",),
    ),
    FaultKind(
        *(_F.PEB_LEFT, (IVOTRONIC, CRADLE), _A.NONE, ""),
        "The PEB that holds the votes is not brought in.",
        "I-LEFT (South Carolina 2010: 15 PEBs, 2,082 votes)",
        ("C27", "C82"),
    ),
    FaultKind(
        *(_F.PHANTOM, (IVOTRONIC,), _A.NONE, ""),
        "Tapes and audit card show a terminal that nobody has, and leave out one that voted.",
        "I-PHANTOM (Miami-Dade 2003)",
        ("C23", "C24", "C60"),
    ),
    FaultKind(
        *(_F.UNUSED, (IVOTRONIC,), _A.NONE, ""),
        "Nobody voted on the iVotronic: no results tape is printed, and none is asked for.",
        "guide of Pulaski County 2016, pages 27 to 30",
        (Outcome.READY,),
    ),
)

_OF_CARDS = (
    FaultKind(
        *(_F.TEST_MODE, (M100,), _A.NONE, ""),
        "The scanner was loaded with the card of a test; in a rehearsal, with an official one.",
        "M-AUTO (SysTest, Ohio 2007, page 85)",
        ("C37", "C63"),
    ),
    FaultKind(
        *(_F.BACKUP, (M100, READER), _A.NONE, ""),
        "A backup is brought instead of the card that voted.",
        "Volusia County, Florida, 2000",
        ("C37",),
    ),
    FaultKind(
        *(_F.DUPLICATE, (M100, READER), _A.NONE, ""),
        "The same card is read twice at headquarters.",
        "M-DUP (SysTest, Ohio 2007, page 88)",
        ("C34", Outcome.READY),
    ),
    FaultKind(
        *(_F.SECOND_CARD, (M100,), _A.NONE, ""),
        "A second card of the same scanner comes beside the first, with fewer ballots.",
        "Volusia County, Florida, 2000",
        ("C65",),
    ),
    FaultKind(
        *(_F.CRC_EDIT, (M100, READER), _A.NONE, ""),
        "Somebody adds ten votes on the card and leaves the checksums as they were.",
        "M-CRC (SysTest, Ohio 2007, page 86)",
        ("C04",),
    ),
    FaultKind(
        *(_F.CRC_FORGED, (M100, READER), _A.NONE, ""),
        "Somebody moves ten votes on the card and makes all checksums right.",
        "what checksums without a key cannot show",
        ("C07",),
    ),
    FaultKind(
        *(_F.TORN_WRITE, (M100,), _A.NONE, ""),
        "The power fails while the last ballot is written to the card.",
        "M-BAD (SysTest, Ohio 2007, page 77)",
        ("C04",),
    ),
    FaultKind(
        *(_F.MALFORMED, (M100, READER), _A.NONE, ""),
        "Offsets and counts on the card lead out of it, with checksums that are right.",
        "M-BAD (SysTest, Ohio 2007, page 77)",
        ("C66",),
    ),
    FaultKind(
        *(_F.BLANK, (M100, READER), _A.NONE, ""),
        "The card is blank: its battery is flat, or it is another one.",
        "M-BAD (SysTest, Ohio 2007, page 77)",
        (Outcome.UNRECOGNISED,),
    ),
)

_OF_PEBS = (
    FaultKind(
        *(_F.PAGE_CRC, (IVOTRONIC, CRADLE), _A.PAGE, "272"),
        "One bit of a page of the master PEB is wrong.",
        "I-CRC (event logs of Colleton County, 2010: 40 times)",
        ("C04",),
    ),
    FaultKind(
        *(_F.COPIES_DIFFER, (IVOTRONIC, READER), _A.NONE, ""),
        "The three memory copies of a terminal are not the same on its audit card.",
        "the published layout, which keeps three",
        ("C05",),
    ),
    FaultKind(
        *(_F.LOG_CUT, (IVOTRONIC, READER), _A.NONE, ""),
        "A record in the middle of a terminal's event log is damaged on its audit card.",
        PROFILE,
        ("C44",),
    ),
)

_OF_CRADLES = (
    FaultKind(
        *(_F.PEB_PULLED, (CRADLE,), _A.FRACTION, "0.6"),
        "The PEB is pulled while it is being read.",
        "I-PULL (event logs of Colleton County, 2010)",
        (Outcome.REMOVED, "C103"),
        door=Door.PLAYED,
    ),
    FaultKind(
        *(_F.LOSES, (CRADLE,), _A.COUNT, "997"),
        "Every N-th byte on the cradle's line is lost; what is lost is asked for again.",
        PROFILE,
        (Outcome.READY,),
        door=Door.PLAYED,
    ),
    FaultKind(
        *(_F.CRADLE_BATTERY, (CRADLE,), _A.NONE, ""),
        "The battery of the PEB is too low to be read.",
        PROFILE,
        (Outcome.UNREADABLE,),
        door=Door.PLAYED,
    ),
    FaultKind(
        *(_F.BUSY, (CRADLE,), _A.COUNT, "3"),
        "The cradle says BUSY to its first N requests for pages, and is asked again.",
        PROFILE,
        (Outcome.READY,),
        door=Door.PLAYED,
    ),
    FaultKind(
        *(_F.NO_ACCESS, (CRADLE,), _A.PAGE, "272"),
        "One page of the PEB cannot be read at all.",
        "I-CRC (event logs of Colleton County, 2010)",
        (Outcome.UNREADABLE, "C103"),
        door=Door.PLAYED,
    ),
)

_OF_READERS = (
    FaultKind(
        *(_F.UNPROTECTED, (READER,), _A.NONE, ""),
        "The write-protect switch of the medium is off.",
        PROFILE,
        (Outcome.NOT_READ,),
        door=Door.USB,
    ),
    FaultKind(
        *(_F.REMOVED, (READER,), _A.FRACTION, "0.6"),
        "The medium is taken out while it is being read.",
        "what people do",
        (Outcome.REMOVED, "C103"),
        door=Door.USB,
    ),
    FaultKind(
        *(_F.DIFFERS, (READER,), _A.NONE, ""),
        "Two readings differ in one byte: dirty contacts, a failing chip.",
        PROFILE,
        ("C06",),
        door=Door.USB,
    ),
    FaultKind(
        *(_F.STALLS, (READER,), _A.COUNT, "3"),
        "The reader refuses its N-th command to read, and recovers.",
        "USB mass storage, bulk-only transport, section 6.7",
        (Outcome.READY,),
        door=Door.USB,
    ),
    FaultKind(
        *(_F.PHASE_ERROR, (READER,), _A.COUNT, "3"),
        "The reader loses step at its N-th command to read, and must be reset.",
        "USB mass storage, bulk-only transport, section 6.6",
        (Outcome.READY,),
        door=Door.USB,
    ),
)

FAULTS: dict[str, FaultKind] = {
    kind.name: kind
    for kind in (
        *(*_OF_TAPES, *_OF_THE_DAY, *_OF_CARDS),
        *(*_OF_PEBS, *_OF_CRADLES, *_OF_READERS),
    )
}
"""By name, in the order of the documentation."""


def faults_of(simulator: Simulator | None) -> tuple[FaultKind, ...]:
    """Return what can be thrown at `simulator`; all for None, the bench."""
    return tuple(k for k in FAULTS.values() if simulator is None or simulator in k.simulators)
