"""What page tops remember of a line never changes what another line says."""

from hypothesis import given
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.unity.reports.kinds import EL30, EL30A
from parsers.unity.reports.top_lines import TopLine, TopLines

BEGINNINGS = ("", "RUN DATE:06/07/16 ", "0001 PCT ", "  VOTE FOR ", " page 3 ", "TOTAL VOTES  %  ")
ENDS = (
    "PAGE 0001-01",
    "PAGE 0001-02",
    "Page 7",
    "PAGE 12345678",
    "PAGE 1-2-3",
    "PAGE  4 ",
    "5",
    "",
)


def read(lines: TopLines, text: str) -> TopLine | str:
    try:
        return lines.read(text.encode("ascii"), 1)
    except ParseError as error:
        return str(error)


def test_two_pages_differ_in_their_numbers_only() -> None:
    lines = TopLines(EL30)
    one, two = (lines.read(b"REPORT-EL30  PAGE 0012-%02d" % page, 1) for page in (1, 2))
    assert (one.page, two.page) == ((12, 1), (12, 2))
    assert one.words == two.words == "REPORT-EL30  "


def test_a_summary_has_pages_without_a_precinct() -> None:
    assert TopLines(EL30).read(b"PAGE 014", 1).page == (0, 14)


@given(st.lists(st.tuples(st.sampled_from(BEGINNINGS), st.sampled_from(ENDS)), max_size=12))
def test_a_line_says_the_same_whatever_was_read_before_it(parts: list[tuple[str, str]]) -> None:
    for kind in (EL30, EL30A):
        lines = TopLines(kind)
        for begin, end in parts:
            assert _said(read(lines, begin + end)) == _said(read(TopLines(kind), begin + end))


def _said(line: TopLine | str) -> object:
    return line._replace(ends_in_page=False) if isinstance(line, TopLine) else line
