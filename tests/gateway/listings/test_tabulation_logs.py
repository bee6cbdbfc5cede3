"""Event logs, manual changes logs and system logs beside the totals that they speak of."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from election.definition import AssignedDevice, ReportedBy
from election.definition_file import LoadedDefinition
from election.documents import (
    DeviceClass,
    VoteImageCount,
    VoteImageLog,
    VoteImagePrecinct,
    VoteImageTerminal,
)
from election.listings import (
    Event,
    EventLog,
    ListingCheck,
    ListingFinding,
    ListingHead,
    ManualChange,
    ManualChangesLog,
    SystemAction,
    SystemLog,
    TotalsListing,
)
from gateway.packets import Decision, Packet, PacketKey
from gateway.placement import place
from parsers.registry import load_parsers

Verdict = Callable[..., set[tuple[str, str]]]

NORTH_ABSENTEE = PacketKey("north", "absentee")
NORTH_DAY = PacketKey("north", "election-day")
TAPES_DAY = PacketKey("tapes", "election-day")

HEAD = ListingHead("EL152", election="99110326")
CLEAR, OPENED, CLOSED, VOTE, VOTE_BY_WORKER = "0001607", "0001672", "0001673", "0001510", "0001511"

NIGHT = [
    ("10-19 17:32", CLEAR),
    ("11-03 06:14", OPENED),
    ("11-03 07:08", VOTE),
    ("11-03 07:20", VOTE_BY_WORKER),
    ("11-03 19:05", CLOSED),
]
"""A terminal on which two people voted."""

REHEARSAL = [("10-12 09:00", CLEAR), ("10-12 09:05", OPENED), ("10-12 09:10", VOTE)]


def log(*rows: tuple[str, str], terminal: str = "5120001", peb: str = "156001") -> EventLog:
    """Return an event log of one terminal; a row may name another PEB after its number."""
    return EventLog(HEAD, tuple(_event(terminal, at, number, peb) for at, number in rows))


def _event(terminal: str, at: str, number: str, peb: str) -> Event:
    number, _, other = number.partition("/")
    moment = datetime.strptime(f"2026-{at}", "%Y-%m-%d %H:%M")  # noqa: DTZ007  # a device's clock
    return Event(terminal, other or peb, "SUP", moment, f"{moment:%m/%d/%Y %H:%M:%S}", number, "")


def images(ballots: int, terminal: str = "5120001") -> VoteImageLog:
    count = VoteImageCount(1, "SHERIFF", "ADA ALVAREZ", write_in=False, votes=ballots)
    counted = VoteImageTerminal(terminal, ballots, 0, (count,))
    precinct = VoteImagePrecinct(1, "NORTH", (counted,), (("SHERIFF", 1),), ((1, ballots),))
    return VoteImageLog("99110326", "11/03/26", 1, ballots, (precinct,))


def test_a_log_goes_to_the_packet_of_its_terminals(
    counted: LoadedDefinition, el30a: TotalsListing, verdict: Verdict
) -> None:
    placement = place(log(*NIGHT), counted, "main")
    assert [key for key, _ in placement.parts] == [NORTH_DAY]
    assert placement.findings == ()
    assert verdict(NORTH_DAY, el30a, log(*NIGHT)) == set()


def test_a_log_of_another_election_is_put_aside(counted: LoadedDefinition) -> None:
    for election in ("15110210", ""):
        other = replace(log(*NIGHT), head=replace(HEAD, election=election))
        placement = place(other, counted, "main")
        assert (placement.parts, placement.findings[0].check) == ((), "C01")


def test_a_terminal_that_nobody_knows_is_named(counted: LoadedDefinition) -> None:
    both = EventLog(HEAD, log(*NIGHT).events + log(*NIGHT, terminal="5199999").events)
    placement = place(both, counted, "main")
    assert [key for key, _ in placement.parts] == [NORTH_DAY]
    [finding] = placement.findings
    assert (finding.check, finding.severity) == ("C24", "block")
    assert "5199999" in finding.message


def test_a_log_without_a_terminal_of_this_center_says_that_it_is_kept(
    counted: LoadedDefinition,
) -> None:
    placement = place(log(*NIGHT), counted, "far")
    assert placement.parts == ()
    assert "kept as evidence" in placement.findings[0].message


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (NIGHT[:-1], {("C25", "block")}),
        ([*REHEARSAL, *NIGHT], set()),
        ([NIGHT[0]], {("C25", "warn")}),
        (NIGHT[1:], set()),
        ([*NIGHT, ("11-03 20:00", OPENED), ("11-03 20:30", CLOSED)], {("C25", "two-person")}),
        (
            [*NIGHT[:-1], ("11-03 19:05", f"{CLOSED}/156226")],
            {("C26", "two-person"), ("C43", "warn")},
        ),
        ([*NIGHT[:-1], ("11-03 19:04", "0001206"), NIGHT[-1]], {("C26", "two-person")}),
        (
            [("10-12 09:00", CLEAR), ("10-12 09:05", OPENED), ("10-20 09:00", f"{CLOSED}/155996")],
            set(),
        ),
        (
            [*NIGHT[:3], ("11-03 09:50", "0001200"), *NIGHT[3:]],
            {("C39", "block")},
        ),
        ([*REHEARSAL, ("10-12 10:00", "0001200"), *NIGHT], set()),
    ],
    ids=[
        "never closed",
        "a rehearsal before the clear-and-test",
        "never opened",
        "no clear-and-test in the log",
        "opened twice",
        "closed with another PEB",
        "votes to another PEB",
        "another PEB closed a rehearsal without votes",
        "cleared on election day",
        "cleared after a rehearsal",
    ],
)
def test_what_the_log_of_a_terminal_shows(
    el30a: TotalsListing,
    verdict: Verdict,
    rows: list[tuple[str, str]],
    expected: set[tuple[str, str]],
) -> None:
    assert verdict(NORTH_DAY, el30a, log(*rows)) == expected


def test_a_log_printed_again_after_the_closing_clears_the_first(
    el30a: TotalsListing, verdict: Verdict
) -> None:
    assert verdict(NORTH_DAY, el30a, log(*NIGHT[:-1]), log(*NIGHT)) == set()


@pytest.mark.parametrize(
    ("ballots", "expected"),
    [(2, set()), (3, {("C30", "block")}), (1, {("C30", "block")})],
)
def test_vote_events_equal_the_ballots_of_the_vote_image_log(
    el30a: TotalsListing, verdict: Verdict, ballots: int, expected: set[tuple[str, str]]
) -> None:
    for rows in (NIGHT, [*REHEARSAL, *NIGHT]):
        assert verdict(NORTH_DAY, el30a, log(*rows), images(ballots)) == expected


def test_a_terminal_of_two_precincts_may_have_more_votes_than_one_of_them(
    counted: LoadedDefinition,
    recounted: Callable[..., LoadedDefinition],
    el30a: TotalsListing,
    verdict: Verdict,
) -> None:
    north, south, *others = counted.definition.precincts
    shared = south.devices[0].model_copy(update={"terminals": ("5120001",)})
    both = recounted(precincts=(north, south.model_copy(update={"devices": (shared,)}), *others))
    assert verdict(NORTH_DAY, el30a, log(*NIGHT), images(1), loaded=both) == set()
    assert verdict(NORTH_DAY, el30a, log(*NIGHT), images(3), loaded=both) == {("C30", "block")}


def test_a_terminal_with_ballots_and_without_a_log_needs_two_people(
    el30a: TotalsListing, verdict: Verdict
) -> None:
    other = log(*NIGHT, terminal="5120002")
    assert verdict(NORTH_DAY, el30a, other, images(2)) == {("C60", "two-person")}


def test_vote_images_are_evidence_beside_the_totals_and_give_no_number(
    el30a: TotalsListing,
    packets: Callable[..., dict[PacketKey, Packet]],
    decisions: Callable[..., dict[PacketKey, Decision]],
    verdict: Verdict,
) -> None:
    assert len(packets(el30a, images(12))[NORTH_DAY].documents) == 2
    assert decisions(el30a, images(12))[NORTH_DAY].findings == ()
    assert verdict(NORTH_DAY, el30a, images(30)) == set()
    assert verdict(NORTH_DAY, el30a, images(31)) == {("C32", "two-person")}


def change(number: int, old: int, new: int, group: int | None = 2) -> ManualChange:
    candidate = "VOTERS" if group is None else "Ada Alvarez"
    return ManualChange(number, "", candidate, "", "11-03", "10:42 am", group, old, new)


def typed(*changes: ManualChange) -> ManualChangesLog:
    return ManualChangesLog(ListingHead("EL68", election="99110326"), changes)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (change(1, 40, 41), {("C55", "block")}),
        (change(1, 0, 50), {("C55", "block")}),
        (change(1, 40, 79), {("C55", "block")}),
        (change(1, 40, 80), {("C55", "block"), ("C97", "block")}),
        (change(1, 0, 103, group=None), {("C55", "warn")}),
        (change(2, 40, 80), set()),
    ],
)
def test_a_typed_figure_holds_the_packets_of_its_precinct(
    el30a: TotalsListing,
    verdict: Verdict,
    entry: ManualChange,
    expected: set[tuple[str, str]],
) -> None:
    assert verdict(NORTH_DAY, el30a, typed(entry)) == expected
    assert verdict(NORTH_ABSENTEE, el30a, typed(entry)) == expected


def test_where_tapes_count_a_typed_figure_only_warns(verdict: Verdict) -> None:
    assert verdict(TAPES_DAY, typed(change(3, 40, 80))) == {("C55", "warn"), ("C97", "warn")}


def test_a_typed_figure_of_an_unknown_precinct_is_named(counted: LoadedDefinition) -> None:
    placement = place(typed(change(77, 1, 2)), counted, "main")
    assert placement.parts == ()
    assert (
        placement.findings[0].check,
        "0077" in placement.findings[0].message,
    ) == ("C36", True)


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (ListingCheck.OVERRIDE, ("C35", "two-person")),
        (ListingCheck.ADDED_TO, ("C97", "block")),
        (ListingCheck.REPLAY, ("C80", "two-person")),
    ],
)
def test_what_operators_answered_goes_to_the_precinct_that_it_is_about(
    counted: LoadedDefinition,
    el30a: TotalsListing,
    verdict: Verdict,
    check: ListingCheck,
    expected: tuple[str, str],
) -> None:
    of_north = ListingFinding(check, "The time stamp did not match, and was updated.", (5,))
    of_nobody = ListingFinding(check, "Add-to mode was chosen.", (4,))
    actions = (
        SystemAction("11-03", "09:02 pm", "START", line=4),
        SystemAction("11-03", "09:03 pm", "Time stamp mismatch", precinct=1, line=5),
    )
    head = ListingHead("EL68A", election="99110326")
    system = SystemLog(head, actions, findings=(of_north, of_nobody))
    assert verdict(NORTH_DAY, el30a, system) == {expected}
    placement = place(system, counted, "main")
    assert {key.precinct for key, _ in placement.parts} == {"north"}
    assert [(f.check, f.severity.value) for f in placement.findings] == [expected]
    assert "Add-to mode" in placement.findings[0].message


def test_a_system_log_without_anything_to_look_at_says_that_it_is_kept(
    counted: LoadedDefinition,
) -> None:
    placement = place(SystemLog(ListingHead("EL68A", election="99110326"), ()), counted, "main")
    assert "kept as evidence" in placement.findings[0].message


@pytest.fixture(scope="module")
def colleton(
    real: Path, counted: LoadedDefinition, recounted: Callable[..., LoadedDefinition]
) -> tuple[EventLog, ManualChangesLog, LoadedDefinition]:
    """Return the logs of Colleton County 2010, and an election of its terminals and precincts."""
    el152, el68 = load_parsers(["el152", "el68"])
    events = el152.parse((real / "el152" / "colleton-2010.lst").read_bytes())
    changes = el68.parse((real / "el68" / "colleton-2010.txt").read_bytes())
    assert isinstance(events, EventLog)
    assert isinstance(changes, ManualChangesLog)
    [north, *_] = counted.definition.precincts
    terminals = tuple(dict.fromkeys(event.terminal for event in events.events))
    device = AssignedDevice(
        device_class=DeviceClass.ERM,
        serial="ERM-2",
        counting_group="election-day",
        reported_by=ReportedBy.TOTALS_LISTING,
        terminals=terminals,
    )
    numbers = dict.fromkeys(change.precinct_number for change in changes.changes)
    precincts = [
        north.model_copy(
            update={
                "id": f"p-{number}",
                "number": number,
                "name": f"P {number}",
                "devices": (
                    device if number == 1 else device.model_copy(update={"terminals": ()}),
                ),
            }
        )
        for number in numbers
    ]
    loaded = recounted(date="2010-11-02", device_election="15110210", precincts=tuple(precincts))
    return events, changes, loaded


def test_colleton_closed_five_terminals_with_other_pebs_and_cleared_one(
    colleton: tuple[EventLog, ManualChangesLog, LoadedDefinition],
    decisions: Callable[..., dict[PacketKey, Decision]],
) -> None:
    events, _, loaded = colleton
    [decision] = decisions(events, loaded=loaded).values()
    machines = {
        (finding.check, *re.findall(r"Machine (\d{7})", finding.message))
        for finding in decision.findings
        if finding.check in ("C26", "C39")
    }
    # Five after the paper of Baxter et al.; the sixth of the log was a rehearsal in October.
    different = {"5138893", "5129946", "5133679", "5138439", "5138563"}
    assert machines == {("C39", "5129345"), *(("C26", machine) for machine in different)}


def test_colleton_shows_the_troubles_that_the_audits_of_2010_found(
    colleton: tuple[EventLog, ManualChangesLog, LoadedDefinition],
    decisions: Callable[..., dict[PacketKey, Decision]],
) -> None:
    """Serials and figures are those that a count of the log's rows by hand gives."""
    events, _, loaded = colleton
    close = {"time_zone": "America/New_York", "polls_close": datetime(2010, 11, 2, 23, tzinfo=UTC)}
    closing_at_seven = replace(loaded, definition=loaded.definition.model_copy(update=close))
    [decision] = decisions(events, loaded=closing_at_seven).values()
    machines: dict[str, set[str]] = {}
    figures: Counter[str] = Counter()
    for finding in decision.findings:
        machines.setdefault(finding.check, set()).update(re.findall(r"\d{7}", finding.message))
        if number := re.search(r"has (\d+) votes outside", finding.message):
            figures["outside"] += int(number[1])
        if finding.check == "C13":
            figures["opened"] += finding.evidence.count(":") // 2
    assert len(machines["C13"]) == 7
    assert machines["C38"] == {"5134844", "5138265", "5138875"}  # early voting, not marked so
    assert figures == {"opened": 18, "outside": 1_053}
    assert machines["C41"] == {"5120571", "5136585"}
    assert machines["C42"] == {"5125943", "5120745", "5138893", "5126324", "5138439"}
    assert machines["C45"] == {"5122903", "5129854", "5148180"}
    [note] = [finding for finding in decision.findings if finding.check == "C43"]
    assert note.evidence.endswith(" of 9584 votes")


def test_colleton_typed_375_figures_of_votes_and_289_of_them_doubled(
    colleton: tuple[EventLog, ManualChangesLog, LoadedDefinition],
    decisions: Callable[..., dict[PacketKey, Decision]],
) -> None:
    _, changes, loaded = colleton
    counted: Counter[str] = Counter()
    for decision in decisions(changes, loaded=loaded).values():
        for finding in decision.findings:
            if number := re.match(r"(\d+) ", finding.message):
                counted[finding.check] += int(number[1])
    assert counted == {"C55": 407 - 32, "C97": 289}
