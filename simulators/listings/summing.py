"""Makes the other reports of an EL30A: without counting groups, or summed over all precincts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from election.listings import ListedContest, ListedCount, ListedPrecinct, TotalsListing
from simulators.listings.percentages import share
from simulators.listings.report_rows import REMAINDERS
from simulators.listings.report_style import GROUP_REPORTS, SUMMARIES

TURNOUT = "VOTER TURNOUT - TOTAL"
REGISTERED = "REGISTERED VOTERS - TOTAL"
BALLOTS = "BALLOTS CAST - TOTAL"


def as_report(listing: TotalsListing, report: str) -> TotalsListing:
    """Return what `report` says of the election that the EL30A `listing` speaks of."""
    if report in SUMMARIES:
        listing = _summed(listing)
    if report not in GROUP_REPORTS:
        listing = replace(
            listing, groups=(), precincts=tuple(map(_without_groups, listing.precincts))
        )
    return replace(listing, head=replace(listing.head, report=report))


def _summed(listing: TotalsListing) -> TotalsListing:
    precincts = listing.precincts
    everywhere: dict[tuple[str, str], list[ListedContest]] = {}
    for precinct in precincts:
        for contest in precinct.contests:
            everywhere.setdefault((contest.party, contest.title), []).append(contest)
    parties = list(dict.fromkeys(party for party, _ in everywhere))
    in_order = sorted(everywhere, key=lambda key: parties.index(key[0]))
    whole = ListedPrecinct(
        None,
        "",
        tuple(_statistics([precinct.statistics for precinct in precincts])),
        tuple(_contest(everywhere[key]) for key in in_order),
    )
    counted = len(precincts), len(precincts)
    return replace(listing, precincts=(whole,), counted=counted)


def _statistics(precincts: Sequence[Sequence[ListedCount]]) -> Iterator[ListedCount]:
    by_label: dict[str, list[ListedCount]] = {}
    for statistics in precincts:
        for count in statistics:
            by_label.setdefault(count.label, []).append(count)
    sums = {label: _sum(counts) for label, counts in by_label.items()}
    votes = {label: count.votes or 0 for label, count in sums.items()}
    for label, count in sums.items():
        if label == TURNOUT:
            yield count._replace(percent=share(votes[BALLOTS], votes[REGISTERED]))
        elif any(part.percent is not None for part in by_label[label]):
            yield count._replace(percent=share(votes[label], votes[BALLOTS]))
        else:
            yield count


def _contest(parts: Sequence[ListedContest]) -> ListedContest:
    counts = [_sum(same) for same in zip(*(part.counts for part in parts), strict=True)]
    votes = sum(count.votes or 0 for count in counts if not _is_remainder(count))
    return parts[0]._replace(
        counts=tuple(
            count
            if _is_remainder(count)
            else count._replace(percent=share(count.votes or 0, votes))
            for count in counts
        ),
        counted=(len(parts), len(parts)),
    )


def _sum(counts: Sequence[ListedCount]) -> ListedCount:
    first = counts[0]
    return first._replace(
        votes=_added(count.votes for count in counts),
        by_group=tuple(map(_added, zip(*(count.by_group for count in counts), strict=True))),
        percent=None,
    )


def _added(cells: Iterable[int | None]) -> int | None:
    figures = [cell for cell in cells if cell is not None]
    return sum(figures) if figures else None


def _is_remainder(count: ListedCount) -> bool:
    return count.label.lower() in REMAINDERS


def _without_groups(precinct: ListedPrecinct) -> ListedPrecinct:
    return replace(
        precinct,
        statistics=tuple(count._replace(by_group=()) for count in precinct.statistics),
        contests=tuple(
            contest._replace(counts=tuple(count._replace(by_group=()) for count in contest.counts))
            for contest in precinct.contests
        ),
    )
