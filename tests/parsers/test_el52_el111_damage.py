"""What an edited, cut or shuffled canvass ends in: findings that name both sides, or ParseError."""

from itertools import pairwise

import pytest

from election.listings import (
    ListedContest,
    ListedCount,
    ListedPrecinct,
    ListingCheck,
    ListingFinding,
    ListingHead,
    TotalsListing,
)
from parsers.contract import Parser
from parsers.errors import ParseError
from parsers.unity.canvass.el52 import PARSER as EL52
from parsers.unity.canvass.el111 import PARSER as EL111
from simulators.listings.canvass_el52 import El52Layout, print_el52
from simulators.listings.canvass_el111 import El111Layout, print_el111

VOTES = {1: (10, 20, 1), 2: (30, 0, 2), 3: (5, 5, 0), 4: (0, 0, 0)}


def county(report: str, shares: tuple[int, int]) -> TotalsListing:
    """Return four precincts that vote on mayor; two also on a bond."""

    def contests(number: int) -> tuple[ListedContest, ...]:
        ann, bob, under = VOTES[number]
        counts = (
            ListedCount("Ann", ann, party="REP"),
            ListedCount("Bob", bob, party="DEM"),
            ListedCount("UNDER VOTES", under),
        )
        mayor = ListedContest("Mayor", counts, votes_allowed=1)
        bond = ListedContest("School Bond", (ListedCount("Yes", 3), ListedCount("No", 1)))
        return (mayor, bond) if number > 2 else (mayor,)

    totals = (
        ListedCount("Ann", 45, percent=shares[0], party="REP"),
        ListedCount("Bob", 25, percent=shares[1], party="DEM"),
        ListedCount("UNDER VOTES", 3),
    )
    counted = (4, 4) if report == "EL52" else None
    bond = (ListedCount("Yes", 6, percent=7_500), ListedCount("No", 2, percent=2_500))
    statistics = (
        ListedCount("REGISTERED VOTERS - TOTAL", 100),
        ListedCount("BALLOTS CAST - TOTAL", 50),
        ListedCount("VOTER TURNOUT - TOTAL", None, percent=5_000),
    )
    all_statistics = (
        ListedCount("REGISTERED VOTERS - TOTAL", 400),
        ListedCount("BALLOTS CAST - TOTAL", 200),
        ListedCount("VOTER TURNOUT - TOTAL", None, percent=5_000),
    )
    return TotalsListing(
        ListingHead(report, ("ANY COUNTY",), "11/05/08 10:00 AM"),
        (),
        tuple(ListedPrecinct(each, f"No. {each}", statistics, contests(each)) for each in VOTES),
        ListedPrecinct(
            None,
            "",
            all_statistics,
            (
                ListedContest("Mayor", totals, votes_allowed=1, counted=counted),
                ListedContest("School Bond", bond),
            ),
        ),
        counted,
    )


EL52_COUNTY, EL111_COUNTY = county("EL52", (6_429, 3_571)), county("EL111", (6_428, 3_571))
EL52_PAGES = print_el52(EL52_COUNTY, El52Layout(page_lines=14))
EL111_PAGES = print_el111(EL111_COUNTY, El111Layout(page_lines=15, new_pages=True))
BOTH: dict[str, tuple[Parser, bytes]] = {"EL52": (EL52, EL52_PAGES), "EL111": (EL111, EL111_PAGES)}
both = pytest.mark.parametrize(("parser", "pages"), BOTH.values(), ids=BOTH)


def line_of(content: bytes, text: bytes, nth: int = 1) -> int:
    """Return the number of the `nth` line that holds `text`."""
    lines = [at for at, line in enumerate(content.split(b"\n"), start=1) if text in line]
    return lines[nth - 1]


def found(parser: Parser, content: bytes) -> list[tuple[ListingCheck, tuple[int, ...]]]:
    listing = parser.parse(content)
    assert isinstance(listing, TotalsListing)
    return [(finding.check, finding.lines) for finding in listing.findings]


def findings(parser: Parser, content: bytes) -> tuple[ListingFinding, ...]:
    listing = parser.parse(content)
    assert isinstance(listing, TotalsListing)
    return listing.findings


def refusal(parser: Parser, content: bytes) -> ParseError:
    with pytest.raises(ParseError) as caught:
        parser.parse(content)
    return caught.value


def edited(content: bytes, line: int, old: bytes, new: bytes) -> bytes:
    """Replace `old` once on the numbered line."""
    lines = content.split(b"\n")
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    return b"\n".join(lines)


@both
def test_an_untouched_listing_has_no_finding(parser: Parser, pages: bytes) -> None:
    assert parser.parse(pages) in (EL52_COUNTY, EL111_COUNTY)


def test_el52_rows_that_do_not_make_the_key_are_found() -> None:
    row = line_of(EL52_PAGES, b"0001 No. 1", 2)
    key = line_of(EL52_PAGES, b"01 = Ann")
    last = line_of(EL52_PAGES, b"0004 No. 4", 2)
    changed = edited(EL52_PAGES, row, b"   10    20", b"   11    20")
    assert found(EL52, changed) == [(ListingCheck.COLUMN_SUM, (key, row, last))]


def test_el111_rows_that_do_not_make_the_foot_row_are_found() -> None:
    row = line_of(EL111_PAGES, b"0001 No. 1", 2)
    foot = line_of(EL111_PAGES, b"CANDIDATE TOTALS", 2)
    last = line_of(EL111_PAGES, b"0004 No. 4", 2)
    changed = edited(EL111_PAGES, row, b"     10      20", b"     11      20")
    assert found(EL111, changed) == [(ListingCheck.COLUMN_SUM, (foot, row, last))]


def test_a_contest_with_votes_but_without_foot_rows_is_found() -> None:
    foot = line_of(EL111_PAGES, b"CANDIDATE TOTALS", 2)
    lines = EL111_PAGES.split(b"\n")
    del lines[foot - 1 : foot + 1]
    checks = [check for check, _ in found(EL111, b"\n".join(lines))]
    assert checks == [ListingCheck.COLUMN_SUM] * 3


@pytest.mark.parametrize(
    ("parser", "pages", "old", "new", "text"),
    [
        (EL52, EL52_PAGES, b"64.29", b"64.39", b"01 = Ann"),
        (EL52, EL52_PAGES, b"75.00", b"70.00", b"01 = Yes"),
        (EL111, EL111_PAGES, b"64.28", b"64.38", b"CANDIDATE PERCENT"),
    ],
)
def test_a_percentage_of_other_votes_is_found(
    parser: Parser, pages: bytes, old: bytes, new: bytes, text: bytes
) -> None:
    wrong = findings(parser, pages.replace(old, new))
    assert [finding.check for finding in wrong] == [ListingCheck.PERCENT]
    assert line_of(pages, text) in wrong[0].lines


@both
def test_a_turnout_of_other_ballots_is_found(parser: Parser, pages: bytes) -> None:
    row = line_of(pages, b"0002 No. 2")
    assert found(parser, edited(pages, row, b"50.00", b"51.00")) == [(ListingCheck.PERCENT, (row,))]


def test_a_key_that_differs_between_pages_is_found() -> None:
    first, second = line_of(EL52_PAGES, b"01 = Ann"), line_of(EL52_PAGES, b"01 = Ann", 2)
    changed = edited(EL52_PAGES, second, b"45", b"54")
    assert found(EL52, changed) == [(ListingCheck.PAGES, (first, second))]


@both
def test_a_heading_that_differs_between_pages_is_found(parser: Parser, pages: bytes) -> None:
    second = line_of(pages, b"(REP)", 2)
    changed = edited(pages, second, b"(REP)", b"(GRN)")
    assert [check for check, _ in found(parser, changed)] == [ListingCheck.PAGES]


def test_a_precinct_that_is_missing_in_a_contest_is_found() -> None:
    lines = EL52_PAGES.split(b"\n")
    del lines[line_of(EL52_PAGES, b"0004 No. 4", 2) - 1]
    first = line_of(EL52_PAGES, b"0001 No. 1", 2)
    wrong = findings(EL52, b"\n".join(lines))
    assert [finding.check for finding in wrong] == [ListingCheck.PRECINCTS_COUNTED]
    assert "rows of 3 precincts" in wrong[0].message
    assert first in wrong[0].lines


def test_a_choice_of_the_key_without_a_column_is_found() -> None:
    pages = print_el52(EL52_COUNTY, El52Layout(columns=2))
    blocks = pages.split(b"====" * 33)
    wrong = findings(EL52, (b"====" * 33).join(blocks[:3] + blocks[4:]))
    assert [finding.check for finding in wrong] == [ListingCheck.PAGES, ListingCheck.COLUMN_SUM]
    assert "3 choices in the key, 2 columns" in wrong[1].message


def test_precincts_that_are_not_counted_are_found() -> None:
    some = EL52_PAGES.replace(b"WITH 4 OF 4", b"WITH 3 OF 4")
    listing = EL52.parse(some)
    assert listing.counted == (3, 4)
    assert {finding.check for finding in listing.findings} == {ListingCheck.PRECINCTS_COUNTED}


@both
def test_a_row_that_is_printed_twice_is_found_and_kept(parser: Parser, pages: bytes) -> None:
    lines = pages.split(b"\n")
    row = line_of(pages, b"0004 No. 4", 2)
    lines.insert(row, lines[row - 1])
    listing = parser.parse(b"\n".join(lines))
    assert isinstance(listing, TotalsListing)
    assert (ListingCheck.REPEATED, (row, row + 1)) in [
        (finding.check, finding.lines) for finding in listing.findings
    ]
    assert [contest.title for contest in listing.precincts[3].contests].count("Mayor") == 2


@both
def test_a_listing_that_is_in_the_file_twice_is_found(parser: Parser, pages: bytes) -> None:
    listing = parser.parse(pages + pages)
    assert isinstance(listing, TotalsListing)
    repeated = [each for each in listing.findings if each.check is ListingCheck.REPEATED]
    assert len(repeated) == 3


@both
def test_a_listing_without_its_last_ruler_is_found(parser: Parser, pages: bytes) -> None:
    cut = pages[: pages.rindex(b"====" * 33)]
    assert found(parser, cut)[0][0] is ListingCheck.CUT


@both
def test_a_listing_without_its_second_page_is_found(parser: Parser, pages: bytes) -> None:
    header = b"RUN DATE" if parser is EL52 else b"NAME HEADING"
    begins = [at for at in range(len(pages)) if pages.startswith(header, at)]
    assert findings(parser, pages[: begins[1]] + pages[begins[2] :])


@both
def test_a_number_that_slipped_is_refused(parser: Parser, pages: bytes) -> None:
    row = line_of(pages, b"0002 No. 2", 2)
    error = refusal(parser, edited(pages, row, b"   30", b"  30 "))
    assert error.line == row
    assert "ends where its column ends" in error.reason


@both
def test_a_row_with_more_cells_than_columns_is_refused(parser: Parser, pages: bytes) -> None:
    lines = pages.split(b"\n")
    row = line_of(pages, b"0002 No. 2", 2)
    lines[row - 1] = lines[row - 1].replace(b"\r", b"     7\r", 1)
    assert refusal(parser, b"\n".join(lines)).line == row


def test_an_el52_row_with_fewer_cells_is_found() -> None:
    row = line_of(EL52_PAGES, b"0003 No. 3", 2)
    changed = edited(EL52_PAGES, row, b"     5     0", b"     5      ")
    heading = line_of(EL52_PAGES, b"    01    02    03", 2) + 1
    assert found(EL52, changed) == [(ListingCheck.LAYOUT, (heading, row))]


def test_a_heading_with_a_letter_out_of_place_is_refused() -> None:
    ruler = line_of(EL111_PAGES, b"-----", 3)
    letters = EL111_PAGES.split(b"\n")[ruler - 3]
    damaged = EL111_PAGES.replace(letters, letters.rstrip(b"\r") + b"    x\r")
    assert refusal(EL111, damaged).line is not None


@both
def test_a_precinct_whose_number_was_misprinted_is_found(parser: Parser, pages: bytes) -> None:
    statistics, contest = line_of(pages, b"0001 No. 1"), line_of(pages, b"0001 No. 1", 2)
    for row, without in ((contest, contest), (statistics, contest)):
        wrong = findings(parser, edited(pages, row, b"0001 No. 1", b"0009 No. 1"))
        assert [(each.check, each.lines) for each in wrong] == [(ListingCheck.LAYOUT, (without,))]
        assert "no statistics" in wrong[0].message


def test_a_listing_without_statistics_misses_none() -> None:
    contests = EL52_PAGES[EL52_PAGES.index(b"====") :].split(b"\n", 1)[1]
    assert ListingCheck.LAYOUT not in {check for check, _ in found(EL52, contests)}


def test_a_contest_whose_title_was_lost_is_found() -> None:
    title = line_of(EL111_PAGES, b"   School Bond")
    lines = EL111_PAGES.split(b"\n")
    message = "Yes, No stand below no title and were read as statistics. Is the title of a contest "
    for lost in (lines[: title - 1] + lines[title:], [*lines[: title - 1], b" ", *lines[title:]]):
        said = [(each.check, each.message) for each in findings(EL111, b"\n".join(lost))]
        assert (ListingCheck.LAYOUT, f"{message}lost?") in said


def test_a_page_of_twelve_columns_that_is_in_the_file_twice_is_found() -> None:
    counts = tuple(ListedCount(f"Choice {each}", each) for each in range(12))
    contest = ListedContest("Mayor", counts)
    totals = ListedPrecinct(None, "", contests=(contest,))
    listing = TotalsListing(
        ListingHead("EL111"), (), (ListedPrecinct(1, "East", (), (contest,)),), totals
    )
    page = print_el111(listing, El111Layout(run_dates=False, title=False))
    body = page[page.index(b"Mayor") - 3 : page.rindex(b"====") + 6]
    twice = EL111.parse(body * 2)
    assert isinstance(twice, TotalsListing)
    assert [each.check for each in twice.findings] == [ListingCheck.REPEATED]
    assert [len(each.counts) for each in twice.precincts[0].contests] == [12, 12]


@both
def test_text_behind_the_last_ruler_of_a_contest_is_refused(parser: Parser, pages: bytes) -> None:
    ruler = line_of(pages, b"====")
    error = refusal(parser, edited(pages, ruler, b"=\r", b"=0004 No. 4      7\r"))
    assert (error.line, error.reason) == (ruler, "expected nothing beside the ====")


@pytest.mark.parametrize(
    ("parser", "pages"),
    [(EL52, print_el52(EL52_COUNTY, El52Layout(page_lines=13))), (EL111, EL111_PAGES)],
)
def test_the_end_of_a_row_that_was_broken_off_is_refused(parser: Parser, pages: bytes) -> None:
    lines = pages.split(b"\n")
    row = next(
        at
        for at, (line, below) in enumerate(pairwise(lines), start=1)
        if line[:2] == b"00" and b"ANY COUNTY" in below and b"==" not in below
    )
    figures = lines[row - 1][36:]
    for rest in (figures, b" .  56 50.00\r", b"  50.00\r"):
        error = refusal(parser, edited(pages, row, figures, b"\f" + rest))
        assert (error.line, error.reason) == (row, "figures that stand in no row of a precinct")


@both
@pytest.mark.parametrize("figure", [b"10.00", b"- 10", b"-10", b"1 0", b"1O", b"\xa010"])
def test_a_cell_of_a_contest_that_is_no_count_is_refused(
    parser: Parser, pages: bytes, figure: bytes
) -> None:
    row = line_of(pages, b"0001 No. 1", 2)
    text = b" " * (len(figure) - 2) + b"10"
    assert refusal(parser, edited(pages, row, text, figure)).line == row


@pytest.mark.parametrize("doubled", [b"CANDIDATE TOTALS", b"CANDIDATE PERCENT"])
def test_foot_rows_are_refused_unless_both_stand_there_once_in_order(doubled: bytes) -> None:
    foot, share = (line_of(EL111_PAGES, b"CANDIDATE " + each, 2) for each in (b"TOT", b"PERC"))
    lines = EL111_PAGES.split(b"\n")
    line = line_of(EL111_PAGES, doubled, 2)
    twice = [*lines[:line], lines[line - 1], *lines[line:]]
    assert refusal(EL111, b"\n".join(twice)).line == line + 1
    lines[foot - 1], lines[share - 1] = lines[share - 1], lines[foot - 1]
    assert refusal(EL111, b"\n".join(lines)).line == foot


@both
def test_a_precinct_of_two_names_is_found(parser: Parser, pages: bytes) -> None:
    first, row = line_of(pages, b"0002 No. 2"), line_of(pages, b"0002 No. 2", 2)
    renamed = edited(pages, row, b"No. 2", b"No. 7")
    assert found(parser, renamed) == [(ListingCheck.LAYOUT, (first, row))]


def test_a_percentage_among_the_totals_of_a_contest_is_refused() -> None:
    foot = line_of(EL111_PAGES, b"CANDIDATE TOTALS", 2)
    assert refusal(EL111, edited(EL111_PAGES, foot, b"   45", b"45.00")).line == foot


def test_a_continued_page_with_other_columns_is_refused() -> None:
    pages = print_el52(EL52_COUNTY, El52Layout(columns=2, page_lines=13))
    numbers = next(line for line in pages.split(b"\n") if b"CONTINUED" in line and b" 01" in line)
    others = numbers.replace(b"01    02", b"02    03")
    error = refusal(EL52, pages.replace(numbers, others, 1))
    assert "other columns than the page before" in error.reason


def test_digits_that_are_none_of_the_ten_are_no_key() -> None:
    for raised in (b"\xb9", b"\xb2", b"\xb3"):
        key = line_of(EL52_PAGES, b"02 = Bob")
        assert refusal(EL52, edited(EL52_PAGES, key, b"02 =", b"0" + raised + b" =")).line == key


def test_a_total_that_was_blanked_is_found_also_where_a_percentage_stands() -> None:
    key = line_of(EL52_PAGES, b"01 = Ann")
    wrong = findings(EL52, edited(EL52_PAGES, key, b"45   64.29", b"     64.29"))
    assert ListingCheck.COLUMN_SUM in {each.check for each in wrong}


@both
def test_every_digit_of_a_contest_is_under_a_control_total(parser: Parser, pages: bytes) -> None:
    """No control total covers the numbers and names of precincts."""
    rows = [line_of(pages, b"000%d No. %d" % (each, each), 2) for each in VOTES]
    lines = pages.split(b"\n")
    digits = 0
    for number in rows:
        for place in range(35, len(lines[number - 1])):
            digit = lines[number - 1][place : place + 1]
            if digit.isdigit():
                other = b"9" if digit != b"9" else b"8"
                row = lines[number - 1][:place] + other + lines[number - 1][place + 1 :]
                changed = [*lines[: number - 1], row, *lines[number:]]
                assert findings(parser, b"\n".join(changed))
                digits += 1
    assert digits == 15
