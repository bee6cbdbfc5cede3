"""Listed totals of a simulated election, held against its ballots counted on their own."""

from collections import Counter

import pytest

from election.definition_file import load_definition
from election.documents import DeviceClass
from election.listings import ListedCount, ListedPrecinct, TotalsListing
from simulators.errors import Refused
from simulators.listings.cast_records import simulated_vote_images
from simulators.listings.election import simulated_totals
from simulators.listings.percentages import share
from simulators.listings.summing import as_report
from simulators.sample import sample_definition_bytes
from simulators.simulated_votes import cast_ballots
from simulators.small_election import small_election

SEED = 5
PRECINCTS = 3
DEFINITION = load_definition(sample_definition_bytes(), "the sample").definition


@pytest.fixture(scope="module")
def totals() -> TotalsListing:
    return simulated_totals(SEED, precincts=PRECINCTS)


def rows(precinct: ListedPrecinct) -> dict[tuple[str, str, str], ListedCount]:
    return {
        **{("", "", count.label): count for count in precinct.statistics},
        **{
            (contest.party, contest.title, count.label): count
            for contest in precinct.contests
            for count in contest.counts
        },
    }


def test_every_vote_is_that_of_a_simulated_ballot(totals: TotalsListing) -> None:
    for precinct, listed in zip(DEFINITION.precincts, totals.precincts, strict=False):
        votes: Counter[tuple[str, str]] = Counter()
        for cast in cast_ballots(DEFINITION, precinct, SEED):
            for ballot in cast.ballots:
                for number, marks in ballot.marks.items():
                    contest = DEFINITION.contest_by_id[number]
                    if len(marks) <= contest.votes_allowed:
                        names = {choice.id: choice.name for choice in contest.choices}
                        votes.update((str(number), names[choice]) for choice in marks.choices)
                        votes[str(number), "WRITE-IN"] += len(marks.write_ins)
        contests = DEFINITION.contests_of[precinct.id]
        shown = {
            (str(contest.id), count.label): count.votes
            for contest, printed in zip(contests, listed.contests, strict=True)
            for count in printed.counts
            if count.label not in ("Over Votes", "Under Votes")
        }
        assert sum(votes.values()) > 1000
        assert shown == {key: votes[key] for key in shown}


def test_groups_make_the_total_of_every_row_and_each_has_ballots(totals: TotalsListing) -> None:
    assert totals.groups == ("Absentee", "Election Day", "Provisional")
    for precinct in totals.precincts:
        for count in rows(precinct).values():
            if any(cell is not None for cell in count.by_group):
                assert count.votes == sum(cell or 0 for cell in count.by_group)
        assert all(rows(precinct)["", "", "BALLOTS CAST - TOTAL"].by_group)


def test_a_contest_accounts_for_every_ballot_that_carries_it(totals: TotalsListing) -> None:
    for precinct in totals.precincts:
        shown = rows(precinct)
        for contest in precinct.contests:
            party = contest.party.upper()
            ballots = "TOTAL" if party == "NONPARTISAN" else party
            cast = shown["", "", f"BALLOTS CAST - {ballots}"].votes
            assert contest.votes_allowed == 1
            assert sum(count.votes or 0 for count in contest.counts) == cast


def test_groups_may_have_any_names_also_none_and_the_same() -> None:
    groups = ("EARLY", "", "EARLY", "MILITARY")
    named = simulated_totals(SEED, precincts=1, groups=groups)
    usual = simulated_totals(SEED, precincts=1)
    assert named.groups == groups
    (ours,), (theirs,) = named.precincts, usual.precincts
    assert {key: count.votes for key, count in rows(ours).items()} == {
        key: count.votes for key, count in rows(theirs).items()
    }


def test_a_summary_is_the_sum_of_the_precincts(totals: TotalsListing) -> None:
    summary = as_report(totals, "EL45A")
    assert summary.head.report == "EL45A"
    assert summary.counted == (PRECINCTS, PRECINCTS)
    (whole,) = summary.precincts
    sums: dict[tuple[str, str, str], Counter[int]] = {}
    for precinct in totals.precincts:
        for key, count in rows(precinct).items():
            cells = sums.setdefault(key, Counter())
            cells[-1] += count.votes or 0
            for place, cell in enumerate(count.by_group):
                cells[place] += cell or 0
    shown = rows(whole)
    assert shown.keys() == sums.keys()
    for key, count in shown.items():
        assert count.votes in (sums[key][-1], None)
        assert [cell or 0 for cell in count.by_group] == [sums[key][place] for place in range(3)]


def test_a_summary_says_of_each_contest_how_many_precincts_have_it() -> None:
    (whole,) = as_report(simulated_totals(SEED), "EL45").precincts
    counted = Counter({c.title: c.counted[0] for c in whole.contests if c.counted})
    carrying = Counter(
        contest.title for contests in DEFINITION.contests_of.values() for contest in contests
    )
    del counted["PRESIDENT"], carrying["PRESIDENT"]  # two parties have it
    assert len(set(carrying.values())) > 1
    assert counted == carrying


def test_reports_without_groups_have_the_same_votes(totals: TotalsListing) -> None:
    plain = as_report(totals, "EL30")
    assert plain.groups == ()
    for ours, theirs in zip(plain.precincts, totals.precincts, strict=True):
        assert all(count.by_group == () for count in rows(ours).values())
        assert {key: count.votes for key, count in rows(ours).items()} == {
            key: count.votes for key, count in rows(theirs).items()
        }


def test_the_vote_image_log_has_the_ballots_of_the_touch_screens() -> None:
    listing = simulated_vote_images(DEFINITION, SEED)
    cast = Counter(
        {
            precinct.number: len(device.ballots)
            for precinct in DEFINITION.precincts
            for device in cast_ballots(DEFINITION, precinct, SEED)
            if device.device.device_class is DeviceClass.IVOTRONIC
        }
    )
    listed: Counter[int] = Counter()
    for precinct in listing.precincts:
        for terminal in precinct.terminals:
            assert terminal.ballots
            listed[precinct.number] += len(terminal.ballots)
    assert len(listed) > 10
    assert listed == cast


def test_an_election_without_touch_screens_has_no_vote_image_log() -> None:
    with pytest.raises(Refused, match="touch screen"):
        simulated_vote_images(small_election(2, ["helena"]), SEED)


@pytest.mark.parametrize(
    ("part", "whole", "printed"),
    [
        (34, 114, 2982),  # the first percentages of Cabell's EL30 of 2010
        (2, 114, 175),
        (1, 1, 10_000),
        (1, 8, 1250),
        (1, 16_000, 1),  # .00625: halves and more go up
        (0, 114, None),
        (0, 0, None),
    ],
)
def test_percentages_are_rounded_as_in_real_listings(
    part: int, whole: int, printed: int | None
) -> None:
    assert share(part, whole) == printed
