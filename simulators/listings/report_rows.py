"""Lays out the lines within a column of contests: headings, rows of figures, whole contests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from election.listings import ListedContest, ListedCount
from simulators.listings.canvass_matrix import percentage, title_lines
from simulators.listings.report_style import GROUP_REPORTS, SUMMARIES, HeadingAt, ReportStyle

GROUP_WIDTH = 14
"""Columns from the end of one counting group to the end of the next."""

HEADING_WIDTH = 13
"""Where the name of a counting group is cut."""

TITLE_WIDTH = 56
"""Of a contest's name in the software's database; a two-column page has no more room either."""

REMAINDERS = ("over votes", "under votes")
"""Last rows of a contest, no choices; like its total they are printed further to the right."""

_DOT_EVERY = 3


@dataclass(frozen=True, slots=True)
class Columns:
    """Where figures end, in columns from the left edge of a column of contests."""

    label: int
    """Last column of label and leader, plus one for the blank before them."""
    votes: int
    percent: int
    heading: str


def columns_of(report: str) -> Columns:
    """Return the columns of a report, the same on wide and on narrow pages."""
    label = 40 if report in SUMMARIES else 43
    if report in GROUP_REPORTS:
        percent = 59 if report in SUMMARIES else 60
        return Columns(label, 51, percent, f"{'':40}TOTAL VOTES     %")
    if report in SUMMARIES:
        return Columns(label, 50, 58, f"{'':45}VOTES PERCENT")
    return Columns(label, 50, 58, f"{'':44}VOTES  PERCENT")


class RowLayout:
    """Prints the rows of one listing."""

    def __init__(self, report: str, groups: Sequence[str], style: ReportStyle) -> None:
        self._columns = columns_of(report)
        self._groups = groups
        self._style = style

    def heading(self) -> str:
        """Return the line over the figures."""
        text = self._columns.heading
        for end, name in zip(self._group_ends(), self._groups, strict=True):
            text = f"{text:<{end - HEADING_WIDTH}}{self._placed(name[:HEADING_WIDTH])}"
        return text.rstrip(" ")

    def statistics(self, counts: Sequence[ListedCount]) -> tuple[str, ...]:
        """Return the rows before the first contest."""
        return tuple(self.row(count) for count in counts)

    def contest(self, contest: ListedContest) -> tuple[str, ...]:
        """Return a contest from its title to its last row."""
        return tuple(self._contest(contest))

    def row(self, count: ListedCount, indent: int = 0) -> str:
        """Return one row of figures."""
        party = f" ({count.party})" if count.party else ""
        columns = self._columns
        text = " " + _leader(" " * indent + count.label + party, columns.label - 1)
        text += self._figure(count.votes).rjust(columns.votes - len(text))
        text += percentage(count.percent).rjust(columns.percent - len(text))
        for end, votes in zip(self._group_ends(), count.by_group, strict=True):
            text += self._figure(votes).rjust(end - len(text))
        return text.rstrip(" ")

    def _contest(self, contest: ListedContest) -> Iterator[str]:
        yield from title_lines(contest.title, TITLE_WIDTH)
        yield self._style.vote_for.format(contest.votes_allowed)
        if contest.counted is not None:
            counted, of = contest.counted
            yield f"    (WITH {counted} OF {of} PRECINCTS COUNTED)"
        counts = contest.counts
        choices = sum(count.label.lower() not in REMAINDERS for count in counts)
        for count in counts[:choices]:
            yield self.row(count)
        if contest.total is not None:
            yield self.row(contest.total, indent=4)
        for count in counts[choices:]:
            yield self.row(count, indent=4)

    def _group_ends(self) -> range:
        first = self._style.first_group_end
        return range(first, first + GROUP_WIDTH * len(self._groups), GROUP_WIDTH)

    def _placed(self, name: str) -> str:
        match self._style.heading_at:
            case HeadingAt.RIGHT:
                return name.rjust(HEADING_WIDTH)
            case HeadingAt.BEFORE_RIGHT:
                return name.rjust(HEADING_WIDTH - 1).ljust(HEADING_WIDTH)
            case HeadingAt.CENTRED:
                return name.center(HEADING_WIDTH)

    def _figure(self, number: int | None) -> str:
        if number is None:
            return ""
        return f"{number:,}" if self._style.commas else str(number)


def _leader(label: str, width: int) -> str:
    """Return `label`, cut or filled up to `width` with the rest of a line of dots."""
    dots = ("  ." * width)[:width]
    return label[:width] + dots[len(label) :]
