"""Edits of the four page-layout reports that must not drop, double or move a figure in silence.

Each test makes one edit such as a hand, a spreadsheet or a bad copy makes, and asks for a
ParseError or a finding.
"""

import pytest

from election.listings import ListingCheck, ListingFinding, TotalsListing
from parsers.errors import ParseError
from parsers.unity.reports.parser import EL30, EL30A, EL45, ReportParser

TOP = ("PRECINCT REPORT", "0001 East", f"{'':44}VOTES  PERCENT")
GROUP_TOP = (
    "PREC REPORT-GROUP DETAIL",
    "0001 East",
    f"{'':40}TOTAL VOTES     %  {'EARLY':>13}{'ABSENTEE':>14}{'DAY':>14}",
)


def row(label: str, votes: str, percent: str = "") -> str:
    """Lay out a row of EL30: a dot in every third column, figures ending in 50 and 58."""
    leader = "".join("." if at % 3 == 0 else " " for at in range(43))
    left = f" {label}{leader[len(label) + 1 :]}"[: 49 - len(votes)]
    return f"{left:<{50 - len(votes)}}{votes}{percent:>8}".rstrip()


def group_row(label: str, votes: str, percent: str, *groups: str) -> str:
    """Lay out a row of EL30A: figures ending in 51, 60, 73, 87 and 101."""
    left = f"{row(label, '')[:43]:<43}{votes:>8}{percent:>9}"
    return (
        left + "".join(f"{group:>{13 if not n else 14}}" for n, group in enumerate(groups))
    ).rstrip()


VOTERS = row("REGISTERED VOTERS - TOTAL", "674")
BALLOTS = row("BALLOTS CAST - TOTAL", "238")
TURNOUT = " VOTER TURNOUT - TOTAL  .  .  .  .  .  .  .          35.31"
STATISTICS = (VOTERS, BALLOTS, TURNOUT)
ADA, BEN = row("ADA (DEM)", "150", "75.00"), row("BEN (REP)", "50", "25.00")
MAYOR = ("MAYOR", "VOTE FOR  1", ADA, BEN)
CORA = row("CORA", "200", "100.00")
CLERK = ("CLERK", "VOTE FOR  1", CORA)


def read(parser: ReportParser, *lines: str) -> TotalsListing:
    return parser.parse("".join(f"{line}\r\n" for line in lines).encode("cp1252"))


def is_noticed(parser: ReportParser, *lines: str) -> bool:
    """Say whether the listing is refused or has a finding."""
    return bool(findings(parser, *lines))


def findings(parser: ReportParser, *lines: str) -> tuple[ListingFinding, ...] | ParseError:
    try:
        return read(parser, *lines).findings
    except ParseError as error:
        return error


def test_the_listings_that_are_edited_here_are_sound() -> None:
    assert read(EL30, *TOP, *STATISTICS, *MAYOR, *CLERK).findings == ()
    listing = read(EL30A, *GROUP_TOP, *CLERK[:2], group_row("CORA", "7", "100.00", "4", "2", "1"))
    assert listing.precincts[0].contests[0].counts[0].by_group == (4, 2, 1)
    assert listing.findings == ()


def test_votes_that_are_wider_than_their_cell_are_read_whole() -> None:
    (precinct,) = read(EL30, *TOP, row("BALLOTS CAST - TOTAL", "12345678")).precincts
    assert precinct.statistics[0].votes == 12_345_678


def test_votes_or_groups_of_a_row_out_of_their_columns_are_said() -> None:
    whole = group_row("CORA", "7", "100.00", "4", "2", "1")
    votes = whole[:44] + "7" + whole[45:50] + " " + whole[51:]
    group = f"{whole[:85]}  {whole[85:]}"
    for shifted in (votes, group):
        listing = read(EL30A, *GROUP_TOP, *CLERK[:2], shifted)
        (count,) = listing.precincts[0].contests[0].counts
        assert (count.votes, count.by_group) == (7, (4, 2, 1))
        assert [finding.check for finding in listing.findings] == [ListingCheck.LAYOUT]


@pytest.mark.parametrize("shifted", [" CORA .  .  100.00  7  4  2  1", " CORA .  .  7  100.00"])
def test_figures_out_of_their_columns_in_another_order_or_number_are_refused(shifted: str) -> None:
    with pytest.raises(ParseError):
        read(EL30A, *GROUP_TOP, *CLERK[:2], shifted)


def test_a_page_number_that_stands_there_twice_is_said() -> None:
    page = ("PRECINCT REPORT      REPORT-EL30 PAGE 0001-02", *TOP[1:])
    first = ("PRECINCT REPORT      REPORT-EL30 PAGE 0001-01", *TOP[1:])
    listing = read(EL30, *first, *STATISTICS, *page, *MAYOR, *page, *CLERK)
    assert [finding.check for finding in listing.findings] == [ListingCheck.PAGES]


def test_figures_one_column_to_the_left_of_theirs_are_said() -> None:
    shifted = ADA.replace("    150", "   150")
    (finding,) = read(EL30, *TOP, *MAYOR[:2], shifted, BEN).findings
    assert (finding.check, finding.lines) == (ListingCheck.LAYOUT, (6,))


@pytest.mark.parametrize("first", ["", "\xa0"])
def test_a_row_at_the_left_edge_is_not_taken_for_a_title(first: str) -> None:
    assert is_noticed(EL30, *TOP, *STATISTICS, *CLERK[:2], first + CORA[1:], *MAYOR)


def test_a_row_without_votes_at_the_left_edge_is_not_taken_for_a_title() -> None:
    assert is_noticed(EL30, *TOP, *MAYOR, row("WRITE-IN", "0")[1:], *CLERK)


def test_a_contest_that_lost_its_only_row_is_noticed() -> None:
    assert is_noticed(EL30, *TOP, *STATISTICS, *CLERK[:2], *MAYOR)


def test_a_contest_that_lost_its_only_row_at_the_end_of_a_page_is_noticed() -> None:
    assert is_noticed(EL30, *TOP, *STATISTICS, *CLERK[:2], *TOP, *MAYOR)


def test_choices_that_lost_title_and_vote_for_line_are_no_statistics() -> None:
    assert is_noticed(EL30, *TOP, *STATISTICS, *MAYOR[2:])


def test_choices_at_the_top_of_a_later_page_are_no_statistics() -> None:
    assert is_noticed(EL30, *TOP, *STATISTICS, *CLERK, *TOP, *MAYOR[2:])


@pytest.mark.parametrize("twice", STATISTICS)
def test_a_statistic_that_stands_twice_is_noticed(twice: str) -> None:
    at = STATISTICS.index(twice)
    assert is_noticed(EL30, *TOP, *STATISTICS[:at], twice, *STATISTICS[at:], *CLERK)


@pytest.mark.parametrize("label", ["    Over Votes", "    Under Votes"])
def test_over_or_under_votes_that_stand_twice_are_noticed(label: str) -> None:
    assert is_noticed(EL30, *TOP, *STATISTICS, *MAYOR, row(label, "3"), row(label, "3"))


@pytest.mark.parametrize("blanks", [10, 20])
def test_the_last_row_of_a_page_far_to_the_right_is_not_of_the_next_page_header(
    blanks: int,
) -> None:
    shifted = " " * blanks + CORA
    assert is_noticed(EL30, *TOP, *STATISTICS, *CLERK[:2], shifted, *TOP, *MAYOR)


def test_the_last_row_of_a_narrow_page_in_its_margin_is_not_of_the_next_page_header() -> None:
    page = [f"{'':10}{line}" for line in (TOP[2], *STATISTICS, *CLERK)]
    page[-1] = page[-1][3:]
    other = [f"{'':10}{line}" for line in (TOP[2], *MAYOR)]
    assert is_noticed(EL30, *TOP[:2], *page, "PRECINCT REPORT", "0002 West", *other)


def test_ballots_cast_without_a_figure_beside_a_turnout_are_noticed() -> None:
    blank = row("BALLOTS CAST - TOTAL", "")
    assert is_noticed(EL30, *TOP, VOTERS, blank, TURNOUT, *CLERK)


def test_a_turnout_without_a_figure_below_ballots_is_noticed() -> None:
    blank = row("VOTER TURNOUT - TOTAL", "")
    assert is_noticed(EL30, *TOP, VOTERS, BALLOTS, blank, *CLERK)


def test_a_total_of_ballots_that_was_blanked_beside_its_groups_is_noticed() -> None:
    blanked = group_row("BALLOTS CAST - TOTAL", "", "", "4", "2", "1")
    assert is_noticed(EL30A, *GROUP_TOP, blanked)


def test_a_row_of_groups_moved_by_a_whole_column_is_noticed() -> None:
    moved = group_row("CORA", "7", "77.78", "", "4", "2", "1")
    other = group_row("DEE", "2", "22.22", "1", "0", "1")
    assert is_noticed(EL30A, *GROUP_TOP, *CLERK[:2], moved, other)


def test_a_group_cell_moved_to_a_group_that_is_blank_is_noticed() -> None:
    moved = group_row("CORA", "7", "77.78", "", "4", "3")
    other = group_row("DEE", "2", "22.22", "1", "0", "1")
    assert is_noticed(EL30A, *GROUP_TOP, *CLERK[:2], moved, other)


def test_figures_of_a_label_are_never_read_as_votes_that_touch_it() -> None:
    label = "CONSTITUTIONAL AMENDMENT NUMBER".ljust(40) + "12"
    assert is_noticed(EL30, *TOP, *CLERK[:2], f" {label}1234567  100.00")


def test_contests_of_a_primary_page_that_lost_its_section_title_are_noticed() -> None:
    def page(number: int, section: str) -> tuple[str, ...]:
        run = f"{'RUN DATE:05/12/16 11:01 AM':<51}{section:<56}REPORT-EL30 PAGE 0001-0{number}"
        return ("PRECINCT REPORT", run, *TOP[1:])

    whole = (*page(1, "STATISTICS"), *STATISTICS, *page(2, "Republican"), *MAYOR)
    assert read(EL30, *whole, *page(3, "Democratic"), *MAYOR).findings == ()
    assert is_noticed(EL30, *whole, *page(3, ""), *MAYOR)


def test_a_damaged_row_of_precincts_counted_is_noticed() -> None:
    top = ("SUMMARY REPORT", f"{'':45}VOTES PERCENT")
    counted = " PRECINCTS COUNTED (OF-72) .  .  .  .  .        36   50.00"
    assert is_noticed(EL45, *top, counted, *CLERK)


@pytest.mark.parametrize("title", ["PRECINCT REPRESENTATIVE", "SUMMARY REPEAL OF ORDINANCE 5"])
def test_a_contest_title_that_begins_as_a_report_title_is_read(title: str) -> None:
    (precinct,) = read(EL30, *TOP, title, *CLERK[1:]).precincts
    assert [contest.title for contest in precinct.contests] == [title]


def test_pages_of_a_second_county_are_noticed() -> None:
    cabell = ("PRECINCT REPORT          CABELL COUNTY", *TOP[1:])
    other = ("PRECINCT REPORT          BUTLER COUNTY", *TOP[1:])
    assert read(EL30, *cabell, *MAYOR, *cabell, *CLERK).findings == ()
    assert is_noticed(EL30, *cabell, *MAYOR, *other, *CLERK)
