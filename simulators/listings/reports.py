"""Prints the reports EL30, EL30A, EL45 and EL45A of the tabulation software.

The layout comes from real listings, never from the parsers, so that tests can hold the parsers
against it.
"""

from collections.abc import Iterator

from election.listings import ListedCount, ListedPrecinct, TotalsListing
from simulators.listings.paper import printed
from simulators.listings.percentages import share
from simulators.listings.report_pages import Block, PageLayout
from simulators.listings.report_rows import RowLayout
from simulators.listings.report_style import REPORTS, SUMMARIES, ReportStyle


def print_report(listing: TotalsListing, style: ReportStyle | None = None) -> bytes:
    """Return the bytes of the report that `listing.head` names.

    Figures are printed as they stand: percentages are not computed and totals not checked.
    Raises ValueError for another report, or a summary that is not of one jurisdiction, and
    UnicodeEncodeError outside code page 1252.
    """
    if listing.head.report not in REPORTS:
        raise ValueError(f"{listing.head.report} is not one of {', '.join(REPORTS)}.")
    if listing.head.report in SUMMARIES and [p.number for p in listing.precincts] != [None]:
        raise ValueError("A summary has one part, without a precinct number.")
    style = style or ReportStyle()
    return printed(_pages(listing, style), style.paper)


def _pages(listing: TotalsListing, style: ReportStyle) -> Iterator[list[str]]:
    rows = RowLayout(listing.head.report, listing.groups, style)
    layout = PageLayout(listing.head, rows, style)
    for precinct in listing.precincts:
        yield from layout.pages(precinct, _statistics(listing, precinct, rows))


def _statistics(listing: TotalsListing, precinct: ListedPrecinct, rows: RowLayout) -> Block:
    statistics = precinct.statistics
    if listing.counted is not None:
        counted, of = listing.counted
        no_groups = (None,) * len(listing.groups)
        label = f"PRECINCTS COUNTED (OF {of})"
        first = ListedCount(label, counted, no_groups, share(counted, of))
        statistics = (first, *statistics)
    return rows.statistics(statistics)
