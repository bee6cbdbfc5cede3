"""The ballot of a precinct as its devices know it, from an election definition."""

from datetime import date

from election.definition import Contest, ElectionDefinition, Mode, Precinct
from parsers.tapes.columns import PARTY_WIDTH, WIDTH, plain
from simulators.ballot_layout import BallotLayout, ChoiceLayout, ContestLayout


def layout_of(definition: ElectionDefinition, sha256: str, precinct: Precinct) -> BallotLayout:
    """Return the ballot of `precinct`; `sha256` is that of the definition's file.

    Devices know ASCII alone: accents are dropped, long texts are cut.
    """
    county = next(county for county in definition.counties if county.id == precinct.county)
    held_on = date.fromisoformat(definition.date)
    return BallotLayout(
        county=_printed(county.name).upper(),
        title=_printed(definition.title).upper(),
        date=f"{held_on:%B} {held_on.day}, {held_on.year}".upper(),
        election=definition.device_election,
        definition_version=definition.version,
        definition_sha256=sha256,
        test=definition.mode is Mode.TEST,
        precinct=precinct.number,
        precinct_name=_printed(precinct.name),
        contests=tuple(map(_contest, definition.contests_of[precinct.id])),
    )


def _contest(contest: Contest) -> ContestLayout:
    choices = tuple(
        ChoiceLayout(choice.id, _printed(choice.name), _printed(choice.party)[:PARTY_WIDTH].strip())
        for choice in contest.choices
    )
    return ContestLayout(
        contest.id, _printed(contest.title), contest.votes_allowed, contest.write_in, choices
    )


def _printed(text: str) -> str:
    return plain(text)[:WIDTH].strip()
