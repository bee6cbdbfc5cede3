"""The sample election of the gateway's tests, and builders for what its devices report.

Contests, devices and definition digits are those of the hand-written golden tapes. Tapes made by
`tape` balance: what is not voted is undervoted. Every builder is session-scoped and pure, so that
property tests may use it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from election.captures import Ending
from election.definition import AssignedDevice, Contest, ElectionDefinition, Precinct
from election.definition_file import LoadedDefinition, load_definition
from election.documents import (
    DeviceClass,
    ReportKind,
    Tape,
    TapeChoice,
    TapeContest,
    TapeTerminal,
    VoteImageCount,
    VoteImagePrecinct,
    VoteImageTerminal,
)
from gateway.decision import decide
from gateway.packets import Decision, History, Packet, PacketDocument, PacketKey

DEFINITION = b"""{
 "format": "zerotape-definition-1", "election": "sample-2026", "version": 1, "mode": "official",
 "title": "GENERAL ELECTION", "jurisdiction": "EXAMPLE COUNTY", "date": "2026-11-03",
 "time_zone": "America/Chicago", "polls_close": "2026-11-04T01:30:00Z",
 "device_election": "99110326",
 "counties": [{"id": "example", "name": "EXAMPLE COUNTY"}],
 "districts": [{"id": "county", "name": "County"}, {"id": "city", "name": "City"}],
 "counting_groups": [
  {"id": "election-day", "name": "Election Day"}, {"id": "early", "name": "Early"}],
 "count_centers": [{"id": "south", "name": "South"}, {"id": "north", "name": "North"}],
 "contests": [
  {"id": 101, "title": "GOVERNOR", "district": "county", "write_in": true, "choices": [
   {"id": 1, "name": "ADA ALVAREZ", "party": "DEM"}, {"id": 2, "name": "BEN BRANDT",
    "party": "REP"}, {"id": 3, "name": "CORA CHEN", "party": "IND"}]},
  {"id": 102, "title": "JUSTICE OF THE PEACE DISTRICT 4", "district": "county",
   "write_in": false, "choices": [{"id": 1, "name": "DANA DUVAL", "party": "DEM"},
   {"id": 2, "name": "EVAN ELLIS", "party": "REP"}]},
  {"id": 103, "title": "CITY DIRECTOR AT LARGE", "district": "city", "votes_allowed": 2,
   "write_in": false, "choices": [{"id": 1, "name": "FAYE FOX", "party": "NON"},
   {"id": 2, "name": "GUS GRAY", "party": "NON"}, {"id": 3, "name": "HANA HOLT", "party": "NON"},
   {"id": 4, "name": "IRA IVES", "party": "NON"}]},
  {"id": 201, "title": "ISSUE NO. 1 LIBRARY MILLAGE", "district": "county", "write_in": false,
   "choices": [{"id": 1, "name": "FOR"}, {"id": 2, "name": "AGAINST"}]}],
 "precincts": [
  {"id": "riverside", "number": 21, "name": "RIVERSIDE", "county": "example",
   "count_center": "south", "districts": ["county", "city"], "registered_voters": 1100,
   "devices": [
    {"device_class": "m100", "serial": "204417", "counting_group": "election-day"},
    {"device_class": "ivotronic", "serial": "299101", "counting_group": "election-day",
     "terminals": ["5199901", "5199902"]}]},
  {"id": "hillside", "number": 22, "name": "HILLSIDE", "county": "example",
   "count_center": "south", "districts": ["county"], "registered_voters": 500,
   "devices": [
    {"device_class": "m100", "serial": "204418", "counting_group": "election-day"},
    {"device_class": "m100", "serial": "204419", "counting_group": "early"}]},
  {"id": "lakeside", "number": 23, "name": "LAKESIDE", "county": "example",
   "count_center": "south", "districts": ["county", "city"], "registered_voters": 200,
   "devices": [
    {"device_class": "ivotronic", "serial": "5199911", "counting_group": "election-day",
     "reported_by": "vote-image-log"},
    {"device_class": "ivotronic", "serial": "5199912", "counting_group": "election-day",
     "reported_by": "vote-image-log"}]},
  {"id": "farside", "number": 24, "name": "FARSIDE", "county": "example",
   "count_center": "north", "districts": ["county"], "registered_voters": null,
   "devices": [{"device_class": "m100", "serial": "204420", "counting_group": "election-day"}]}]
}"""
"""Riverside: M100 and iVotronic by tapes. Hillside: two counting groups, outside the city.
Lakeside: by vote image log. Farside: another count center, registered voters unknown."""

GOLDEN_SHA256 = "d7c9bb37b97875577f3ea1693ee1cf0346483b306834196552457aae541f4f81"
"""What the golden tapes were set up with; their definition has a file format of its own."""

TAKEN_AT = datetime(2026, 11, 4, 2, 0, tzinfo=UTC)
PROTECTIVE = 1000
"""Protective count of every machine when the polls open."""

Votes = Mapping[int, Mapping[int, int]]
"""Votes by choice, by contest; choice 0 stands for the write-ins."""


@pytest.fixture(scope="session")
def loaded() -> LoadedDefinition:
    return replace(load_definition(DEFINITION, "sample"), sha256=GOLDEN_SHA256)


@pytest.fixture(scope="session")
def redefined(loaded: LoadedDefinition) -> Callable[..., LoadedDefinition]:
    """Return the sample definition with other values for the named fields."""

    def build(**changes: object) -> LoadedDefinition:
        # A copy keeps what the original has cached, so its file form is read again.
        text = loaded.definition.model_copy(update=changes).model_dump_json()
        return replace(loaded, definition=ElectionDefinition.model_validate_json(text))

    return build


@pytest.fixture(scope="session")
def tape(loaded: LoadedDefinition) -> Callable[..., Tape]:
    """Return `tape(unit, kind, ballots, votes)`; `ballots` is a list, per terminal, for a PEB."""

    def build(
        unit: str,
        kind: ReportKind = ReportKind.RESULTS,
        ballots: int | list[int] = 0,
        votes: Votes | None = None,
    ) -> Tape:
        precinct, device = _device(loaded.definition, unit)
        each = ballots if isinstance(ballots, list) else [ballots]
        each += [0] * (len(device.terminals) - len(each))
        blank = _blank(precinct, device, kind, loaded)
        contests = tuple(
            _contest(contest, sum(each), (votes or {}).get(contest.id, {}), device.device_class)
            for contest in loaded.definition.contests_of[precinct.id]
        )
        if device.device_class is DeviceClass.IVOTRONIC:
            terminals = tuple(
                _terminal(serial, kind, n) for serial, n in zip(device.terminals, each, strict=True)
            )
            still_open = len(terminals) if kind is ReportKind.ZERO else 0
            return replace(
                blank,
                ballots=sum(each),
                terminals=terminals,
                terminals_not_closed=still_open,
                contests=contests,
            )
        return replace(
            blank,
            card=f"M100C-{unit}",
            ballots=sum(each),
            protective_open=PROTECTIVE,
            protective_close=PROTECTIVE + sum(each),
            blank_ballots=0,
            overvoted_ballots=0,
            write_in_ballots=0,
            contests=contests,
        )

    return build


@pytest.fixture(scope="session")
def riverside(tape: Callable[..., Tape]) -> tuple[Tape, ...]:
    """Return zero and results tapes of both devices: 30 + 12 ballots, all in order."""
    return (
        tape("204417", ReportKind.ZERO),
        tape("299101", ReportKind.ZERO),
        tape("204417", ballots=30, votes={101: {1: 12, 2: 10, 0: 1}, 103: {1: 20, 4: 30}}),
        tape("299101", ballots=[7, 5], votes={101: {1: 5, 3: 4}, 201: {2: 9}}),
    )


@pytest.fixture(scope="session")
def lakeside() -> VoteImagePrecinct:
    """Return a listing in which terminal 5199911 has 3 ballots and 5199912 has 2, all in order."""
    governor, director = "GOVERNOR", "CITY DIRECTOR AT LARGE"
    first = (
        VoteImageCount(1, governor, "ADA ALVAREZ", write_in=False, votes=2),
        VoteImageCount(4, governor, "", write_in=True, votes=1),
        VoteImageCount(7, director, "FAYE FOX", write_in=False, votes=3),
        VoteImageCount(8, director, "GUS GRAY", write_in=False, votes=2),
    )
    second = (VoteImageCount(1, governor, "ADA ALVAREZ", write_in=False, votes=1),)
    return VoteImagePrecinct(
        number=23,
        name="LAKESIDE",
        terminals=(
            VoteImageTerminal("5199911", ballots=3, blank_ballots=0, counts=first),
            VoteImageTerminal("5199912", ballots=2, blank_ballots=1, counts=second),
        ),
        most_votes=((governor, 1), (director, 2)),
        trailer=((1, 3), (4, 1), (7, 3), (8, 2)),
    )


@pytest.fixture(scope="session")
def packet() -> Callable[..., Packet]:
    """Return `packet(precinct, *contents)`; equal contents are the same evidence."""

    def build(
        precinct: str, *contents: Tape | VoteImagePrecinct, group: str = "election-day"
    ) -> Packet:
        documents = tuple(
            PacketDocument(
                sha256=sha256(repr(content).encode()).hexdigest(),
                content=content,
                parser="by-hand",
                parser_version="1",
                taken_at=TAKEN_AT,
                ending=Ending.WHOLE,
            )
            for content in contents
        )
        return Packet(PacketKey(precinct, group), documents)

    return build


@pytest.fixture(scope="session")
def decided(loaded: LoadedDefinition) -> Callable[[Packet], Decision]:
    """Return the decision on a packet by a gateway that remembers nothing else."""
    return lambda packet: decide(packet, loaded, History({}))


@pytest.fixture(scope="session")
def verdicts(decided: Callable[[Packet], Decision]) -> Callable[[Packet], set[tuple[str, str]]]:
    """Return check and severity of every finding on a packet; an extra one fails a test, too."""
    return lambda packet: {
        (finding.check, finding.severity.value) for finding in decided(packet).findings
    }


def _device(definition: ElectionDefinition, unit: str) -> tuple[Precinct, AssignedDevice]:
    return next(
        (precinct, device)
        for precinct in definition.precincts
        for device in precinct.devices
        if device.serial == unit
    )


def _blank(
    precinct: Precinct, device: AssignedDevice, kind: ReportKind, loaded: LoadedDefinition
) -> Tape:
    return Tape(
        device_class=device.device_class,
        kind=kind,
        county="EXAMPLE COUNTY",
        title="GENERAL ELECTION",
        date="NOVEMBER 3, 2026",
        test=False,
        election="99110326",
        definition_version=1,
        definition_digits=loaded.device_digits,
        precinct=precinct.number,
        precinct_name=precinct.name,
        unit=device.serial,
        firmware="5.2.1.0",
        copy=1,
    )


def _contest(
    contest: Contest, ballots: int, votes: Mapping[int, int], device_class: DeviceClass
) -> TapeContest:
    total = ballots * contest.votes_allowed
    return TapeContest(
        contest=contest.id,
        title=contest.title,
        votes_allowed=contest.votes_allowed,
        ballots=ballots,
        choices=tuple(
            TapeChoice(choice.id, choice.name, choice.party, votes.get(choice.id, 0))
            for choice in contest.choices
        ),
        write_ins=votes.get(0, 0) if contest.write_in else None,
        overvotes=0 if device_class is DeviceClass.M100 else None,
        undervotes=total - sum(votes.values()),
        total=total,
    )


def _terminal(serial: str, kind: ReportKind, ballots: int) -> TapeTerminal:
    closed = kind is ReportKind.RESULTS
    return TapeTerminal(
        serial=serial,
        closed=closed,
        at=datetime(2026, 11, 3, 20 if closed else 7),  # noqa: DTZ001  # a device's wall clock
        protective_open=PROTECTIVE,
        protective_close=PROTECTIVE + ballots if closed else None,
        ballots=ballots,
    )
