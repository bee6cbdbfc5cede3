"""Listings that are wrong, early or of other columns: no vote leaves or vanishes unseen."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import permutations

import pytest

from election.definition import Mode
from election.definition_file import LoadedDefinition
from election.listings import (
    ListedContest,
    ListedCount,
    ListedPrecinct,
    ListingCheck,
    ListingFinding,
    TotalsListing,
)
from gateway.contents import GroupTotals
from gateway.packets import Decision, Packet, PacketKey, PacketState
from gateway.placement import place

Changed = Callable[..., TotalsListing]
Cells = Callable[..., Callable[[ListedPrecinct], ListedPrecinct]]
Verdict = Callable[..., set[tuple[str, str]]]
Decisions = Callable[..., dict[PacketKey, Decision]]
Recounted = Callable[..., LoadedDefinition]

NORTH_ABSENTEE = PacketKey("north", "absentee")
NORTH_DAY = PacketKey("north", "election-day")
SOUTH_DAY = PacketKey("south", "election-day")


def rows_edited(
    listing: TotalsListing, edit: Callable[[ListedCount], ListedCount]
) -> TotalsListing:
    def contest(each: ListedContest) -> ListedContest:
        return each._replace(counts=tuple(map(edit, each.counts)))

    return replace(
        listing,
        precincts=tuple(
            replace(
                precinct,
                statistics=tuple(map(edit, precinct.statistics)),
                contests=tuple(map(contest, precinct.contests)),
            )
            for precinct in listing.precincts
        ),
    )


def with_columns(listing: TotalsListing, columns: Iterable[int]) -> TotalsListing:
    """Return the listing with these of its columns, from 0, its totals unchanged."""
    kept = tuple(columns)
    fewer = rows_edited(
        listing, lambda row: row._replace(by_group=tuple(row.by_group[c] for c in kept))
    )
    return replace(fewer, groups=tuple(listing.groups[c] for c in kept))


def without_headings(listing: TotalsListing) -> TotalsListing:
    return replace(listing, groups=("",) * len(listing.groups))


def severities(decision: Decision) -> set[tuple[str, str]]:
    return {(finding.check, finding.severity.value) for finding in decision.findings}


def test_votes_of_a_group_that_a_precinct_has_no_device_for_hold_it(
    el30a: TotalsListing, verdict: Verdict
) -> None:
    north, south = el30a.precincts
    cast = south.statistics[1]._replace(votes=25, by_group=(5, 20))
    more = replace(south, statistics=(south.statistics[0], cast))
    listing = replace(el30a, precincts=(north, more))
    assert verdict(SOUTH_DAY, listing) == {("C100", "two-person")}
    assert verdict(NORTH_DAY, listing) == set()


def test_a_column_that_moved_where_no_heading_tells_holds(
    el30a: TotalsListing, decisions: Decisions
) -> None:
    shifted = with_columns(without_headings(el30a), [1])
    decided = decisions(shifted)
    assert severities(decided[NORTH_ABSENTEE]) >= {("C94", "two-person")}
    assert severities(decided[NORTH_DAY]) >= {("C94", "block")}


def test_a_column_that_moved_in_one_precinct_holds_the_precinct_without_votes_in_it(
    el30a: TotalsListing, recounted: Recounted, counted: LoadedDefinition, decisions: Decisions
) -> None:
    groups = tuple(
        group.model_copy(update={"listing_heading": ""})
        for group in counted.definition.counting_groups
    )
    third = groups[0].model_copy(update={"id": "provisional", "listing_column": None})
    loaded = recounted(counting_groups=(*groups, third))
    # Three columns were counted; the first is not printed, and South has no vote in it.
    three = rows_edited(el30a, lambda row: row._replace(by_group=(*row.by_group, 0)))
    three = replace(three, groups=("", "", ""))
    south_alone = decisions(with_columns(three, [1, 2]), loaded=loaded)[SOUTH_DAY]
    assert ("C94", "two-person") in severities(south_alone)


def test_headings_that_are_there_twice_do_not_tell_which_column_is_left_out(
    el30a: TotalsListing, recounted: Recounted, counted: LoadedDefinition, verdict: Verdict
) -> None:
    same = tuple(
        group.model_copy(update={"listing_heading": "ABSENTEE"})
        for group in counted.definition.counting_groups
    )
    listing = replace(with_columns(el30a, [1]), groups=("ABSENTEE",))
    loaded = recounted(counting_groups=same)
    assert ("C94", "two-person") in verdict(NORTH_ABSENTEE, listing, loaded=loaded)


def test_a_heading_that_is_there_once_tells_although_a_group_is_not_printed(
    el30a: TotalsListing, verdict: Verdict
) -> None:
    listing = with_columns(el30a, [0])
    assert verdict(NORTH_ABSENTEE, listing) == {("C77", "warn")}


def test_a_right_print_clears_one_with_other_headings_to_two_persons(
    el30a: TotalsListing, decisions: Decisions
) -> None:
    swapped = replace(el30a, groups=("ELECTION DAY", "ABSENTEE"))
    other = rows_edited(swapped, lambda row: row._replace(by_group=row.by_group[::-1]))
    for order in permutations((other, el30a)):
        decided = decisions(*order)[NORTH_DAY]
        assert severities(decided) == {("C94", "two-person")}


@pytest.mark.parametrize(
    ("head", "check"),
    [
        ({"titles": ("EXAMPLE COUNTY", "November 5, 2024")}, "C01"),
        ({"run_date": "10/26/26 09:45 AM"}, "C37"),
    ],
)
def test_a_right_print_clears_a_test_or_another_election_and_alone_counts(
    el30a: TotalsListing,
    decisions: Decisions,
    changed: Changed,
    cells: Cells,
    head: dict[str, object],
    check: str,
) -> None:
    test = changed(cells({"ADA ALVAREZ": (4, 15), "BEN BRANDT": (5, 12)}))
    test = replace(test, head=replace(test.head, **head))  # type: ignore[arg-type]  # titles, date
    assert severities(decisions(test)[NORTH_DAY]) == {(check, "two-person")}
    for order in permutations((test, el30a)):
        decided = decisions(*order)[NORTH_DAY]
        assert (decided.state, severities(decided)) == (PacketState.READY, {(check, "warn")})


@pytest.mark.parametrize("figures", [((1, 5), (0, 0)), ((0, 0), (1, 5)), ((1, 5), (0, 3))])
def test_two_rows_of_one_name_with_a_vote_in_either_block(
    verdict: Verdict, changed: Changed, figures: tuple[tuple[int, int], tuple[int, int]]
) -> None:
    def edit(precinct: ListedPrecinct) -> ListedPrecinct:
        sheriff, council = precinct.contests
        rows = [ListedCount("FAYE FOX", sum(each), each) for each in figures]
        return replace(precinct, contests=(sheriff, council._replace(counts=(*rows, rows_of_gus))))

    rows_of_gus = ListedCount("GUS GRAY", 0, (0, 0))
    assert verdict(NORTH_DAY, changed(edit)) == {("C03", "block")}


def test_two_rows_of_one_name_without_votes_are_one(verdict: Verdict, changed: Changed) -> None:
    def edit(precinct: ListedPrecinct) -> ListedPrecinct:
        sheriff, council = precinct.contests
        rows = [ListedCount(name, 0, (0, 0)) for name in ("FAYE FOX", "FAYE FOX", "GUS GRAY")]
        return replace(precinct, contests=(sheriff, council._replace(counts=tuple(rows))))

    assert verdict(NORTH_DAY, changed(edit)) == set()


def test_a_summary_is_not_held_against_zeros_printed_before_the_count(
    el30a: TotalsListing, decisions: Decisions
) -> None:
    zeros = rows_edited(
        el30a,
        lambda row: (
            row if row.label.startswith("REGISTERED") else row._replace(votes=0, by_group=(0, 0))
        ),
    )
    ada = ListedCount("ADA ALVAREZ", 32, (4, 28), party="DEM")
    contests = (ListedContest("SHERIFF", (ada,), 1),)
    head = replace(el30a.head, report="EL45A")
    summary = replace(el30a, head=head, precincts=(ListedPrecinct(None, "", (), contests),))
    for order in permutations((zeros, el30a)):
        decided = decisions(*order, summaries=(summary,))
        assert severities(decided[NORTH_DAY]) == {("C59", "warn")}
        assert decided[NORTH_DAY].state is PacketState.READY


def test_any_order_of_the_same_listings_gives_the_same_state(
    el30a: TotalsListing, decisions: Decisions, changed: Changed, cells: Cells
) -> None:
    reprint = replace(el30a, head=replace(el30a.head, run_date="11/04/26 08:00 AM"))
    early = replace(
        changed(cells({"ADA ALVAREZ": (4, 15)}, total=19)),
        head=replace(el30a.head, run_date="10/20/26"),
    )
    swapped = replace(el30a, groups=("ELECTION DAY", "ABSENTEE"))
    outcomes = {
        (decided.state, frozenset(severities(decided)))
        for order in permutations((el30a, reprint, early, swapped))
        for decided in (decisions(*order)[NORTH_DAY],)
    }
    assert len(outcomes) == 1


@pytest.mark.parametrize(
    "names",
    [("ADA ALVARES", "DEM"), ("ADA ALVAREZ JR", "DEM"), ("ALVAREZ ADA", "DEM")],
)
def test_a_name_that_differs_by_a_letter_blocks(
    el30a: TotalsListing, verdict: Verdict, names: tuple[str, str]
) -> None:
    listing = rows_edited(
        el30a,
        lambda row: row._replace(label=names[0]) if row.label == "ADA ALVAREZ" else row,
    )
    assert verdict(NORTH_DAY, listing) == {("C03", "block")}


def test_every_vote_of_a_listing_is_in_a_packet_or_named(
    counted: LoadedDefinition, el30a: TotalsListing
) -> None:
    placement = place(el30a, counted, "main")
    assert placement.findings == ()
    assert [key for key, _ in placement.parts] == [NORTH_ABSENTEE, NORTH_DAY, SOUTH_DAY]


@pytest.mark.parametrize(("number", "expected"), [(1, set()), (7, {("C03", "block")})])
def test_candidate_numbers_decide_only_in_a_listing_that_numbers_the_contest_as_we_do(
    el30a: TotalsListing,
    counted: LoadedDefinition,
    recounted: Recounted,
    verdict: Verdict,
    number: int,
    expected: set[tuple[str, str]],
) -> None:
    sheriff, council = counted.definition.contests
    named = tuple(each.model_copy(update={"name": "PAT POE"}) for each in sheriff.choices)
    loaded = recounted(contests=(sheriff.model_copy(update={"choices": named}), council))
    numbers = {"ADA ALVAREZ": 1, "BEN BRANDT": 2}

    def edit(row: ListedCount) -> ListedCount:
        if row.label not in numbers:
            return row
        return row._replace(label="PAT POE", party="", number=numbers[row.label])

    listing = rows_edited(el30a, edit)
    listing = replace(
        listing,
        precincts=tuple(
            replace(
                precinct,
                contests=(
                    precinct.contests[0]._replace(number=number),
                    *precinct.contests[1:],
                ),
            )
            for precinct in listing.precincts
        ),
    )
    assert verdict(NORTH_DAY, listing, loaded=loaded) == expected


def test_a_column_that_moved_holds_where_the_group_left_out_has_no_vote_at_all(
    el30a: TotalsListing, decisions: Decisions
) -> None:
    def day_alone(row: ListedCount) -> ListedCount:
        if row.label.startswith("REGISTERED"):
            return row
        return row._replace(votes=row.by_group[1], by_group=(0, row.by_group[1]))

    moved = with_columns(without_headings(rows_edited(el30a, day_alone)), [1])
    assert severities(decisions(moved)[NORTH_ABSENTEE]) == {("C94", "two-person")}


def test_what_the_parser_found_on_a_row_holds_the_precinct_of_the_row_alone(
    el30a: TotalsListing, verdict: Verdict
) -> None:
    north, south = el30a.precincts
    [sheriff] = south.contests
    numbered = tuple(row._replace(line=90 + place) for place, row in enumerate(sheriff.counts))
    south = replace(south, contests=(sheriff._replace(counts=numbered),))
    found = ListingFinding(ListingCheck.PERCENT, "40.00 % is printed, 60.00 % is right.", (91,))
    listing = replace(el30a, precincts=(north, south), findings=(found,))
    assert verdict(SOUTH_DAY, listing) == {("C66", "two-person")}
    assert verdict(NORTH_DAY, listing) == set()


def test_a_blank_cell_of_overvotes_is_not_a_zero(
    el30a: TotalsListing, packets: Callable[..., dict[PacketKey, Packet]]
) -> None:
    blank = rows_edited(
        el30a,
        lambda row: row._replace(by_group=(None, None)) if row.label == "Over Votes" else row,
    )
    [document] = packets(blank)[SOUTH_DAY].documents
    assert isinstance(document.content, GroupTotals)
    [sheriff] = document.content.result.contests
    assert (sheriff.overvotes, sheriff.undervotes) == (None, 1)


def test_a_blank_cell_of_write_ins_is_not_a_zero(el30a: TotalsListing, verdict: Verdict) -> None:
    blank = rows_edited(
        el30a,
        lambda row: row._replace(votes=0, by_group=(0, None)) if row.label == "WRITE-IN" else row,
    )
    assert verdict(SOUTH_DAY, blank) == {("C101", "block")}


def test_write_ins_of_a_contest_that_takes_none_block(verdict: Verdict, changed: Changed) -> None:
    def edit(precinct: ListedPrecinct) -> ListedPrecinct:
        sheriff, council = precinct.contests
        row = ListedCount("WRITE-IN", 3, (1, 2))
        return replace(
            precinct, contests=(sheriff, council._replace(counts=(*council.counts, row)))
        )

    assert verdict(NORTH_DAY, changed(edit)) == {("C03", "block")}


def test_a_contest_printed_twice_without_a_vote_blocks(verdict: Verdict, changed: Changed) -> None:
    def edit(precinct: ListedPrecinct) -> ListedPrecinct:
        sheriff, council = precinct.contests
        rows = tuple(row._replace(votes=0, by_group=(0, 0)) for row in council.counts)
        empty = council._replace(counts=rows)
        return replace(precinct, contests=(sheriff, empty, empty))

    assert verdict(NORTH_DAY, changed(edit)) == {("C03", "block")}


@pytest.mark.parametrize("label", ["ADA ALVAREZ", "Over Votes", "Under Votes"])
def test_one_vote_more_than_the_ballots_allow_blocks(
    el30a: TotalsListing, verdict: Verdict, changed: Changed, cells: Cells, label: str
) -> None:
    rows = {row.label: row for row in el30a.precincts[0].contests[0].counts}
    absentee, day = (cell or 0 for cell in rows[label].by_group)
    assert verdict(NORTH_DAY, changed(cells({label: (absentee, day + 1)}))) == {("C74", "block")}


def test_in_test_mode_a_print_of_the_day_before_is_as_good(
    el30a: TotalsListing,
    verdict: Verdict,
    changed: Changed,
    cells: Cells,
    recounted: Recounted,
) -> None:
    early = changed(cells({"ADA ALVAREZ": (4, 15), "BEN BRANDT": (5, 12)}))
    early = replace(early, head=replace(early.head, run_date="10/26/26 09:45 AM"))
    test = recounted(mode=Mode.TEST)
    assert verdict(NORTH_DAY, el30a, early, loaded=test) == {("C35", "block")}
