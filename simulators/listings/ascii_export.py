"""Prints ERM ASCII exports: one record of fixed width for each contest, candidate and precinct.

The layout comes from real exports and published layouts, never from the parser.
"""

from collections.abc import Iterator
from random import Random

from election.listings import (
    ListedContest,
    ListedCount,
    ListedPrecinct,
    ListingHead,
    TotalsListing,
)

GROUPS = {179: 0, 209: 5, 263: 4}
"""Counting groups by width of the record."""

FILLER = {179: 0, 209: 0, 263: 60}
"""Blanks between groups and party."""

STATISTICS = {"REGISTERED VOTERS - TOTAL": 101, "BALLOTS CAST - TOTAL": 102}
"""Contest numbers of the statistics."""


def print_ascii_export(listing: TotalsListing, width: int, *, line_end: bytes = b"\r\n") -> bytes:
    """Return the records of `listing`, ordered by contest, candidate and precinct.

    `width` is 179, 209 or 263. Precincts, contests and candidates need numbers; a district is a
    code of at most 7 characters without blanks and, after a blank, its name. Statistics are the
    two of STATISTICS.
    """
    records = sorted(
        _record(precinct, contest, count, width)
        for precinct in listing.precincts
        for contest in (*_statistics(precinct), *precinct.contests)
        for count in contest.counts
    )
    return b"".join(record + line_end for record in records)


def example_export(groups: int) -> TotalsListing:
    """Return the smallest export: two precincts, a contest of two candidates, statistics."""
    precincts = []
    for number, votes in ((11, (250, 30, 1, 19)), (12, (0, 0, 0, 2))):
        labels = ("JANE SAMPLE", "RAÚL EXAMPLE", "OVER VOTES", "UNDER VOTES")
        parties = ("REP", "DEM", "", "")
        counts = tuple(
            _count(label, cast, groups, place, party)
            for place, (label, cast, party) in enumerate(
                zip(labels, votes, parties, strict=True), 1
            )
        )
        voters, ballots = STATISTICS
        statistics = (
            ListedCount(voters, 500, (0,) * groups, number=1),
            _count(ballots, sum(votes), groups, 1),
        )
        contest = ListedContest("Sample Contest", counts, 1, number=105, district="COUNTY")
        precincts.append(ListedPrecinct(number, f"PRECINCT {number}", statistics, (contest,)))
    return TotalsListing(ListingHead("ERM ASCII"), ("",) * groups, tuple(precincts))


def sample_export(*, precincts: int, contests: int, groups: int, seed: int = 12) -> TotalsListing:
    """Return an export of a county with six candidates in each contest."""
    dice = Random(seed)  # noqa: S311  # votes for a benchmark, not keys
    return TotalsListing(
        ListingHead("ERM ASCII"),
        ("",) * groups,
        tuple(
            ListedPrecinct(
                number,
                f"PRECINCT {number}",
                (),
                tuple(_sample_contest(contest, groups, dice) for contest in range(1, contests + 1)),
            )
            for number in range(1, precincts + 1)
        ),
    )


def _sample_contest(number: int, groups: int, dice: Random) -> ListedContest:
    counts = [
        _count(f"CANDIDATE {number}-{place}", dice.randrange(400), groups, place, "NON")
        for place in range(1, 7)
    ]
    counts.append(_count("OVER VOTES", dice.randrange(2), groups, 7))
    counts.append(_count("UNDER VOTES", dice.randrange(40), groups, 8))
    return ListedContest(f"CONTEST {number}", tuple(counts), 1, number=number, district="COUNTY")


def _count(label: str, votes: int, groups: int, number: int, party: str = "") -> ListedCount:
    by_group = (votes - votes // 3, votes // 3, *(0,) * (groups - 2)) if groups else ()
    return ListedCount(label, votes, by_group, party=party, number=number)


def _statistics(precinct: ListedPrecinct) -> Iterator[ListedContest]:
    for count in precinct.statistics:
        yield ListedContest(count.label, (count,), number=STATISTICS[count.label])


def _record(
    precinct: ListedPrecinct, contest: ListedContest, count: ListedCount, width: int
) -> bytes:
    groups = count.by_group or (0,) * GROUPS[width]
    votes = "".join(f"{votes or 0:06}" for votes in (count.votes, *groups))
    code, _, district = contest.district.partition(" ")
    text = (
        f"{contest.number:04}{count.number:03}{precinct.number:04}{votes}{'':{FILLER[width]}}"
        f"{count.party:3}{code:7}{contest.title:56}{count.label:38}{precinct.name:30}{district:25}"
        f"{contest.votes_allowed or 0:02} "
    )
    assert len(text) == width, f"a name is too long: {text}"
    return text.encode("cp1252")
