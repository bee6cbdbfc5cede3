"""Step 9 of acceptance: the return must fit the definition, and its numbers must add up.

Every fault is found, not only the first; `MAX_FAULTS` bounds what a hostile return can cost.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from central.messages import Fault, VerifiedReturn
from election.definition import Contest, ElectionDefinition, Precinct
from election.receipts import Reason
from election.returns import ContestVotes, PrecinctReturn, ReturnKind

MAX_FAULTS = 20

OFFICERS_FOR_RELEASE = 2
"""A two-person release is two persons' signatures, never a flag."""


def content_faults(
    verified: VerifiedReturn, definition: ElectionDefinition, current: str | None
) -> list[Fault]:
    """Return what is wrong; `current` is the payload hash of the return that is current now."""
    content = verified.content
    precinct = definition.precinct_by_id.get(content.precinct)
    if precinct is None:
        return [_unknown(f"precinct {content.precinct}")]
    contests = {contest.id: contest for contest in definition.contests_of[precinct.id]}
    found = chain(
        _place_faults(content, precinct, definition),
        _votes_faults(content, precinct, contests),
        _supersedes_faults(content, current),
        _release_faults(verified),
    )
    return list(islice(found, MAX_FAULTS))


def _place_faults(
    content: PrecinctReturn, precinct: Precinct, definition: ElectionDefinition
) -> Iterator[Fault]:
    if precinct.count_center != content.count_center:
        yield _unknown(f"precinct {precinct.id} at {content.count_center}")
    if precinct.county != content.county:
        yield _unknown(f"precinct {precinct.id} in county {content.county}")
    groups = {group.id for group in definition.counting_groups}
    named = (content.counting_group, *(part.counting_group for part in content.outstanding))
    for group in sorted(set(named) - groups):
        yield _unknown(f"counting group {group}")
    yield from _repeated("device", (f"{d.device_class} {d.serial}" for d in content.devices))
    assigned = {
        (device.device_class, device.serial)
        for device in precinct.devices
        if device.counting_group == content.counting_group
    }
    reported = {(device.device_class, device.serial) for device in content.devices}
    for device_class, serial in sorted(reported - assigned):
        yield _unknown(f"{device_class} {serial} in this precinct and counting group")
    if content.complete and content.kind is not ReturnKind.WITHDRAWAL:
        for device_class, serial in sorted(assigned - reported):
            yield _wrong(f"it says complete, but {device_class} {serial} is missing")


def _votes_faults(
    content: PrecinctReturn, precinct: Precinct, contests: dict[int, Contest]
) -> Iterator[Fault]:
    if content.kind is ReturnKind.WITHDRAWAL:
        if content.devices or content.totals or content.ballots:
            yield _wrong("a withdrawal carries no votes")
        return
    for device in content.devices:
        yield from _part_faults(
            f"{device.device_class} {device.serial}", device.contests, device.ballots, contests
        )
    yield from _part_faults("totals", content.totals, content.ballots, contests)
    yield from _omissions(content.totals, contests)
    if _sums(content.totals) != _sums(
        part for device in content.devices for part in device.contests
    ):
        yield _wrong("the totals are not the sum over the devices")
    if content.ballots != sum(device.ballots for device in content.devices):
        yield _wrong("the ballots are not the sum over the devices")
    if precinct.registered_voters is not None and content.ballots > precinct.registered_voters:
        detail = f"{content.ballots} ballots, but {precinct.registered_voters} registered voters."
        yield Fault(Reason.BALLOTS_ABOVE_REGISTERED, detail)


def _omissions(totals: tuple[ContestVotes, ...], contests: dict[int, Contest]) -> Iterator[Fault]:
    """Find what the totals are silent about: a zero must be said."""
    said = {part.contest: {choice.choice for choice in part.choices} for part in totals}
    for contest in contests.values():
        if contest.id not in said:
            yield _wrong(f"totals: contest {contest.id} is missing")
        for choice in contest.choices:
            if choice.id not in said.get(contest.id, {choice.id}):
                yield _wrong(f"totals: contest {contest.id}: choice {choice.id} is missing")


def _part_faults(
    where: str, parts: tuple[ContestVotes, ...], ballots: int, contests: dict[int, Contest]
) -> Iterator[Fault]:
    yield from _repeated(f"{where}: contest", (part.contest for part in parts))
    for part in parts:
        contest = contests.get(part.contest)
        if contest is None:
            yield _unknown(f"{where}: contest {part.contest} on this precinct's ballots")
            continue
        place = f"{where}: contest {contest.id}"
        named = [choice.choice for choice in part.choices]
        yield from _repeated(f"{place}: choice", named)
        for choice in sorted(set(named) - {choice.id for choice in contest.choices}):
            yield _unknown(f"{place}: choice {choice}")
        yield from _arithmetic_faults(place, part, contest, ballots)


def _arithmetic_faults(
    place: str, part: ContestVotes, contest: Contest, ballots: int
) -> Iterator[Fault]:
    if part.write_ins and not contest.write_in:
        yield _wrong(f"{place} has {part.write_ins} write-ins, but no write-in line")
    if part.ballots is not None and part.ballots > ballots:
        yield _wrong(f"{place} is on {part.ballots} ballots of {ballots}")
    carrying = ballots if part.ballots is None else part.ballots
    marks = carrying * contest.votes_allowed
    counted = part.votes + (part.overvotes or 0) + (part.undervotes or 0)
    if None in (part.overvotes, part.undervotes, part.ballots):
        if counted > marks:
            yield _wrong(f"{place} has {counted} votes, at most {marks} are possible")
    elif counted != marks:
        yield _wrong(f"{place} adds up to {counted}, not to {marks}")


def _supersedes_faults(content: PrecinctReturn, current: str | None) -> Iterator[Fault]:
    if content.supersedes == current:
        return
    cell = f"{content.precinct}, {content.counting_group}"
    if content.supersedes is None:
        detail = f"{cell} already has a current return. Issue a correction that names it."
    else:
        detail = f"{cell}: the return to be superseded is not the current one."
    yield Fault(Reason.SUPERSEDES, detail)


def _release_faults(verified: VerifiedReturn) -> Iterator[Fault]:
    if verified.content.release.how != "two-person":
        return
    if len(verified.officers) < OFFICERS_FOR_RELEASE:
        detail = f"A two-person release with the signatures of {len(verified.officers)} officers."
        yield Fault(Reason.RELEASE, detail)


def _sums(parts: Iterable[ContestVotes]) -> dict[int, tuple[object, ...]]:
    """Add up `parts` by contest; a choice without votes may stand in the totals alone."""
    by_contest: dict[int, list[ContestVotes]] = {}
    for part in parts:
        by_contest.setdefault(part.contest, []).append(part)
    return {contest: _sum(found) for contest, found in by_contest.items()}


def _sum(parts: list[ContestVotes]) -> tuple[object, ...]:
    choices: dict[int, int] = {}
    for part in parts:
        for choice in part.choices:
            if choice.votes:
                choices[choice.choice] = choices.get(choice.choice, 0) + choice.votes
    return (
        choices,
        sum(part.write_ins for part in parts),
        _sum_of_known([part.overvotes for part in parts]),
        _sum_of_known([part.undervotes for part in parts]),
        _sum_of_known([part.ballots for part in parts]),
    )


def _sum_of_known(counts: list[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _repeated(what: str, keys: Iterable[object]) -> Iterator[Fault]:
    seen = set()
    for key in keys:
        if key in seen:
            yield _wrong(f"{what} {key} occurs twice")
        seen.add(key)


def _unknown(what: str) -> Fault:
    return Fault(Reason.UNKNOWN_ID, f"The definition does not know {what}.")


def _wrong(what: str) -> Fault:
    return Fault(Reason.ARITHMETIC, f"{what[0].upper()}{what[1:]}.")
