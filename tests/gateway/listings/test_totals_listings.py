"""A totals listing becomes the counting groups of its precincts, or says why not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from election.definition import Mode
from election.definition_file import LoadedDefinition
from election.listings import (
    ListedContest,
    ListedCount,
    ListedPrecinct,
    TotalsListing,
)
from election.returns import PrecinctReturn
from gateway.decision import decide
from gateway.outbox import ChainLink
from gateway.packets import Decision, History, Packet, PacketKey, PacketState
from gateway.placement import place
from gateway.return_building import Issue, build_return

Edit = Callable[[ListedPrecinct], ListedPrecinct]
Changed = Callable[..., TotalsListing]
Cells = Callable[..., Edit]
Verdict = Callable[..., set[tuple[str, str]]]
Decisions = Callable[..., dict[PacketKey, Decision]]

NORTH_ABSENTEE = PacketKey("north", "absentee")
NORTH_DAY = PacketKey("north", "election-day")
SOUTH_DAY = PacketKey("south", "election-day")

COUNTED_LATER = {("C59", "warn")}


@pytest.fixture
def made(
    counted: LoadedDefinition, packets: Callable[..., dict[PacketKey, Packet]], decisions: Decisions
) -> Callable[..., dict[PacketKey, PrecinctReturn]]:
    """Return the return of every packet that the documents make ready."""

    def build(*documents: TotalsListing) -> dict[PacketKey, PrecinctReturn]:
        at = datetime(2026, 11, 4, 5, tzinfo=UTC)
        issue = Issue("main", ChainLink(1, None), at, "0" * 32, "test")
        decided = decisions(*documents)
        return {
            key: build_return(packet, decided[key], counted, issue)
            for key, packet in packets(*documents).items()
            if decided[key].state is PacketState.READY
        }

    return build


def votes(
    total: PrecinctReturn, contest: int
) -> tuple[dict[int, int], int, int | None, int | None]:
    [found] = [each for each in total.totals if each.contest == contest]
    by_choice = {each.choice: each.votes for each in found.choices}
    return by_choice, found.write_ins, found.overvotes, found.undervotes


def test_every_column_becomes_the_return_of_its_counting_group(
    made: Callable[..., dict[PacketKey, PrecinctReturn]], el30a: TotalsListing
) -> None:
    returns = made(el30a)
    assert {key: each.ballots for key, each in returns.items()} == {
        NORTH_ABSENTEE: 10,
        NORTH_DAY: 30,
        SOUTH_DAY: 20,
    }
    assert votes(returns[NORTH_ABSENTEE], 1) == ({1: 4, 2: 5}, 1, 0, 0)
    assert votes(returns[NORTH_DAY], 1) == ({1: 16, 2: 11}, 0, 1, 2)
    assert votes(returns[NORTH_DAY], 2) == ({1: 25, 2: 22}, 0, None, None)
    assert votes(returns[SOUTH_DAY], 1) == ({1: 12, 2: 7}, 0, 0, 1)


def test_a_return_names_the_listing_as_its_source(
    made: Callable[..., dict[PacketKey, PrecinctReturn]], el30a: TotalsListing
) -> None:
    day = made(el30a)[NORTH_DAY]
    [device] = day.devices
    assert (device.device_class, device.serial, device.medium) == ("erm", "ERM-2", "totals-listing")
    assert [each.kind for each in day.evidence] == ["totals-listing"]
    assert day.complete


def test_a_sound_listing_has_no_finding(verdict: Verdict, el30a: TotalsListing) -> None:
    assert verdict(NORTH_DAY, el30a) == set()
    assert verdict(NORTH_ABSENTEE, el30a) == set()


def test_precincts_that_report_elsewhere_are_named_and_not_taken(
    counted: LoadedDefinition, el30a: TotalsListing, south: ListedPrecinct
) -> None:
    strays = tuple(replace(south, number=number) for number in (3, 4, 9))
    placement = place(replace(el30a, precincts=(*el30a.precincts, *strays)), counted, "main")
    assert [key for key, _ in placement.parts] == [NORTH_ABSENTEE, NORTH_DAY, SOUTH_DAY]
    named = {finding.check: finding.message for finding in placement.findings}
    assert "0003" in named["C24"]
    assert {f.check for f in placement.findings} == {"C24", "C36"}
    told = " ".join(finding.message for finding in placement.findings)
    assert "center far: 0004" in told
    assert "not in this election: 0009" in told


@pytest.mark.parametrize("report", ["EL45", "EL45A", "EL52", "EL111"])
def test_a_listing_that_gives_no_return_is_kept_and_says_so(
    counted: LoadedDefinition, el30a: TotalsListing, report: str
) -> None:
    listing = replace(el30a, head=replace(el30a.head, report=report))
    placement = place(listing, counted, "main")
    assert placement.parts == ()
    [finding] = placement.findings
    assert (finding.severity, report in finding.message) == ("warn", True)
    assert "kept as evidence" in finding.message


def test_a_precinct_report_without_groups_gives_no_return_where_there_are_several(
    counted: LoadedDefinition, el30a: TotalsListing
) -> None:
    placement = place(replace(el30a, groups=()), counted, "main")
    assert placement.parts == ()
    assert "group detail" in placement.findings[0].message


def test_with_a_single_counting_group_the_total_column_is_its_return(
    recounted: Callable[..., LoadedDefinition],
    counted: LoadedDefinition,
    el30a: TotalsListing,
    decisions: Decisions,
    packets: Callable[..., dict[PacketKey, Packet]],
) -> None:
    day = counted.definition.counting_groups[1]
    one = recounted(
        counting_groups=(day.model_copy(update={"listing_column": None}),),
        precincts=tuple(
            precinct.model_copy(update={"devices": precinct.devices[-1:]})
            for precinct in counted.definition.precincts
        ),
    )
    decided = decisions(el30a, loaded=one)
    assert {key: each.state for key, each in decided.items()} == {
        NORTH_DAY: PacketState.READY,
        SOUTH_DAY: PacketState.READY,
    }
    [document] = packets(el30a, loaded=one)[NORTH_DAY].documents
    assert document.content.result.ballots == 40  # type: ignore[union-attr]  # a totals listing


def test_a_listing_with_another_election_id_is_put_aside(
    counted: LoadedDefinition, el30a: TotalsListing
) -> None:
    foreign = replace(el30a, head=replace(el30a.head, election="17110816"))
    placement = place(foreign, counted, "main")
    assert (placement.parts, placement.findings[0].check) == ((), "C01")


def test_a_listing_from_before_election_day_may_hold_a_test(
    el30a: TotalsListing, verdict: Verdict, recounted: Callable[..., LoadedDefinition]
) -> None:
    early = replace(el30a, head=replace(el30a.head, run_date="10/26/26 09:45 AM"))
    assert verdict(NORTH_DAY, early) == {("C37", "two-person")}
    assert verdict(NORTH_DAY, early, loaded=recounted(mode=Mode.TEST)) == set()


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (("Absentee", "election  day"), set()),
        (("", ""), set()),
        (("ELECTION DAY", "ABSENTEE"), {("C94", "block")}),
        (("ABSENTEE", ""), {("C94", "block")}),
    ],
)
def test_the_heading_over_the_column_must_be_that_of_the_group(
    el30a: TotalsListing,
    verdict: Verdict,
    headings: tuple[str, ...],
    expected: set[tuple[str, str]],
) -> None:
    assert verdict(NORTH_DAY, replace(el30a, groups=headings)) == expected


def test_a_listing_without_the_column_blocks(
    el30a: TotalsListing, verdict: Verdict, changed: Changed, cells: Cells
) -> None:
    one_column = changed(_without_last_column)
    one_column = replace(one_column, groups=("ABSENTEE",), precincts=one_column.precincts[:1])
    assert ("C94", "block") in verdict(NORTH_DAY, one_column)
    assert ("C94", "block") not in verdict(NORTH_ABSENTEE, one_column)


def _without_last_column(precinct: ListedPrecinct) -> ListedPrecinct:
    def cut(count: ListedCount) -> ListedCount:
        return count._replace(by_group=count.by_group[:-1])

    return replace(
        precinct,
        statistics=tuple(map(cut, precinct.statistics)),
        contests=tuple(
            contest._replace(counts=tuple(map(cut, contest.counts)))
            for contest in precinct.contests
        ),
    )


def test_votes_in_a_column_that_is_nobodys_hold_the_precinct(
    el30a: TotalsListing, decisions: Decisions, changed: Changed
) -> None:
    def third(count: ListedCount) -> ListedCount:
        more = 3 if count.label in ("BALLOTS CAST - TOTAL", "ADA ALVAREZ", "FAYE FOX") else 0
        return count._replace(votes=(count.votes or 0) + more, by_group=(*count.by_group, more))

    listing = changed(
        lambda precinct: replace(
            precinct,
            statistics=(precinct.statistics[0], third(precinct.statistics[1])),
            contests=tuple(
                contest._replace(counts=tuple(map(third, contest.counts)))
                for contest in precinct.contests
            ),
        )
    )
    listing = replace(listing, groups=(*el30a.groups, "PROVISIONAL"))
    decided = decisions(listing)
    [finding] = decided[NORTH_DAY].findings
    assert (finding.check, finding.severity) == ("C100", "two-person")
    assert "column 3 PROVISIONAL (3 ballots)" in finding.message
    assert decided[SOUTH_DAY].state is PacketState.READY


@pytest.mark.parametrize(
    ("figures", "total", "expected"),
    [
        ({"ADA ALVAREZ": (4, 160)}, None, {("C74", "block")}),
        ({"ADA ALVAREZ": (4, 16)}, 19, {("C77", "block")}),
        ({"ADA ALVAREZ": (4, 16)}, 21, {("C77", "two-person")}),
        ({"ADA ALVAREZ": (4, None)}, 20, {("C77", "two-person"), ("C101", "block")}),
        ({"BALLOTS CAST - TOTAL": (10, 30)}, 45, {("C77", "warn")}),
        ({"BALLOTS CAST - TOTAL": (10, None)}, 40, {("C77", "warn"), ("C101", "block")}),
        ({"BALLOTS CAST - TOTAL": (10, 95)}, None, {("C21", "block")}),
        (
            {"BALLOTS CAST - TOTAL": (10, 100_000)},
            None,
            {("C21", "block"), ("C46", "block")},
        ),
    ],
)
def test_figures_that_cannot_be_right(
    verdict: Verdict,
    changed: Changed,
    cells: Cells,
    figures: dict[str, tuple[int | None, ...]],
    total: int | None,
    expected: set[tuple[str, str]],
) -> None:
    assert verdict(NORTH_DAY, changed(cells(figures, total=total))) == expected


def test_a_shortfall_that_an_unprinted_group_explains_only_warns(
    verdict: Verdict, changed: Changed
) -> None:
    def more(count: ListedCount, votes: int) -> ListedCount:
        return count._replace(votes=(count.votes or 0) + votes)

    def edit(precinct: ListedPrecinct) -> ListedPrecinct:
        registered, cast = precinct.statistics
        sheriff, council = precinct.contests
        ada, *others = sheriff.counts
        faye, gus = council.counts
        return replace(
            precinct,
            statistics=(registered, more(cast, 5)),
            contests=(
                sheriff._replace(counts=(more(ada, 5), *others)),
                council._replace(counts=(more(faye, 10), gus)),  # two votes a ballot
            ),
        )

    assert verdict(NORTH_DAY, changed(edit)) == {("C77", "warn")}


def test_a_precinct_with_zeros_alone_may_not_be_counted_yet(
    verdict: Verdict, decisions: Decisions, el30a: TotalsListing, changed: Changed, cells: Cells
) -> None:
    labels = ("BALLOTS CAST - TOTAL", "ADA ALVAREZ", "BEN BRANDT", "WRITE-IN", "Over Votes")
    zeros = dict.fromkeys((*labels, "Under Votes", "FAYE FOX", "GUS GRAY"), (0, 0))
    early = changed(cells(zeros))
    assert verdict(NORTH_DAY, early) == {("C59", "two-person")}
    for order in ((early, el30a), (el30a, early)):
        assert verdict(NORTH_DAY, *order) == {("C59", "warn")}
        assert decisions(*order)[NORTH_DAY].state is PacketState.READY


def test_a_group_without_ballots_in_a_counted_precinct_warns(
    verdict: Verdict, changed: Changed, cells: Cells
) -> None:
    figures = {
        "BALLOTS CAST - TOTAL": (0, 30),
        "ADA ALVAREZ": (0, 16),
        "BEN BRANDT": (0, 11),
        "WRITE-IN": (0, 0),
        "FAYE FOX": (0, 25),
        "GUS GRAY": (0, 22),
    }
    listing = changed(cells(figures))
    assert verdict(NORTH_ABSENTEE, listing) == COUNTED_LATER
    assert verdict(NORTH_DAY, listing) == set()


def test_pages_of_ballots_are_no_ballots(verdict: Verdict, changed: Changed) -> None:
    page = ListedCount("BALLOTS CAST - TOTAL PAGE 1", 40, (10, 30))
    listing = changed(lambda each: replace(each, statistics=(*each.statistics, page)))
    assert verdict(NORTH_DAY, listing) == {("C78", "block")}


@pytest.mark.parametrize(
    "edit",
    [
        lambda each: replace(each, contests=each.contests[:1]),
        lambda each: replace(each, contests=(*each.contests, ListedContest("MAYOR", (), 1))),
        lambda each: replace(each, contests=(*each.contests, each.contests[0])),
        lambda each: replace(
            each, contests=(each.contests[0]._replace(votes_allowed=2), each.contests[1])
        ),
    ],
    ids=["missing", "unknown", "twice", "votes allowed"],
)
def test_contests_that_are_not_those_of_the_precinct_block(
    verdict: Verdict, changed: Changed, edit: Edit
) -> None:
    assert verdict(NORTH_DAY, changed(edit)) == {("C03", "block")}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("ADA ALVAREZ", "DEM"), ("BEN BRANDT", "REP"), ("WRITE-IN", "")], set()),
        ([("ada  alvarez", ""), ("BEN BRANDT", "REP"), ("WRITE-IN", "")], set()),
        ([("ADA ALVAREZ", "DEM"), ("BEN BRANDT", "REP")], {("C03", "block")}),
        ([("ADA ALVAREZ", "DEM"), ("WRITE-IN", "")], {("C03", "block")}),
        ([("ADA ALVAREZ", "IND"), ("BEN BRANDT", "REP"), ("WRITE-IN", "")], {("C03", "block")}),
        (
            [("ADA ALVAREZ", "DEM"), ("BEN BRANDT", "REP"), ("CY FOX", ""), ("WRITE-IN", "")],
            {("C03", "block")},
        ),
        (
            [
                ("ADA ALVAREZ", "DEM"),
                ("ADA ALVAREZ", "DEM"),
                ("BEN BRANDT", "REP"),
                ("WRITE-IN", ""),
            ],
            {("C03", "block")},
        ),
    ],
)
def test_a_choice_is_found_by_name_and_party_or_not_at_all(
    verdict: Verdict,
    changed: Changed,
    rows: list[tuple[str, str]],
    expected: set[tuple[str, str]],
) -> None:
    def edit(precinct: ListedPrecinct) -> ListedPrecinct:
        counts = tuple(ListedCount(name, 2, (1, 1), party=party) for name, party in rows)
        return replace(
            precinct,
            contests=(precinct.contests[0]._replace(counts=counts), precinct.contests[1]),
        )

    assert verdict(NORTH_DAY, changed(edit)) == expected


def test_another_precinct_name_blocks(verdict: Verdict, changed: Changed) -> None:
    assert verdict(NORTH_DAY, changed(lambda each: replace(each, name="NORTHERN"))) == {
        ("C36", "block")
    }


def test_the_packet_awaits_its_listing(
    counted: LoadedDefinition, decisions: Decisions, el30a: TotalsListing
) -> None:
    nothing_yet = decide(Packet(SOUTH_DAY), counted, History({}))
    assert nothing_yet.awaited == ("totals listing ERM-2, an EL30A or ASCII export",)
    assert decisions(el30a)[SOUTH_DAY].awaited == ()
