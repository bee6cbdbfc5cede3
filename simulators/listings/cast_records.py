"""The cast vote records of a simulated election, as an EL155 lists them."""

from datetime import timedelta

from election.definition import ElectionDefinition, Precinct
from election.documents import DeviceClass
from simulators.errors import Refused
from simulators.listings.el155 import Ballot, Listing, Terminal, Vote
from simulators.listings.el155 import Precinct as ListedPrecinct
from simulators.polling_day import closing_time
from simulators.simulated_votes import CastBallot, CastBallots, cast_ballots

STYLE = 1
"""`B/I` of every ballot: a definition knows no ballot styles."""

UNTIL_LISTING = timedelta(days=3)
"""From the close of the polls to the run date."""


def simulated_vote_images(definition: ElectionDefinition, seed: int) -> Listing:
    """Return every ballot cast on an iVotronic; paper is never in an EL155.

    Raises Refused without any such ballot, and DefinitionError for an unknown time zone.
    """
    listed = (_precinct(definition, precinct, seed) for precinct in definition.precincts)
    precincts = tuple(precinct for precinct in listed if precinct.terminals)
    if not precincts:
        raise Refused("No vote was cast on a touch screen: there are no vote images to list.")
    run_date = closing_time(definition) + UNTIL_LISTING
    return Listing(precincts, definition.device_election, f"{run_date:%m/%d/%y %I:%M %p}")


def _precinct(definition: ElectionDefinition, precinct: Precinct, seed: int) -> ListedPrecinct:
    votes = _votes(definition, precinct)
    terminals = [
        terminal
        for cast in cast_ballots(definition, precinct, seed)
        if cast.device.device_class is DeviceClass.IVOTRONIC
        for terminal in _terminals(cast, votes)
    ]
    return ListedPrecinct(precinct.number, precinct.name, tuple(terminals))


def _votes(definition: ElectionDefinition, precinct: Precinct) -> dict[tuple[int, int], Vote]:
    """Return a numbered vote for each contest and choice of a ballot; choice 0 is a write-in."""
    votes: dict[tuple[int, int], Vote] = {}
    for contest in definition.contests_of[precinct.id]:
        for choice in contest.choices:
            votes[contest.id, choice.id] = Vote(len(votes) + 1, choice.name, contest.title)
        if contest.write_in:
            votes[contest.id, 0] = Vote(len(votes) + 1, "W/I", contest.title)
    return votes


def _terminals(cast: CastBallots, votes: dict[tuple[int, int], Vote]) -> list[Terminal]:
    """Deal the ballots of a device among its terminals, as `polling_day` does."""
    serials = cast.device.terminals or (cast.device.serial,)
    ballots = [_ballot(ballot, votes) for ballot in cast.ballots]
    dealt = (ballots[place :: len(serials)] for place in range(len(serials)))
    return [
        Terminal(serial, tuple(some)) for serial, some in zip(serials, dealt, strict=True) if some
    ]


def _ballot(ballot: CastBallot, votes: dict[tuple[int, int], Vote]) -> Ballot:
    given = [
        vote
        for contest, marks in ballot.marks.items()
        for vote in (
            *(votes[contest, choice] for choice in marks.choices),
            *(_write_in(votes[contest, 0], text) for text in marks.write_ins),
        )
    ]
    return Ballot(STYLE, tuple(sorted(given, key=lambda vote: vote.number)))


def _write_in(position: Vote, text: str) -> Vote:
    return Vote(position.number, f"{position.name} {text}", position.contest)
