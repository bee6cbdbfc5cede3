"""Makes a canvass or an ASCII export of an EL30A: another shape for the same totals."""

from dataclasses import replace

from election.definition import Contest, ElectionDefinition
from election.listings import (
    ListedContest,
    ListedCount,
    ListedPrecinct,
    ListingHead,
    TotalsListing,
)
from simulators.errors import Refused
from simulators.listings.ascii_export import GROUPS, STATISTICS
from simulators.listings.report_rows import REMAINDERS
from simulators.listings.summing import as_report

WIDTH = 209
"""Record length of the export with counting groups that a published layout describes whole."""

MOVED = 9_000
"""Added to the number of a contest that would have that of a statistic."""


def as_canvass(listing: TotalsListing, report: str) -> TotalsListing:
    """Return the EL30A `listing` as EL52 or EL111 lists it: the totals beside the precincts."""
    (whole,) = as_report(listing, "EL45").precincts
    plain = as_report(listing, "EL30")
    return replace(
        plain,
        head=replace(plain.head, report=report),
        precincts=tuple(map(_without_percentages, plain.precincts)),
        control=replace(whole, contests=tuple(map(_in_capitals, whole.contests))),
        counted=(len(plain.precincts), len(plain.precincts)),
    )


def as_export(listing: TotalsListing, definition: ElectionDefinition) -> TotalsListing:
    """Return the EL30A `listing` with the numbers that `definition` gives to contests.

    Raises Refused for more counting groups than a record has room for.
    """
    room = GROUPS[WIDTH]
    if len(listing.groups) > room:
        raise Refused(f"An ASCII export has room for {room} counting groups.")
    blank = ("",) * room
    return TotalsListing(
        ListingHead("ERM ASCII"),
        blank,
        tuple(_exported(precinct, definition) for precinct in listing.precincts),
    )


def _without_percentages(precinct: ListedPrecinct) -> ListedPrecinct:
    """Leave votes alone, as rows of a canvass do; only the turnout is a percentage."""
    return replace(
        precinct,
        statistics=tuple(
            count if count.votes is None else count._replace(percent=None)
            for count in precinct.statistics
        ),
        contests=tuple(
            _in_capitals(
                contest._replace(
                    counts=tuple(count._replace(percent=None) for count in contest.counts)
                )
            )
            for contest in precinct.contests
        ),
    )


def _in_capitals(contest: ListedContest) -> ListedContest:
    """Name over- and undervotes as headings and records do."""
    return contest._replace(
        counts=tuple(
            count._replace(label=count.label.upper())
            if count.label.lower() in REMAINDERS
            else count
            for count in contest.counts
        ),
    )


def _exported(precinct: ListedPrecinct, definition: ElectionDefinition) -> ListedPrecinct:
    assert precinct.number is not None
    contests = definition.contests_of[definition.precinct_by_number[precinct.number].id]
    return replace(
        precinct,
        name=precinct.name[:30].rstrip(" "),
        statistics=tuple(
            _numbered(count, 1) for count in precinct.statistics if count.label in STATISTICS
        ),
        contests=tuple(
            _exported_contest(_in_capitals(listed), contest)
            for listed, contest in zip(precinct.contests, contests, strict=True)
        ),
    )


def _exported_contest(listed: ListedContest, contest: Contest) -> ListedContest:
    return listed._replace(
        title=listed.title[:56].rstrip(" "),
        counts=tuple(_numbered(count, place) for place, count in enumerate(listed.counts, start=1)),
        number=contest.id + (MOVED if contest.id in STATISTICS.values() else 0),
        district=contest.district.upper()[:7],
    )


def _numbered(count: ListedCount, number: int) -> ListedCount:
    """Return the count with its number, and without what a record has no field for."""
    cells = (*(cell or 0 for cell in count.by_group), *(0,) * GROUPS[WIDTH])[: GROUPS[WIDTH]]
    return count._replace(
        label=count.label[:38].rstrip(" "),
        party=count.party[:3],
        by_group=cells,
        percent=None,
        number=number,
    )
