"""What is printed as EL30, EL30A, EL45 or EL45A is read back as it was, whatever the style."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from election.listings import (
    ListedContest,
    ListedCount,
    ListedPrecinct,
    ListingHead,
    TotalsListing,
)
from parsers.contract import SNIFF_BYTES, Parser
from parsers.unity.listing import ListingText
from parsers.unity.reports.parser import EL30, EL30A, EL45, EL45A
from simulators.listings.election import simulated_totals
from simulators.listings.report_rows import columns_of
from simulators.listings.report_style import (
    EXPORTED,
    GROUP_REPORTS,
    REPORTS,
    SUMMARIES,
    HeadingAt,
    Page,
    ReportLine,
    ReportStyle,
    style_for,
)
from simulators.listings.reports import print_report
from simulators.listings.summing import as_report

NARROW = ReportStyle(page=Page.NARROW, report_line=ReportLine.MISSING, paper=EXPORTED)
GAGE = ReportStyle(
    run_date="Run Date:",
    report_words="Report {report} Page {page}",
    vote_for="Vote for {:>2}",
    heading_at=HeadingAt.BEFORE_RIGHT,
)

PARSERS: dict[str, Parser] = {"EL30": EL30, "EL30A": EL30A, "EL45": EL45, "EL45A": EL45A}
SEEDS = range(8)

BEYOND_ASCII = "é ÿ Ü ß ’ – € \xa0".replace(" ", "")
LETTERS = st.sampled_from("abcXYZ0189,.;:'\"#&/()-" + BEYOND_ASCII)
WORDS = st.sampled_from(
    [
        "O'NEIL,",
        '"ERNIE"',
        "JR.",
        "(Full",
        "Term)",
        "No.",
        "12th",
        "-",
        "#3",
        "Müller",
        "\xa0x",
        "...",
    ]
) | st.text(LETTERS, min_size=1, max_size=6)
VOTES = st.sampled_from([0, 1, 9, 999, 1000, 999_999]) | st.integers(0, 999_999)
PERCENT = st.none() | st.integers(0, 10_000) | st.just(14_006)


def phrases(most: int) -> st.SearchStrategy[str]:
    """Words with one blank between them: two blanks tell parts of a header from each other."""
    return st.lists(WORDS, min_size=1, max_size=5).map(
        lambda words: " ".join(words)[:most].strip(" ")
    )


def labels(most: int) -> st.SearchStrategy[str]:
    """Labels that no reader could take for another.

    A dot at the end of a label, in a column of the leader, is a dot of the leader; brackets at the
    end that hold capitals are a party.
    """
    some = st.sampled_from(["WRITE-IN", "NO CANDIDATE FILED", 'ERNEST "ERNIE" LEE, JR.', "No. 1"])
    return (
        (some | phrases(most))
        .map(
            lambda text: text[: most - 1].rstrip(".) ") + ("." if len(text) % 3 == 1 else "") or "X"
        )
        .filter(lambda text: text[-1] != "." or len(text) % 3 != 0)
    )


@st.composite
def rows(draw: st.DrawFn, report: str, groups: int, *, statistic: bool) -> ListedCount:
    party = "" if statistic else draw(st.sampled_from(["", "REP", "N/A", "DEM/REP"]))
    room = columns_of(report).label - 1 - (len(party) + 3 if party else 0)
    label = draw(labels(room))
    blank = statistic and draw(st.booleans())
    return ListedCount(
        label=label,
        votes=None if blank else draw(VOTES),
        by_group=tuple(None if blank else draw(st.none() | VOTES) for _ in range(groups)),
        percent=draw(PERCENT),
        party=party,
    )


@st.composite
def contests(draw: st.DrawFn, report: str, groups: int, party: str) -> ListedContest:
    row = rows(report, groups, statistic=False)
    counts = draw(st.lists(row, min_size=1, max_size=5))
    if draw(st.booleans()):
        counts.append(counts[0])  # labels repeat: NO CANDIDATE FILED
    total = None
    if draw(st.booleans()):
        total = draw(row)._replace(label="Total", party="")
        for label in ("Over Votes", "Under Votes"):
            counts.append(draw(row)._replace(label=label, party=""))
    words = draw(st.lists(WORDS, min_size=1, max_size=12))
    return ListedContest(
        title=" ".join(words),
        counts=tuple(counts),
        votes_allowed=draw(st.integers(1, 20)),
        party=party,
        total=total,
        counted=draw(st.none() | st.just((71, 72))) if report in SUMMARIES else None,
    )


@st.composite
def precincts(
    draw: st.DrawFn, report: str, groups: int, parties: list[str], number: int | None
) -> ListedPrecinct:
    statistics = rows(report, groups, statistic=True)
    some = [
        contest
        for party in parties
        for contest in draw(
            st.lists(contests(report, groups, party), max_size=3, unique_by=lambda c: c.title)
        )
    ]
    return ListedPrecinct(
        number,
        "" if number is None else draw(phrases(30)),
        # A statistic that stands twice is kept once, with a finding.
        tuple(draw(st.lists(statistics, max_size=3, unique_by=lambda each: each.label))),
        tuple(some),
    )


@st.composite
def listings(draw: st.DrawFn, report: str) -> TotalsListing:
    names = st.just("") | phrases(13)
    groups = draw(st.lists(names, max_size=7)) if report in GROUP_REPORTS else []
    if groups and not groups[-1]:
        groups[-1] = "LAST"  # an unnamed group at the right edge, with blank cells, is not there
    # Contests of no party come first: on 80 columns nothing ends the section of a party.
    parties = draw(st.sampled_from([[""], [""], ["", "REPUBLICAN"], ["Democratic", "NON-PARTY"]]))
    numbers: list[int | None] = [None]
    if report not in SUMMARIES:
        numbers = list(draw(st.sets(st.integers(0, 9999), min_size=1, max_size=3)))
    run_dates = ["11/08/10 02:53 PM", "12/31/18 12:00 AM", "05/12/16"]
    if parties == [""]:
        run_dates.append("")  # in a primary its line tells the section from the titles
    return TotalsListing(
        head=ListingHead(
            report,
            tuple(draw(st.lists(phrases(28), max_size=4))),
            draw(st.sampled_from(run_dates)),
        ),
        groups=tuple(groups),
        precincts=tuple(
            draw(precincts(report, len(groups), parties, number)) for number in numbers
        ),
        counted=draw(st.none() | st.just((71, 72))) if report in SUMMARIES else None,
    )


def is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return not content.isascii()


@pytest.mark.parametrize("report", REPORTS)
def test_whatever_is_printed_is_read_back(report: str) -> None:
    @settings(max_examples=30, deadline=None)
    @given(listing=listings(report), seed=st.integers(0, 999))
    def check(listing: TotalsListing, seed: int) -> None:
        printed = print_report(listing, style_for(seed, report))
        assume(not is_utf8(printed))  # nobody can tell what such bytes were meant to be
        read = PARSERS[report].parse(printed)
        assert isinstance(read, TotalsListing)
        assert replace(read, findings=(), notes=()) == listing

    check()


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_simulated_election_is_read_back_without_a_finding(seed: int, report: str) -> None:
    totals = as_report(simulated_totals(seed, precincts=2), report)
    printed = print_report(totals, style_for(seed, report))
    assert PARSERS[report].recognises(printed[:SNIFF_BYTES])
    assert PARSERS[report].parse(printed) == totals


@pytest.mark.parametrize("report", REPORTS)
def test_no_report_is_taken_for_another(report: str) -> None:
    totals = as_report(simulated_totals(1, precincts=1), report)
    for seed in SEEDS:
        printed = print_report(totals, style_for(seed, report))
        assert [name for name, parser in PARSERS.items() if parser.recognises(printed)] == [report]


@pytest.mark.parametrize("report", GROUP_REPORTS)
@pytest.mark.parametrize("names", [(), ("",), ("", "EARLY", ""), ("A", "A"), tuple("1234567")])
def test_groups_are_read_by_their_column(report: str, names: tuple[str, ...]) -> None:
    count = ListedCount("ANN", 2 * len(names) or 1, (2,) * len(names), 10_000)
    everybody = ListedPrecinct(
        None if report in SUMMARIES else 1,
        "" if report in SUMMARIES else "One",
        contests=(ListedContest("SHERIFF", (count,), 1),),
    )
    listing = TotalsListing(ListingHead(report), names, (everybody,))
    for seed in SEEDS:
        assert PARSERS[report].parse(print_report(listing, style_for(seed, report))) == listing


ALONE = re.compile(r" \S.*\.  \.")
"""A row of figures that stands alone on its line."""


@pytest.mark.parametrize(
    ("file", "style"),
    [
        ("el30-el45/cabell-2012-el30.html", replace(NARROW, commas=False)),
        ("el30-el45/cabell-2012-el45.html", NARROW),
        ("el30a-el45a/butler-2018-el30a.htm", ReportStyle()),
        ("el30a-el45a/gage-2016-general-el30a.txt", ReportStyle()),
        ("el30a-el45a/gage-2016-primary-el30a.txt", ReportStyle()),
        ("el30a-el45a/marion-2018-el45a.htm", ReportStyle()),
    ],
)
def test_the_rows_of_a_real_report_are_printed_again_as_they_were(
    real: Path, file: str, style: ReportStyle
) -> None:
    original = (real / file).read_bytes()
    (parser,) = (p for p in PARSERS.values() if p.recognises(original[:SNIFF_BYTES]))
    read = parser.parse(original)
    assert isinstance(read, TotalsListing)
    again = print_report(read, style)
    rows_of = [
        [line for line in content.decode("cp1252").splitlines() if ALONE.search(line)]
        for content in (again, original)
    ]
    assert rows_of[0] == rows_of[1]
    assert len(rows_of[0]) > 100


@pytest.mark.parametrize(
    ("file", "style"),
    [
        ("gage-2016-general-el30a.txt", replace(GAGE, report_line=ReportLine.AFTER_TITLE)),
        ("gage-2016-primary-el30a.txt", GAGE),
        (
            "marion-2018-el45a.htm",
            ReportStyle(report_line=ReportLine.MISSING, page_lines=1_000),
        ),
    ],
)
def test_a_real_report_is_printed_again_line_by_line(
    real: Path, file: str, style: ReportStyle
) -> None:
    original = (real / "el30a-el45a" / file).read_bytes()
    (parser,) = (p for p in PARSERS.values() if p.recognises(original[:SNIFF_BYTES]))
    read = parser.parse(original)
    assert isinstance(read, TotalsListing)
    printed, expected = (
        "\n".join(line for _, line in ListingText(content).text_lines()).strip("\n")
        for content in (print_report(read, style), original)
    )
    assert printed == expected


def test_a_contest_of_many_seats_and_choices_is_one_contest() -> None:
    counts = tuple(ListedCount(f"CANDIDATE NUMBER {n}", n, (), n * 10) for n in range(1, 46))
    contest = ListedContest("DELEGATES TO THE CONVENTION", counts, 45)
    listing = TotalsListing(
        ListingHead("EL30", ("SOME COUNTY",), "11/08/10 02:53 PM"),
        (),
        (ListedPrecinct(1, "One", (), (contest, contest._replace(title="ALTERNATES"))),),
    )
    read = EL30.parse(print_report(listing, ReportStyle()))
    assert isinstance(read, TotalsListing)
    assert read.precincts == listing.precincts
