"""Whether candidate numbers mean the same on the ballot, in the PEB and in the terminals.

A ballot in the flash of a terminal names its choices by candidate number alone. A number that was
changed moves a vote without changing a single sum of ballots.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from election.definition import Contest, ElectionDefinition
from election.definition_file import LoadedDefinition
from election.findings import Finding, Severity
from election.media import MediumContest, Peb, TerminalFlash
from gateway.checks.wording import found, listed, wrong_contests
from gateway.media_sets import is_sound_medium, longest_flashes, media_sets
from gateway.medium_placement import name_of_medium, precincts_of_medium
from gateway.packets import History, Packet


def numbers_of_ballot(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C03: no ballot in a terminal names a candidate number that is not on the ballot."""
    numbers = candidate_numbers(loaded.definition.contests_of[packet.key.precinct])
    known = set(numbers.values())
    for flash in _of_precinct(packet, loaded.definition).values():
        strange = [candidate for candidate, _ in flash.votes_by_candidate if candidate not in known]
        if strange:
            yield wrong_contests(
                name_of_medium(flash), [f"candidate number {candidate}" for candidate in strange]
            )


def terminals_make_the_peb(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C29: the ballots in the terminals of a PEB have its votes, candidate by candidate.

    Only where the flash of every terminal with votes was read, and all are of this precinct.
    """
    read = _of_precinct(packet, loaded.definition)
    for peb in _sound_pebs(packet, loaded.definition):
        voted = [terminal.serial for terminal in peb.terminals if terminal.votes]
        if not read.keys() >= set(voted):
            continue
        stored: Counter[int] = Counter()
        for serial in voted:
            stored.update(dict(read[serial].votes_by_candidate))
        collected = _collected(peb.contests)
        differing = [
            f"candidate number {candidate}: {collected[candidate]} and {stored[candidate]}"
            for candidate in sorted(collected.keys() | stored.keys())
            if collected[candidate] != stored[candidate]
        ]
        if differing:
            yield found(
                "C29",
                Severity.BLOCK,
                f"PEB {peb.peb} and the ballots in its machines differ in {len(differing)} places, "
                f"first at {differing[0]}. Do not release; fetch the cards of the machines and "
                "read them again.",
                listed(differing),
            )


def candidate_numbers(contests: tuple[Contest, ...]) -> Mapping[tuple[int, int], int]:
    """Return the number of each contest and choice on a ballot; write-ins follow the choices.

    Numbers run from 1 through the contests in ballot order; choice 0 stands for the write-ins.
    """
    places = [
        (contest.id, choice)
        for contest in contests
        for choice in (*(each.id for each in contest.choices), *([0] if contest.write_in else []))
    ]
    return {place: number for number, place in enumerate(places, start=1)}


def _sound_pebs(packet: Packet, definition: ElectionDefinition) -> Iterator[Peb]:
    for media in media_sets(packet, definition):
        for medium in media.current:
            if isinstance(medium, Peb) and is_sound_medium(medium):
                yield medium


def _collected(contests: tuple[MediumContest, ...]) -> Counter[int]:
    """Return the votes of a PEB by candidate number, those of write-ins included."""
    votes: Counter[int] = Counter()
    for contest in contests:
        votes.update({choice.candidate: choice.votes for choice in contest.choices})
        if contest.write_in and contest.choices:
            votes[contest.choices[-1].candidate + 1] += contest.write_ins
    return votes


def _of_precinct(packet: Packet, definition: ElectionDefinition) -> dict[str, TerminalFlash]:
    """Return the undamaged flash by terminal, where all its ballots are of the packet's precinct.

    A candidate number has a meaning only within its precinct.
    """
    precinct = definition.precinct_by_id[packet.key.precinct].number
    return {
        flash.terminal: flash
        for flash in longest_flashes(packet)
        if _precincts(flash, definition) <= {precinct}
    }


def _precincts(flash: TerminalFlash, definition: ElectionDefinition) -> set[int]:
    """Return the precincts of the ballots; an image in the old layout alone does not tell them."""
    if flash.identity is not None:
        return {precinct for precinct, _ in flash.precincts}
    return {precinct.number for precinct, _ in precincts_of_medium(flash, definition)}
