"""What a canvass prints of one contest: a matrix of precincts and choices, page after page."""

from dataclasses import dataclass, field
from operator import getitem, itemgetter
from struct import Struct

from election.listings import ListedContest, ListedCount
from parsers.unity.canvass.cells import Cells

Row = tuple["Precinct", int, tuple[ListedCount, ...]]
"""Precinct, line and cells."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the rows of a page, and is the same on all pages of a contest."""

    title: str
    """Empty on statistics pages."""
    columns: tuple[ListedCount, ...]
    """Label and party of each; EL52 says its totals here too."""
    numbers: tuple[int, ...] = ()
    """EL52: the key numbers of the columns."""
    key: tuple[ListedCount, ...] = ()
    """EL52: the whole key, with columns that stand in other blocks."""
    votes_allowed: int | None = None
    counted: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above the heading."""

    party: str
    """Primary: whose page it is."""
    counted: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Everything above the rows of a page."""

    heading: Heading
    header: Header
    line: int
    """Of the last ruler."""
    continued: bool

    @property
    def title(self) -> str:
        """Title of the contest; empty on statistics pages."""
        return self.heading.title

    @property
    def party(self) -> str:
        """Primary: whose page it is."""
        return self.header.party

    @property
    def counted(self) -> tuple[int, int] | None:
        """Precincts counted, of how many."""
        return self.heading.counted or self.header.counted


@dataclass(slots=True, eq=False)
class Precinct:
    """What has been read of one precinct; there is one for each number."""

    number: int
    name: str
    line: int
    statistics: list[ListedCount] = field(default_factory=list)
    contests: list[ListedContest] = field(default_factory=list)


@dataclass(slots=True)
class Column:
    """One column: where it stands, what its cells say, and its total."""

    begin: int
    end: int | None
    """None for the last column, so that nothing after it is overlooked."""
    cells: Cells
    total: ListedCount


class RowPlan:
    """How the rows of a page become cells: cut at once, which is faster than cell by cell."""

    def __init__(self, columns: tuple[Column, ...]) -> None:
        """Plan for `columns`, which follow each other without a gap."""
        *others, last = columns
        widths = "".join(f"{each.end - each.begin}s" for each in others if each.end)
        self._cut = Struct(f"{columns[0].begin}x{widths}").unpack_from
        self._known = [each.cells for each in others]
        self._last_begin, self._last_known = last.begin, last.cells

    def cells(self, row: bytes) -> tuple[ListedCount, ...]:
        """Return the cells of `row`; raise ParseError, without a line, where one is no figure."""
        last = row[self._last_begin :]
        if not last:  # a line may end before its last columns; what is not there is blank
            row = row.ljust(self._last_begin)
        return *map(getitem, self._known, self._cut(row)), self._last_known[last]


@dataclass(slots=True)
class Block:
    """Columns that are printed side by side."""

    columns: tuple[Column, ...]
    plan: RowPlan
    labels: tuple[ListedCount, ...]
    """The columns as the first heading has them."""
    numbers: tuple[int, ...]
    rows: list[Row] = field(default_factory=list)
    totals_line: int = 0
    percents_line: int = 0

    def precincts(self) -> int:
        """Return how many precincts have rows here."""
        return len(set(map(itemgetter(0), self.rows)))


@dataclass(slots=True)
class Contest:
    """All blocks of one contest, or of the statistics."""

    first: Page
    blocks: list[Block]

    @property
    def name(self) -> str:
        """What to call it in a finding."""
        title = self.first.title or "the statistics"
        return f"{title} ({self.first.party})" if self.first.party else title

    def totals(self) -> tuple[ListedCount, ...]:
        """Return what the listing prints as totals; the key where it has one."""
        columns = (column for block in self.blocks for column in block.columns)
        return self.first.heading.key or tuple(column.total for column in columns)


def is_blank(count: ListedCount) -> bool:
    """Say whether a cell holds nothing."""
    return count.votes is None and count.percent is None
