"""What stands below the column heading of a page: statistics and contests, from top to bottom."""

import re
from collections.abc import Iterable

from election.listings import ListedContest, ListedCount, ListingCheck
from parsers.errors import ParseError
from parsers.unity.findings import Findings
from parsers.unity.listing import decoded
from parsers.unity.reports.checks import GroupSums, check_contest, is_statistic
from parsers.unity.reports.counted import PrecinctsCounted
from parsers.unity.reports.labels import Role
from parsers.unity.reports.lines import Lines, Means, counted_of, section_of
from parsers.unity.reports.precincts import Precincts
from parsers.unity.reports.rows import Row, Rows
from parsers.unity.reports.texts import NumberedText
from parsers.unity.reports.top_lines import HEADER_INDENT

MOST_TITLE_LINES = 6
"""Title lines of a contest; up to three were seen."""

MOST_CHOICES = 2_000
"""Rows of one contest."""

MOST_COUNTED_LINES = 2_000
"""Different lines of precincts counted that are remembered; they repeat with every contest."""

_new = tuple.__new__

_CHOICE, _TOTAL, _TEXT, _VOTE_FOR = Role.CHOICE, Role.TOTAL, Means.TEXT, Means.VOTE_FOR
"""Members that every line is compared with: Python 3.11 takes longer to find one than to slice."""

_BLANK, _BRACKET = b" )"

_INDENT = re.compile(rb" *")
_ONLY_FIGURES = re.compile(rb"[ .,0-9]*")


class _Contest:
    """The contest whose rows are being read."""

    __slots__ = (
        "choices",
        "counted",
        "counts",
        "line",
        "party",
        "remainders",
        "title",
        "total",
        "votes_allowed",
    )

    def __init__(self, title: str, votes_allowed: int, party: str, line: int) -> None:
        self.title = title
        self.votes_allowed = votes_allowed
        self.party = party
        self.line = line
        self.counts: list[ListedCount] = []
        """All rows but the total."""
        self.choices: list[ListedCount] = []
        self.remainders: list[Role] = []
        """Which of over- and undervotes came."""
        self.total: ListedCount | None = None
        self.counted: tuple[int, int] | None = None

    def set_apart(self, count: ListedCount, role: Role) -> None:
        """Take a row that is no choice for what it is; raise ParseError."""
        if role is not _TOTAL:
            if role in self.remainders:
                raise ParseError(f"the contest has {count.label!r} already", line=count.line)
            self.remainders.append(role)
            self.counts.append(count)
        elif self.total is not None:
            raise ParseError("the contest has a total already", line=count.line)
        else:
            self.total = count

    def listed(self) -> ListedContest:
        """Return what was read."""
        counts = tuple(self.counts)
        here = (self.title, counts, self.votes_allowed, self.party)
        return _new(ListedContest, (*here, None, "", self.total, self.counted, self.line))


class Body:
    """Reads the columns of all pages, one after the other, as one."""

    def __init__(
        self, rows: Rows, precincts: Precincts, counted: PrecinctsCounted, findings: Findings
    ) -> None:
        self.section = ""
        """Party of the section that the lines stand in."""
        self._rows = rows
        self._precincts = precincts
        self._counted = counted
        self._findings = findings
        self._sums = GroupSums(findings)
        self._lines = Lines()
        self._counted_lines: dict[bytes, tuple[int, int]] = {}
        self._titles: list[tuple[int, str]] = []
        self._contest: _Contest | None = None

    def read(self, lines: Iterable[NumberedText]) -> NumberedText | None:
        """Take the lines of a column, up to one that may be of a page header.

        Returns that line, which is not taken, or None. Raises ParseError at a line that is of
        neither.
        """
        usual, counted_lines = self._rows.usual, self._counted_lines
        for line, text in lines:
            if text[0] != _BLANK:
                if not self._read_text(text, line):
                    return line, text
                continue
            if text[-1] == _BRACKET and text in counted_lines:
                self._add_counted(counted_lines[text], line)
                continue
            try:
                row = usual(text)
            except KeyError:
                if not self._read_unusual(text, line):
                    return line, text
            else:
                self._add(row, line)
        return None

    def take_titles(self) -> list[tuple[int, str]]:
        """Return the lines that wait for a vote-for line, which turned out to be a header."""
        titles, self._titles = self._titles, []
        return titles

    def end_column(self) -> None:
        """End a column of a page: no contest goes beyond it. Raise ParseError."""
        if self._titles:
            line, title = self._titles[0]
            raise ParseError(f"no vote-for line below the title {title[:40]!r}", line=line)
        self._close_contest()

    def end(self) -> None:
        """End the listing, wherever it ends."""
        if self._titles:
            message = f"The listing ends below the title {self._titles[-1][1]!r}."
            lines = (line for line, _ in self._titles)
            self._findings.add(ListingCheck.CUT, message, *lines)
            self._titles = []
        self._close_contest(at_end=True)

    def end_listing(self) -> None:
        """Report what can be said only of the listing as a whole."""
        self._sums.end()

    def _read_text(self, text: bytes, line: int) -> bool:
        known = self._lines.get(text)
        means, words, votes_allowed = known or self._lines.read(text, line)
        if means is _TEXT:
            if self._contest is not None:
                self._close_contest()
            self._titles.append((line, words))
            if len(self._titles) > 2 * MOST_TITLE_LINES:
                raise ParseError("expected a vote-for line or a column heading", line=line)
        elif means is _VOTE_FOR:
            self._open_contest(votes_allowed, line)
        elif means is Means.HEADER:
            return False
        else:
            self._close_contest()
            self.section = words
        return True

    def _read_unusual(self, text: bytes, line: int) -> bool:
        words = decoded(text, line)
        if (counted := counted_of(words)) is not None:
            self._add_counted(counted, line)
            if len(self._counted_lines) < MOST_COUNTED_LINES:
                self._counted_lines[text] = counted
        elif (section := section_of(words)) is not None:
            self._close_contest()
            self.section = section
        elif _ONLY_FIGURES.fullmatch(text):
            raise ParseError("figures without a label", line=line)
        elif (indent := _INDENT.match(text)) and indent.end() >= HEADER_INDENT:
            return False
        else:
            row, shifted = self._rows.unusual(text, line, statistic=self._contest is None)
            if shifted:
                message = (
                    f"Line {line}: the figures of {row[0].printed} left their columns; they "
                    "were read from the right end of the line."
                )
                self._findings.add(ListingCheck.LAYOUT, message, line)
            self._add(row, line)
        return True

    def _add_counted(self, counted: tuple[int, int], line: int) -> None:
        if self._contest is None or self._contest.counts:
            raise ParseError("precincts counted, but not below the vote-for line", line=line)
        self._contest.counted = counted
        self._counted.of_contest(counted, self._contest.title, line)

    def _open_contest(self, votes_allowed: int, line: int) -> None:
        titles = self.take_titles()
        if not titles:
            raise ParseError("a vote-for line without the title of a contest", line=line)
        if len(titles) > MOST_TITLE_LINES:
            raise ParseError(f"a title of more than {MOST_TITLE_LINES} lines", line=titles[0][0])
        first, title = titles[0]
        if len(titles) > 1:
            title = " ".join([text.strip(" ") for _, text in titles])
        self._contest = _Contest(title.strip(" "), votes_allowed, self.section, first)

    def _add(self, row: Row, line: int) -> None:
        (name, party, printed, role), votes, percent, groups = row
        contest = self._contest
        if contest is None:
            self._add_statistic(row, line)
        else:
            # As ListedCount(...) makes it, in half the time: nearly all rows come by here.
            count = _new(ListedCount, (name, votes, groups, percent, party, None, line))
            counts = contest.counts
            if role is _CHOICE:
                counts.append(count)
                contest.choices.append(count)
            else:
                contest.set_apart(count, role)
            if len(counts) > MOST_CHOICES:
                raise ParseError(f"a contest of more than {MOST_CHOICES} rows", line=line)
            if votes is None:
                message = f"Line {line}: no votes for {printed}."
                self._findings.add(ListingCheck.LAYOUT, message, line)
        if groups:
            self._check_groups(row, line)

    def _check_groups(self, row: Row, line: int) -> None:
        try:
            wrong = sum(row[3]) != row[1]  # type: ignore[arg-type]  # None is the TypeError
        except TypeError:
            self._sums.check_blank(row, line)
        else:
            self._sums.full_rows += 1
            if wrong:
                self._sums.check(row, line)

    def _add_statistic(self, row: Row, line: int) -> None:
        if self._titles:
            raise ParseError("a row of figures where a vote-for line is expected", line=line)
        label, votes, percent, groups = row
        count = ListedCount(label.printed, votes, groups, percent, "", None, line)
        if self._counted.take(count):
            return
        if not is_statistic(count.label):
            message = f"Line {line}: {count.label} stands above all contests, but is no statistic."
            self._findings.add(ListingCheck.LAYOUT, message, line)
        self._precincts.add_statistic(count, self.section)

    def _close_contest(self, *, at_end: bool = False) -> None:
        if self._contest is None:
            return
        contest, choices = self._contest.listed(), self._contest.choices
        self._contest = None
        if not contest.counts:
            message = f"Line {contest.line}: no row of figures below {contest.title}."
            check = ListingCheck.CUT if at_end else ListingCheck.LAYOUT
            self._findings.add(check, message, contest.line)
        check_contest(contest, choices, self._precincts.ballots, self._findings)
        self._precincts.add_contest(contest)
