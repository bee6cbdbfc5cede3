"""Follows a canvass line by line: what stands above the rows, the rows, and what stands below."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from election.listings import ListedCount, ListedPrecinct, ListingCheck, TotalsListing
from parsers.errors import ParseError
from parsers.unity.canvass.assembly import Assembly
from parsers.unity.canvass.cells import read_cell
from parsers.unity.canvass.checks import check_precincts
from parsers.unity.canvass.contests import (
    Block,
    Header,
    Heading,
    Page,
    Precinct,
    Row,
    RowPlan,
)
from parsers.unity.canvass.headers import CanvassHeaders
from parsers.unity.findings import Findings
from parsers.unity.listing import TRAILING, ListingText, decoded

MOST_PRECINCTS = 9_999
"""Unity numbers precincts with four digits."""

MOST_ROWS = 100_000
"""Rows of one block of columns, those of precincts that are printed again included."""

MOST_TOP_LINES = 200
"""Lines above the rows of a page, which has 67 at most."""

_END_RULER = b"=" * 20
_TOTALS, _PERCENTS = b"CANDIDATE TOTALS", b"CANDIDATE PERCENT"
_MARKER = b"  (CONTINUED FROM PREVIOUS PAGE)"
_NO_MARKER = b" " * len(_MARKER)

Lines = list[tuple[int, str]]


class Tops(Protocol):
    """Reads what stands above the rows of a page; each method raises ParseError."""

    def begin(self, lines: Lines, /) -> int:
        """Return how many lines are the page header; the others are the heading."""
        ...

    def read_header(self, lines: Lines, /) -> Header:
        """Read the lines of the page header, if there are any."""
        ...

    def read_heading(self, lines: Lines, /) -> Heading:
        """Read all from the title to the last ruler."""
        ...


@dataclass(frozen=True, slots=True)
class Form:
    """In what EL52 and EL111 differ."""

    report: str
    title: str
    first_cell: int
    """Bytes before the first cell: precinct number, blank, name."""
    cell_width: int
    most_columns: int
    """Columns of a block when more follow in another."""
    rulers: int
    """Rulers above the rows."""
    is_ruler: Callable[[str], bool]
    tops: Callable[[CanvassHeaders], Tops]
    foot_rows: bool
    """Whether totals stand below the rows, otherwise in the key above them."""


class CanvassReader:
    """Reads one listing; holds what is known between two lines."""

    def __init__(self, form: Form, text: ListingText) -> None:
        self._form = form
        self._text = text
        self._findings = Findings()
        self._headers = CanvassHeaders(form.report, form.title, self._findings)
        self._tops = form.tops(self._headers)
        self._assembly = Assembly(
            self._findings,
            first_cell=form.first_cell,
            cell_width=form.cell_width,
            most_columns=form.most_columns,
            blanks_are_odd=not form.foot_rows,
        )
        self._heading: Heading | None = None
        self._heading_texts: tuple[bytes, ...] = ()
        """The lines that `_heading` was read from."""
        self._top: list[tuple[int, bytes]] = []
        self._rulers = 0
        self._block: Block | None = None
        """Where rows go; None above the rows of a page and after its last ruler."""
        self._ended = False
        """The last thing read is the ruler below a contest."""
        self._precincts: dict[int, Precinct] = {}
        self._by_start: dict[bytes, Precinct] = {}
        """Precincts by the first bytes of their rows."""

    def read(self) -> TotalsListing:
        """Return the whole listing; raise ParseError naming the line."""
        first_cell, by_start = self._form.first_cell, self._by_start
        rows: list[Row] = []
        plan: RowPlan | None = None
        line = 1
        for line, text in self._text.numbered_lines():
            precinct = plan and (by_start.get(text[:first_cell]) or self._new_precinct(text, line))
            if plan and precinct:
                try:
                    rows.append((precinct, line, plan.cells(text)))
                except ParseError as error:
                    raise ParseError(error.reason, line=line) from error
                if len(rows) > MOST_ROWS:
                    raise ParseError(f"more than {MOST_ROWS:,} rows of one contest", line=line)
                continue
            self._read_furniture(text.rstrip(TRAILING), line)
            plan = None
            if self._block:
                rows, plan = self._block.rows, self._block.plan
        return self._end(line)

    def _new_precinct(self, row: bytes, line: int) -> Precinct | None:
        """Return the precinct of `row`, which begins as none before it; None where it is no row."""
        if not (row[:4].isdigit() and row[4:5] == b" "):
            return None
        start = row[: self._form.first_cell]
        number, name = int(start[:4]), decoded(start[5:].rstrip(TRAILING), line).lstrip(" ")
        precinct = self._precincts.setdefault(number, Precinct(number, name, line))
        if precinct.name != name:
            message = f"Precinct {number} is called {name!r} here, {precinct.name!r} before."
            self._findings.add(ListingCheck.LAYOUT, message, precinct.line, line)
        if len(self._by_start) == MOST_PRECINCTS:
            raise ParseError(f"more than {MOST_PRECINCTS} precincts", line=line)
        return self._by_start.setdefault(start, precinct)

    def _read_furniture(self, text: bytes, line: int) -> None:
        """Read a line that is no row of a precinct."""
        if text.startswith(_END_RULER):
            if self._top:
                raise ParseError(f"expected {self._form.report} columns before ====", line=line)
            if text.strip(b"="):
                raise ParseError("expected nothing beside the ====", line=line)
            self._block, self._ended = None, True
        elif self._block and self._is_foot(text):
            self._read_foot(self._block, text, line)
        elif text or self._top:
            self._block, self._ended = None, False
            self._read_top_line(text, line)

    def _is_foot(self, text: bytes) -> bool:
        form = self._form
        return form.foot_rows and text[: form.first_cell].strip(b" ") in {_TOTALS, _PERCENTS}

    def _read_top_line(self, text: bytes, line: int) -> None:
        self._top.append((line, text))
        if len(self._top) > MOST_TOP_LINES:
            reason = f"no rows in the {MOST_TOP_LINES} lines after this one"
            raise ParseError(reason, line=self._top[0][0])
        if text.endswith(b"-") and self._form.is_ruler(text.decode("latin-1")):
            self._rulers += 1
            if self._rulers == self._form.rulers:
                self._read_top()
                self._top, self._rulers = [], 0

    def _read_top(self) -> None:
        """Read the lines above the rows; most pages repeat the heading of the page before."""
        continued = self._take_marker()
        size = len(self._heading_texts)
        texts = tuple([text for _, text in self._top])
        if not size or texts[-size:] != self._heading_texts:
            lines = [(number, decoded(text, number)) for number, text in self._top]
            size = len(lines) - self._tops.begin(lines)
            self._heading = self._tops.read_heading(lines[-size:])
            self._heading_texts = texts[-size:]
        assert self._heading is not None
        header = self._tops.read_header(
            [(number, decoded(text, number)) for number, text in self._top[:-size]]
        )
        self._block = self._assembly.open(
            Page(self._heading, header, line=self._top[-1][0], continued=continued)
        )

    def _take_marker(self) -> bool:
        """Say whether the line above the last ruler has the marker; leave blanks in its place."""
        if len(self._top) < 2 or not self._top[-2][1].startswith(_MARKER):
            return False
        line, text = self._top[-2]
        self._top[-2] = line, (_NO_MARKER + text[len(_MARKER) :]).rstrip(b" ")
        return True

    def _read_foot(self, block: Block, row: bytes, line: int) -> None:
        """Read a foot row into the totals of the columns; raise ParseError."""
        percents = _PERCENTS in row
        if block.percents_line or (block.totals_line > 0) != percents:
            expected = "CANDIDATE TOTALS and CANDIDATE PERCENT, each once"
            raise ParseError(f"expected {expected}", line=line)
        total_line = block.totals_line or line
        for column in block.columns:
            votes, percent = column.total.votes, column.total.percent
            cell = row[column.begin : column.end]
            percentages = percents or not self._assembly.is_contest
            try:
                figures = read_cell(cell, self._form.cell_width, percentages=percentages)
            except ParseError as error:
                raise ParseError(error.reason, line=line) from error
            if not percents:
                votes, percent = figures
            elif figures[0] is None:
                percent = figures[1]
            else:
                raise ParseError(f"{figures[0]} is no percentage", line=line)
            column.total = ListedCount(
                column.total.label, votes, (), percent, column.total.party, None, total_line
            )
        if percents:
            block.percents_line = line
        else:
            block.totals_line = line

    def _end(self, line: int) -> TotalsListing:
        if self._top or self._assembly.is_empty:
            expected = f"the rows of an {self._form.report} page"
            raise ParseError(f"the listing ends before {expected}", line=line)
        if not self._ended:
            message = "The listing ends without the ruler below its last contest."
            self._findings.add(ListingCheck.CUT, message, line)
        control = self._assembly.end(line)
        check_precincts(self._precincts.values(), self._findings)
        head = self._headers.head()
        return TotalsListing(
            head=head,
            groups=(),
            precincts=tuple(_listed(each) for _, each in sorted(self._precincts.items())),
            control=control,
            counted=self._assembly.counted,
            findings=self._findings.all(),
            notes=self._text.notes,
        )


def _listed(precinct: Precinct) -> ListedPrecinct:
    return ListedPrecinct(
        precinct.number,
        precinct.name,
        tuple(precinct.statistics),
        tuple(precinct.contests),
        precinct.line,
    )
