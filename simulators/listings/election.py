"""Totals of a simulated election, as the tabulation software holds them when all is counted.

The ballots are those of `simulators.simulated_votes`: the same definition and seed give the same
votes here, on tapes and in cast vote records.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from election.definition import Contest, ElectionDefinition, Precinct
from election.definition_file import load_definition
from election.listings import (
    ListedContest,
    ListedCount,
    ListedPrecinct,
    ListingHead,
    TotalsListing,
)
from simulators.listings.percentages import share
from simulators.polling_day import closing_time
from simulators.sample import sample_definition_bytes
from simulators.simulated_votes import CastBallots, cast_ballots
from simulators.truth import Counted, count_ballots

OWN_GROUP_WEIGHT = 8
"""Of ballots in the counting group of their device, against 1 in each other group."""

NONPARTISAN = "NONPARTISAN"
"""Section of a primary for the contests of no party."""

STATUS = "SIMULATED RESULTS"

UNTIL_REPORT = timedelta(hours=3)
"""From the close of the polls to the run date of the report."""


def simulated_totals(
    seed: int,
    *,
    definition: ElectionDefinition | None = None,
    precincts: int | None = None,
    groups: Sequence[str] | None = None,
) -> TotalsListing:
    """Return the totals of `definition`, or of the sample election, as an EL30A holds them.

    `precincts`: how many, from the first one. `groups`: names of counting groups in place of those
    of the definition. The ballots of a precinct are dealt among the groups. Raises
    DefinitionError for an unknown time zone.
    """
    chosen = definition or load_definition(sample_definition_bytes(), "the sample").definition
    names = tuple(groups or (group.name for group in chosen.counting_groups))
    return TotalsListing(
        head=_head(chosen),
        groups=names,
        precincts=tuple(
            _Counting(chosen, precinct, names, seed).listed()
            for precinct in chosen.precincts[:precincts]
        ),
    )


def _head(definition: ElectionDefinition) -> ListingHead:
    day = date.fromisoformat(definition.date)
    titles = (definition.jurisdiction, STATUS, definition.title, f"{day:%B} {day.day}, {day.year}")
    run_date = closing_time(definition) + UNTIL_REPORT
    return ListingHead("EL30A", titles, f"{run_date:%m/%d/%y %I:%M %p}")


class _Counting:
    """The counted ballots of one precinct."""

    def __init__(
        self, definition: ElectionDefinition, precinct: Precinct, groups: Sequence[str], seed: int
    ) -> None:
        self._precinct = precinct
        self._names = tuple(groups)
        self._groups = tuple(f"group-{place}" for place in range(len(groups)))
        self._contests = definition.contests_of[precinct.id]
        self._parties = {party.code: party.name for party in definition.parties}
        self._own = {group.id: group.name for group in definition.counting_groups}
        dice = Random(f"{seed} {precinct.id} groups")  # noqa: S311  # invented, not secret
        dealt = [
            part
            for cast in cast_ballots(definition, precinct, seed)
            for part in self._dealt(cast, dice)
        ]
        truth = count_ballots(definition, dealt)
        self._ballots: Counter[str] = Counter()
        for source, ballots in truth.ballots.items():
            self._ballots[source.counting_group] += ballots
        self._blank: Counter[str] = Counter()
        for cast in dealt:
            blank = sum(not ballot.marks for ballot in cast.ballots)
            self._blank[cast.device.counting_group] += blank
        self._cells: Counter[tuple[str, int, Counted, int]] = Counter()
        for cell, votes in truth.cells.items():
            key = (cell.source.counting_group, cell.contest, cell.counted, cell.choice)
            self._cells[key] += votes

    def listed(self) -> ListedPrecinct:
        """Return what the report says of the precinct."""
        return ListedPrecinct(
            self._precinct.number,
            self._precinct.name,
            tuple(self._statistics()),
            tuple(self._contest(contest) for contest in self._contests),
        )

    def _dealt(self, cast: CastBallots, dice: Random) -> Iterator[CastBallots]:
        """Yield the ballots of a device group by group; names of groups may repeat."""
        own = self._own[cast.device.counting_group]
        weights = [OWN_GROUP_WEIGHT if name == own else 1 for name in self._names]
        places = dice.choices(range(len(weights)), weights, k=len(cast.ballots))
        for place, group in enumerate(self._groups):
            device = cast.device.model_copy(update={"counting_group": group})
            ballots = zip(cast.ballots, places, strict=True)
            kept = tuple(ballot for ballot, counted_in in ballots if counted_in == place)
            yield CastBallots(cast.precinct, device, kept)

    def _statistics(self) -> Iterator[ListedCount]:
        registered = self._precinct.registered_voters or 0
        cast = self._ballots.total()
        no_groups = (None,) * len(self._groups)
        yield ListedCount("REGISTERED VOTERS - TOTAL", registered, no_groups)
        yield self._by_group("BALLOTS CAST - TOTAL", self._ballots)
        for contest in {contest.party: contest for contest in self._contests}.values():
            if contest.party:
                label = f"BALLOTS CAST - {self._section(contest).upper()}"
                yield self._row(label, contest, Counted.BALLOTS, whole=cast)
        yield self._by_group("BALLOTS CAST - BLANK", self._blank, cast)
        turnout = share(cast, registered)
        yield ListedCount("VOTER TURNOUT - TOTAL", None, no_groups, turnout)

    def _contest(self, contest: Contest) -> ListedContest:
        choices = [
            self._row(choice.name, contest, Counted.CHOICE, choice.id)._replace(party=choice.party)
            for choice in contest.choices
        ]
        if contest.write_in:
            choices.append(self._row("WRITE-IN", contest, Counted.WRITE_INS))
        votes = sum(choice.votes or 0 for choice in choices)
        return ListedContest(
            contest.title,
            (
                *(c._replace(percent=share(c.votes or 0, votes)) for c in choices),
                self._row("Over Votes", contest, Counted.OVERVOTES),
                self._row("Under Votes", contest, Counted.UNDERVOTES),
            ),
            contest.votes_allowed,
            self._section(contest),
        )

    def _section(self, contest: Contest) -> str:
        if contest.party:
            return self._parties.get(contest.party, contest.party)
        return NONPARTISAN if any(other.party for other in self._contests) else ""

    def _row(
        self, label: str, contest: Contest, counted: Counted, choice: int = 0, whole: int = 0
    ) -> ListedCount:
        votes = {group: self._cells[group, contest.id, counted, choice] for group in self._groups}
        return self._by_group(label, Counter(votes), whole)

    def _by_group(self, label: str, votes: Counter[str], whole: int = 0) -> ListedCount:
        cells = tuple(votes[group] for group in self._groups)
        return ListedCount(label, votes.total(), cells, share(votes.total(), whole))
