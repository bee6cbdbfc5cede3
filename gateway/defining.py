"""Drafts an election definition from an EL155 listing, for a person to complete.

A listing shows only what somebody voted for: a choice without a vote, a contest left empty in a
whole precinct, parties and registered voters are not in it. `to_fill_in` of the draft says so.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from election.definition import (
    AssignedDevice,
    Choice,
    Contest,
    CountCenter,
    CountingGroup,
    District,
    ElectionDefinition,
    Mode,
    Precinct,
    ReportedBy,
)
from election.documents import DeviceClass, VoteImageCount, VoteImageLog, VoteImagePrecinct
from election.errors import DefinitionError
from election.records import problems_of

CUT = 40
"""Columns after which a listing cuts the text of a contest."""

VIRTUAL_PRECINCTS = frozenset({"absentee", "failsafe"})
"""Names (lower case) of precincts that are no place: numbers 750 and 850 of South Carolina."""

COUNTYWIDE = District(id="countywide", name="Countywide")
ELECTION_DAY = CountingGroup(id="election-day", name="Election Day")


def draft_definition(
    log: VoteImageLog,
    *,
    election: str | None = None,
    jurisdiction: str = "County",
    time_zone: str = "UTC",
    count_centers: Sequence[str] = ("county",),
) -> ElectionDefinition:
    """Return a definition in test mode under which `log` can be taken in.

    `election` is `el155-` and the listing's own election id unless it is given; every precinct
    goes to the first of `count_centers`. Raises DefinitionError naming what the listing has that
    no definition can hold.
    """
    try:
        return _drafted(log, election, jurisdiction, time_zone, count_centers)
    except ValidationError as error:
        raise DefinitionError("The draft of this listing", problems_of(error)) from error


def _drafted(
    log: VoteImageLog,
    election: str | None,
    jurisdiction: str,
    time_zone: str,
    count_centers: Sequence[str],
) -> ElectionDefinition:
    held_on = _election_date(log)
    districts = _districts(log)
    contests = _contests(log, districts)
    county = District(id=_slug(jurisdiction) or "county", name=jurisdiction)
    return ElectionDefinition(
        format="zerotape-definition-1",
        election=election or f"el155-{_slug(log.election)}",
        version=1,
        mode=Mode.TEST,
        title=f"Election {log.election}",
        jurisdiction=jurisdiction,
        date=f"{held_on:%Y-%m-%d}",
        time_zone=time_zone,
        polls_close=held_on + timedelta(days=1),
        device_election=log.election,
        counties=(county,),
        districts=tuple({district.id: district for district in districts.values()}.values()),
        counting_groups=(ELECTION_DAY,),
        count_centers=tuple(
            CountCenter(id=center, name=center.replace("-", " ").title())
            for center in count_centers
        ),
        contests=contests,
        precincts=tuple(_precincts(log, districts, county.id, count_centers[0])),
        to_fill_in=tuple(_to_fill_in(log, contests, count_centers)),
    )


def _election_date(log: VoteImageLog) -> datetime:
    """Return midnight of the election day (id CCMMDDYY), or else of the run date."""
    for text, form in ((log.election[2:], "%m%d%y"), (log.run_date[:8], "%m/%d/%y")):
        with suppress(ValueError):
            return datetime.strptime(text, form).replace(tzinfo=UTC)
    raise DefinitionError(
        "The draft of this listing", ["neither its ELECTION ID nor its RUN DATE holds a date"]
    )


def _counts(precinct: VoteImagePrecinct) -> Iterator[VoteImageCount]:
    for terminal in precinct.terminals:
        yield from terminal.counts


def _texts(precinct: VoteImagePrecinct) -> set[str]:
    return {count.contest for count in _counts(precinct)}


def _in_ballot_order(log: VoteImageLog) -> list[str]:
    """Return the contests by their lowest candidate number anywhere, then by first appearance."""
    lowest: dict[str, int] = {}
    for precinct in log.precincts:
        for count in _counts(precinct):
            lowest[count.contest] = min(count.number, lowest.get(count.contest, count.number))
    return sorted(lowest, key=lowest.__getitem__)


def _districts(log: VoteImageLog) -> dict[str, District]:
    """Return the district of every contest: countywide when all real precincts voted in it."""
    real = [precinct for precinct in log.precincts if not _is_virtual(precinct)]
    everywhere = set.intersection(*map(_texts, real)) if real else set()
    districts: dict[str, District] = {}
    ids = {COUNTYWIDE.id}
    for text in _in_ballot_order(log):
        if text in everywhere:
            districts[text] = COUNTYWIDE
        else:
            own = _unused(_slug(text) or "district", ids)
            districts[text] = District(id=own, name=text)
    return districts


def _contests(log: VoteImageLog, districts: dict[str, District]) -> tuple[Contest, ...]:
    most_votes: dict[str, int] = {}
    choices: dict[str, dict[str, int]] = {}
    for precinct in log.precincts:
        for text, votes in precinct.most_votes:
            most_votes[text] = max(votes, most_votes.get(text, 1))
        for count in _counts(precinct):
            if not count.write_in:
                numbers = choices.setdefault(count.contest, {})
                numbers[count.name] = min(count.number, numbers.get(count.name, count.number))
    return tuple(
        Contest(
            id=number,
            title=text,
            district=districts[text].id,
            votes_allowed=most_votes.get(text, 1),
            choices=_choices(choices.get(text, {})),
        )
        for number, text in enumerate(_in_ballot_order(log), start=1)
    )


def _choices(lowest: dict[str, int]) -> tuple[Choice, ...]:
    """Return the choices by their lowest candidate number; names stay raw, fusion lines apart."""
    in_order = sorted(lowest, key=lambda name: (lowest[name], name))
    return tuple(Choice(id=number, name=name) for number, name in enumerate(in_order, start=1))


def _precincts(
    log: VoteImageLog, districts: dict[str, District], county: str, count_center: str
) -> Iterator[Precinct]:
    ids: set[str] = set()
    names: set[str] = set()
    for precinct in log.precincts:
        voted_in = {districts[text].id for text in _texts(precinct)}
        name = precinct.name or f"Precinct {precinct.number}"
        if name in names:
            name = f"{name} ({precinct.number})"
        names.add(name)
        yield Precinct(
            id=_unused(_slug(name) or f"precinct-{precinct.number}", ids),
            number=precinct.number,
            name=name,
            county=county,
            count_center=count_center,
            districts=tuple(sorted(voted_in)),
            registered_voters=None,
            devices=tuple(
                AssignedDevice(
                    device_class=DeviceClass.IVOTRONIC,
                    serial=terminal.serial,
                    counting_group=ELECTION_DAY.id,
                    reported_by=ReportedBy.VOTE_IMAGE_LOG,
                )
                for terminal in precinct.terminals
            ),
        )


def _to_fill_in(
    log: VoteImageLog, contests: Sequence[Contest], count_centers: Sequence[str]
) -> Iterator[str]:
    yield "election title, jurisdiction, counties and time zone"
    yield "polls_close: the draft says midnight UTC after election day"
    yield "registered voters of every precinct"
    yield "votes_allowed: the draft says the most votes that one ballot has in the contest"
    yield "write_in: the draft says that every contest takes write-ins"
    yield "parties of contests and choices"
    yield "choices nobody voted for, and contests nobody voted in somewhere: not in the listing"
    if len(count_centers) > 1:
        yield f"count centers: the draft sends every precinct to {count_centers[0]}"
    for contest in contests:
        if len(contest.title) == CUT:
            yield f"full title of contest {contest.id}, cut at {CUT} columns: {contest.title}"
    for precinct in log.precincts:
        if _is_virtual(precinct):
            yield f"counting group of the devices of precinct {precinct.number} {precinct.name}"


def _is_virtual(precinct: VoteImagePrecinct) -> bool:
    return precinct.name.lower() in VIRTUAL_PRECINCTS


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")


def _unused(wanted: str, used: set[str]) -> str:
    """Return `wanted`, numbered when it is in `used` already, and add it there."""
    candidate, number = wanted, 1
    while candidate in used:
        number += 1
        candidate = f"{wanted}-{number}"
    used.add(candidate)
    return candidate
