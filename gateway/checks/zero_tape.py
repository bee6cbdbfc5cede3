"""Whether every device began at zero."""

from collections.abc import Iterator

from election.definition_file import LoadedDefinition
from election.documents import ReportKind, Tape
from election.findings import Finding, Severity
from gateway.checks.wording import found, listed, name_of_device, name_of_unit
from gateway.packets import History, Packet
from gateway.reports import TapeSet, tape_sets, tapes


def zero_tape_present(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C09: a device that reports results has a zero tape; a vote image log has none in it."""
    for zero, results in _both_kinds(packet, loaded):
        if results.tapes and not zero.tapes:
            yield found(
                "C09",
                Severity.BLOCK,
                f"There is no zero tape for {name_of_device(zero.device)}. Look in Bag #1 and on "
                "the totals strip. If it is really missing, the election board must decide.",
                "a results tape is here",
            )


def zero_tape_is_zero(
    packet: Packet, _loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C10: no zero tape shows a count; another zero tape never heals that."""
    for tape in tapes(packet, ReportKind.ZERO):
        # Flawed tapes are looked at, too: nobody can say that a count on one is only line noise.
        if counted := [f"{what} {n}" for what, n in _counts(tape) if n]:
            yield found(
                "C10",
                Severity.BLOCK,
                f"The zero tape of {name_of_unit(tape)} is not zero. Tell the county board at "
                "once; keep the tape; nothing from this machine is published.",
                listed(counted),
            )


def zero_tape_identity(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C12: zero tape and results tape name the same machine, precinct and definition."""
    for zero, results in _intact_pairs(packet, loaded):
        before, after = _identity(zero), _identity(results)
        differing = [
            f"{what} {before[what]}, {after[what]}"
            for what in before
            if before[what] != after[what]
        ]
        if differing:
            yield found(
                "C12",
                Severity.BLOCK,
                f"The zero tape is from another machine or setup than the results tape. Find the "
                f"zero tape with serial {results.unit}.",
                "zero tape, results tape: " + listed(differing),
            )


def zero_tape_covers_terminals(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C70: every terminal on the results tape stands on a zero tape of the same PEB."""
    for zero, results in _both_kinds(packet, loaded):
        if results.counting is None or not zero.sound:
            continue
        shown = {terminal.serial for tape in zero.sound for terminal in tape.terminals}
        missing = [t.serial for t in results.counting.terminals if t.serial not in shown]
        if missing:
            yield found(
                "C70",
                Severity.TWO_PERSON,
                f"The zero tape of {name_of_device(zero.device)} lists fewer machines than were "
                "opened. Mark the missing machine numbers on the form.",
                f"not on a zero tape: {listed(missing)}",
            )


def protective_counter_continues(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C71: the protective counter opened where the zero tape left it."""
    for zero, results in _intact_pairs(packet, loaded):
        left, opened = _protective_after_zero(zero), _protective_at_open(results)
        jumps = [
            f"{who}: zero tape {left[who]}, results tape {opened[who]}"
            for who in left.keys() & opened.keys()
            if left[who] != opened[who]
        ]
        if jumps:
            yield found(
                "C71",
                Severity.TWO_PERSON,
                f"Zero tape and totals tape of {name_of_unit(zero)} do not belong together: the "
                "protective counter moved in between. Check serial numbers and times on both.",
                listed(sorted(jumps)),
            )


def _both_kinds(packet: Packet, loaded: LoadedDefinition) -> Iterator[tuple[TapeSet, TapeSet]]:
    """Yield zero tapes and results tapes of each assigned device."""
    zeros = tape_sets(packet, loaded.definition, ReportKind.ZERO)
    results = tape_sets(packet, loaded.definition, ReportKind.RESULTS)
    yield from zip(zeros, results, strict=True)


def _intact_pairs(packet: Packet, loaded: LoadedDefinition) -> Iterator[tuple[Tape, Tape]]:
    """Yield every sound zero tape with the results tape that counts."""
    for zeros, results in _both_kinds(packet, loaded):
        if results.counting is not None:
            for zero in zeros.sound:
                yield zero, results.counting


def _counts(tape: Tape) -> Iterator[tuple[str, int | None]]:
    yield "total ballots", tape.ballots
    yield "blank ballots", tape.blank_ballots
    yield "overvoted ballots", tape.overvoted_ballots
    yield "write-in ballots", tape.write_in_ballots
    for terminal in tape.terminals:
        yield f"ballots of terminal {terminal.serial}", terminal.ballots
    for contest in tape.contests:
        where = f"contest {contest.contest:04}"
        yield f"{where} ballots", contest.ballots
        yield f"{where} write-ins", contest.write_ins
        yield f"{where} overvotes", contest.overvotes
        yield f"{where} undervotes", contest.undervotes
        yield f"{where} total", contest.total
        for choice in contest.choices:
            yield f"{where} choice {choice.choice:02}", choice.votes


def _identity(tape: Tape) -> dict[str, str | int]:
    return {
        "unit": tape.unit,
        "precinct": tape.precinct,
        "card": tape.card,
        "election": tape.election,
        "definition": f"{tape.definition_version} {tape.definition_digits}",
    }


def _protective_after_zero(tape: Tape) -> dict[str, int | None]:
    if tape.terminals:
        return {terminal.serial: terminal.protective_open for terminal in tape.terminals}
    return {tape.unit: tape.protective_close}


def _protective_at_open(tape: Tape) -> dict[str, int | None]:
    if tape.terminals:
        return {terminal.serial: terminal.protective_open for terminal in tape.terminals}
    return {tape.unit: tape.protective_open}
