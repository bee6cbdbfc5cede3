"""Whether medium and tape of one device say the same, and each agrees with itself.

An open card is compared as well: a card that was write-protected during voting is open, short, and
sound by its checksums, and only the tape shows what it lost.
"""

from collections.abc import Iterator

from election.definition_file import LoadedDefinition
from election.documents import ReportKind, Tape, TapeContest
from election.findings import Finding, Severity
from election.media import M100Card, MediumContest, Peb
from election.returns import DeviceVotes
from gateway.checks.wording import found, listed, name_of_device
from gateway.media_sets import MediaSet, ResultsMedium, flashes, media_sets
from gateway.medium_placement import name_of_medium
from gateway.packets import History, Packet
from gateway.reports import tape_sets
from gateway.terminal_sessions import terminal_sessions


def medium_equals_tape(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C07: every figure of the medium is the one on the tape."""
    for _, medium, tape in _pairs(packet, loaded):
        differing = list(_differences(medium, tape))
        if differing:
            yield found(
                "C07",
                Severity.BLOCK,
                f"{name_of_medium(medium)} and its tape differ in {len(differing)} places, first "
                f"at {differing[0]}. The tape may be right and the medium short. Keep both, count "
                "the ballots by hand.",
                listed(differing),
            )


def same_public_count(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C15: medium, tape and terminals show one number of ballots."""
    for _, medium, tape in _pairs(packet, loaded):
        if medium.ballots != tape.ballots:
            yield _unequal_ballots(
                f"Tape and {name_of_medium(medium)}", tape.ballots, medium.ballots
            )
    for media in media_sets(packet, loaded.definition):
        for peb in media.current:
            if isinstance(peb, Peb) and not peb.damage:
                added = sum(terminal.votes for terminal in peb.terminals)
                if added != peb.ballots:
                    yield _unequal_ballots(f"PEB {peb.peb} and its machines", peb.ballots, added)


def medium_protective_counter(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C16: protective count at close = at open + ballots, on the medium of each machine."""
    for media in media_sets(packet, loaded.definition):
        for medium in media.sound:
            for who, opened, closed, ballots in _protective_counts(medium):
                if closed != opened + ballots:
                    yield found(
                        "C16",
                        Severity.TWO_PERSON,
                        f"The lifetime counter of {who} does not fit on its medium. Check that the "
                        "serial is right; if so, the machine may have been used or reset since it "
                        "was sealed.",
                        f"open {opened} + ballots {ballots} = {opened + ballots}, close {closed}",
                    )


def medium_balances(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C17: on the medium, votes, write-ins, over- and undervotes make ballots x votes allowed."""
    for media in media_sets(packet, loaded.definition):
        for medium in media.current:
            if medium.damage:
                continue
            for contest in medium.contests:
                if problem := _imbalance(contest):
                    yield found(
                        "C17",
                        Severity.BLOCK,
                        f"Contest {contest.contest:04} of {name_of_medium(medium)} does not "
                        f"balance: {problem}. Compare card and tape line by line.",
                    )


def contest_within_public_count(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C74: no contest of a medium stands on more ballots than it counted."""
    for media in media_sets(packet, loaded.definition):
        for medium in media.current:
            above = [c for c in medium.contests if c.ballots > medium.ballots]
            if above and not medium.damage:
                yield found(
                    "C74",
                    Severity.BLOCK,
                    f"{name_of_medium(medium)} shows a contest on more ballots than it counted. Do "
                    "not publish. Compare it with the tape and call the supervisor.",
                    f"total {medium.ballots}; "
                    + listed(f"contest {c.contest:04} {c.ballots}" for c in above),
                )


def votes_everywhere_equal(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C29: log, flash, PEB and tape have the same number of votes for each terminal."""
    votes: dict[str, set[tuple[str, int]]] = {}
    for source, serial, count in _votes_of_terminals(packet, loaded):
        votes.setdefault(serial, set()).add((source, count))
    for serial, told in sorted(votes.items()):
        sources, counts = {source for source, _ in told}, {count for _, count in told}
        if len(counts) > 1 and sources & {"PEB", "flash"}:
            each = listed(f"{source} {count}" for source, count in sorted(told))
            yield found(
                "C29",
                Severity.BLOCK,
                f"Machine {serial}: {each}. Do not release; fetch the terminal's card and read it "
                "again.",
                "votes of one machine",
            )


def _votes_of_terminals(packet: Packet, loaded: LoadedDefinition) -> Iterator[tuple[str, str, int]]:
    """Yield who says how many votes which terminal has: source, serial, votes."""
    for media in media_sets(packet, loaded.definition):
        for peb in media.current:
            if isinstance(peb, Peb) and not peb.damage:
                yield from (("PEB", each.serial, each.votes) for each in peb.terminals)
    for results in tape_sets(packet, loaded.definition, ReportKind.RESULTS):
        if results.counting:
            on_tape = results.counting.terminals
            yield from (("tape", each.serial, each.ballots) for each in on_tape)
    for flash in flashes(packet):
        if not flash.damage:
            yield "flash", flash.terminal, flash.ballots
    for session in terminal_sessions(packet):
        if session.is_whole:
            yield "log", session.terminal, session.votes


def no_decrease(packet: Packet, loaded: LoadedDefinition, _history: History) -> Iterator[Finding]:
    """C75: no medium shows less than what was released from its device."""
    if packet.released is None:
        return
    released = {(d.device_class, d.serial): d for d in packet.released.devices}
    for media in media_sets(packet, loaded.definition):
        before = released.get((media.device.device_class, media.device.serial))
        if before is None:
            continue
        for medium in media.sound:
            if lower := list(_lower(medium, before)):
                yield found(
                    "C75",
                    Severity.BLOCK,
                    f"The figures of {name_of_medium(medium)} are lower than the released ones of "
                    f"{name_of_device(media.device)}. This needs a correction with two "
                    "signatures, not a reload.",
                    listed(lower),
                )


def _lower(medium: ResultsMedium, before: DeviceVotes) -> Iterator[str]:
    now = {
        (contest.contest, choice.choice): choice.votes
        for contest in medium.contests
        for choice in contest.choices
    }
    for contest in before.contests:
        for choice in contest.choices:
            votes = now.get((contest.contest, choice.choice), choice.votes)
            if votes < choice.votes:
                where = f"contest {contest.contest:04} choice {choice.choice:02}"
                yield f"{where}: {choice.votes}, now {votes}"


def _pairs(
    packet: Packet, loaded: LoadedDefinition
) -> Iterator[tuple[MediaSet, ResultsMedium, Tape]]:
    """Yield each undamaged medium with the results tape of its device that counts."""
    tape_of = {
        results.device: results.counting
        for results in tape_sets(packet, loaded.definition, ReportKind.RESULTS)
    }
    for media in media_sets(packet, loaded.definition):
        tape = tape_of.get(media.device)
        for medium in media.current:
            if tape is not None and not medium.damage:
                yield media, medium, tape


def _differences(medium: ResultsMedium, tape: Tape) -> Iterator[str]:
    if medium.ballots != tape.ballots:
        yield f"total ballots {medium.ballots} and {tape.ballots}"
    if isinstance(medium, M100Card):
        figures = (
            ("blank ballots", medium.blank_ballots, tape.blank_ballots),
            ("overvoted ballots", medium.overvoted_ballots, tape.overvoted_ballots),
            ("write-in ballots", medium.write_in_ballots, tape.write_in_ballots),
        )
        for what, here, there in figures:
            if there is not None and here != there:
                yield f"{what} {here} and {there}"
    on_tape = {contest.contest: contest for contest in tape.contests}
    for contest in medium.contests:
        other = on_tape.get(contest.contest)
        if other is None:
            yield f"contest {contest.contest:04}, which is not on the tape"
        else:
            yield from _contest_differences(contest, other)


def _contest_differences(contest: MediumContest, tape: TapeContest) -> Iterator[str]:
    where = f"contest {contest.contest:04}"
    on_tape = {choice.choice: choice.votes for choice in tape.choices}
    for choice in contest.choices:
        if choice.votes != on_tape.get(choice.choice):
            yield (
                f"{where} choice {choice.choice:02}: {choice.votes} and "
                f"{on_tape.get(choice.choice, 'nothing')}"
            )
    figures = (
        ("write-ins", contest.write_ins, tape.write_ins),
        ("overvotes", contest.overvotes, tape.overvotes),
        ("undervotes", contest.undervotes, tape.undervotes),
        ("ballots", contest.ballots, tape.ballots),
    )
    for what, here, there in figures:
        if there is not None and here != there:
            yield f"{where} {what}: {here} and {there}"


def _unequal_ballots(what: str, one: int, other: int) -> Finding:
    return found(
        "C15",
        Severity.BLOCK,
        f"{what} show different ballot counts: {one}, {other}. Count the ballots by hand with two "
        "people.",
    )


def _protective_counts(medium: ResultsMedium) -> Iterator[tuple[str, int, int, int]]:
    if isinstance(medium, M100Card):
        name = f"M100 {medium.scanner}"
        yield name, medium.protective_open, medium.protective_close, medium.ballots
        return
    for terminal in medium.terminals:
        name = f"terminal {terminal.serial}"
        yield name, terminal.protective_open, terminal.protective_close, terminal.votes


def _imbalance(contest: MediumContest) -> str:
    """Return which identity of the profiles' common rules does not hold; empty: all do."""
    votes = sum(choice.votes for choice in contest.choices) + contest.write_ins
    added = votes + contest.overvotes + contest.undervotes
    expected = contest.ballots * contest.votes_allowed
    if added != expected:
        return f"votes {added}, ballots x allowed {expected}"
    if contest.overvotes % contest.votes_allowed:
        return f"{contest.overvotes} overvotes of {contest.votes_allowed} a ballot"
    if contest.blank * contest.votes_allowed > contest.undervotes:
        return f"{contest.blank} blank ballots, {contest.undervotes} undervotes"
    return ""
