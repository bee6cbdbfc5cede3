"""Printed reports held against lines of real ones: public records, quoted as printed."""

# ruff: noqa: E501  # a report is 132 columns wide

from dataclasses import replace

import pytest

from election.listings import (
    ListedContest,
    ListedCount,
    ListedPrecinct,
    ListingHead,
    TotalsListing,
)
from simulators.listings.report_style import (
    EXPORTED,
    REPORTS,
    VOTE_FOR,
    HeadingAt,
    Page,
    ReportLine,
    ReportStyle,
    style_for,
)
from simulators.listings.reports import print_report

CABELL_2010 = """\
PRECINCT REPORT                                   Cabell County, WV                                   Results After Canvass
                                                  General Election
                                                  November 2, 2010
Run Date:11/08/10 02:53 PM                                                                             REPORT-EL30      PAGE 0001-01

0001 Pct 1 - Central City Elem Sch
                                            VOTES  PERCENT                                                          VOTES  PERCENT
 REGISTERED VOTERS - TOTAL .  .  .  .  .  .    674
 BALLOTS CAST - TOTAL.  .  .  .  .  .  .  .    238                      CIRCUIT CLERK
 VOTER TURNOUT - TOTAL  .  .  .  .  .  .  .          35.31              (Vote For Not More Than )  1
                                                                         ADELL CHANDLER (DEM).  .  .  .  .  .  .  .    154  100.00
                                                                         NO CANDIDATE(S) NOMINATED .  .  .  .  .  .      0
STRAIGHT PARTY TICKET
(Vote For Not More Than )  1
 REPUBLICAN PARTY (REP) .  .  .  .  .  .  .     34   29.82
 DEMOCRATIC PARTY (DEM) .  .  .  .  .  .  .     78   68.42
 MOUNTAIN PARTY (MTN).  .  .  .  .  .  .  .      2    1.75
"""

CABELL_2012 = """\
SUMMARY REPORT        CABELL COUNTY, WV                Results after Canvass
RUN DATE:11/16/12     GENERAL ELECTION
RUN TIME:01:17 PM     NOVEMBER 6, 2012

                                                       VOTES PERCENT

           PRECINCTS COUNTED (OF 71) .  .  .  .  .        71  100.00
           REGISTERED VOTERS - TOTAL .  .  .  .  .    61,651
           BALLOTS CAST - TOTAL.  .  .  .  .  .  .    33,343
           VOTER TURNOUT - TOTAL  .  .  .  .  .  .             54.08

          STRAIGHT PARTY TICKET
          (Vote For Not More Than )  1
              (WITH 71 OF 71 PRECINCTS COUNTED)
           REPUBLICAN PARTY (REP) .  .  .  .  .  .     5,243   44.31
           DEMOCRATIC PARTY (DEM) .  .  .  .  .  .     6,336   53.55
           MOUNTAIN PARTY (MTN).  .  .  .  .  .  .        83     .70
           LIBERTARIAN PARTY (LIB).  .  .  .  .  .       171    1.45

"""

BUTLER = """\
PREC REPORT-GROUP DETAIL                           COUNTY OF BUTLER, PENNSYLVANIA
                                                   NOVEMBER 6, 2018
                                                   GENERAL ELECTION
RUN DATE:11/15/18 09:46 AM
REPORT-EL30A PAGE 0001-01

0001 ADAMS TOWNSHIP 1
                                        TOTAL VOTES     %   ELECTION DAY      ABSENTEE   PROVISIONAL
 REGISTERED VOTERS - TOTAL .  .  .  .  .  .   3,957
 BALLOTS CAST - TOTAL.  .  .  .  .  .  .  .   2,446                 2,323           122             1
 VOTER TURNOUT - TOTAL  .  .  .  .  .  .  .            61.81


REPRESENTATIVE IN THE GENERAL ASSEMBLY 12TH LEGISLATIVE
DISTRICT
VOTE FOR NO MORE THAN  1
 DANIEL B SMITH, JR (DEM)  .  .  .  .  .  .   1,105    45.55        1,057            47             1
 DARYL METCALFE (REP).  .  .  .  .  .  .  .   1,319    54.37        1,244            75             0
 WRITE-IN.  .  .  .  .  .  .  .  .  .  .  .       2      .08            2             0             0
"""

GAGE_STATISTICS = """\
PREC REPORT-GROUP DETAIL                           GAGE COUNTY, NEBRASKA                              OFFICIAL
                                                   PRIMARY ELECTION
                                                   May 10, 2016
Run Date:05/12/16 11:01 AM                         STATISTICS                                              Report EL30A Page 0001-01

0001 Adams Area
                                        TOTAL VOTES     %       ABSENTEE  ELECTION DAY   PROVISIONAL

 REGISTERED VOTERS - TOTAL .  .  .  .  .  .       0
 BALLOTS CAST - REPUBLICAN .  .  .  .  .  .     237    79.26          115           122             0
"""

GAGE_DEMOCRATIC = """\
PREC REPORT-GROUP DETAIL                           GAGE COUNTY, NEBRASKA                              OFFICIAL
                                                   PRIMARY ELECTION
                                                   May 10, 2016
Run Date:05/12/16 11:01 AM                         Democratic                                              Report EL30A Page 0001-02

0001 Adams Area
                                        TOTAL VOTES     %       ABSENTEE  ELECTION DAY   PROVISIONAL

Congress Dist 3
Vote for  1
 WRITE-IN.  .  .  .  .  .  .  .  .  .  .  .       5   100.00            2             3             0
"""

MARION = """\
SUMMARY REPT-GROUP DETAIL                          MARION COUNTY, WV                                  OFFICIAL
                                                   GENERAL ELECTION
                                                   NOVEMBER 6, 2018
RUN DATE:11/13/18 05:57 PM

                                        TOTAL VOTES     %    EARLY VOTING  ELECTION DAY      ABSENTEE   PROVISIONAL

 PRECINCTS COUNTED (OF 74) .  .  .  .  .         74  100.00
 REGISTERED VOTERS - TOTAL .  .  .  .  .     38,969
 BALLOTS CAST - TOTAL.  .  .  .  .  .  .     19,718                 4,089        15,169           433            27
 VOTER TURNOUT - TOTAL  .  .  .  .  .  .              50.60

NON JUSTICE OF SUP COURT UNEXPIRED D1
(Vote For Not More Than )  1
 RONALD H. HATFIELD, JR..  .  .  .  .  .      2,259   13.95           434         1,773            48             4
 TIM ARMSTEAD  .  .  .  .  .  .  .  .  .      4,798   29.63           931         3,782            80             5
 D.C. OFFUTT, JR. .  .  .  .  .  .  .  .        859    5.30           205           635            17             2
"""


def lines(listing: TotalsListing, style: ReportStyle) -> str:
    """Print without printer codes, page breaks as line ends."""
    plain = replace(style.paper, preamble=b"", reset=b"", line_end=b"\n", blank_line_end=b"\n")
    printed = print_report(listing, replace(style, paper=replace(plain, page_break=b"\n")))
    return printed.decode("cp1252")


def statistics(
    registered: int, ballots: int, turnout: int, groups: tuple[int, ...] = ()
) -> tuple[ListedCount, ...]:
    none = (None,) * len(groups)
    return (
        ListedCount("REGISTERED VOTERS - TOTAL", registered, none),
        ListedCount("BALLOTS CAST - TOTAL", ballots, groups),
        ListedCount("VOTER TURNOUT - TOTAL", None, none, turnout),
    )


def test_a_wide_el30_is_laid_out_in_two_columns_as_in_cabell_2010() -> None:
    straight = ListedContest(
        "STRAIGHT PARTY TICKET",
        (
            ListedCount("REPUBLICAN PARTY", 34, (), 2982, "REP"),
            ListedCount("DEMOCRATIC PARTY", 78, (), 6842, "DEM"),
            ListedCount("MOUNTAIN PARTY", 2, (), 175, "MTN"),
        ),
        1,
    )
    clerk = ListedContest(
        "CIRCUIT CLERK",
        (
            ListedCount("ADELL CHANDLER", 154, (), 10_000, "DEM"),
            ListedCount("NO CANDIDATE(S) NOMINATED", 0),
        ),
        1,
    )
    titles = ("Cabell County, WV", "Results After Canvass", "General Election", "November 2, 2010")
    listing = TotalsListing(
        ListingHead("EL30", titles, "11/08/10 02:53 PM"),
        (),
        (
            ListedPrecinct(
                1, "Pct 1 - Central City Elem Sch", statistics(674, 238, 3531), (straight, clerk)
            ),
        ),
    )
    style = ReportStyle(run_date="Run Date:", page_lines=20)
    assert lines(listing, style) == CABELL_2010


def test_a_narrow_el45_is_laid_out_as_in_cabell_2012() -> None:
    straight = ListedContest(
        "STRAIGHT PARTY TICKET",
        (
            ListedCount("REPUBLICAN PARTY", 5243, (), 4431, "REP"),
            ListedCount("DEMOCRATIC PARTY", 6336, (), 5355, "DEM"),
            ListedCount("MOUNTAIN PARTY", 83, (), 70, "MTN"),
            ListedCount("LIBERTARIAN PARTY", 171, (), 145, "LIB"),
        ),
        1,
        counted=(71, 71),
    )
    titles = ("CABELL COUNTY, WV", "Results after Canvass", "GENERAL ELECTION", "NOVEMBER 6, 2012")
    listing = TotalsListing(
        ListingHead("EL45", titles, "11/16/12 01:17 PM"),
        (),
        (ListedPrecinct(None, "", statistics(61_651, 33_343, 5408), (straight,)),),
        counted=(71, 71),
    )
    style = ReportStyle(page=Page.NARROW, report_line=ReportLine.MISSING, paper=EXPORTED)
    assert lines(listing, style) == CABELL_2012


def test_an_el30a_is_laid_out_as_in_butler_2018() -> None:
    contest = ListedContest(
        "REPRESENTATIVE IN THE GENERAL ASSEMBLY 12TH LEGISLATIVE DISTRICT",
        (
            ListedCount("DANIEL B SMITH, JR", 1105, (1057, 47, 1), 4555, "DEM"),
            ListedCount("DARYL METCALFE", 1319, (1244, 75, 0), 5437, "REP"),
            ListedCount("WRITE-IN", 2, (2, 0, 0), 8),
        ),
        1,
    )
    titles = ("COUNTY OF BUTLER, PENNSYLVANIA", "NOVEMBER 6, 2018", "GENERAL ELECTION")
    listing = TotalsListing(
        ListingHead("EL30A", titles, "11/15/18 09:46 AM"),
        ("ELECTION DAY", "ABSENTEE", "PROVISIONAL"),
        (
            ListedPrecinct(
                1,
                "ADAMS TOWNSHIP 1",
                statistics(3957, 2446, 6181, (2323, 122, 1)),
                (contest,),
            ),
        ),
    )
    style = ReportStyle(
        vote_for=VOTE_FOR[4],
        report_line=ReportLine.OWN_LINE,
        report_words="REPORT-{report} PAGE {page}",
        heading_at=HeadingAt.BEFORE_RIGHT,
    )
    assert lines(listing, style) == BUTLER


def test_a_primary_has_a_set_of_pages_for_each_party_as_in_gage_2016() -> None:
    contest = ListedContest(
        "Congress Dist 3", (ListedCount("WRITE-IN", 5, (2, 3, 0), 10_000),), 1, "Democratic"
    )
    titles = ("GAGE COUNTY, NEBRASKA", "OFFICIAL", "PRIMARY ELECTION", "May 10, 2016")
    listing = TotalsListing(
        ListingHead("EL30A", titles, "05/12/16 11:01 AM"),
        ("ABSENTEE", "ELECTION DAY", "PROVISIONAL"),
        (
            ListedPrecinct(
                1,
                "Adams Area",
                (
                    ListedCount("REGISTERED VOTERS - TOTAL", 0, (None, None, None)),
                    ListedCount("BALLOTS CAST - REPUBLICAN", 237, (115, 122, 0), 7926),
                ),
                (contest,),
            ),
        ),
    )
    style = ReportStyle(
        run_date="Run Date:",
        report_words="Report {report} Page {page}",
        vote_for="Vote for {:>2}",
        heading_at=HeadingAt.BEFORE_RIGHT,
    )
    assert lines(listing, style) == GAGE_STATISTICS + GAGE_DEMOCRATIC


def test_an_el45a_is_laid_out_as_in_marion_2018() -> None:
    contest = ListedContest(
        "NON JUSTICE OF SUP COURT UNEXPIRED D1",
        (
            ListedCount("RONALD H. HATFIELD, JR.", 2259, (434, 1773, 48, 4), 1395),
            ListedCount("TIM ARMSTEAD", 4798, (931, 3782, 80, 5), 2963),
            ListedCount("D.C. OFFUTT, JR.", 859, (205, 635, 17, 2), 530),
        ),
        1,
    )
    titles = ("MARION COUNTY, WV", "OFFICIAL", "GENERAL ELECTION", "NOVEMBER 6, 2018")
    everything = statistics(38_969, 19_718, 5060, (4089, 15_169, 433, 27))
    listing = TotalsListing(
        ListingHead("EL45A", titles, "11/13/18 05:57 PM"),
        ("EARLY VOTING", "ELECTION DAY", "ABSENTEE", "PROVISIONAL"),
        (ListedPrecinct(None, "", everything, (contest,)),),
        counted=(74, 74),
    )
    assert lines(listing, ReportStyle(report_line=ReportLine.MISSING)) == MARION


@pytest.mark.parametrize("report", REPORTS)
def test_the_same_seed_gives_the_same_quirks_and_others_give_others(report: str) -> None:
    assert style_for(7, report) == style_for(7, report)
    assert len({style_for(seed, report) for seed in range(40)}) > 10


def test_a_page_that_is_full_goes_on_with_the_next_number_and_splits_no_contest() -> None:
    count = ListedCount("ONLY ONE", 1, (1,), 10_000)
    contests = tuple(ListedContest(f"CONTEST {n}", (count,) * 5, 1) for n in range(9))
    listing = TotalsListing(
        ListingHead("EL30A", (), "01/02/10 02:53 PM"),
        ("ELECTION DAY",),
        (ListedPrecinct(12, "Twelve", (), contests),),
    )
    pages = lines(listing, ReportStyle(page_lines=24)).split("PREC REPORT-GROUP DETAIL")[1:]
    assert [page.count("CONTEST") for page in pages] == [2, 2, 2, 2, 1]
    assert all(page.count("ONLY ONE") == 5 * page.count("CONTEST") for page in pages)
    assert all(f"PAGE 0012-0{n}" in page for n, page in enumerate(pages, start=1))


@pytest.mark.parametrize(
    ("report", "number"), [("EL52", 1), ("EL45", 1)], ids=["another report", "summary of precincts"]
)
def test_what_is_no_such_report_is_refused(report: str, number: int) -> None:
    listing = TotalsListing(ListingHead(report), (), (ListedPrecinct(number, "One"),))
    with pytest.raises(ValueError, match=r"EL52|summary"):
        print_report(listing)
