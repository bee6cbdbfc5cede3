"""The election definition: what is voted on, where, and on which devices.

Its file is JSON (schema: `docs/schemas/definition.schema.json`). Its identity is the SHA-256 of
the file's bytes, so that anybody can check it with `sha256sum` alone.
"""

from collections import Counter
from collections.abc import Hashable, Iterable
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from election.documents import DeviceClass
from election.records import Count, OptionalText, PrecinctId, Record, Slug, Text, UtcInstant

ContestId = Annotated[int, Field(ge=1, le=9999)]
ChoiceId = Annotated[int, Field(ge=1, le=999)]
Serial = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,16}$")]


RESERVED_CENTERS = frozenset({"central"})
"""Names that certificates and access lists of the broker give to others than gateways."""


def _in_calendar(text: str) -> str:
    date.fromisoformat(text)
    return text


class Mode(StrEnum):
    """Test material can never count in official mode, and the other way round."""

    TEST = "test"
    OFFICIAL = "official"


class ReportedBy(StrEnum):
    """How the totals of a device reach the count center."""

    TAPES = "tapes"
    """A zero report and a results report on paper or over the printer line."""
    MEDIUM = "medium"
    """The memory card or the PEB; both tapes are awaited as well, and must say the same."""
    VOTE_IMAGE_LOG = "vote-image-log"
    """An EL155 listing; there is no zero report in it."""
    TOTALS_LISTING = "totals-listing"
    """An EL30A listing or an ASCII export: the totals of all machines of a counting group."""


class Party(Record):
    """A party as printed beside its candidates."""

    code: Text
    name: Text


class District(Record):
    """An area that elects; a precinct may lie in many."""

    id: Slug
    name: Text


class CountingGroup(Record):
    """Election day, absentee, early, provisional, ..."""

    id: Slug
    name: Text
    listing_column: Annotated[int, Field(ge=1, le=20)] | None = None
    """Group column of totals listings, from 1. None: in no listing; where the election has only
    this one group, its totals are the TOTAL column."""
    early: bool = False
    """Whether its machines open and close on other days than election day."""
    listing_heading: OptionalText = ""
    """What must stand over that column, on the listings that print headings; empty: anything."""


class CountCenter(Record):
    """A place where a gateway takes in the precincts' materials."""

    id: Slug
    name: Text


class Choice(Record):
    """A candidate, or an answer to a question."""

    id: ChoiceId
    name: Text
    party: OptionalText = ""


class Contest(Record):
    """One office or question. Write-ins are counted beside the choices, not as one of them."""

    id: ContestId
    title: Text
    party: OptionalText = ""
    """Whose primary this is; empty in a general election."""
    district: Slug
    votes_allowed: Annotated[int, Field(ge=1, le=20)] = 1
    write_in: bool = True
    choices: Annotated[tuple[Choice, ...], Field(max_length=100)] = ()


class AssignedDevice(Record):
    """A device that must report before its precinct is complete."""

    device_class: DeviceClass
    serial: Serial
    """M100: scanner serial. iVotronic by tapes or medium: serial of the master PEB, which covers
    all its terminals. iVotronic by vote image log: terminal serial. ERM: a name for the column."""
    counting_group: Slug
    reported_by: ReportedBy = ReportedBy.TAPES
    terminals: tuple[Serial, ...] = ()
    """iVotronic by tapes or medium: the terminals that the PEB opens. ERM: those of the counting
    group, so that event logs and vote image logs can be held against its totals."""
    media: tuple[Serial, ...] = ()
    """Serials of the media that must come back from it: M100 its card; iVotronic the other PEBs
    of the site. Empty: nobody listed them."""

    @property
    def prints_tapes(self) -> bool:
        """Whether a zero tape and a results tape are expected of it."""
        return self.reported_by in (ReportedBy.TAPES, ReportedBy.MEDIUM)

    @property
    def terminal_serials(self) -> tuple[str, ...]:
        """Serials of the iVotronic terminals behind the device."""
        if self.reported_by is ReportedBy.VOTE_IMAGE_LOG:
            return (self.serial,)
        return self.terminals


class Precinct(Record):
    """Where people vote, and whose totals are released together."""

    id: PrecinctId
    number: Annotated[int, Field(ge=1, le=9999)]
    name: Text
    county: Slug
    count_center: Slug
    districts: tuple[Slug, ...]
    registered_voters: Count | None
    """None where nobody has said: turnout cannot be checked then."""
    devices: tuple[AssignedDevice, ...]


class ElectionDefinition(Record):
    """Everything that all gateways and the aggregator must agree on before the first vote."""

    format: Literal["zerotape-definition-1"]
    election: Slug
    version: Annotated[int, Field(ge=1, le=9999)]
    mode: Mode
    title: Text
    jurisdiction: Text
    date: Annotated[
        str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_in_calendar)
    ]
    time_zone: Text
    polls_close: UtcInstant
    device_election: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,8}$")]
    """Election id as devices and listings print it, at most 8 characters."""
    parties: tuple[Party, ...] = ()
    counties: tuple[District, ...]
    districts: tuple[District, ...]
    counting_groups: Annotated[tuple[CountingGroup, ...], Field(min_length=1)]
    count_centers: Annotated[tuple[CountCenter, ...], Field(min_length=1)]
    contests: Annotated[tuple[Contest, ...], Field(min_length=1, max_length=500)]
    precincts: Annotated[tuple[Precinct, ...], Field(min_length=1, max_length=10_000)]
    to_fill_in: tuple[Text, ...] = ()
    """What a drafted definition could not know; must be empty in official mode."""

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        problems = [*_duplicates(self), *_dangling(self), *_doubled(self), *_unfinished(self)]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @cached_property
    def precinct_by_id(self) -> dict[str, Precinct]:
        """Precincts by their id."""
        return {precinct.id: precinct for precinct in self.precincts}

    @cached_property
    def precinct_by_number(self) -> dict[int, Precinct]:
        """Precincts by the number that devices print."""
        return {precinct.number: precinct for precinct in self.precincts}

    @cached_property
    def places_of_terminal(self) -> Counter[str]:
        """In how many precincts and counting groups each iVotronic terminal stands, by serial."""
        return Counter(
            serial
            for precinct in self.precincts
            for device in precinct.devices
            for serial in device.terminal_serials
        )

    @cached_property
    def contest_by_id(self) -> dict[int, Contest]:
        """Contests by their number."""
        return {contest.id: contest for contest in self.contests}

    @cached_property
    def contests_of(self) -> dict[str, tuple[Contest, ...]]:
        """Contests on the ballots of each precinct (by id), in ballot order."""
        return {
            precinct.id: tuple(
                contest for contest in self.contests if contest.district in precinct.districts
            )
            for precinct in self.precincts
        }


def _repeated(what: str, keys: Iterable[Hashable]) -> list[str]:
    return [f"{what} {key!r} occurs {n} times" for key, n in Counter(keys).items() if n > 1]


def _duplicates(definition: ElectionDefinition) -> list[str]:
    contests, precincts = definition.contests, definition.precincts
    problems = [
        *_repeated("party", (party.code for party in definition.parties)),
        *_repeated("county", (county.id for county in definition.counties)),
        *_repeated("district", (district.id for district in definition.districts)),
        *_repeated("counting group", (group.id for group in definition.counting_groups)),
        *_repeated(
            "listing column",
            (g.listing_column for g in definition.counting_groups if g.listing_column is not None),
        ),
        *_repeated("count center", (center.id for center in definition.count_centers)),
        *_repeated("contest", (contest.id for contest in contests)),
        *_repeated("contest title", ((contest.title, contest.party) for contest in contests)),
        *_repeated("precinct", (precinct.id for precinct in precincts)),
        *_repeated("precinct number", (precinct.number for precinct in precincts)),
        *_repeated("precinct name", (precinct.name for precinct in precincts)),
    ]
    for contest in contests:
        where = f"contest {contest.id}: choice"
        problems += _repeated(where, (choice.id for choice in contest.choices))
        problems += _repeated(where, ((choice.name, choice.party) for choice in contest.choices))
    for precinct in precincts:
        problems += _repeated(
            f"precinct {precinct.id}: device",
            ((device.device_class, device.serial) for device in precinct.devices),
        )
    return problems


def _dangling(definition: ElectionDefinition) -> list[str]:
    counties = {county.id for county in definition.counties}
    districts = {district.id for district in definition.districts}
    groups = {group.id for group in definition.counting_groups}
    centers = {center.id for center in definition.count_centers}
    problems = [
        f"contest {contest.id}: district {contest.district!r} is not defined"
        for contest in definition.contests
        if contest.district not in districts
    ]
    for precinct in definition.precincts:
        where = f"precinct {precinct.id}"
        named = {
            "county": {precinct.county} - counties,
            "count center": {precinct.count_center} - centers,
            "district": set(precinct.districts) - districts,
            "counting group": {device.counting_group for device in precinct.devices} - groups,
        }
        for what, missing in named.items():
            problems += [f"{where}: {what} {name!r} is not defined" for name in sorted(missing)]
    problems += [
        f"count center {name!r}: this is the aggregator's own name on the broker"
        for name in sorted(centers & RESERVED_CENTERS)
    ]
    return problems


def _doubled(definition: ElectionDefinition) -> list[str]:
    """Return where totals of a listing would be counted under no column, or beside their parts."""
    groups = {group.id: group for group in definition.counting_groups}
    problems: list[str] = []
    for precinct in definition.precincts:
        by_listing = {
            device.counting_group
            for device in precinct.devices
            if device.reported_by is ReportedBy.TOTALS_LISTING
        }
        sharing = Counter(device.counting_group for device in precinct.devices)
        problems += [
            f"precinct {precinct.id}: the totals listing of counting group {group!r} holds all its "
            "machines; no other device may stand beside it"
            for group in sorted(by_listing)
            if sharing[group] > 1
        ]
        problems += [
            f"precinct {precinct.id}: device {device.serial!r} of class {device.device_class} "
            f"cannot report by {device.reported_by}"
            for device in precinct.devices
            if (device.device_class is DeviceClass.ERM)
            != (device.reported_by is ReportedBy.TOTALS_LISTING)
        ]
        problems += [
            f"precinct {precinct.id}: counting group {group!r} comes from a totals listing and "
            "has no listing_column"
            for group in sorted(by_listing & groups.keys())
            if groups[group].listing_column is None and len(groups) > 1
        ]
        problems += [
            f"precinct {precinct.id}: the totals listing of terminal {serial!r} holds its votes; "
            "it cannot report by itself, too"
            for serial in _counted_twice(precinct)
        ]
    return list(dict.fromkeys(problems))


def _counted_twice(precinct: Precinct) -> list[str]:
    """Return the terminals whose votes are in a totals listing and in a report of their own."""
    by_listing: set[str] = set()
    by_themselves: set[str] = set()
    for device in precinct.devices:
        is_listed = device.reported_by is ReportedBy.TOTALS_LISTING
        (by_listing if is_listed else by_themselves).update(device.terminal_serials)
    return sorted(by_listing & by_themselves)


def _unfinished(definition: ElectionDefinition) -> list[str]:
    if definition.mode is Mode.OFFICIAL and definition.to_fill_in:
        return [f"still to fill in: {what}" for what in definition.to_fill_in]
    return []
