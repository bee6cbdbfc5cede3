"""Drafts an election definition from listings, for a person to complete.

What the listings cannot say, or say in two ways, stands in `to_fill_in` of the draft.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

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
    Party,
    Precinct,
    ReportedBy,
)
from election.documents import DeviceClass, VoteImageLog
from election.errors import DefinitionError
from election.listings import TotalsListing
from election.records import problems_of
from gateway.drafting.gaps import VIRTUAL_PRECINCTS, to_fill_in
from gateway.drafting.merging import merged
from gateway.drafting.records import (
    Draft,
    NamedChoice,
    NamedGroup,
    NamedPrecinct,
    Standing,
)
from gateway.drafting.totals import draft_of_totals
from gateway.drafting.vote_images import draft_of_vote_images

COUNTYWIDE = District(id="countywide", name="Countywide")
ELECTION_DAY = CountingGroup(id="election-day", name="Election Day")
ALL_GROUPS = CountingGroup(id="all", name="All counting groups")
MOST_CONTESTS, MOST_CHOICES = 9999, 999
"""Largest ids in a definition."""

Source = VoteImageLog | TotalsListing
"""Documents that name contests and choices."""


def draft_definition(
    *sources: Source,
    names: Sequence[str] = (),
    election: str | None = None,
    day: date | None = None,
    jurisdiction: str | None = None,
    time_zone: str = "UTC",
    count_centers: Sequence[str] = ("county",),
) -> ElectionDefinition:
    """Return a definition in test mode under which `sources` can be taken in.

    `names`: what to call them where they disagree; `day`: of the election, else as they say.
    `election` is made from their election id or day unless it is given; every precinct goes to
    the first of `count_centers`. Raises DefinitionError naming what no definition can hold.
    """
    labels = (*names, *(f"listing {place}" for place in range(len(names) + 1, len(sources) + 1)))
    draft = merged([_draft_of(each, name) for each, name in zip(sources, labels, strict=True)])
    draft = replace(draft, day=day or draft.day)
    try:
        return _Building(draft, jurisdiction, count_centers).definition(election, time_zone)
    except ValidationError as error:
        raise DefinitionError("The draft of this listing", problems_of(error)) from error


def _draft_of(source: Source, name: str) -> Draft:
    if isinstance(source, VoteImageLog):
        return draft_of_vote_images(source, name)
    return draft_of_totals(source, name)


class _Building:
    """One definition from one draft."""

    def __init__(
        self, draft: Draft, jurisdiction: str | None, count_centers: Sequence[str]
    ) -> None:
        if draft.day is None:
            problem = "neither ELECTION ID nor RUN DATE nor a title holds a date: give --date"
            raise DefinitionError("The draft of this listing", [problem])
        if not draft.precincts:
            problem = "no precinct is named: add a precinct report, a canvass or an ASCII export"
            raise DefinitionError("The draft of this listing", [problem])
        self._draft, self._day, self._centers = draft, draft.day, count_centers
        name = jurisdiction or next(iter(draft.titles), "County")
        self._county = District(id=_slug(name) or "county", name=name)
        self._districts = _districts(draft)
        self._groups = _groups(draft)

    def definition(self, election: str | None, time_zone: str) -> ElectionDefinition:
        draft = self._draft
        midnight = datetime.combine(self._day, time(), UTC) + timedelta(days=1)
        named = f"el155-{_slug(draft.election)}" if draft.election else f"draft-{self._day}"
        contests = tuple(self._contests())
        used = {each.id: each for each in self._districts}
        return ElectionDefinition(
            format="zerotape-definition-1",
            election=election or named,
            version=1,
            mode=Mode.TEST,
            title=_title(draft),
            jurisdiction=self._county.name,
            date=self._day.isoformat(),
            time_zone=time_zone,
            polls_close=midnight,
            device_election=draft.election or f"{self._day:%m%d%y}",
            parties=_parties(draft),
            counties=(self._county,),
            districts=tuple(used.values()),
            counting_groups=tuple(group for group, _ in self._groups),
            count_centers=tuple(
                CountCenter(id=center, name=center.replace("-", " ").title())
                for center in self._centers
            ),
            contests=contests,
            precincts=tuple(self._precincts()),
            to_fill_in=tuple(to_fill_in(draft, contests, self._centers)),
        )

    def _contests(self) -> Iterator[Contest]:
        named = self._draft.contests
        ids = _ids([contest.number for contest in named], MOST_CONTESTS)
        for number, contest, district in zip(ids, named, self._districts, strict=True):
            yield Contest(
                id=number,
                title=contest.title,
                party=contest.party,
                district=district.id,
                votes_allowed=contest.votes_allowed or contest.most_on_a_ballot,
                write_in=contest.write_in is not False,
                choices=_choices(contest.choices),
            )

    def _precincts(self) -> Iterator[Precinct]:
        ids: set[str] = set()
        names: set[str] = set()
        for precinct in self._draft.precincts:
            voted_in = {
                district.id
                for contest, district in zip(self._draft.contests, self._districts, strict=True)
                if contest.precincts is None or precinct.number in contest.precincts
            }
            name = precinct.name or f"Precinct {precinct.number}"
            if name in names:
                name = f"{name} ({precinct.number})"
            names.add(name)
            yield Precinct(
                id=_unused(_slug(name) or f"precinct-{precinct.number}", ids),
                number=precinct.number,
                name=name,
                county=self._county.id,
                count_center=self._centers[0],
                districts=tuple(sorted(voted_in)),
                registered_voters=precinct.registered,
                devices=tuple(self._devices(precinct)),
            )

    def _devices(self, precinct: NamedPrecinct) -> Iterator[AssignedDevice]:
        if self._draft.standing is not Standing.COUNTS:
            for serial in precinct.terminals:
                yield AssignedDevice(
                    device_class=DeviceClass.IVOTRONIC,
                    serial=serial,
                    counting_group=ELECTION_DAY.id,
                    reported_by=ReportedBy.VOTE_IMAGE_LOG,
                )
            return
        with_terminals = _group_of_terminals(self._groups)
        for group, column in self._groups:
            yield AssignedDevice(
                device_class=DeviceClass.ERM,
                serial="ERM" if column is None else f"ERM-{column.column}",
                counting_group=group.id,
                reported_by=ReportedBy.TOTALS_LISTING,
                terminals=precinct.terminals if group is with_terminals else (),
            )


def _title(draft: Draft) -> str:
    titles = (title for title in draft.titles if "election" in title.lower())
    return next(titles, f"Election {draft.election or draft.day}")


def _districts(draft: Draft) -> list[District]:
    """Return the district of every contest: countywide when all real precincts vote in it.

    Contests of the same district, as the listing names it, share one where they are voted in by
    the same precincts.
    """
    real = {
        precinct.number
        for precinct in draft.precincts
        if precinct.name.lower() not in VIRTUAL_PRECINCTS
    }
    ids = {COUNTYWIDE.id}
    shared: dict[tuple[str, frozenset[int]], District] = {}
    districts: list[District] = []
    for contest in draft.contests:
        carried = contest.precincts
        if carried is None or (real and real <= carried):
            districts.append(COUNTYWIDE)
            continue
        key = (contest.district or f"{contest.title} {contest.party}", carried)
        if key not in shared:
            name = contest.district or contest.title
            shared[key] = District(id=_unused(_slug(name)[:50] or "district", ids), name=name)
        districts.append(shared[key])
    return districts


def _groups(draft: Draft) -> list[tuple[CountingGroup, NamedGroup | None]]:
    if draft.standing is not Standing.COUNTS:
        return [(ELECTION_DAY, None)]
    ids: set[str] = set()
    groups: list[tuple[CountingGroup, NamedGroup | None]] = []
    for column in draft.groups:
        name = column.heading or f"Group {column.column}"
        group = CountingGroup(
            id=_unused(_slug(name) or f"group-{column.column}", ids),
            name=name if column.heading.islower() else name.title(),
            listing_column=column.column,
            listing_heading=column.heading,
        )
        groups.append((group, column))
    return groups or [(ALL_GROUPS, None)]


def _group_of_terminals(
    groups: Sequence[tuple[CountingGroup, NamedGroup | None]],
) -> CountingGroup:
    """Return the group that iVotronic terminals vote in: by its name, or else the first."""
    for word in ("ivotronic", "election-day"):
        for group, _ in groups:
            if word in group.id:
                return group
    return groups[0][0]


def _choices(named: Sequence[NamedChoice]) -> tuple[Choice, ...]:
    ids = _ids([choice.number for choice in named], MOST_CHOICES)
    return tuple(
        Choice(id=number, name=choice.name, party=choice.party)
        for number, choice in zip(ids, named, strict=True)
    )


def _parties(draft: Draft) -> tuple[Party, ...]:
    codes = dict.fromkeys(
        choice.party for contest in draft.contests for choice in contest.choices if choice.party
    )
    return tuple(Party(code=code, name=draft.parties.get(code, code)) for code in codes)


def _ids(numbers: Sequence[int | None], most: int) -> list[int]:
    """Return the printed numbers where they can be ids, else the lowest that are free."""
    printed = [number for number in numbers if number is not None and 1 <= number <= most]
    if len(set(printed)) < len(numbers):
        return [*range(1, len(numbers) + 1)]
    return printed


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
