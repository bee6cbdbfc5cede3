"""Follows the order of an EL30A in a PDF: page headers, headings, statistics, contests."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from election.listings import ListedCount, ListingCheck, TotalsListing
from parsers.errors import ParseError
from parsers.unity.findings import Findings
from parsers.unity.page_header import PageHeaders, read_header_line
from parsers.unity.pdf_copy.lines import A_PAGE, numbered_lines
from parsers.unity.pdf_copy.precincts import OpenContest, Precincts
from parsers.unity.pdf_copy.rows import RowTokens, is_statistic, read_row, row_tokens
from parsers.unity.reports.checks import TOTAL
from parsers.unity.reports.lines import party_of_section

NOTE = (
    "PDF copy: read by tokens, since a PDF does not keep the blanks of the report. A line number "
    f"is page * {A_PAGE} + line."
)

MOST_GROUPS = 20
"""Seven were seen."""

MOST_TITLE_LINES = 6
MOST_HEADER_LINES = 20
MOST_WRAPPED = 6
"""Lines that one row or heading may take."""

_TOP = re.compile(r" *PREC(?:INCT)? REPORT\b", re.IGNORECASE)
_HEADING = re.compile(r" *TOTAL +VOTES +% ?", re.IGNORECASE)
_PRECINCT = re.compile(r" *(\d{4}) +(\S.*)")
_RUN_DATE = re.compile(r" *RUN DATE:", re.IGNORECASE)
_VOTE_FOR = re.compile(r" *\(?(?:you may )?vote for\b[^\d.]{0,40}(\d{1,3})\b[^\d.]*", re.IGNORECASE)
_GAP = re.compile(r" {2,}")
_PARTY = re.compile(r"(?!.*\b(?:RUN|DATE|REPORT|PAGE)\b)[^\W\d][^\d:]{0,60}", re.IGNORECASE)
"""What can be the party of a primary, not a run date or a page number that was damaged."""


@dataclass(slots=True)
class _Open:
    """Text that the next line may continue."""

    line: int
    text: str
    lines: int = 1


@dataclass(slots=True)
class _Title:
    line: int
    lines: list[str] = field(default_factory=list)


def read_pages(pages: Iterable[str]) -> TotalsListing:
    """Return what the text of the pages says; raise ParseError naming page and line."""
    reader = Reader()
    line = 0
    for line, text in numbered_lines(pages):
        if line % A_PAGE == 1:
            reader.begin_page()
        reader.read(text, line)
    return reader.listing(line)


class Reader:
    """The state between two lines."""

    def __init__(self) -> None:
        self._findings = Findings()
        self._headers = PageHeaders("EL30A")
        self._precincts = Precincts(self._findings)
        self._groups: tuple[str, ...] = ()
        self._blank = True
        """Whether the line before was blank, or on another page."""
        self._header: list[tuple[int, str]] | None = None
        self._page = self._party = ""
        self._heading: _Open | None = None
        self._row: _Open | None = None
        self._title: _Title | None = None
        self._contest: OpenContest | None = None

    def begin_page(self) -> None:
        """Note that a page of the PDF begins; a page of the report may go on."""
        self._blank = True

    def read(self, text: str, line: int) -> None:
        """Read one line; raise ParseError where it has no business here."""
        if not text.strip(" \t"):
            self._end_heading()
            self._end_row()
            self._blank = True
            if self._title:
                raise ParseError("a blank line within the title of a contest", line=line)
            return
        self._kind(text, line)(text, line)
        self._blank = False

    def listing(self, line: int) -> TotalsListing:
        """Return what was read up to `line`; raise ParseError when it cannot end there."""
        self._end_heading()
        self._end_row()
        if self._precincts.open is None or self._header is not None:
            raise ParseError("it ends before the figures of a page", line=line)
        self._end_contest(line)
        return TotalsListing(
            self._headers.head(),
            self._groups,
            self._precincts.records(),
            findings=(*self._headers.findings(), *self._findings.all()),
            notes=(NOTE,),
        )

    def _kind(self, text: str, line: int) -> Callable[[str, int], None]:
        """Return what reads `text`, having ended what it does not continue."""
        tokens = row_tokens(text)
        if _TOP.match(text) or self._header is not None or self._precincts.open is None:
            return self._read_header
        if self._heading:
            if not self._blank and not tokens.is_row and not tokens.numbers:
                return self._continue_heading
            self._end_heading()
        if tokens.numbers and not tokens.label and not tokens.is_row:
            return self._continue_row
        if _VOTE_FOR.fullmatch(text):
            return self._read_vote_for
        if tokens.is_row:
            return self._begin_row
        self._refuse_doubtful(tokens, line)
        return self._read_title

    def _read_header(self, text: str, line: int) -> None:
        if self._header is None:
            self._end_row()
            self._end_contest(line)
            self._header = []
            self._headers.begin_page()
        if _HEADING.match(text):
            self._end_header(line)
            self._heading = _Open(line, text)
            return
        if len(self._header) == MOST_HEADER_LINES:
            raise ParseError("expected the heading TOTAL VOTES % below a page header", line=line)
        self._header.append((line, text))

    def _end_header(self, line: int) -> None:
        """Take the last line of the header as the precinct, which it is in every EL30A."""
        *titles, last = self._header or [(line, "")]
        precinct = _PRECINCT.fullmatch(last[1])
        if precinct is None:
            raise ParseError("expected number and name of a precinct", line=last[0])
        number = int(precinct[1])
        self._read_titles(titles, number)
        self._precincts.turn_to(number, " ".join(precinct[2].split()), last[0])
        self._contest = self._header = None

    def _read_titles(self, lines: Sequence[tuple[int, str]], precinct: int) -> None:
        """Take in a header; what stands beside the run date is the party of a primary."""
        dated = [place for place, (_, text) in enumerate(lines) if _RUN_DATE.match(text)]
        last = dated[0] if dated else len(lines)
        for number, text in lines[:last]:
            self._headers.add(read_header_line(text), number)
        self._party = ""
        if dated:
            number = lines[last][0]
            header = read_header_line(_joined(text for _, text in lines[last:]))
            self._headers.add(replace(header, titles=()), number)
            self._check_page(header.page, precinct, number)
            if header.titles:
                self._party = _party(" ".join(header.titles), number)

    def _check_page(self, page: str, precinct: int, line: int) -> None:
        """Say so where pages of a precinct, such as 0001-02, are not its own or out of order."""
        prefix, dash, part = page.partition("-")
        if not dash:
            return
        if int(prefix) != precinct:
            message = f"A page of precinct {precinct} has the number {page}."
            self._findings.add(ListingCheck.PAGES, message, line)
        before, self._page = self._page, page
        if int(part) != 1 and page != _next_page(before):
            message = f"Page {page} follows page {before or 'none'} of the report."
            self._findings.add(ListingCheck.PAGES, message, line)

    def _continue_heading(self, text: str, line: int) -> None:
        assert self._heading is not None
        self._heading = _continued(self._heading, text, line)

    def _end_heading(self) -> None:
        if self._heading is None:
            return
        names = _HEADING.sub("", self._heading.text, count=1).strip(" ")
        groups = tuple(_GAP.split(names)) if names else ()
        if not 0 < len(groups) <= MOST_GROUPS:
            reason = f"expected 1 to {MOST_GROUPS} counting groups in the heading of an EL30A"
            raise ParseError(reason, line=self._heading.line)
        if groups != (self._groups or groups):
            raise ParseError(
                f"counting groups are {', '.join(groups)} here, {', '.join(self._groups)} before",
                line=self._heading.line,
            )
        self._groups, self._heading = groups, None

    def _begin_row(self, text: str, line: int) -> None:
        self._end_row()
        if self._title:
            raise ParseError("expected VOTE FOR below the title of a contest", line=line)
        self._row = _Open(line, text)

    def _continue_row(self, text: str, line: int) -> None:
        if self._row is None:
            raise ParseError("figures that belong to no row", line=line)
        self._row = _continued(self._row, text, line)

    def _end_row(self) -> None:
        if self._row is None:
            return
        row = read_row(self._row.text, len(self._groups), self._row.line)
        self._row = None
        self._place(row)

    def _place(self, row: ListedCount) -> None:
        if self._contest is None and is_statistic(row.label):
            self._precincts.add_statistic(row)
        elif self._contest is None:
            reason = f"{row.label!r} stands above the first contest and is no statistic"
            raise ParseError(reason, line=row.line)
        elif is_statistic(row.label):
            raise ParseError(f"{row.label!r} stands among the choices of a contest", line=row.line)
        elif row.label.upper() != TOTAL:
            self._contest.counts.append(row)
        elif self._contest.total is None:
            self._contest.total = row
        else:
            raise ParseError("a second total of one contest", line=row.line)

    def _refuse_doubtful(self, tokens: RowTokens, line: int) -> None:
        """Raise ParseError where a title may be a row that lost its leader dots or its figures."""
        if tokens.numbers and not (self._blank or self._title):
            raise ParseError("figures, but not where the label before them ends", line=line)
        if self._contest and not (self._contest.counts or self._row):
            raise ParseError("expected the choices of a contest", line=line)

    def _read_title(self, text: str, line: int) -> None:
        self._end_row()
        self._title = self._title or _Title(line)
        self._title.lines.append(" ".join(text.split()))
        if len(self._title.lines) > MOST_TITLE_LINES:
            raise ParseError("expected VOTE FOR below the title of a contest", line=line)

    def _read_vote_for(self, text: str, line: int) -> None:
        self._end_row()
        allowed = _VOTE_FOR.fullmatch(text)
        precinct = self._precincts.open
        if not self._title:
            raise ParseError("VOTE FOR without the title of a contest", line=line)
        assert allowed is not None
        assert precinct is not None
        title = " ".join(self._title.lines)
        self._contest = OpenContest(title, self._party, int(allowed[1]), self._title.line)
        precinct.contests.append(self._contest)
        self._title = None

    def _end_contest(self, line: int) -> None:
        if self._title or (self._contest and not self._contest.counts):
            raise ParseError("expected the choices of a contest", line=line)


def _party(title: str, line: int) -> str:
    if not _PARTY.fullmatch(title.strip(" (*")):
        raise ParseError(f"{title[:40]!r} is no run date, page number or party", line=line)
    return party_of_section(title)


def _next_page(page: str) -> str:
    precinct, _, part = page.partition("-")
    return f"{precinct}-{int(part or 0) + 1:02}"


def _continued(open_text: _Open, text: str, line: int) -> _Open:
    if open_text.lines == MOST_WRAPPED:
        raise ParseError(f"a row or heading of more than {MOST_WRAPPED} lines", line=line)
    return _Open(open_text.line, _joined((open_text.text, text)), open_text.lines + 1)


def _joined(wrapped: Iterable[str]) -> str:
    """Return one line again; blanks that were lost where it was wrapped are two."""
    whole = ""
    for text in wrapped:
        gap = "" if not whole or whole.endswith((" ", "-")) or text.startswith(" ") else "  "
        whole += gap + text
    return whole
