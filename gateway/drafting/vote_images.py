"""From a vote image log to a draft: what somebody voted for, and on which terminals."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime

from election.documents import VoteImageCount, VoteImageLog, VoteImagePrecinct
from gateway.drafting.records import Draft, NamedChoice, NamedContest, NamedPrecinct, Standing


def draft_of_vote_images(log: VoteImageLog, source: str) -> Draft:
    """Return what `log` says; candidate numbers have no meaning beyond a precinct and are left."""
    return Draft(
        source=source,
        standing=Standing.VOTES,
        contests=tuple(_contests(log)),
        precincts=tuple(
            NamedPrecinct(
                precinct.number,
                precinct.name,
                terminals=tuple(terminal.serial for terminal in precinct.terminals),
            )
            for precinct in log.precincts
        ),
        election=log.election,
        day=_election_day(log),
    )


def _election_day(log: VoteImageLog) -> date | None:
    """Return the day that the ELECTION ID holds (CCMMDDYY), or else the run date."""
    for text, form in ((log.election[2:], "%m%d%y"), (log.run_date[:8], "%m/%d/%y")):
        with suppress(ValueError):
            return datetime.strptime(text, form).date()  # noqa: DTZ007  # a day
    return None


def _counts(precinct: VoteImagePrecinct) -> Iterator[VoteImageCount]:
    for terminal in precinct.terminals:
        yield from terminal.counts


def _in_ballot_order(log: VoteImageLog) -> list[str]:
    """Return the contests by their lowest candidate number anywhere, then by first appearance."""
    lowest: dict[str, int] = {}
    for precinct in log.precincts:
        for count in _counts(precinct):
            lowest[count.contest] = min(count.number, lowest.get(count.contest, count.number))
    return sorted(lowest, key=lowest.__getitem__)


def _contests(log: VoteImageLog) -> Iterator[NamedContest]:
    most_votes: dict[str, int] = {}
    choices: dict[str, dict[str, int]] = {}
    carried: dict[str, set[int]] = {}
    for precinct in log.precincts:
        for text, votes in precinct.most_votes:
            most_votes[text] = max(votes, most_votes.get(text, 1))
        for count in _counts(precinct):
            carried.setdefault(count.contest, set()).add(precinct.number)
            if not count.write_in:
                numbers = choices.setdefault(count.contest, {})
                numbers[count.name] = min(count.number, numbers.get(count.name, count.number))
    for text in _in_ballot_order(log):
        yield NamedContest(
            title=text,
            most_on_a_ballot=most_votes.get(text, 1),
            choices=_choices(choices.get(text, {})),
            precincts=frozenset(carried[text]),
        )


def _choices(lowest: dict[str, int]) -> tuple[NamedChoice, ...]:
    """Return the choices by their lowest candidate number; names stay raw, fusion lines apart."""
    in_order = sorted(lowest, key=lambda name: (lowest[name], name))
    return tuple(NamedChoice(name) for name in in_order)
