"""Small listings by hand, one for each rule of the four page-layout reports."""

from collections.abc import Sequence

import pytest

from election.listings import ListedContest, ListedCount, ListingCheck, TotalsListing
from parsers.contract import Parser
from parsers.errors import ParseError
from parsers.unity.reports.parser import EL30, EL30A, EL45, EL45A

ALL: tuple[Parser, ...] = (EL30, EL30A, EL45, EL45A)

HEADER = (
    "PRECINCT REPORT                                   Cabell County, WV                 Official",
    "                                                  General Election",
    "Run Date:11/08/10 02:53 PM                                         REPORT-EL30   PAGE 0001-01",
)
HEADING_30 = f"{'':44}VOTES  PERCENT"
HEADING_45 = f"{'':45}VOTES PERCENT"
HEADING_A = f"{'':40}TOTAL VOTES     %"
STATISTICS = (
    " REGISTERED VOTERS - TOTAL .  .  .  .  .  .    674",
    " BALLOTS CAST - TOTAL.  .  .  .  .  .  .  .    238",
    " VOTER TURNOUT - TOTAL  .  .  .  .  .  .  .          35.31",
)
MAYOR = (
    "MAYOR",
    "VOTE FOR  1",
    " ADA ALVAREZ (DEM)   .  .  .  .  .  .  .  .    150   75.00",
    " BEN BAKER (REP)  .  .  .  .  .  .  .  .  .     50   25.00",
    " WRITE-IN.  .  .  .  .  .  .  .  .  .  .  .      0",
)


def text(*lines: str | Sequence[str], end: str = "\r\n") -> bytes:
    flat = [line for some in lines for line in ([some] if isinstance(some, str) else some)]
    return "".join(line + end for line in flat).encode("cp1252")


def row(label: str, votes: str, percent: str = "") -> str:
    """Lay out a row of EL30: a dot in every third column, figures ending in 50 and 58."""
    leader = "".join("." if at % 3 == 0 else " " for at in range(43))
    left = f" {label}{leader[len(label) + 1 :]}"[: 49 - len(votes)]
    return f"{left:<{50 - len(votes)}}{votes}{percent:>8}".rstrip()


def el30(*body: str | Sequence[str]) -> TotalsListing:
    return EL30.parse(text(HEADER, "", "0001 Pct 1 - East", HEADING_30, *body))


def group_row(label: str, votes: str, percent: str, *groups: str, end: int = 73) -> str:
    """Lay out a row of EL30A; `end` is the column where the first group ends."""
    line = f" {label:<42}{votes:>8}{percent:>9}"
    for place, group in enumerate(groups):
        line += f"{group:>{end + 14 * place - len(line)}}" if group else ""
    return line.rstrip()


def el30a(names: str, *body: str | Sequence[str]) -> TotalsListing:
    heading = f"{HEADING_A}{names}"
    return EL30A.parse(text("PREC REPORT-GROUP DETAIL", "0001 East", heading, *body))


def el45(*body: str | Sequence[str]) -> TotalsListing:
    return EL45.parse(text("SUMMARY REPORT     CABELL COUNTY", HEADING_45, *body))


def only_contest(listing: TotalsListing) -> ListedContest:
    (precinct,) = listing.precincts
    (contest,) = precinct.contests
    return contest


def labels(listing: TotalsListing) -> list[tuple[str, str]]:
    return [(count.label, count.party) for count in only_contest(listing).counts]


def refusal(parser: Parser, content: bytes) -> ParseError:
    with pytest.raises(ParseError) as caught:
        parser.parse(content)
    return caught.value


def test_statistics_and_a_contest_of_a_precinct_are_read() -> None:
    listing = el30(STATISTICS, "", "", MAYOR)
    (precinct,) = listing.precincts
    assert (precinct.number, precinct.name) == (1, "Pct 1 - East")
    assert precinct.statistics == (
        ListedCount("REGISTERED VOTERS - TOTAL", 674),
        ListedCount("BALLOTS CAST - TOTAL", 238),
        ListedCount("VOTER TURNOUT - TOTAL", None, percent=3_531),
    )
    assert precinct.contests == (
        ListedContest(
            "MAYOR",
            (
                ListedCount("ADA ALVAREZ", 150, percent=7_500, party="DEM"),
                ListedCount("BEN BAKER", 50, percent=2_500, party="REP"),
                ListedCount("WRITE-IN", 0),
            ),
            votes_allowed=1,
        ),
    )
    assert [count.line for count in precinct.contests[0].counts] == [14, 15, 16]
    assert listing.head.titles == ("Cabell County, WV", "Official", "General Election")
    assert listing.head.run_date == "11/08/10 02:53 PM"
    assert (listing.groups, listing.findings) == ((), ())


def test_a_page_of_two_columns_is_read_down_the_left_one_first() -> None:
    left = [*STATISTICS, "", *MAYOR]
    right = ["", "SHERIFF", *MAYOR[1:], "", "CLERK", *MAYOR[1:]]
    rows = [
        f"{(left[place : place + 1] or [''])[0]:<72}{right[place]}".rstrip()
        for place in range(len(right))
    ]
    heading = f"{HEADING_30:<72}{HEADING_30}"
    listing = EL30.parse(text(HEADER, "0001 Pct 1 - East", heading, rows))
    (precinct,) = listing.precincts
    assert [contest.title for contest in precinct.contests] == ["MAYOR", "SHERIFF", "CLERK"]
    assert len(precinct.statistics) == 3
    assert listing.findings == ()


@pytest.mark.parametrize("margin", [0, 10])
def test_an_80_column_copy_has_its_precinct_line_in_column_1_or_11(margin: int) -> None:
    body = [f"{'':10}{line}" for line in (HEADING_30, *STATISTICS, *MAYOR)]
    precincts = [[*HEADER[:2], f"{'':{margin}}000{n} Pct {n}", *body] for n in (1, 2)]
    listing = EL30.parse(text(*precincts))
    assert [precinct.name for precinct in listing.precincts] == ["Pct 1", "Pct 2"]
    assert all(precinct.contests[0].title == "MAYOR" for precinct in listing.precincts)


def test_blank_lines_mean_nothing() -> None:
    tight = text(HEADER, "0001 Pct 1 - East", HEADING_30, STATISTICS, MAYOR, MAYOR[1:][:0])
    loose = tight.replace(b"\r\n", b"\r\n\r\n \r\n")
    assert EL30.parse(loose) == EL30.parse(tight)


def test_tabs_at_line_ends_mean_nothing_but_are_noted() -> None:
    content = text(HEADER, "0001 Pct 1 - East", HEADING_30, STATISTICS, MAYOR)
    read = EL30.parse(content.replace(b"\r\n", b"\t\t\t\n"))
    assert read.precincts == EL30.parse(content).precincts
    assert any("spreadsheet" in note for note in read.notes)


def test_tabs_in_place_of_figures_are_refused() -> None:
    shifted = " ADA ALVAREZ (DEM)   .  .\t150\t75.00"
    content = text(HEADER, "0001 East", HEADING_30, MAYOR[:2], shifted)
    assert refusal(EL30, content).line == 8


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("(Vote For Not More Than )  1", 1),
        ("VOTE FOR  1", 1),
        ("Vote for  5", 5),
        ("(VOTE FOR)  3", 3),
        ("VOTE FOR NO MORE THAN  1", 1),
        ("Vote for no more than 1", 1),
        ("You may vote for up to 12", 12),
        ("Vote For Up To  1", 1),
    ],
)
def test_every_form_of_the_vote_for_line_is_read(line: str, allowed: int) -> None:
    assert only_contest(el30(MAYOR[0], line, MAYOR[2:])).votes_allowed == allowed


def test_title_lines_are_joined_also_those_in_brackets() -> None:
    titles = ("U.S. HOUSE OF REPRESENTATIVES -", "(3rd Congressional District)", "(Full Term)")
    contest = only_contest(el30(titles, MAYOR[1:]))
    assert contest.title == " ".join(titles)


@pytest.mark.parametrize(
    ("printed", "label", "party"),
    [
        ("AARON EXAMPLE (DEM/REP)", "AARON EXAMPLE", "DEM/REP"),
        ("RALPH EXAMPLE (N/A)", "RALPH EXAMPLE", "N/A"),
        ("W D (Bill) KELLEY (DEM)", "W D (Bill) KELLEY", "DEM"),
        ("MARCELLA (HOLT) YAREMCHUK", "MARCELLA (HOLT) YAREMCHUK", ""),
        ("W D KELLEY (Bob)", "W D KELLEY (Bob)", ""),
        ("CHUCK BALDWIN / DARRELL L. CASTLE (NE", "CHUCK BALDWIN / DARRELL L. CASTLE (NE", ""),
        ("PATRICK  MORRISEY", "PATRICK  MORRISEY", ""),
        ("NO. 2", "NO. 2", ""),
    ],
)
def test_the_party_is_taken_off_the_label(printed: str, label: str, party: str) -> None:
    assert labels(el30(MAYOR[:2], row(printed, "200", "100.00"))) == [(label, party)]


@pytest.mark.parametrize(
    ("line", "label"),
    [
        (" RONALD H. HATFIELD, JR..  .  .  .  .  .  .    200  100.00", "RONALD H. HATFIELD, JR."),
        (" D.C. OFFUTT, JR. .  .  .  .  .  .  .  .  .    200  100.00", "D.C. OFFUTT, JR."),
        (" No.  .  .  .  .  .  .  .  .  .  .  .  .  .    200  100.00", "No"),
    ],
)
def test_a_dot_of_the_label_is_told_from_its_leader(line: str, label: str) -> None:
    assert labels(el30(MAYOR[:2], line)) == [(label, "")]


def test_a_label_as_long_as_its_field_has_no_leader() -> None:
    label = "A" * 42
    assert labels(el30(MAYOR[:2], f" {label}    200  100.00")) == [(label, "")]


def test_rows_with_one_label_are_kept_by_position() -> None:
    nobody = row("NO CANDIDATE FILED", "0")
    listing = el30(MAYOR[:2], nobody, MAYOR[2:4], nobody)
    assert [label for label, _ in labels(listing)] == [
        "NO CANDIDATE FILED",
        "ADA ALVAREZ",
        "BEN BAKER",
        "NO CANDIDATE FILED",
    ]
    assert listing.findings == ()


def test_total_over_votes_and_under_votes_are_told_from_choices() -> None:
    listing = el30(
        STATISTICS,
        MAYOR,
        row("    Total", "200"),
        row("    Over Votes", "3"),
        row("    Under Votes", "35"),
    )
    contest = only_contest(listing)
    assert contest.total == ListedCount("Total", 200)
    assert contest.counts[3:] == (ListedCount("Over Votes", 3), ListedCount("Under Votes", 35))
    assert listing.findings == ()


def test_thousands_commas_and_counts_wider_than_their_field_are_read() -> None:
    listing = el30(
        row("REGISTERED VOTERS - TOTAL", "12,345,678"),
        row("BALLOTS CAST - TOTAL", "1241"),
        row("TOTAL ALL REGISTERED VOTERS", "1,241"),
    )
    assert [count.votes for count in listing.precincts[0].statistics] == [12_345_678, 1_241, 1_241]
    assert listing.findings == ()


@pytest.mark.parametrize("end", [73, 74])
def test_one_to_seven_groups_are_known_by_where_their_figures_end(end: int) -> None:
    for number in range(1, 8):
        names = "".join(f"{f'GROUP-{n}':>14}" for n in range(1, number + 1))
        groups = [str(n) for n in range(1, number + 1)]
        total = str(sum(range(1, number + 1)))
        listing = el30a(
            f"  {names}", MAYOR[:2], group_row("ADA", total, "100.00", *groups, end=end)
        )
        assert listing.groups == tuple(f"GROUP-{n}" for n in range(1, number + 1))
        (count,) = only_contest(listing).counts
        assert count.by_group == tuple(range(1, number + 1))
        assert listing.findings == ()


def test_group_names_may_repeat_and_be_blank() -> None:
    names = f"  {'ABSENTEE':>14}{'':>14}{'ABSENTEE':>14}"
    listing = el30a(names, MAYOR[:2], group_row("ADA", "7", "100.00", "4", "", "3"))
    assert listing.groups == ("ABSENTEE", "", "ABSENTEE")
    assert only_contest(listing).counts[0].by_group == (4, None, 3)


def test_a_group_without_a_heading_is_found_by_its_figures() -> None:
    first = group_row("ADA", "4", "57.14", "4")
    second = group_row("BEN", "3", "42.86", "1", "2")
    listing = el30a(f"  {'ABSENTEE':>14}", MAYOR[:2], first, second)
    assert listing.groups == ("ABSENTEE", "")
    assert [count.by_group for count in only_contest(listing).counts] == [(4, None), (1, 2)]
    assert listing.findings == ()


def test_registered_voters_and_turnout_have_no_group_cells() -> None:
    listing = el30a(
        f"  {'ABSENTEE':>14}",
        group_row("REGISTERED VOTERS - TOTAL", "3,957", ""),
        group_row("BALLOTS CAST - TOTAL", "2,446", "", "2,446"),
        group_row("VOTER TURNOUT - TOTAL", "", "61.81"),
    )
    assert [count.by_group for count in listing.precincts[0].statistics] == [
        (None,),
        (2_446,),
        (None,),
    ]
    assert listing.findings == ()


def test_a_row_that_lost_part_of_its_leader_is_read_from_the_right_and_said() -> None:
    shifted = " ADA ALVAREZ (DEM)   .  .  150   75.00"
    listing = el30(MAYOR[:2], shifted, MAYOR[3:])
    assert only_contest(listing).counts[0] == ListedCount(
        "ADA ALVAREZ", 150, percent=7_500, party="DEM"
    )
    (finding,) = listing.findings
    assert (finding.check, finding.lines) == (ListingCheck.LAYOUT, (9,))


@pytest.mark.parametrize("shifted", [" ADA .  .  150", " ADA 2 150 75.00", " ADA .  75.00"])
def test_a_shifted_row_with_another_number_of_figures_is_refused(shifted: str) -> None:
    error = refusal(EL30, text(HEADER, "0001 East", HEADING_30, MAYOR[:2], shifted))
    assert error.line == 8


def test_a_shifted_row_of_groups_is_read_only_if_all_its_figures_are_there() -> None:
    names = f"  {'A':>14}{'B':>14}"
    whole = el30a(names, MAYOR[:2], " ADA .  .     7   100.00        4        3")
    assert only_contest(whole).counts == (ListedCount("ADA", 7, (4, 3), 10_000),)
    assert [finding.check for finding in whole.findings] == [ListingCheck.LAYOUT]
    with pytest.raises(ParseError, match="not certain"):
        el30a(names, MAYOR[:2], " ADA .  .     7   100.00        4")


def test_pages_of_a_precinct_are_joined() -> None:
    second = [line.replace("0001-01", "0001-02") for line in HEADER]
    first = (HEADER, "0001 East", HEADING_30, STATISTICS, MAYOR)
    listing = EL30.parse(text(*first, second, "0001 East", HEADING_30, "CLERK", MAYOR[1:]))
    (precinct,) = listing.precincts
    assert [contest.title for contest in precinct.contests] == ["MAYOR", "CLERK"]
    assert (listing.head.pages, listing.findings) == (2, ())


@pytest.mark.parametrize("kept", [(), HEADER[:1], HEADER[1:2], HEADER[2:], HEADER[:2]])
def test_any_part_of_a_page_header_may_be_missing(kept: Sequence[str]) -> None:
    pages = [(kept, f"000{n} Pct {n}", HEADING_30, STATISTICS, MAYOR) for n in (1, 2)]
    lines = [line for page in pages for line in page]
    listing = EL30.parse(text(*lines).replace(b"PAGE 0001-01", b""))
    assert [precinct.name for precinct in listing.precincts] == ["Pct 1", "Pct 2"]
    assert listing.findings == ()


def test_a_section_title_in_the_header_is_the_party_of_its_contests() -> None:
    def page(number: int, section: str) -> Sequence[str]:
        run_date = f"Run Date:05/12/16 11:01 AM{'':25}{section:<56}Report EL30 Page 0001-0{number}"
        return (*HEADER[:2], run_date, "0001 East", HEADING_30)

    listing = EL30.parse(
        text(
            page(1, "STATISTICS"),
            STATISTICS,
            page(2, "Republican"),
            MAYOR,
            page(3, "Democratic"),
            MAYOR,
            page(4, "NONPARTISAN"),
            "CLERK",
            MAYOR[1:],
        )
    )
    (precinct,) = listing.precincts
    assert [contest.party for contest in precinct.contests] == [
        "Republican",
        "Democratic",
        "NONPARTISAN",
    ]
    assert len(precinct.statistics) == 3
    assert listing.head.titles == ("Cabell County, WV", "Official", "General Election")


def test_a_starred_line_is_the_party_of_the_contests_below_it_in_its_precinct() -> None:
    stars = "********** (REPUBLICAN PARTY) **********"
    east = ("0001 East", HEADING_30, *STATISTICS, stars, *MAYOR)
    listing = EL30.parse(text(HEADER[:2], east, "0002 West", HEADING_30, MAYOR))
    first, second = listing.precincts
    assert first.contests[0].party == "REPUBLICAN PARTY"
    assert second.contests[0].party == ""


def test_a_summary_says_how_many_precincts_are_counted() -> None:
    listing = el45(
        " PRECINCTS COUNTED (OF 72) .  .  .  .  .        72  100.00",
        " BALLOTS CAST - TOTAL.  .  .  .  .  .  .    26,250",
        MAYOR[:2],
        "    (WITH 38 OF 38 PRECINCTS COUNTED)",
        " ADA ALVAREZ (DEM)   .  .  .  .  .  .  .     5,184  100.00",
    )
    (whole,) = listing.precincts
    assert (whole.number, whole.name, listing.counted) == (None, "", (72, 72))
    assert whole.statistics == (ListedCount("BALLOTS CAST - TOTAL", 26_250),)
    assert only_contest(listing).counted == (38, 38)
    assert listing.findings == ()
