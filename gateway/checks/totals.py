"""Whether a tape may be used at all: whole, undamaged, printed after all terminals closed.

Beside a sound tape of the same device and kind each of these findings is one step milder.
"""

from collections.abc import Iterator

from election.definition_file import LoadedDefinition
from election.documents import ReportKind, Tape
from election.findings import Finding, Severity
from gateway.checks.wording import flawed, listed, name_of_unit
from gateway.packets import History, Packet
from gateway.reports import TapeSet, has_open_terminals, tape_sets


def tape_complete(packet: Packet, loaded: LoadedDefinition, _history: History) -> Iterator[Finding]:
    """C08: check line and end marker are there; a cut tape gives no number."""
    for tape_set, tape in _each_tape(packet, loaded):
        if tape.truncated:
            yield flawed(
                "C08",
                Severity.TWO_PERSON,
                f"The {tape.kind} tape of {name_of_unit(tape)} is cut off.",
                "Load paper, print the report again, compare and sign the new one. Do not type "
                "numbers from a cut tape.",
                listed(tape.notes),
                replaced=bool(tape_set.sound),
            )


def structure_sane(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C66: the tape does not contradict itself."""
    for tape_set, tape in _each_tape(packet, loaded):
        if tape.damage:
            yield flawed(
                "C66",
                Severity.BLOCK,
                f"The {tape.kind} tape of {name_of_unit(tape)} contradicts itself.",
                "Keep it, print the report again; if it says the same, call the technician.",
                listed(tape.damage),
                replaced=bool(tape_set.sound),
            )


def terminals_closed(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C28: results were printed after every terminal of the PEB was closed."""
    for tape_set, tape in _each_tape(packet, loaded):
        if tape.kind is ReportKind.RESULTS and has_open_terminals(tape):
            still_open = [terminal.serial for terminal in tape.terminals if not terminal.closed]
            yield flawed(
                "C28",
                Severity.BLOCK,
                f"Totals were printed by {name_of_unit(tape)} while machines were still open.",
                f"Close them with {name_of_unit(tape)}, collect their votes, print a new tape.",
                f"TERMINALS NOT CLOSED {tape.terminals_not_closed}; open: {listed(still_open)}",
                replaced=bool(tape_set.sound),
            )


def _each_tape(packet: Packet, loaded: LoadedDefinition) -> Iterator[tuple[TapeSet, Tape]]:
    for kind in ReportKind:
        for tape_set in tape_sets(packet, loaded.definition, kind):
            for tape in tape_set.tapes:
                yield tape_set, tape
