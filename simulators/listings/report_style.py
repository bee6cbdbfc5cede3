"""How EL30, EL30A, EL45 and EL45A differ from county to county.

All of it was seen in real listings of the years 2008 to 2018, except where a line says otherwise.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random

from simulators.listings.paper import Paper

GROUP_REPORTS = ("EL30A", "EL45A")
"""Reports with counting groups: always 132 columns wide, one column of contests."""

SUMMARIES = ("EL45", "EL45A")
"""Reports of the whole jurisdiction, without precincts."""

REPORTS = ("EL30", "EL30A", "EL45", "EL45A")

TITLES = {
    "EL30": "PRECINCT REPORT",
    "EL30A": "PREC REPORT-GROUP DETAIL",
    "EL45": "SUMMARY REPORT",
    "EL45A": "SUMMARY REPT-GROUP DETAIL",
}

VOTE_FOR = (
    "(Vote For Not More Than ) {:>2}",
    "VOTE FOR {:>2}",
    "Vote for {:>2}",
    "(VOTE FOR) {:>2}",
    "VOTE FOR NO MORE THAN {:>2}",
    "Vote for no more than {}",
    "You may vote for up to {}",
    "Vote For Up To {:>2}",
)

GROUPS_END = (73, 74)
"""Columns, from 1, at which the figures of the first counting group end."""

EXPORTED = Paper(preamble=b"", reset=b"", page_break=b"")
"""What Unity saves as a web page, without the markup: no printer codes, no page breaks."""


class Page(StrEnum):
    """How wide a page is; group reports know one width."""

    WIDE = "132 columns"
    NARROW = "80 columns"


class ReportLine(StrEnum):
    """Where the name of the report and the page number stand."""

    AFTER_RUN_DATE = "after the run date"
    AFTER_TITLE = "after the title"
    OWN_LINE = "on a line of its own"
    MISSING = "nowhere"


class HeadingAt(StrEnum):
    """Where the name of a counting group stands over its figures."""

    RIGHT = "ends where the figures end"
    BEFORE_RIGHT = "ends one column before"
    CENTRED = "in the middle of the column"


@dataclass(frozen=True, slots=True)
class ReportStyle:
    """The quirks of one listing; the default is an untouched 132-column listing."""

    page: Page = Page.WIDE
    commas: bool = True
    title: str = ""
    """Another first title; empty: that of TITLES."""
    run_date: str = "RUN DATE:"
    report_line: ReportLine = ReportLine.AFTER_RUN_DATE
    report_words: str = "REPORT-{report}      PAGE {page}"
    vote_for: str = VOTE_FOR[0]
    first_group_end: int = GROUPS_END[0]
    heading_at: HeadingAt = HeadingAt.RIGHT
    precinct_at_margin: bool = False
    """80 columns: the line of the precinct begins in column 1, not 11."""
    page_lines: int = 64
    """Longest page; without effect on 80 columns, where a precinct is one long page."""
    paper: Paper = Paper()  # noqa: RUF009  # frozen, so sharing it is harmless


def style_for(seed: int, report: str) -> ReportStyle:
    """Return quirks for a listing of `report`; the same seed gives the same ones."""
    dice = Random(f"{seed} {report}")  # noqa: S311  # quirks, not keys
    style = ReportStyle(
        commas=dice.random() < 0.5,
        run_date=dice.choice(("RUN DATE:", "Run Date:")),
        report_line=dice.choice(tuple(ReportLine)),
        report_words=dice.choice(
            (
                "REPORT-{report}      PAGE {page}",
                "REPORT-{report} PAGE {page}",
                "Report {report} Page {page}",
            )
        ),
        vote_for=dice.choice(VOTE_FOR),
        first_group_end=dice.choice(GROUPS_END),
        heading_at=dice.choice(tuple(HeadingAt)),
        page_lines=dice.randrange(45, 68),
        paper=Paper(blank_line_end=dice.choice((b"\r\n", b"\n"))),
    )
    if report == "EL30A" and dice.random() < 0.3:
        style = replace(style, title="Precinct Report")
    if report in GROUP_REPORTS or dice.random() < 0.5:
        return style
    # No 80-column file has a report line: nothing says where it would stand.
    return replace(
        style,
        page=Page.NARROW,
        report_line=ReportLine.MISSING,
        precinct_at_margin=dice.random() < 0.5,
        paper=EXPORTED,
    )
