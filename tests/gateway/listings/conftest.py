"""A county whose totals come from the listings of its tabulation software, and what it prints."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from election.captures import Ending
from election.definition import ElectionDefinition
from election.definition_file import LoadedDefinition, load_definition
from election.documents import Document
from election.findings import Finding
from election.listings import (
    ListedContest,
    ListedCount,
    ListedPrecinct,
    ListingHead,
    TotalsListing,
)
from gateway.decision import decide
from gateway.packets import Decision, History, Packet, PacketDocument, PacketKey
from gateway.placement import place

DEFINITION = b"""{
 "format": "zerotape-definition-1", "election": "counted-2026", "version": 1, "mode": "official",
 "title": "GENERAL ELECTION", "jurisdiction": "EXAMPLE COUNTY", "date": "2026-11-03",
 "time_zone": "America/Denver", "polls_close": "2026-11-04T03:00:00Z",
 "device_election": "99110326",
 "parties": [{"code": "DEM", "name": "DEMOCRATIC"}, {"code": "REP", "name": "REPUBLICAN"}],
 "counties": [{"id": "example", "name": "EXAMPLE COUNTY"}],
 "districts": [{"id": "county", "name": "County"}, {"id": "city", "name": "City"}],
 "counting_groups": [
  {"id": "absentee", "name": "Absentee", "listing_column": 1, "listing_heading": "ABSENTEE"},
  {"id": "election-day", "name": "Election Day", "listing_column": 2,
   "listing_heading": "ELECTION DAY"}],
 "count_centers": [{"id": "main", "name": "Main"}, {"id": "far", "name": "Far"}],
 "contests": [
  {"id": 1, "title": "SHERIFF", "district": "county", "write_in": true, "choices": [
   {"id": 1, "name": "ADA ALVAREZ", "party": "DEM"},
   {"id": 2, "name": "BEN BRANDT", "party": "REP"}]},
  {"id": 2, "title": "COUNCIL", "district": "city", "votes_allowed": 2, "write_in": false,
   "choices": [{"id": 1, "name": "FAYE FOX"}, {"id": 2, "name": "GUS GRAY"}]}],
 "precincts": [
  {"id": "north", "number": 1, "name": "NORTH", "county": "example", "count_center": "main",
   "districts": ["county", "city"], "registered_voters": 100, "devices": [
    {"device_class": "erm", "serial": "ERM-1", "counting_group": "absentee",
     "reported_by": "totals-listing"},
    {"device_class": "erm", "serial": "ERM-2", "counting_group": "election-day",
     "reported_by": "totals-listing", "terminals": ["5120001", "5120002"]}]},
  {"id": "south", "number": 2, "name": "SOUTH", "county": "example", "count_center": "main",
   "districts": ["county"], "registered_voters": 100, "devices": [
    {"device_class": "erm", "serial": "ERM-2", "counting_group": "election-day",
     "reported_by": "totals-listing"}]},
  {"id": "tapes", "number": 3, "name": "TAPES", "county": "example", "count_center": "main",
   "districts": ["county"], "registered_voters": 100, "devices": [
    {"device_class": "m100", "serial": "204417", "counting_group": "election-day"}]},
  {"id": "away", "number": 4, "name": "AWAY", "county": "example", "count_center": "far",
   "districts": ["county"], "registered_voters": 100, "devices": [
    {"device_class": "erm", "serial": "ERM-2", "counting_group": "election-day",
     "reported_by": "totals-listing"}]}]
}"""
"""North: both groups and two contests. South: election day alone. The others report elsewhere."""

NORTH_ABSENTEE = PacketKey("north", "absentee")
NORTH_DAY = PacketKey("north", "election-day")
SOUTH_DAY = PacketKey("south", "election-day")

Cells = tuple[int | None, ...]


@pytest.fixture(scope="session")
def counted() -> LoadedDefinition:
    return load_definition(DEFINITION, "counted")


@pytest.fixture(scope="session")
def recounted(counted: LoadedDefinition) -> Callable[..., LoadedDefinition]:
    """Return the definition with other values for the named fields."""

    def build(**changes: object) -> LoadedDefinition:
        text = counted.definition.model_copy(update=changes).model_dump_json()
        return replace(counted, definition=ElectionDefinition.model_validate_json(text))

    return build


def row(label: str, *groups: int | None, party: str = "", total: int | None = None) -> ListedCount:
    """Return a row whose total is the sum of its groups, unless another is given."""
    summed = sum(cell or 0 for cell in groups)
    return ListedCount(label, summed if total is None else total, groups, party=party)


def contest(title: str, allowed: int, *rows: ListedCount) -> ListedContest:
    return ListedContest(title, rows, allowed)


@pytest.fixture(scope="session")
def north() -> ListedPrecinct:
    """Return 10 absentee and 30 election day ballots."""
    return ListedPrecinct(
        1,
        "NORTH",
        (
            ListedCount("REGISTERED VOTERS - TOTAL", 100, (None, None)),
            row("BALLOTS CAST - TOTAL", 10, 30),
        ),
        (
            contest(
                "SHERIFF",
                1,
                row("ADA ALVAREZ", 4, 16, party="DEM"),
                row("BEN BRANDT", 5, 11, party="REP"),
                row("WRITE-IN", 1, 0),
                row("Over Votes", 0, 1),
                row("Under Votes", 0, 2),
            ),
            contest("COUNCIL", 2, row("FAYE FOX", 9, 25), row("GUS GRAY", 7, 22)),
        ),
    )


@pytest.fixture(scope="session")
def south() -> ListedPrecinct:
    """Return 20 election day ballots."""
    return ListedPrecinct(
        2,
        "SOUTH",
        (
            ListedCount("REGISTERED VOTERS - TOTAL", 100, (None, None)),
            row("BALLOTS CAST - TOTAL", 0, 20),
        ),
        (
            contest(
                "SHERIFF",
                1,
                row("ADA ALVAREZ", 0, 12, party="DEM"),
                row("BEN BRANDT", 0, 7, party="REP"),
                row("WRITE-IN", 0, 0),
                row("Over Votes", 0, 0),
                row("Under Votes", 0, 1),
            ),
        ),
    )


@pytest.fixture(scope="session")
def el30a(north: ListedPrecinct, south: ListedPrecinct) -> TotalsListing:
    titles = ("EXAMPLE COUNTY", "OFFICIAL", "GENERAL ELECTION", "November 3, 2026")
    head = ListingHead("EL30A", titles, "11/03/26 10:15 PM")
    return TotalsListing(head, ("ABSENTEE", "ELECTION DAY"), (north, south))


@pytest.fixture(scope="session")
def packets(counted: LoadedDefinition) -> Callable[..., dict[PacketKey, Packet]]:
    """Return `packets(*documents)`: what the desk of `main` has when all of them have come in."""

    def build(*documents: Document, loaded: LoadedDefinition = counted) -> dict[PacketKey, Packet]:
        found: dict[PacketKey, Packet] = {}
        for place_in_order, document in enumerate(documents):
            for key, content in place(document, loaded, "main").parts:
                packet = found.get(key, Packet(key))
                part = PacketDocument(
                    sha256=f"{place_in_order:064x}",
                    content=content,
                    parser="by-hand",
                    parser_version="1",
                    taken_at=datetime(2026, 11, 4, 5, tzinfo=UTC),
                    ending=Ending.WHOLE,
                )
                found[key] = replace(packet, documents=(*packet.documents, part))
        return found

    return build


@pytest.fixture(scope="session")
def decisions(
    counted: LoadedDefinition, packets: Callable[..., dict[PacketKey, Packet]]
) -> Callable[..., dict[PacketKey, Decision]]:
    """Return `decisions(*documents, summaries=..., loaded=...)`, by packet."""

    def build(
        *documents: Document,
        summaries: tuple[TotalsListing, ...] = (),
        loaded: LoadedDefinition = counted,
    ) -> dict[PacketKey, Decision]:
        held = packets(*documents, loaded=loaded)
        history = History({}, summaries)
        return {key: decide(packet, loaded, history) for key, packet in held.items()}

    return build


@pytest.fixture(scope="session")
def verdict(
    decisions: Callable[..., dict[PacketKey, Decision]],
) -> Callable[..., set[tuple[str, str]]]:
    """Return check and severity of all findings on one packet; an extra one fails a test, too."""

    def build(key: PacketKey, *documents: Document, **more: object) -> set[tuple[str, str]]:
        findings: tuple[Finding, ...] = decisions(*documents, **more)[key].findings
        return {(finding.check, finding.severity.value) for finding in findings}

    return build


@pytest.fixture(scope="session")
def changed(el30a: TotalsListing) -> Callable[..., TotalsListing]:
    """Return `changed(edit)`: the listing with `edit` made to its first precinct."""

    def build(edit: Callable[[ListedPrecinct], ListedPrecinct]) -> TotalsListing:
        first, *others = el30a.precincts
        return replace(el30a, precincts=(edit(first), *others))

    return build


@pytest.fixture(scope="session")
def cells() -> Callable[..., Callable[[ListedPrecinct], ListedPrecinct]]:
    """Return `cells({label: groups}, total=...)`: an edit that gives rows other figures."""

    def build(
        figures: Mapping[str, Cells], total: int | None = None
    ) -> Callable[[ListedPrecinct], ListedPrecinct]:
        def edited(count: ListedCount) -> ListedCount:
            if count.label not in figures:
                return count
            fresh = row(count.label, *figures[count.label], party=count.party, total=total)
            return fresh._replace(line=count.line)

        def edit(precinct: ListedPrecinct) -> ListedPrecinct:
            return replace(
                precinct,
                statistics=tuple(map(edited, precinct.statistics)),
                contests=tuple(
                    each._replace(counts=tuple(map(edited, each.counts)))
                    for each in precinct.contests
                ),
            )

        return edit

    return build
