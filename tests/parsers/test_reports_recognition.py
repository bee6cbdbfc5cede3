"""Which of the four page-layout reports a file is, and what a near miss lacks."""

import pytest

from parsers.contract import SNIFF_BYTES, Parser
from parsers.errors import ParseError
from parsers.registry import parser_for
from parsers.unity.reports.parser import EL30, EL30A, EL45, EL45A

ALL: tuple[Parser, ...] = (EL30, EL30A, EL45, EL45A)

TITLE = "PRECINCT REPORT          Any County\r\nRun Date:11/08/10   REPORT-EL30   PAGE 0001-01"
HEADING_30 = f"{'':44}VOTES  PERCENT"
HEADING_45 = f"{'':45}VOTES PERCENT"
HEADING_A = f"{'':40}TOTAL VOTES     %"
STATISTICS = " REGISTERED VOTERS - TOTAL .  .  .  .  .  .    674"
MAYOR = "MAYOR\r\nVOTE FOR  1\r\n ADA ALVAREZ (DEM)   .  .  .  .  .  .  .  .    150  100.00"


def text(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252")


@pytest.mark.parametrize(
    ("parser", "content"),
    [
        (EL30, text(TITLE, "0001 East", HEADING_30, STATISTICS)),
        (EL30, text("0001 East", HEADING_30, STATISTICS)),
        (EL30A, text("Precinct Report", "0001 East", f"{HEADING_A}   ABSENTEE", STATISTICS)),
        (EL30A, text("0001 East", f"{HEADING_A}   ABSENTEE", STATISTICS)),
        (EL45, text("SUMMARY REPORT", HEADING_45, MAYOR)),
        (EL45, text(HEADING_45, " PRECINCTS COUNTED (OF 72) .  .  .  .  .        72  100.00")),
        (EL45A, text("SUMMARY REPT-GROUP DETAIL", HEADING_A, MAYOR)),
        (EL45A, text(HEADING_A, " PRECINCTS COUNTED (OF 2) .  .  .  .  .  .        2  100.00")),
    ],
)
def test_a_report_is_known_by_its_content_where_titles_are_cut_off(
    parser: Parser, content: bytes
) -> None:
    assert [each.name for each in ALL if each.recognises(content)] == [parser.name]
    parser.parse(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (text("PRECINCT REPORT", "0001 East", STATISTICS), "resembles el30, but no column heading"),
        (
            text(TITLE, HEADING_30, STATISTICS),
            "resembles el30, but its first page has no precinct",
        ),
        (text("SUMMARY REPORT", MAYOR), "resembles el45, but no column heading"),
        (text(HEADING_A, MAYOR), "resembles el45a, but it has neither its title"),
    ],
)
def test_what_a_near_miss_lacks_is_said(content: bytes, said: str) -> None:
    with pytest.raises(ParseError, match=said):
        parser_for(content, ALL)


@pytest.mark.parametrize("content", [b"", b"\x00" * 2_000, b"A letter.\r\n", b"%PDF-1.4"])
def test_other_content_is_neither_recognised_nor_resembling(content: bytes) -> None:
    for parser in ALL:
        assert not parser.recognises(content[:SNIFF_BYTES])
        assert parser.resembles(content[:SNIFF_BYTES]) == ""
