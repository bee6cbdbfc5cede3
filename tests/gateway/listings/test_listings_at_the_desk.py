"""Listings as files at the desk: read by the real parsers, kept, decided, released."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from election.captures import Capture, Ending
from election.definition import Mode
from election.definition_file import LoadedDefinition
from election.keys import KeyRole, KeyScope
from election.listings import ListedContest, ListedPrecinct, TotalsListing
from election.returns import PrecinctReturn
from gateway.config import GatewaySettings
from gateway.desk import Desk, Office
from gateway.evidence_files import EvidenceFiles
from gateway.packets import PacketKey, PacketState
from gateway.store import GatewayStore
from parsers.registry import load_parsers
from runtime.crash_points import CrashPoints
from runtime.keyfiles import load_signer, make_key
from simulators.listings.percentages import share
from simulators.listings.reports import print_report
from simulators.listings.summing import as_report

NOW = datetime(2026, 11, 4, 6, tzinfo=UTC)
NORTH_DAY = PacketKey("north", "election-day")
NORTH_ABSENTEE = PacketKey("north", "absentee")
SOUTH_DAY = PacketKey("south", "election-day")

Changed = Callable[..., TotalsListing]
Cells = Callable[..., Callable[[ListedPrecinct], ListedPrecinct]]


@pytest.fixture
def desk(tmp_path: Path, counted: LoadedDefinition) -> Iterator[Desk]:
    scope = KeyScope(
        election="counted-2026",
        count_center="main",
        mode=Mode.TEST,
        not_before=NOW - timedelta(days=1),
        not_after=NOW + timedelta(days=1),
    )
    enrolment = make_key(
        tmp_path / "main.key",
        holder="main",
        role=KeyRole.TEST,
        stands_for=KeyRole.GATEWAY,
        scope=scope,
        passphrase=None,
    )
    office = Office(
        loaded=counted,
        count_center="main",
        parsers=load_parsers(GatewaySettings.model_fields["parsers"].default),
        signer=load_signer(tmp_path / "main.key", enrolment, None),
        software="zerotape test",
        now=lambda: NOW,
    )
    points = CrashPoints()
    store = GatewayStore.open(tmp_path / "state", points)
    evidence = EvidenceFiles.open(tmp_path / "state", reserve_bytes=0, crash_points=points)
    opened = Desk(office, store, evidence)
    opened.resume()
    yield opened
    store.close()


def with_percentages(listing: TotalsListing) -> TotalsListing:
    """Return the listing with the shares that a report prints beside the votes of a choice."""

    def shared(contest: ListedContest) -> ListedContest:
        choices = [each for each in contest.counts if not each.label.endswith("er Votes")]
        votes = sum(each.votes or 0 for each in choices)
        counts = tuple(
            each._replace(percent=share(each.votes or 0, votes)) if each in choices else each
            for each in contest.counts
        )
        return contest._replace(counts=counts)

    return replace(
        listing,
        precincts=tuple(
            replace(precinct, contests=tuple(map(shared, precinct.contests)))
            for precinct in listing.precincts
        ),
    )


def drop(desk: Desk, listing: TotalsListing, report: str) -> str:
    """Drop the listing, printed as `report`; return its SHA-256."""
    content = print_report(as_report(with_percentages(listing), report))
    capture = Capture(content, "drop", "drop-folder", NOW, ending=Ending.WHOLE)
    desk.keep(capture)
    desk.read(capture.sha256)
    return capture.sha256


def released(desk: Desk) -> dict[str, int]:
    """Return the ballots of every return that left."""
    rows = desk.store.outbox.waiting()
    returns = [PrecinctReturn.model_validate_json(row.payload) for row in rows]
    return {f"{each.precinct} {each.counting_group}": each.ballots for each in returns}


def test_a_dropped_precinct_report_releases_all_its_groups(
    desk: Desk, el30a: TotalsListing
) -> None:
    drop(desk, el30a, "EL30A")
    assert released(desk) == {
        "north absentee": 10,
        "north election-day": 30,
        "south election-day": 20,
    }


def test_a_summary_that_disagrees_blocks_until_the_right_one_comes(
    desk: Desk, el30a: TotalsListing, changed: Changed, cells: Cells
) -> None:
    other = changed(cells({"ADA ALVAREZ": (4, 15), "BEN BRANDT": (5, 12)}))
    drop(desk, other, "EL45A")
    drop(desk, el30a, "EL30A")
    assert released(desk) == {}
    assert {f.check for f in desk.decisions[NORTH_DAY].findings} == {"C33"}
    drop(desk, el30a, "EL45A")
    assert len(released(desk)) == 3


def test_a_summary_that_comes_late_is_told_and_calls_nothing_back(
    desk: Desk, el30a: TotalsListing, changed: Changed, cells: Cells
) -> None:
    drop(desk, el30a, "EL30A")
    sha256 = drop(desk, changed(cells({"ADA ALVAREZ": (4, 17)})), "EL45A")
    assert len(released(desk)) == 3
    assert {f.check for f in desk.decisions[SOUTH_DAY].findings} == {"C33"}
    assert desk.store.packets.state(SOUTH_DAY) is PacketState.RELEASED
    assert "held against it" in desk.put_aside[sha256]


def test_a_digit_changed_by_hand_in_the_file_is_noticed(desk: Desk, el30a: TotalsListing) -> None:
    content = print_report(with_percentages(el30a))
    [line] = [each for each in content.splitlines() if b"BEN BRANDT" in each and b"11" in each]
    edited = line[: line.rindex(b"11")] + b"12" + line[line.rindex(b"11") + 2 :]
    capture = Capture(content.replace(line, edited), "drop", "drop-folder", NOW)
    desk.keep(replace(capture, ending=Ending.WHOLE))
    desk.read(capture.sha256)
    assert released(desk) == {"south election-day": 20}
    assert ("C77", "block") in {
        (f.check, f.severity.value) for f in desk.decisions[NORTH_ABSENTEE].findings
    }


def test_a_restart_between_a_wrong_and_a_right_listing_changes_nothing(
    desk: Desk, el30a: TotalsListing
) -> None:
    head = replace(el30a.head, titles=("EXAMPLE COUNTY", "November 5, 2024"))
    drop(desk, replace(el30a, head=head), "EL30A")
    again = Desk(desk.office, desk.store, desk.evidence)
    again.resume()
    assert released(again) == {}
    assert again.store.packets.state(NORTH_DAY) is PacketState.HELD
    drop(again, el30a, "EL30A")
    assert len(released(again)) == 3
    last = Desk(desk.office, desk.store, desk.evidence)
    last.resume()
    assert len(released(last)) == 3
    assert last.store.packets.state(NORTH_DAY) is PacketState.RELEASED


def test_a_listing_that_is_cut_after_a_page_releases_no_precinct_in_part(
    desk: Desk, el30a: TotalsListing
) -> None:
    content = print_report(with_percentages(el30a))
    lines = content.splitlines(keepends=True)
    for end in reversed(range(len(lines))):  # the longest first: later ones block
        capture = Capture(b"".join(lines[:end]), "drop", "drop-folder", NOW, ending=Ending.WHOLE)
        desk.keep(capture)
        desk.read(capture.sha256)
    assert released(desk)
    for row in desk.store.outbox.waiting():
        made = PrecinctReturn.model_validate_json(row.payload)
        key = f"{made.precinct} {made.counting_group}"
        assert made.ballots == {"north absentee": 10, "north election-day": 30}.get(key, 20)
        votes = sum(contest.votes for contest in made.totals)
        assert votes == {"north absentee": 26, "north election-day": 74}.get(key, 19)
