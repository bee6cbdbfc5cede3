import pytest

from election.listings import ListingCheck
from parsers.unity.page_header import HeaderLine, PageHeaders, read_header_line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "PRECINCT REPORT                  Cabell County, WV            Results After Canvass",
            HeaderLine(("PRECINCT REPORT", "Cabell County, WV", "Results After Canvass")),
        ),
        (
            "Run Date:11/08/10 02:53 PM                        REPORT-EL30      PAGE 0001-01",
            HeaderLine((), "11/08/10", "02:53 PM", "EL30", "0001-01"),
        ),
        (
            "RUN DATE:11/18/08     GENERAL ELECTION",
            HeaderLine(("GENERAL ELECTION",), "11/18/08"),
        ),
        (
            "RUN TIME:09:10 AM     NOVEMBER 4, 2008",
            HeaderLine(("NOVEMBER 4, 2008",), run_time="09:10 AM"),
        ),
        ("REPORT-EL30A PAGE 0001-01", HeaderLine(report="EL30A", page="0001-01")),
        (
            "Gage County, Nebraska               Report EL30A Page 0001-01",
            HeaderLine(("Gage County, Nebraska",), report="EL30A", page="0001-01"),
        ),
        ("REPORT-EL45     PAGE 001", HeaderLine(report="EL45", page="001")),
        (
            "RUN DATE:12/30/10 11:03 AM                   ELECTION ID: 15110210",
            HeaderLine((), "12/30/10", "11:03 AM", election="15110210"),
        ),
        ("PAGE and Sons for Council", HeaderLine(("PAGE and Sons for Council",))),
    ],
)
def test_a_header_line_is_taken_apart_wherever_its_parts_stand(
    text: str, expected: HeaderLine
) -> None:
    assert read_header_line(text) == expected


def test_titles_come_from_the_first_page_alone() -> None:
    headers = PageHeaders("EL30")
    for title in ("COUNTY", "TOWN"):
        headers.begin_page()
        headers.add(HeaderLine((title,), "11/08/10", "02:53 PM"), 1)
    head = headers.head()
    assert (head.report, head.titles, head.pages) == ("EL30", ("COUNTY",), 2)
    assert head.run_date == "11/08/10 02:53 PM"


def test_a_title_that_is_not_on_the_first_page_is_said_with_its_line() -> None:
    headers = PageHeaders("EL30")
    for line, title in ((1, "COUNTY"), (60, "TOWN"), (120, "COUNTY")):
        headers.begin_page()
        headers.add(HeaderLine((title,)), line)
    (finding,) = headers.findings()
    assert (finding.check, finding.lines) == (ListingCheck.PAGES, (60,))
    assert "'TOWN'" in finding.message


def test_another_run_date_on_a_later_page_is_said_with_its_line() -> None:
    headers = PageHeaders("EL30")
    for line, date in ((1, "11/08/10"), (60, "11/09/10")):
        headers.begin_page()
        headers.add(HeaderLine(run_date=date), line)
    (finding,) = headers.findings()
    assert (finding.check, finding.lines) == (ListingCheck.PAGES, (60,))
    assert "11/09/10" in finding.message
    assert "11/08/10" in finding.message
    assert headers.head().run_date == "11/08/10"
