"""A definition drafted from listings of totals, and from several that complete each other."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from election.definition import Contest, ElectionDefinition, ReportedBy
from election.definition_file import definition_bytes, load_definition
from election.documents import (
    VoteImageCount,
    VoteImageLog,
    VoteImagePrecinct,
    VoteImageTerminal,
)
from election.errors import DefinitionError
from election.listings import (
    ListedContest,
    ListedCount,
    ListedPrecinct,
    ListingHead,
    TotalsListing,
)
from gateway.contents import GroupTotals
from gateway.drafting.definition import Source, draft_definition
from gateway.drafting.files import NoDraft, draft_from_files
from gateway.placement import place

DAY = date(2026, 11, 3)
LONG = "MEMBER OF THE BOARD OF TRUSTEES OF THE CONSOLIDATED WATER DISTRICT"


def drafted(*sources: Source, day: date | None = None) -> ElectionDefinition:
    draft = draft_definition(*sources, day=day)
    assert load_definition(definition_bytes(draft), "draft").definition == draft
    return draft


def contest(draft: ElectionDefinition, title: str) -> Contest:
    [found] = [each for each in draft.contests if each.title == title]
    return found


def doubts(draft: ElectionDefinition) -> list[str]:
    return [what for what in draft.to_fill_in if what.startswith("settle: ")]


@pytest.fixture
def export(el30a: TotalsListing) -> TotalsListing:
    """Return the same totals as an ASCII export: numbers, districts and cut names, no headings."""
    numbers = {"SHERIFF": 105, "COUNCIL": 110}

    def numbered(each: ListedContest) -> ListedContest:
        counts = tuple(
            count._replace(number=place) for place, count in enumerate(each.counts, start=11)
        )
        district = "CITY" if each.title == "COUNCIL" else "ALL"
        return each._replace(number=numbers[each.title], district=district, counts=counts)

    precincts = tuple(
        replace(
            precinct,
            statistics=precinct.statistics[1:],
            contests=tuple(map(numbered, precinct.contests)),
        )
        for precinct in el30a.precincts
    )
    return TotalsListing(ListingHead("ERM ASCII"), ("",) * 4, precincts)


def test_a_precinct_report_gives_contests_groups_and_registration(el30a: TotalsListing) -> None:
    draft = drafted(el30a)
    assert (draft.date, draft.jurisdiction, draft.title) == (
        "2026-11-03",
        "EXAMPLE COUNTY",
        "GENERAL ELECTION",
    )
    assert [
        (group.id, group.name, group.listing_column, group.listing_heading)
        for group in draft.counting_groups
    ] == [
        ("absentee", "Absentee", 1, "ABSENTEE"),
        ("election-day", "Election Day", 2, "ELECTION DAY"),
    ]
    assert [precinct.registered_voters for precinct in draft.precincts] == [100, 100]
    sheriff, council = draft.contests
    assert [(c.id, c.name, c.party) for c in sheriff.choices] == [
        (1, "ADA ALVAREZ", "DEM"),
        (2, "BEN BRANDT", "REP"),
    ]
    assert (sheriff.write_in, council.write_in, council.votes_allowed) == (True, False, 2)
    assert (sheriff.district, council.district) == ("countywide", "council")
    assert [party.code for party in draft.parties] == ["DEM", "REP"]


def test_every_group_of_every_precinct_awaits_its_column(el30a: TotalsListing) -> None:
    for precinct in drafted(el30a).precincts:
        assert [(d.serial, d.counting_group, d.reported_by) for d in precinct.devices] == [
            ("ERM-1", "absentee", ReportedBy.TOTALS_LISTING),
            ("ERM-2", "election-day", ReportedBy.TOTALS_LISTING),
        ]


def test_a_report_without_groups_has_one_for_all_votes(el30a: TotalsListing) -> None:
    draft = drafted(replace(el30a, groups=()))
    assert [(group.id, group.listing_column) for group in draft.counting_groups] == [("all", None)]
    assert [device.serial for device in draft.precincts[0].devices] == ["ERM"]


def test_an_export_gives_ids_and_districts_and_needs_a_date(export: TotalsListing) -> None:
    with pytest.raises(DefinitionError, match="give --date"):
        drafted(export)
    draft = drafted(export, day=DAY)
    assert [each.id for each in draft.contests] == [105, 110]
    assert [choice.id for choice in draft.contests[0].choices] == [11, 12]
    assert draft.contests[1].district == "city"
    assert [group.id for group in draft.counting_groups] == ["group-1", "group-2"]
    assert any("listing_heading" in what for what in draft.to_fill_in)


def test_an_export_and_a_report_complete_each_other_in_either_order(
    export: TotalsListing, el30a: TotalsListing
) -> None:
    for sources in ((export, el30a), (el30a, export)):
        draft = drafted(*sources)
        assert [(each.id, each.title) for each in draft.contests] == [
            (105, "SHERIFF"),
            (110, "COUNCIL"),
        ]
        assert [group.listing_heading for group in draft.counting_groups] == [
            "ABSENTEE",
            "ELECTION DAY",
        ]
        assert draft.precincts[0].registered_voters == 100
        assert doubts(draft) == []


def test_a_cut_title_is_completed_by_the_longer_one(
    export: TotalsListing, el30a: TotalsListing
) -> None:
    def titled(listing: TotalsListing, title: str) -> TotalsListing:
        precincts = tuple(
            replace(
                precinct,
                contests=(precinct.contests[0]._replace(title=title), *precinct.contests[1:]),
            )
            for precinct in listing.precincts
        )
        return replace(listing, precincts=precincts)

    alone = drafted(titled(export, LONG[:56]), day=DAY)
    assert any(what.startswith("full title of contest 105") for what in alone.to_fill_in)
    both = drafted(titled(export, LONG[:56]), titled(el30a, LONG))
    assert contest(both, LONG).id == 105
    assert doubts(both) == []


def test_what_two_listings_disagree_on_is_for_a_person(
    export: TotalsListing, el30a: TotalsListing
) -> None:
    north, south = el30a.precincts
    sheriff, council = north.contests
    ada, *others = sheriff.counts
    other = replace(
        north,
        name="NORTHERN",
        contests=(
            sheriff._replace(counts=(ada._replace(label="ADA ALVARES"), *others)),
            council._replace(title="CITY COUNCIL", votes_allowed=3),
        ),
    )
    told = "\n".join(doubts(drafted(el30a, replace(export, precincts=(other, south)), day=DAY)))
    for part in ("'NORTHERN'", "ADA ALVARES", "'CITY COUNCIL' is in listing 2 only"):
        assert part in told


def test_columns_of_other_ballots_are_a_doubt(export: TotalsListing, el30a: TotalsListing) -> None:
    def swapped(count: ListedCount) -> ListedCount:
        return count._replace(by_group=tuple(reversed(count.by_group)))

    mirrored = tuple(
        replace(precinct, statistics=tuple(map(swapped, precinct.statistics)))
        for precinct in export.precincts
    )
    told = "\n".join(doubts(drafted(el30a, replace(export, precincts=mirrored), day=DAY)))
    assert "ballots of column 1: listing 1 has 10, listing 2 50" in told


@pytest.fixture
def images() -> VoteImageLog:
    """Return the iVotronic ballots of NORTH: Ben Brandt got none, names are in other case."""
    counts = (
        VoteImageCount(1, "SHERIFF", "Ada Alvarez", write_in=False, votes=2),
        VoteImageCount(5, "COUNCIL", "Faye Fox", write_in=False, votes=2),
    )
    terminal = VoteImageTerminal("5120001", 2, 0, counts)
    precinct = VoteImagePrecinct(1, "NORTH", (terminal,), (("SHERIFF", 1), ("COUNCIL", 1)), None)
    return VoteImageLog("99110326", "11/04/26 09:00 AM", 1, 4, (precinct,))


def test_a_vote_image_log_gives_terminals_and_election_id_to_a_report(
    images: VoteImageLog, el30a: TotalsListing
) -> None:
    draft = drafted(images, el30a)
    assert draft.device_election == "99110326"
    north = draft.precincts[0]
    assert {device.serial: device.terminals for device in north.devices} == {
        "ERM-1": (),
        "ERM-2": ("5120001",),
    }
    assert [choice.name for choice in contest(draft, "SHERIFF").choices] == [
        "ADA ALVAREZ",
        "BEN BRANDT",
    ]
    assert doubts(draft) == []


def test_a_summary_gives_a_vote_image_log_its_parties_and_who_got_no_vote(
    images: VoteImageLog, el30a: TotalsListing
) -> None:
    whole = replace(el30a.precincts[0], number=None, name="")
    summary = replace(el30a, head=replace(el30a.head, report="EL45A"), precincts=(whole,))
    draft = drafted(images, summary)
    assert {d.reported_by for p in draft.precincts for d in p.devices} == {
        ReportedBy.VOTE_IMAGE_LOG
    }
    sheriff = contest(draft, "SHERIFF")
    # Spelled as in the log, which is compared exactly.
    assert [(choice.name, choice.party) for choice in sheriff.choices] == [
        ("Ada Alvarez", "DEM"),
        ("BEN BRANDT", "REP"),
    ]
    assert contest(draft, "COUNCIL").votes_allowed == 2
    assert any("'BEN BRANDT'" in doubt for doubt in doubts(draft))


def test_a_summary_alone_names_no_precinct(el30a: TotalsListing) -> None:
    whole = ListedPrecinct(None, "", (), el30a.precincts[0].contests)
    summary = replace(el30a, head=replace(el30a.head, report="EL45"), precincts=(whole,))
    with pytest.raises(DefinitionError, match="no precinct is named"):
        drafted(summary)


def test_an_export_of_a_primary_tells_contests_of_one_name_apart(export: TotalsListing) -> None:
    north, south = export.precincts
    sheriff, council = north.contests
    ada, ben, *_ = sheriff.counts
    primary = (
        sheriff._replace(counts=(ada,)),
        sheriff._replace(number=106, counts=(ben,)),
    )
    listing = replace(export, precincts=(replace(north, contests=(*primary, council)), south))
    draft = drafted(replace(listing, precincts=listing.precincts[:1]), day=DAY)
    assert [(each.id, each.party) for each in draft.contests if each.title == "SHERIFF"] == [
        (105, "DEM"),
        (106, "REP"),
    ]


def test_two_vote_image_logs_are_added_up_without_a_doubt(images: VoteImageLog) -> None:
    [north] = images.precincts
    count = VoteImageCount(2, "SHERIFF", "Ben Brandt", write_in=False, votes=1)
    other = replace(north, terminals=(VoteImageTerminal("5120002", 1, 0, (count,)),))
    draft = drafted(images, replace(images, precincts=(other, replace(north, number=2, name="S"))))
    assert [choice.name for choice in contest(draft, "SHERIFF").choices] == [
        "Ada Alvarez",
        "Ben Brandt",
    ]
    assert {d.serial for d in draft.precincts[0].devices} == {"5120001", "5120002"}
    assert doubts(draft) == []


def test_a_file_that_names_no_contests_is_refused(tmp_path: Path) -> None:
    stray = tmp_path / "stray.txt"
    stray.write_text("nothing that a county prints")
    with pytest.raises(NoDraft, match="Only listings that name contests"):
        draft_from_files([stray], tmp_path / "out.json", "main")
    with pytest.raises(NoDraft, match="too many"):
        draft_from_files([stray] * 21, tmp_path / "out.json", "main")
    assert not (tmp_path / "out.json").exists()


def relabelled(listing: TotalsListing, **labels: str) -> TotalsListing:
    """Return the listing with other labels for some choices; `ADA_ALVAREZ` is ADA ALVAREZ."""

    def contest(each: ListedContest) -> ListedContest:
        counts = tuple(
            count._replace(label=labels.get(count.label.replace(" ", "_"), count.label))
            for count in each.counts
        )
        return each._replace(counts=counts)

    return replace(
        listing,
        precincts=tuple(
            replace(precinct, contests=tuple(map(contest, precinct.contests)))
            for precinct in listing.precincts
        ),
    )


def retitled(listing: TotalsListing, *titles: str) -> TotalsListing:
    """Return a listing of its first precinct with contests of one choice and these titles."""
    north = listing.precincts[0]
    ada = ListedCount("ADA ALVAREZ", 5, (2, 3), party="DEM")
    contests = tuple(ListedContest(title, (ada,), 1) for title in titles)
    return replace(listing, precincts=(replace(north, contests=contests),))


def test_titles_and_names_that_differ_in_case_are_one(el30a: TotalsListing) -> None:
    north, south = el30a.precincts
    [sheriff] = south.contests
    ada, *others = sheriff.counts
    other = sheriff._replace(title="Sheriff", counts=(ada._replace(label="Ada  Alvarez"), *others))
    draft = drafted(replace(el30a, precincts=(north, replace(south, contests=(other,)))))
    assert [each.title for each in draft.contests] == ["SHERIFF", "COUNCIL"]
    assert [choice.name for choice in draft.contests[0].choices] == ["ADA ALVAREZ", "BEN BRANDT"]
    assert draft.contests[0].district == "countywide"


def test_two_choices_of_one_name_are_for_a_person(el30a: TotalsListing) -> None:
    [told] = doubts(drafted(relabelled(el30a, FAYE_FOX="PAT POE", GUS_GRAY="PAT POE")))
    assert "'PAT POE' of COUNCIL stands there more than once" in told


def test_votes_allowed_that_one_precinct_does_not_say_are_those_of_another(
    el30a: TotalsListing,
) -> None:
    north, south = el30a.precincts
    silent = replace(north, contests=(north.contests[0]._replace(votes_allowed=None),))
    double = replace(south, contests=(south.contests[0]._replace(votes_allowed=2),))
    draft = drafted(replace(el30a, precincts=(silent, double)))
    assert (draft.contests[0].votes_allowed, doubts(draft)) == (2, [])
    draft = drafted(replace(el30a, precincts=(double, north)))
    [told] = doubts(draft)
    assert contest(draft, "SHERIFF").votes_allowed == 1
    assert told == "settle: listing 1: votes allowed of SHERIFF: 1 and 2"


def test_votes_allowed_that_no_listing_says_are_told_as_guessed(el30a: TotalsListing) -> None:
    north = el30a.precincts[0]
    silent = replace(north, contests=(north.contests[0]._replace(votes_allowed=None),))
    draft = drafted(replace(el30a, precincts=(silent,)))
    assert draft.contests[0].votes_allowed == 1
    assert any(each.startswith("votes_allowed where no listing") for each in draft.to_fill_in)


def test_a_name_that_a_canvass_cuts_is_no_further_choice(el30a: TotalsListing) -> None:
    canvass = replace(el30a, head=replace(el30a.head, report="EL52"), groups=())
    draft = drafted(el30a, relabelled(canvass, ADA_ALVAREZ="ADA ALV"))
    assert [choice.name for choice in contest(draft, "SHERIFF").choices] == [
        "ADA ALVAREZ",
        "BEN BRANDT",
    ]
    assert any(
        "'ADA ALV' of SHERIFF is in listing 2 only, and was left out" in each
        for each in doubts(draft)
    )


def test_long_titles_of_which_one_begins_with_the_other_are_not_mixed_up(
    el30a: TotalsListing,
) -> None:
    one = "MEMBER OF THE BOARD OF EDUCATION DISTRICT 1"
    both = (retitled(el30a, one, f"{one}0"), retitled(el30a, f"{one}0", one))
    draft = drafted(*both)
    assert [each.title for each in draft.contests] == [one, f"{one}0"]
    assert doubts(draft) == []


def test_listings_of_two_elections_are_told_before_all_other_doubts(el30a: TotalsListing) -> None:
    titles = tuple(f"CONTEST {number}" for number in range(60))
    head = replace(el30a.head, titles=("EXAMPLE COUNTY", "November 5, 2024"))
    others = (retitled(el30a, *titles), replace(retitled(el30a, *reversed(titles[30:])), head=head))
    told = doubts(drafted(el30a, *others))
    assert len(told) == 41
    assert told[0].startswith("settle: election day: listing 1 has 2026-11-03")


@pytest.mark.parametrize("report", ["EL30A", "ERM ASCII"])
def test_a_draft_takes_in_every_vote_of_the_listing_that_it_was_made_of(
    el30a: TotalsListing, export: TotalsListing, report: str
) -> None:
    listing = el30a if report == "EL30A" else export
    draft = draft_definition(listing, day=DAY, count_centers=("main",))
    placement = place(listing, load_definition(definition_bytes(draft), "draft"), "main")
    assert placement.findings == ()
    counted = [content for _, content in placement.parts if isinstance(content, GroupTotals)]
    assert all(each.result.is_whole and not each.without_group for each in counted)
    assert sum(each.result.ballots or 0 for each in counted) == 10 + 30 + 20
    votes = sum(total.votes for each in counted for total in each.result.contests)
    assert votes == (4 + 5 + 1 + 9 + 7) + (16 + 11 + 25 + 22) + (12 + 7)
