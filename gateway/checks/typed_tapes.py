"""Whether tapes that people typed in from paper may be used: twice, by two people, all equal."""

from collections.abc import Iterator
from dataclasses import fields

from election.definition_file import LoadedDefinition
from election.documents import ReportKind, Tape
from election.findings import Finding, Severity
from gateway.checks.wording import flawed, found, name_of_device
from gateway.packets import History, Packet
from gateway.reports import TapeSet, tape_sets, tape_values


def typed_twice(packet: Packet, loaded: LoadedDefinition, _history: History) -> Iterator[Finding]:
    """C79: two people typed the tape, and every cell is equal."""
    for tape_set in _each_set(packet, loaded):
        typed = [tape for tape in tape_set.tapes if tape.typed_by]
        captured = any(not tape.typed_by for tape in tape_set.sound)
        if not typed or any(tape.typed_by for tape in tape_set.sound):
            continue
        people = sorted({tape.typed_by for tape in typed})
        if len(people) < 2:
            what = f"The {tape_set.kind} tape of {name_of_device(tape_set.device)} was typed once."
            next_step = "A second person types it from the paper without seeing the first entry."
            evidence = f"typed by {people[0]}"
        else:
            what = (
                f"The entries of the {tape_set.kind} tape of {name_of_device(tape_set.device)} "
                f"differ at {_first_difference(typed)}."
            )
            next_step = "Look at the tape together and type that line again."
            evidence = f"typed by {', '.join(people)}"
        yield flawed("C79", Severity.BLOCK, what, next_step, evidence, replaced=captured)


def tape_only(packet: Packet, loaded: LoadedDefinition, _history: History) -> Iterator[Finding]:
    """C69: totals that only typed tapes show leave with two people's word."""
    for results in tape_sets(packet, loaded.definition, ReportKind.RESULTS):
        if results.counting is not None and results.counting.typed_by:
            yield found(
                "C69",
                Severity.TWO_PERSON,
                f"The totals of {name_of_device(results.device)} come from its typed tape alone. "
                "Two people release them, marked 'tape only', until its medium is read.",
                f"typed by {results.counting.typed_by}",
            )


def _first_difference(typed: list[Tape]) -> str:
    """Return the first place in which entries of different people differ."""
    first = typed[0]
    other = next(tape for tape in typed if tape.typed_by != first.typed_by)
    for one, two in zip(first.contests, other.contests, strict=False):
        for here, there in zip(one.choices, two.choices, strict=False):
            if here != there:
                where = f"contest {one.contest:04}, choice {here.choice:02}"
                return f"{where}: {here.votes} and {there.votes}"
        if one != two:
            return f"contest {one.contest:04}"
    if first.ballots != other.ballots:
        return f"total ballots: {first.ballots} and {other.ballots}"
    values, others = tape_values(first), tape_values(other)
    return next(
        (
            field.name
            for field in fields(Tape)
            if getattr(values, field.name) != getattr(others, field.name)
        ),
        "nothing",
    )


def _each_set(packet: Packet, loaded: LoadedDefinition) -> Iterator[TapeSet]:
    for kind in ReportKind:
        yield from tape_sets(packet, loaded.definition, kind)
