"""EL30A out of PDFs: what is read, and what is refused rather than guessed."""

import subprocess
import sys
import textwrap
import zlib

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from election.listings import ListedContest, ListedCount, ListingCheck, TotalsListing
from parsers.errors import ParseError
from parsers.unity.pdf_copy import isolation
from parsers.unity.pdf_copy.agreement import agreed
from parsers.unity.pdf_copy.parser import PARSER
from parsers.unity.pdf_copy.reader import read_pages
from simulators.listings.election import simulated_totals
from simulators.listings.pdf import printed_pdf
from simulators.listings.report_style import style_for
from simulators.listings.reports import print_report
from simulators.small_election import small_election

TOP = """\
E&l2a0o7c067F(s0p16.66h3b6T&a00L
PREC REPORT-GROUP DETAIL                           GENERAL ELECTION
OFFICIAL
                                                   COUNTY OF EXAMPLE
RUN DATE:11/28/17 10:14 AM
REPORT-EL30A PAGE 0001-01

0001 NORTH TOWNSHIP
                                        TOTAL VOTES     %   ELECTION DAY      \n\
ABSENTEE
"""

STATISTICS = """\
 REGISTERED VOTERS - TOTAL .  .  .  .  .  .   1,155
 BALLOTS CAST - TOTAL.  .  .  .  .  .  .  .     117                   107      \n\
10
 VOTER TURNOUT - TOTAL  .  .  .  .  .  .  .            10.13

"""

SHERIFF = """\

SHERIFF OF
DISTRICT 5
VOTE FOR NOT MORE THAN  1
 ANN EXAMPLE (DEM)  .  .  .  .  .  .  .  .       28    25.00           24      \n\
4
 BOB 2000 (REP).  .  .  .  .  .  .  .  .  .      84    75.00           80      \n\
4
 WRITE-IN.  .  .  .  .  .  .  .  .  .  .  .       0                     0      \n\
0
         Total .  .  .  .  .  .  .  .  .  .     112                   104      \n\
8
"""

REPORT = TOP + STATISTICS + SHERIFF

SHERIFF_RECORD = ListedContest(
    "SHERIFF OF DISTRICT 5",
    (
        ListedCount("ANN EXAMPLE", 28, (24, 4), 2500, "DEM"),
        ListedCount("BOB 2000", 84, (80, 4), 7500, "REP"),
        ListedCount("WRITE-IN", 0, (0, 0)),
    ),
    votes_allowed=1,
    total=ListedCount("Total", 112, (104, 8)),
)


def pages_of(text: str) -> list[list[str]]:
    return [page.splitlines() for page in text.split("\f")]


def read(text: str) -> TotalsListing:
    return read_pages(text.split("\f"))


def refusal(text: str) -> ParseError:
    with pytest.raises(ParseError) as caught:
        read(text)
    return caught.value


def replaced(old: str, new: str) -> str:
    assert old in REPORT
    return REPORT.replace(old, new, 1)


def checks(listing: TotalsListing) -> set[ListingCheck]:
    return {finding.check for finding in listing.findings}


def test_a_printed_pdf_is_read() -> None:
    listing = PARSER.parse(printed_pdf(pages_of(REPORT)))
    assert listing.groups == ("ELECTION DAY", "ABSENTEE")
    (precinct,) = listing.precincts
    assert (precinct.number, precinct.name) == (1, "NORTH TOWNSHIP")
    assert precinct.contests == (SHERIFF_RECORD,)
    assert listing.head.titles[:2] == ("PREC REPORT-GROUP DETAIL", "GENERAL ELECTION")
    assert listing.head.run_date == "11/28/17 10:14 AM"
    assert listing.findings == ()
    assert any("read by tokens" in note for note in listing.notes)


def test_statistics_have_no_groups_where_the_report_prints_none() -> None:
    (precinct,) = read(REPORT).precincts
    assert precinct.statistics == (
        ListedCount("REGISTERED VOTERS - TOTAL", 1_155, (None, None)),
        ListedCount("BALLOTS CAST - TOTAL", 117, (107, 10)),
        ListedCount("VOTER TURNOUT - TOTAL", None, (None, None), 1_013),
    )


def test_a_line_number_is_page_and_line() -> None:
    (precinct,) = read(TOP + STATISTICS + "\f" + SHERIFF).precincts
    assert precinct.line == 1_008
    assert precinct.contests[0].line == 2_002
    error = refusal(TOP + STATISTICS + "\f" + SHERIFF.replace("75.00", "75.0O"))
    assert error.line == 2_007


def test_a_page_number_of_another_precinct_is_said() -> None:
    listing = read(replaced("0001 NORTH", "0006 NORTH"))
    (finding,) = listing.findings
    assert (finding.check, finding.lines) == (ListingCheck.PAGES, (1_005,))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("11/28/17", "11/l8/17"),
        ("10:14 AM", "1O:14 AM"),
        ("PAGE 0001-01", "PAGE0001-01"),
        ("EL30A PAGE 0001-01", "EL30A\xa0PAGE\xa00001-01"),
    ],
)
def test_a_damaged_line_of_the_header_is_no_party(old: str, new: str) -> None:
    assert refusal(replaced(old, new)).line == 1_005


@given(st.integers(30, 120))
@settings(max_examples=60, deadline=None)
def test_where_lines_are_wrapped_does_not_matter(width: int) -> None:
    whole = REPORT.replace("      \n", "      ")
    wrapped: list[str] = []
    for line in whole.splitlines():
        is_row = "." in line or "TOTAL VOTES" in line
        pieces = textwrap.wrap(line, width, drop_whitespace=False) if is_row else [line]
        wrapped += pieces or [""]
    text = "\n".join(wrapped) + "\n"
    try:
        listing = read(text)
    except ParseError:
        assert width < 60  # wrapped within a label: refused, not guessed
        return
    assert listing == read(REPORT)


@given(seed=st.integers(0, 1_000), width=st.integers(60, 140), small=st.booleans())
@settings(max_examples=25, deadline=None)
def test_what_was_printed_is_read_or_refused(seed: int, width: int, *, small: bool) -> None:
    definition = small_election(1, ("center",)) if small else None
    truth = simulated_totals(seed, definition=definition, precincts=1)
    printed = print_report(truth, style_for(seed, "EL30A")).decode("cp1252")
    pages = printed.replace("\x1b", "").replace("\r\n", "\n").split("\r\f")
    wrapped = [
        "\n".join(
            "\n".join(textwrap.wrap(line, width, drop_whitespace=False))
            for line in page.splitlines()
        )
        for page in pages
    ]
    try:
        listing = read_pages(wrapped)
    except ParseError as error:
        event(f"refused: {error.reason}")
        return
    event("read")
    assert listing.precincts == truth.precincts
    assert listing.groups == truth.groups
    assert listing.findings == ()


def test_every_number_of_blanks_between_figures_is_the_same() -> None:
    narrow = TOP + (STATISTICS + SHERIFF).replace("     ", " ")
    assert read(narrow) == read(REPORT)


def test_two_precincts_over_several_pages_are_two() -> None:
    second = REPORT.replace("0001 NORTH", "0002 SOUTH").replace("PAGE 0001-01", "PAGE 0002-01")
    listing = read(TOP + STATISTICS + "\f" + SHERIFF + "\f" + second)
    assert [precinct.name for precinct in listing.precincts] == ["NORTH TOWNSHIP", "SOUTH TOWNSHIP"]
    assert all(precinct.contests == (SHERIFF_RECORD,) for precinct in listing.precincts)
    assert (listing.head.pages, listing.findings) == (2, ())


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("107      \n10\n", "107\n", "2 numbers for 'BALLOTS CAST - TOTAL'"),
        ("80      \n4\n", "80\n", "3 numbers for 'BOB 2000 (REP)'"),
        ("80      \n4\n", "8 0      \n4\n", "5 numbers for 'BOB 2000 (REP)'"),
        ("   0                     0      \n0\n", "\n", "0 numbers for 'WRITE-IN'"),
        ("   0                     0      \n0\n", "   0\n", "1 numbers for 'WRITE-IN'"),
        (" BOB 2000 (REP).  .  .  .  .  .  .  .  .  .", " BOB 2000", "where the label"),
        (" ANN EXAMPLE (DEM)  .  .  .  .  .  .  .  .", " ANN 7", "where the label"),
        (" WRITE-IN.", " ", "without a label"),
        ("ABSENTEE", "ABSENTEE  PROVISIONAL", "3 counting groups"),
        ("ELECTION DAY      ", "ELECTION DAY ", "1 counting groups"),
        ("ELECTION DAY      \nABSENTEE", "", "expected 1 to"),
        ("VOTE FOR NOT MORE THAN  1", "", "within the title"),
        ("VOTE FOR NOT MORE THAN  1\n", "", "expected VOTE FOR"),
        ("SHERIFF OF\nDISTRICT 5\n", "", "VOTE FOR without"),
        ("0001 NORTH", "NORTH", "number and name of a precinct"),
        ("                                        TOTAL VOTES     %", "TOTAL", "TOTAL VOTES %"),
        ("Total .", "GEORGE\n Total .", "VOTE FOR below the title"),
        ("\n\nSHERIFF", "\n\n12\nSHERIFF", "belong to no row"),
        (" WRITE-IN.  ", " VOTER TURNOUT . 1.00\n WRITE-IN.  ", "among the choices"),
        ("ANN", "ΑNN", "U+0391"),
    ],
)
def test_what_is_not_certain_is_refused(old: str, new: str, reason: str) -> None:
    error = refusal(replaced(old, new))
    assert reason in error.reason
    assert error.line is not None


def test_other_counting_groups_on_a_later_page_are_refused() -> None:
    other = REPORT.replace("ABSENTEE", "EARLY")
    assert "counting groups are" in refusal(REPORT + "\f" + other).reason


def test_rows_above_the_title_of_their_contest_are_refused() -> None:
    top = TOP.replace("PAGE 0001-01", "PAGE 0001-02")
    rows = SHERIFF[SHERIFF.index(" ANN") :]
    assert "above the first contest" in refusal(REPORT + "\f" + top + rows).reason


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ("24      \n4\n", "24      \n5\n", ListingCheck.GROUP_SUM),
        ("107      \n10\n", "107      \n9\n", ListingCheck.GROUP_SUM),
        ("     112    ", "     113    ", ListingCheck.CONTEST_TOTAL),
        ("25.00", "26.00", ListingCheck.PERCENT),
    ],
)
def test_a_digit_that_disagrees_with_others_is_a_finding(
    old: str, new: str, check: ListingCheck
) -> None:
    listing = read(replaced(old, new))
    assert check in checks(listing)
    assert all(finding.lines for finding in listing.findings)


def test_a_report_that_is_there_twice_is_a_finding() -> None:
    assert ListingCheck.REPEATED in checks(read(REPORT + "\f" + REPORT))


@pytest.mark.parametrize("gap", ["    ", "\n"])
def test_contests_of_a_primary_have_the_party_of_their_page(gap: str) -> None:
    date = "RUN DATE:11/28/17 10:14 AM"
    top, later = (TOP.replace(date, f"{date}{gap}{what}") for what in ("STATISTICS", "DEMOCRAT"))
    republican = later.replace("DEMOCRAT", "REPUBLICAN")
    listing = read(f"{top}{STATISTICS}\f{later}{SHERIFF}\f{republican}{SHERIFF}")
    parties = [contest.party for contest in listing.precincts[0].contests]
    assert parties == ["DEMOCRAT", "REPUBLICAN"]
    assert listing.findings == ()
    assert "STATISTICS" not in listing.head.titles


def test_a_lost_page_is_a_finding() -> None:
    later = TOP.replace("PAGE 0001-01", "PAGE 0001-03") + SHERIFF.replace("SHERIFF", "JUDGE")
    assert ListingCheck.PAGES in checks(read(REPORT + "\f" + later))


def test_a_blank_counts_only_where_both_readings_see_it() -> None:
    assert agreed("YES 2 09 \n6", "YES  209\n6") == "YES 209 \n6"
    assert agreed("A B", "A\nB") == "A B"
    with pytest.raises(ValueError, match="two texts"):
        agreed("209", "208")


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ([["A letter", "to the county"]], "begins with 'A letter'"),
        ([[""]], "no text on its first page"),
        ([], "no text on its first page"),
    ],
)
def test_a_pdf_that_is_no_el30a_says_what_it_is(pages: list[list[str]], reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        PARSER.parse(printed_pdf(pages))


def damaged(pdf: bytes) -> bytes:
    place = pdf.index(b"stream\n") + 60
    return pdf[:place] + bytes([pdf[place] ^ 4]) + pdf[place + 1 :]


def test_damaged_and_foreign_pdfs_end_in_a_parse_error() -> None:
    pdf = printed_pdf(pages_of(REPORT))
    checksum = pdf.index(b"\nendstream") - 1
    for content in (
        b"%PDF-1.4\n",
        pdf[: len(pdf) // 2],
        damaged(pdf),
        pdf[:checksum] + b"\0" + pdf[checksum + 1 :],
        pdf.replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"),
        pdf.replace(b"/Length", b"/Lengxh"),
    ):
        with pytest.raises(ParseError):
            PARSER.parse(content)


def test_a_pdf_that_unpacks_to_far_more_than_a_page_is_refused() -> None:
    pdf = printed_pdf(pages_of(REPORT))
    begin, end = pdf.index(b"<< /Length"), pdf.index(b"\nendobj", pdf.index(b"<< /Length"))
    bomb = zlib.compress(b"q Q " * 5_000_000)
    stream = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(bomb), bomb)
    with pytest.raises(ParseError, match="page 1 of this PDF cannot be read"):
        PARSER.parse(pdf[:begin] + stream + pdf[end:])


def test_a_pdf_beyond_the_limit_is_not_even_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "MOST_BYTES", 100)
    with pytest.raises(ParseError, match="more than 100 bytes"):
        isolation.page_texts(b"x" * 101)


@pytest.mark.parametrize(
    "program",
    [
        "import resource, os; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass",
        "raise MemoryError",
    ],
)
def test_a_reading_that_is_stopped_ends_in_a_parse_error(
    monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setattr(isolation, "_COMMAND", (sys.executable, "-c", program))
    with pytest.raises(ParseError, match="more time or memory"):
        isolation.page_texts(b"%PDF-")


def test_the_library_is_not_loaded_with_the_parser() -> None:
    program = "import sys, parsers.unity.pdf_copy.parser; sys.exit('pypdf' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_only_a_pdf_is_recognised() -> None:
    assert PARSER.recognises(b"%PDF-1.7\n")
    for head in (b"", b"PREC REPORT-GROUP DETAIL", b"\n%PDF-1.7"):
        assert not PARSER.recognises(head)
    assert "something before" in PARSER.resembles(b"\r\n%PDF-1.7")
    assert PARSER.resembles(b"%PDF-1.7") == PARSER.resembles(b"nothing") == ""
