"""Times the parsers of the page-layout reports against bare loops over the same fields.

`floor` only cuts bytes; `fields` also makes numbers and texts of them, and checks nothing.

Run: python -m bench.reports_parsing [LISTING]. Without a listing all four reports are printed by
the simulator, EL30 also as an 80-column copy.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

from bench.paired_rounds import compare
from election.listings import ListedCount, TotalsListing
from parsers.contract import SNIFF_BYTES
from parsers.unity.reports.kinds import Kind
from parsers.unity.reports.parser import EL30, EL30A, EL45, EL45A, ReportParser
from simulators.listings.election import simulated_totals
from simulators.listings.report_style import EXPORTED, Page, ReportLine, ReportStyle
from simulators.listings.reports import print_report
from simulators.listings.summing import as_report

COUNTIES = 12
"""Counts of the simulated election that are printed as one, so that no figure comes more often
than in a real listing; their precincts and, in a summary, their contests are renumbered."""

PARSERS = (EL30, EL30A, EL45, EL45A)
RIGHT_COLUMN = 72


def floor(content: bytes, kind: Kind, starts: tuple[int, ...], groups: int) -> int:
    """Return the number of rows, having cut each into its fields."""
    rows = 0
    label, votes, percent = kind.label_end, kind.votes_end, kind.percent_ends[-1]
    begins = [percent + 14 * group for group in range(groups)]
    for line in content.split(b"\n"):
        for start in starts:
            text = line[start : start + RIGHT_COLUMN - 1] if len(starts) > 1 else line[start:]
            if text[:1] == b" " and text[label:percent].strip():
                _label, _votes, _percent = text[1:label], text[label:votes], text[votes:percent]
                for begin in begins:
                    _group = text[begin : begin + 14]
                rows += 1
            elif text[:1] > b" ":
                _title = text.rstrip()
    return rows


def fields(content: bytes, kind: Kind, starts: tuple[int, ...], groups: int) -> int:
    """Return the number of rows, having made numbers and texts of what `floor` cuts."""
    rows: list[ListedCount] = []
    titles: list[str] = []
    label, votes, percent = kind.label_end, kind.votes_end, kind.percent_ends[-1]
    begins = [percent + 14 * group for group in range(groups)]
    for number, line in enumerate(content.split(b"\n"), start=1):
        for start in starts:
            text = line[start : start + RIGHT_COLUMN - 1] if len(starts) > 1 else line[start:]
            if text[:1] == b" " and text[label:percent].strip():
                name = text[1:label].decode("cp1252").rstrip(" .")
                cells = [text[label:votes], *(text[begin : begin + 14] for begin in begins)]
                total, *by_group = [number_in(cell) for cell in cells]
                share = number_in(text[votes:percent].replace(b".", b""))
                rows.append(ListedCount(name, total, tuple(by_group), share, "", None, number))
            elif text[:1] > b" ":
                titles.append(text.decode("cp1252").rstrip())
    return len(rows)


def number_in(cell: bytes) -> int | None:
    """Return the number in a cell, None where there is none."""
    figure = cell.strip().replace(b",", b"")
    return int(figure) if figure.isdigit() else None


def parse(content: bytes, parser: ReportParser) -> int:
    """Return the number of rows, having read and checked them."""
    return rows_of(parser.parse(content))


def rows_of(listing: TotalsListing) -> int:
    """Return how many rows a listing has."""
    return sum(
        len(precinct.statistics) + sum(len(contest.counts) for contest in precinct.contests)
        for precinct in listing.precincts
    )


def compare_one(name: str, content: bytes, parser: ReportParser, starts: tuple[int, ...]) -> None:
    """Print the median of each and their ratio; the rounds alternate."""
    listing = parser.parse(content)
    where = content, parser.kind, starts, len(listing.groups)
    title = f"{name}, {len(content):,} bytes, {rows_of(listing):,} rows"
    works = {"floor": partial(floor, *where), "fields": partial(fields, *where)}
    compare(title, {**works, "parse": partial(parse, content, parser)})


def printed_reports() -> Iterator[tuple[str, bytes, ReportParser]]:
    """Yield the reports of a simulated county."""
    counties = [simulated_totals(seed) for seed in range(COUNTIES)]
    for parser in PARSERS:
        listings = [as_report(county, parser.kind.report) for county in counties]
        listing = (_by_precinct if parser.kind.by_precinct else _as_summary)(listings)
        yield parser.name, print_report(listing), parser
        if parser is EL30:
            narrow = ReportStyle(page=Page.NARROW, report_line=ReportLine.MISSING, paper=EXPORTED)
            yield "el30 narrow", print_report(listing, narrow), parser


def _by_precinct(listings: list[TotalsListing]) -> TotalsListing:
    precincts = chain.from_iterable(listing.precincts for listing in listings)
    numbered = (
        replace(precinct, number=number) for number, precinct in enumerate(precincts, start=1)
    )
    return replace(listings[0], precincts=tuple(numbered))


def _as_summary(listings: list[TotalsListing]) -> TotalsListing:
    contests = tuple(
        contest._replace(title=f"{contest.title} {number}")
        for number, listing in enumerate(listings)
        for contest in listing.precincts[0].contests
    )
    parts = (listing.precincts[0] for listing in listings)
    largest = max(parts, key=lambda part: sum(row.votes or 0 for row in part.statistics))
    return replace(listings[0], precincts=(replace(largest, contests=contests),))


def main() -> None:
    """Compare one listing, or all four reports."""
    if len(sys.argv) > 1:
        path = Path(sys.argv[1])
        content = path.read_bytes()
        parser = next(p for p in PARSERS if p.recognises(content[:SNIFF_BYTES]))
        reports: Iterator[tuple[str, bytes, ReportParser]] = iter([(path.name, content, parser)])
    else:
        reports = printed_reports()
    for name, content, parser in reports:
        heading = next(line for line in content.split(b"\n") if b"VOTES " in line)
        begins = [heading.find(b"VOTES"), heading.rfind(b"VOTES")]
        at = heading.find(b"TOTAL VOTES") if parser.kind.grouped else begins[0]
        starts = sorted({at, at + begins[1] - begins[0]})
        compare_one(
            name, content, parser, tuple(begin - parser.kind.heading_at for begin in starts)
        )


if __name__ == "__main__":
    main()
