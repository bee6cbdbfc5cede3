"""Each control total of the four reports notices what it can, and names the lines."""

import re
from random import Random

import pytest

from election.listings import ListingCheck, ListingFinding, TotalsListing
from parsers.errors import ParseError
from parsers.unity.reports.parser import EL30, EL30A, EL45, EL45A, ReportParser
from simulators.listings.election import simulated_totals
from simulators.listings.reports import print_report
from simulators.listings.summing import as_report

HEADING_30 = f"{'':44}VOTES  PERCENT"
HEADING_45 = f"{'':45}VOTES PERCENT"
HEADING_30A = f"{'':40}TOTAL VOTES     %   ELECTION DAY      ABSENTEE"


def row(label: str, votes: str, percent: str = "") -> str:
    return f" {label:<41}.{votes:>7}{percent:>8}".rstrip()


def group_row(label: str, votes: str, percent: str, first: str, second: str) -> str:
    return f" {label:<40} .{votes:>8}{percent:>9}{first:>13}{second:>14}".rstrip()


def precinct(number: int, *contests: str, page: str = "", ballots: str = "200") -> list[str]:
    statistics = [row("REGISTERED VOTERS - TOTAL", "400"), row("BALLOTS CAST - TOTAL", ballots)]
    turnout = [f" {'VOTER TURNOUT - TOTAL':<41} .{'50.00':>14}"]
    top = ["PRECINCT REPORT", *([page] if page else []), f"{number:04} Pct {number}", HEADING_30]
    return [*top, *statistics, *turnout, *contests]


MAYOR = ("MAYOR", "VOTE FOR  1", row("ADA", "150", "75.00"), row("BEN", "50", "25.00"))
CLERK = ("CLERK", "VOTE FOR  1", row("CORA", "100", "100.00"))


def read(parser: ReportParser, lines: list[str]) -> TotalsListing:
    return parser.parse("".join(f"{line}\r\n" for line in lines).encode())


def found(listing: TotalsListing) -> list[tuple[ListingCheck, tuple[int, ...]]]:
    return [(finding.check, finding.lines) for finding in listing.findings]


def changed(lines: list[str], place: int, line: str) -> list[str]:
    return [*lines[: place - 1], line, *lines[place:]]


def test_a_sound_precinct_has_no_findings() -> None:
    assert read(EL30, precinct(1, *MAYOR)).findings == ()


@pytest.mark.parametrize(
    "line",
    [row("ADA", "151", "75.00"), row("ADA", "150", "75.01"), row("ADA", "150")],
)
def test_a_percentage_that_is_not_that_of_the_votes_is_found(line: str) -> None:
    listing = read(EL30, changed(precinct(1, *MAYOR, ballots="200"), 9, line))
    assert (ListingCheck.PERCENT, (9, 10)) in found(listing)


def test_a_percentage_beside_no_votes_is_found() -> None:
    nobody = row("WRITE-IN", "0", "1.00")
    assert found(read(EL30, precinct(1, *MAYOR, nobody))) == [(ListingCheck.PERCENT, (9, 10, 11))]


@pytest.mark.parametrize(("place", "line"), [(4, "401"), (5, "199")])
def test_a_turnout_that_is_not_that_of_the_ballots_is_found(place: int, line: str) -> None:
    label = {4: "REGISTERED VOTERS - TOTAL", 5: "BALLOTS CAST - TOTAL"}[place]
    lines = changed(precinct(1), place, row(label, line))
    assert found(read(EL30, lines)) == [(ListingCheck.PERCENT, (4, 5, 6))]


def test_ballots_of_a_party_are_held_against_all_ballots() -> None:
    lines = precinct(1)
    lines.insert(5, row("BALLOTS CAST - REPUBLICAN", "50", "25.01"))
    assert found(read(EL30, lines)) == [(ListingCheck.PERCENT, (5, 6))]


def test_more_votes_than_ballots_can_hold_are_found() -> None:
    listing = read(EL30, precinct(1, *MAYOR[:2], row("ADA", "201", "100.00")))
    assert found(listing) == [(ListingCheck.CONTEST_TOTAL, (5, 7, 9))]
    allowed = read(EL30, precinct(1, "MAYOR", "VOTE FOR  2", row("ADA", "201", "100.00")))
    assert allowed.findings == ()


def test_over_and_under_votes_count_as_votes_of_the_ballots() -> None:
    listing = read(EL30, precinct(1, *MAYOR, row("    Under Votes", "1")))
    assert found(listing) == [(ListingCheck.CONTEST_TOTAL, (5, 7, 9, 10, 11))]


def test_a_contest_total_that_its_choices_do_not_make_is_found() -> None:
    listing = read(EL30, precinct(1, *MAYOR, row("    Total", "199")))
    assert found(listing) == [(ListingCheck.CONTEST_TOTAL, (9, 10, 11))]


@pytest.mark.parametrize(("votes", "said"), [("9", "may not be printed"), ("7", "more than")])
def test_groups_that_do_not_make_the_total_are_found(votes: str, said: str) -> None:
    lines = ["0001 East", HEADING_30A, "MAYOR", "VOTE FOR  1"]
    listing = read(EL30A, [*lines, group_row("ADA", votes, "100.00", "5", "3")])
    (finding,) = listing.findings
    assert (finding.check, finding.lines) == (ListingCheck.GROUP_SUM, (5,))
    assert said in finding.message


def test_blanked_group_cells_are_found() -> None:
    lines = ["0001 East", HEADING_30A, "MAYOR", "VOTE FOR  1"]
    listing = read(EL30A, [*lines, group_row("ADA", "9", "100.00", "", "")])
    assert found(listing) == [(ListingCheck.GROUP_SUM, (5,))]


def test_a_group_that_is_never_printed_is_one_finding() -> None:
    lines = [
        line
        for number in range(1, 31)
        for line in (
            f"{number:04} Pct", HEADING_30A, "MAYOR", "VOTE FOR  1",
            group_row("ADA", "9", "100.00", "5", "3"),
        )
    ]  # fmt: skip
    (finding,) = read(EL30A, lines).findings
    assert finding.check is ListingCheck.GROUP_SUM
    assert finding.message.startswith("In 30 rows, first on line 5,")


def summary(counted: str, of_contest: str) -> list[str]:
    return [
        "SUMMARY REPORT",
        HEADING_45,
        counted,
        "MAYOR",
        "VOTE FOR  1",
        f"    (WITH {of_contest} PRECINCTS COUNTED)",
        row("ADA", "5", "100.00"),
    ]


COUNTED = " PRECINCTS COUNTED (OF 72) .  .  .  .  .        72  100.00"


def test_a_contest_of_a_part_of_the_precincts_is_no_finding() -> None:
    assert read(EL45, summary(COUNTED, "38 OF 38")).findings == ()


@pytest.mark.parametrize("of_contest", ["71 OF 72", "73 OF 73", "39 OF 38"])
def test_a_contest_that_counts_precincts_otherwise_is_found(of_contest: str) -> None:
    listing = read(EL45, summary(COUNTED, of_contest))
    assert found(listing) == [(ListingCheck.PRECINCTS_COUNTED, (3, 6))]


def test_a_partial_report_is_one_finding() -> None:
    partial = " PRECINCTS COUNTED (OF 72) .  .  .  .  .        36   50.00"
    listing = read(EL45, summary(partial, "36 OF 72"))
    assert found(listing) == [(ListingCheck.PRECINCTS_COUNTED, (3,))]
    assert listing.counted == (36, 72)


def test_a_report_twice_in_one_file_is_kept_once_and_never_added_up() -> None:
    once = precinct(1, *MAYOR) + precinct(2, *MAYOR)
    listing = read(EL30, once * 2)
    assert listing.precincts == read(EL30, once).precincts
    assert [check for check, _ in found(listing)] == [ListingCheck.REPEATED] * 2
    assert all(
        "same figures" in f.message and "first is kept" in f.message for f in listing.findings
    )


def test_a_second_report_with_other_figures_is_said_to_differ() -> None:
    other = precinct(1, "MAYOR", "VOTE FOR  1", row("ADA", "100", "100.00"))
    listing = read(EL30, precinct(1, *MAYOR) + other)
    (finding,) = listing.findings
    assert listing.precincts == read(EL30, precinct(1, *MAYOR)).precincts
    assert "other figures" in finding.message
    assert finding.lines == (1, 11)


def test_a_summary_twice_in_one_file_is_kept_once() -> None:
    once = summary(COUNTED, "72 OF 72")
    once.insert(3, row("BALLOTS CAST - TOTAL", "5"))
    listing = read(EL45, once * 2)
    assert listing.precincts == read(EL45, once).precincts
    assert [check for check, _ in found(listing)] == [ListingCheck.REPEATED]


def test_a_contest_twice_in_a_precinct_is_kept_once() -> None:
    listing = read(EL30, precinct(1, *MAYOR, *MAYOR))
    assert len(listing.precincts[0].contests) == 1
    assert found(listing) == [(ListingCheck.REPEATED, (7, 11))]


def test_contests_of_one_title_with_other_choices_are_two() -> None:
    other = ("MAYOR", "VOTE FOR  1", row("CORA", "100", "100.00"))
    listing = read(EL30, precinct(1, *MAYOR, *other))
    assert [len(contest.counts) for contest in listing.precincts[0].contests] == [2, 1]
    assert listing.findings == ()


def test_a_gap_in_the_page_numbers_is_found() -> None:
    first = precinct(1, *MAYOR, page="REPORT-EL30 PAGE 0001-01")
    third = ["REPORT-EL30 PAGE 0001-03", "0001 Pct 1", HEADING_30, *CLERK]
    fourth = ["REPORT-EL30 PAGE 0002-02", "0002 Pct 2", HEADING_30, *CLERK]
    listing = read(EL30, first + third + fourth)
    assert found(listing) == [(ListingCheck.PAGES, (1, 12)), (ListingCheck.PAGES, (18, 18))]


def test_pages_out_of_order_are_joined_and_said() -> None:
    first = precinct(1, *MAYOR, page="REPORT-EL30 PAGE 0001-01")
    second = ["REPORT-EL30 PAGE 0001-02", "0001 Pct 1", HEADING_30, *CLERK]
    other = precinct(2, *MAYOR, page="REPORT-EL30 PAGE 0002-01")
    listing = read(EL30, second + other + first)
    assert [len(each.contests) for each in listing.precincts] == [2, 1]
    assert [check for check, _ in found(listing)] == [ListingCheck.PAGES]


def test_another_name_of_a_precinct_is_found() -> None:
    second = ["0001 Pct 2", HEADING_30, *CLERK]
    assert found(read(EL30, precinct(1, *MAYOR) + second)) == [(ListingCheck.PAGES, (1, 11))]


def test_another_heading_of_the_groups_is_found() -> None:
    page = ["0001 East", HEADING_30A, *CLERK[:2], group_row("CORA", "8", "100.00", "5", "3")]
    other = [line.replace("ABSENTEE", "   EARLY") for line in page[:1] + page[1:2]] + [
        "MAYOR",
        *page[3:],
    ]
    assert found(read(EL30A, page + other)) == [(ListingCheck.PAGES, (7,))]


@pytest.mark.parametrize(("kept", "lines"), [(11, (11,)), (8, (7,)), (7, (7,))])
def test_a_listing_that_ends_too_early_is_found(kept: int, lines: tuple[int, ...]) -> None:
    whole = [*precinct(1, *MAYOR), "PRECINCT REPORT"]
    assert (ListingCheck.CUT, lines) in found(read(EL30, whole[:kept]))


def test_a_last_line_without_its_end_is_no_finding_if_it_is_whole() -> None:
    content = "\r\n".join(precinct(1, *MAYOR)).encode()
    assert EL30.parse(content).findings == ()
    cut = content.removesuffix(b"   25.00")
    assert (ListingCheck.CUT, (10,)) in found(EL30.parse(cut))
    with pytest.raises(ParseError, match="line 10: the listing ends in the middle of a line"):
        EL30.parse(content[:-1])


def test_findings_are_bounded() -> None:
    lines = precinct(1)
    for number in range(150):
        lines += [f"CONTEST {number}", "VOTE FOR  1", row("ADA", "5", "99.00")]
    findings = read(EL30, lines).findings
    assert len(findings) == 101
    assert findings[-1] == ListingFinding(ListingCheck.PERCENT, "And 50 more of this kind.", ())


FIGURE = re.compile(rb"\d")


@pytest.mark.parametrize(("report", "parser"), [("EL30A", EL30A), ("EL45A", EL45A)])
def test_a_changed_digit_in_a_row_with_groups_is_always_noticed(
    report: str, parser: ReportParser
) -> None:
    """Except in registered voters where the turnout, to two places, stays what it was."""
    totals = simulated_totals(
        seed=3, precincts=2, groups=("ELECTION DAY", "ABSENTEE", "PROVISIONAL")
    )
    lines = print_report(as_report(totals, report)).split(b"\n")
    assert parser.parse(b"\n".join(lines)).findings == ()
    figures = [
        (place, 43 + figure.start())
        for place, line in enumerate(lines)
        if b".  ." in line
        for figure in FIGURE.finditer(line[43:])
    ]
    dice = Random(30)
    unnoticed: list[bytes] = []
    for place, column in dice.sample(figures, 200):
        line = lines[place]
        digit = b"%d" % ((int(line[column : column + 1]) + dice.randrange(1, 10)) % 10)
        edited = [*lines[:place], line[:column] + digit + line[column + 1 :], *lines[place + 1 :]]
        try:
            noticed = bool(parser.parse(b"\n".join(edited)).findings)
        except ParseError:
            noticed = True
        if not noticed:
            unnoticed.append(line)
    assert all(line.startswith(b" REGISTERED VOTERS") for line in unnoticed)
    assert len(unnoticed) < 10
