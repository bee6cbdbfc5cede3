"""Whether the material belongs here: this election, this precinct, these machines, this ballot."""

from collections.abc import Iterator

from election.definition import Contest, Mode, Precinct, ReportedBy
from election.definition_file import LoadedDefinition
from election.documents import TapeContest
from election.findings import Finding, Severity
from gateway.checks.wording import found, name_of_unit, wrong_contests
from gateway.contents import GroupTotals
from gateway.listed_choices import listed_choice
from gateway.listed_texts import PRECINCT_CUT, same_text
from gateway.packets import History, Packet
from gateway.reports import (
    contents,
    is_intact,
    listing_set,
    listings,
    printing_device,
    tapes,
)
from parsers.tapes.columns import plain

TITLE_WIDTH = 35
CHOICE_WIDTH = 24
PARTY_WIDTH = 4
PRECINCT_WIDTH = 40
"""Columns after which tapes cut a text; a listing cuts the name of a precinct at 40, too."""


def one_election(packet: Packet, loaded: LoadedDefinition, _history: History) -> Iterator[Finding]:
    """C01: every tape names the election of the definition."""
    expected = loaded.definition.device_election
    for tape in tapes(packet):
        if tape.election != expected:
            yield found(
                "C01",
                Severity.BLOCK,
                f"The tape of {name_of_unit(tape)} belongs to another election. Put it aside in "
                "the quarantine tray and look for the right one of this precinct.",
                f"tape {tape.election!r}, definition {expected!r}",
            )


def right_precinct(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C36: number and name of the precinct are those of the definition, apart from spelling."""
    precinct = loaded.definition.precinct_by_id[packet.key.precinct]
    printed = [(tape.precinct, tape.precinct_name) for tape in tapes(packet)]
    # A listing may leave the name empty, and two precincts may share one: drafts number them.
    printed += [(each.number, each.name or precinct.name) for each in listings(packet)]
    suffix = f" ({precinct.number})"
    expected = precinct.name.removesuffix(suffix)
    wrong = [
        (number, name)
        for number, name in printed
        if number != precinct.number
        or _folded(name.removesuffix(suffix), PRECINCT_WIDTH) != _folded(expected, PRECINCT_WIDTH)
    ]
    totals = [each.precinct for each in contents(packet, GroupTotals)]
    wrong += [
        (each.number or 0, each.name)
        for each in totals
        if each.number != precinct.number
        or not same_text(each.name.removesuffix(suffix) or expected, expected, PRECINCT_CUT)
    ]
    for number, name in dict.fromkeys(wrong):
        yield found(
            "C36",
            Severity.BLOCK,
            f"The report names precinct {number:04} {name}, expected is "
            f"{precinct.number:04} {precinct.name}. Check the white ID card on Bag #1 and "
            "the form; do not enter it under either.",
            f"printed {number:04} {name!r}",
        )


def no_phantom_device(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C24: every unit and terminal is assigned to this precinct."""
    precinct = loaded.definition.precinct_by_id[packet.key.precinct]
    for who, where in dict(_unassigned(packet, precinct)).items():
        yield found(
            "C24",
            Severity.BLOCK,
            f"{who} is not assigned to precinct {precinct.number:04}. Read the number on the "
            "machine again; if it is right, stop and report it.",
            where,
        )


def mode_lock(packet: Packet, loaded: LoadedDefinition, _history: History) -> Iterator[Finding]:
    """C37: test material only in test mode, official material only in official mode."""
    test_mode = loaded.definition.mode is Mode.TEST
    for tape in tapes(packet):
        if tape.test == test_mode:
            continue
        message = (
            f"The tape of {name_of_unit(tape)} is official, but this gateway is in test mode. "
            "Nothing of it counts. Take it to the gateway in official mode."
            if test_mode
            else f"The tape of {name_of_unit(tape)} is a test tape. Find the live tape of this "
            "precinct; nothing of this one counts."
        )
        yield found(
            "C37",
            Severity.BLOCK,
            message,
            f"tape {'TEST' if tape.test else 'OFFICIAL'}, definition {loaded.definition.mode}",
        )


def same_definition(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C64: the device was loaded with this very definition."""
    expected = (loaded.definition.version, loaded.device_digits)
    for tape in tapes(packet):
        carried = (tape.definition_version, tape.definition_digits)
        if carried != expected:
            yield found(
                "C64",
                Severity.BLOCK,
                f"{name_of_unit(tape)} was loaded with another ballot definition. Its totals may "
                "stand under the wrong names. Keep the tape; call the programming staff.",
                f"tape {carried[0]} {carried[1]}, expected {expected[0]} {expected[1]}",
            )


def contests_on_tape(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C03: a tape carries the contests of the precinct, with their choices and votes allowed."""
    intact = [tape for tape in tapes(packet) if is_intact(tape)]
    if not intact:
        return
    expected = {
        contest.id: _as_printed(contest)
        for contest in loaded.definition.contests_of[packet.key.precinct]
    }
    for tape in intact:
        carried = {contest.contest: _as_read(contest) for contest in tape.contests}
        wrong = [
            f"{contest:04} {_difference(carried.get(contest), expected.get(contest))}"
            for contest in sorted(carried.keys() | expected.keys())
            if carried.get(contest) != expected.get(contest)
        ]
        if wrong:
            yield wrong_contests(f"The {tape.kind} tape of {name_of_unit(tape)}", wrong)


def contests_on_listing(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C03: every name of a vote image log that counts is one choice of the precinct, only one."""
    if not listing_set(packet, loaded.definition).serials:
        return  # held against the totals of another report, and by ballots alone
    contests = loaded.definition.contests_of[packet.key.precinct]
    for listing in listings(packet):
        unknown = dict.fromkeys(
            f"{'a write-in' if count.write_in else count.name} in {count.contest}"
            for terminal in listing.terminals
            for count in terminal.counts
            if listed_choice(count, contests) is None
        )
        if unknown:
            yield wrong_contests("The vote image log", list(unknown))


def _unassigned(packet: Packet, precinct: Precinct) -> Iterator[tuple[str, str]]:
    """Yield every unit and terminal that is not of this precinct, and where it stands."""
    for tape in tapes(packet):
        device = printing_device(tape, precinct)
        if device is None:
            yield name_of_unit(tape), f"{tape.kind} tape"
            continue
        for terminal in tape.terminals:
            if terminal.serial not in device.terminals:
                yield f"Terminal {terminal.serial}", f"tape of {name_of_unit(tape)}"
    known = {serial for device in precinct.devices for serial in device.terminals} | {
        device.serial
        for device in precinct.devices
        if device.reported_by is ReportedBy.VOTE_IMAGE_LOG
    }
    for listing in listings(packet):
        for shown in listing.terminals:
            if shown.serial not in known:
                yield f"Terminal {shown.serial}", "vote image log"


_Ballot = tuple[str, int, bool, frozenset[tuple[int, str, str]]]
"""Title, votes allowed, whether write-ins are counted, choices with name and party."""


def _as_printed(contest: Contest) -> _Ballot:
    choices = frozenset(
        (choice.id, _folded(choice.name, CHOICE_WIDTH), _folded(choice.party, PARTY_WIDTH))
        for choice in contest.choices
    )
    return _folded(contest.title, TITLE_WIDTH), contest.votes_allowed, contest.write_in, choices


def _as_read(contest: TapeContest) -> _Ballot:
    choices = frozenset(
        (choice.choice, _folded(choice.name, CHOICE_WIDTH), _folded(choice.party, PARTY_WIDTH))
        for choice in contest.choices
    )
    has_write_ins = contest.write_ins is not None
    return _folded(contest.title, TITLE_WIDTH), contest.votes_allowed, has_write_ins, choices


def _difference(carried: _Ballot | None, expected: _Ballot | None) -> str:
    if carried is None:
        return "is missing"
    if expected is None:
        return "is not on this ballot"
    parts = ("title", "votes allowed", "write-in line", "choices")
    differing = [part for part, a, b in zip(parts, carried, expected, strict=True) if a != b]
    return f"differs in {' and '.join(differing)}"


def _folded(text: str, width: int) -> str:
    """Return `text` cut as devices cut it, without accents, case, repeated or outer blanks."""
    return " ".join(plain(text)[:width].split()).casefold()
