"""Prints a Tape record in the project profiles `zt-m100-tape-1` and `zt-ivotronic-tape-1`."""

from collections.abc import Iterator
from dataclasses import replace

from election.documents import Tape, TapeContest
from parsers.tapes import ivotronic, m100
from parsers.tapes.columns import (
    CAN,
    CERTIFICATE,
    DOUBLE_RULE,
    END_MARKER,
    FEED,
    LINE_END,
    MODE_OFFICIAL,
    MODE_TEST,
    MOST_CONTEST_TOTAL,
    NOTICE,
    RULE,
    SIGNATURES,
    TEST_MARK,
    WRITE_IN_HEADING,
    check_line,
    choice_line,
    contest_line,
    crc_of,
    definition_text,
    digits,
    spread,
    terminal_lines,
    text_of,
    vote_for_line,
    write_in_line,
)
from parsers.tapes.layout import LabelledLine, TapeLayout
from simulators.faults import Faults

LAYOUTS = {layout.device_class: layout for layout in (m100.LAYOUT, ivotronic.LAYOUT)}


def print_tape(tape: Tape) -> bytes:
    """Return the bytes that a device sends for `tape`; raise ValueError for what does not fit.

    CONTEST TOTAL and all other counts are printed as the record says, right or wrong. What only
    a reader can say (`truncated`, `damage`, `notes`) is not printed.
    """
    return _wire(_lines(tape)) + FEED


def print_job(tape: Tape, faults: Faults) -> bytes:
    """Return what reaches the line when `tape` is printed while `faults` are thrown."""
    copies = [tape, replace(tape, copy=tape.copy + 1)] if faults.printed_twice else [tape]
    return b"".join(_faulty_report(copied, faults) for copied in copies)


def _faulty_report(tape: Tape, faults: Faults) -> bytes:
    report = bytearray(print_tape(tape))
    if faults.paper_out_after_line is not None:
        report = bytearray(_wire(_lines(tape)[: faults.paper_out_after_line]))
    for offset, noise in faults.garbled.items():
        report[offset : offset + len(noise)] = noise
    return faults.noise_before + bytes(report)


def _wire(lines: list[str]) -> bytes:
    return CAN + b"".join(line.encode("ascii") + LINE_END for line in lines)


def _lines(tape: Tape) -> list[str]:
    layout = LAYOUTS[tape.device_class]
    lines = [
        *_identity(tape, layout),
        *(_labelled(tape, line) for line in layout.device),
        RULE,
        *(_terminals(tape) if layout.has_terminals else ()),
        *(_labelled(tape, line) for line in layout.counts),
    ]
    for contest in tape.contests:
        lines += [RULE, *_contest(contest)]
    if tape.write_in_names:
        lines += [RULE, WRITE_IN_HEADING, *map(write_in_line, tape.write_in_names)]
    lines += [RULE, CERTIFICATE[tape.kind], *SIGNATURES, RULE]
    return [*lines, check_line(len(lines), crc_of(lines)), END_MARKER]


def _identity(tape: Tape, layout: TapeLayout) -> Iterator[str]:
    yield from (DOUBLE_RULE, layout.title(tape.kind), NOTICE, DOUBLE_RULE)
    if tape.test:
        yield TEST_MARK
    yield from map(text_of, (tape.county, tape.title, tape.date))
    yield spread("ELECTION ID", tape.election)
    yield spread("DEFINITION", definition_text(tape.definition_version, tape.definition_digits))
    yield spread("MODE", MODE_TEST if tape.test else MODE_OFFICIAL)
    yield spread("PRECINCT", digits(tape.precinct, width=4, least=1, most=9999))
    yield text_of(tape.precinct_name)
    yield _labelled(tape, layout.unit)


def _labelled(tape: Tape, line: LabelledLine) -> str:
    return spread(line.label, line.write(getattr(tape, line.field)))


def _terminals(tape: Tape) -> Iterator[str]:
    yield spread("TERMINALS", digits(len(tape.terminals)))
    for terminal in tape.terminals:
        yield from terminal_lines(terminal)
    yield spread("TERMINALS NOT CLOSED", digits(tape.terminals_not_closed))


def _contest(contest: TapeContest) -> Iterator[str]:
    yield contest_line(contest.contest, contest.title)
    yield vote_for_line(contest.votes_allowed, contest.ballots)
    yield from map(choice_line, contest.choices)
    if contest.write_ins is not None:
        yield spread(" WRITE-IN", digits(contest.write_ins))
    if contest.overvotes is not None:
        yield spread(" OVER VOTES", digits(contest.overvotes))
    yield spread(" UNDER VOTES", digits(contest.undervotes))
    yield spread(" CONTEST TOTAL", digits(contest.total, most=MOST_CONTEST_TOTAL))
