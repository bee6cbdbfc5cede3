"""Control totals of the reports: what a page prints twice is compared."""

import re
from collections.abc import Iterable, Sequence

from election.listings import ListedContest, ListedCount, ListingCheck
from parsers.unity.figures import hundredths, printed
from parsers.unity.findings import Findings
from parsers.unity.reports.rows import Row

MOST_SHORT_ROWS = 20
"""Rows whose groups make less than the total that are reported one by one; if there are more, a
group is not printed, and that is one finding."""

REGISTERED = "REGISTERED VOTERS - "
BALLOTS = "BALLOTS CAST - "
TURNOUT = "VOTER TURNOUT - "
TOTAL = "TOTAL"

_STATISTIC = re.compile(r"VOTERS|BALLOTS|TURNOUT|SHEETS|CARDS", re.IGNORECASE)


class GroupSums:
    """Holds the counting groups of each row against its total."""

    def __init__(self, findings: Findings) -> None:
        self.full_rows = 0
        """Rows with a figure in every group; the caller counts them."""
        self._findings = findings
        self._short: list[tuple[int, str]] = []
        self._short_rows = 0
        self._partly: dict[tuple[bool, ...], list[int]] = {}
        """Lines of rows that are blank in some groups only, by the groups that are."""

    def check_blank(self, row: Row, line: int) -> None:
        """Compare a row with a blank cell."""
        label, votes, _, cells = row
        groups = [cell for cell in cells if cell is not None]
        if votes is None and groups:
            message = f"Line {line}: counting groups of {label.printed}, but no total."
            self._findings.add(ListingCheck.GROUP_SUM, message, line)
        if 0 < len(groups) < len(cells):
            lines = self._partly.setdefault(tuple(cell is None for cell in cells), [])
            if len(lines) < MOST_SHORT_ROWS:
                lines.append(line)
        if votes is not None and (groups or not _has_no_groups(label.printed)):
            self.check(row, line)

    def check(self, row: Row, line: int) -> None:
        """Compare a row whose total is printed."""
        label, votes, _, cells = row
        made = sum(cell for cell in cells if cell is not None)
        if votes is None or made == votes:
            return
        said = f"Line {line}: the counting groups of {label.printed} make {made}, "
        if made > votes:
            message = f"{said}more than the total of {votes}."
            self._findings.add(ListingCheck.GROUP_SUM, message, line)
            return
        self._short_rows += 1
        if self._short_rows <= MOST_SHORT_ROWS:
            message = f"{said}the total is {votes}; a counting group may not be printed."
            self._short.append((line, message))

    def end(self) -> None:
        """Report the rows that are short, one by one or together, and those partly blank."""
        self._report_partly_blank()
        if self._short_rows <= MOST_SHORT_ROWS:
            for line, message in self._short:
                self._findings.add(ListingCheck.GROUP_SUM, message, line)
            return
        first = [line for line, _ in self._short]
        message = (
            f"In {self._short_rows} rows, first on line {first[0]}, the counting groups make less "
            "than the total: a counting group is not printed, or cells were blanked."
        )
        self._findings.add(ListingCheck.GROUP_SUM, message, *first)

    def _report_partly_blank(self) -> None:
        """Report blanks beside figures, but not of an unnamed group: it is blank in every row."""
        if not self.full_rows and len(self._partly) <= 1:
            return
        for lines in self._partly.values():
            for line in lines:
                message = f"Line {line}: a counting group is blank that has figures elsewhere."
                self._findings.add(ListingCheck.LAYOUT, message, line)


def is_statistic(label: str) -> bool:
    """Say whether a row of statistics may be called so: of voters, ballots or turnout."""
    return _STATISTIC.search(label) is not None


def check_contest(
    contest: ListedContest,
    choices: Sequence[ListedCount],
    ballots: ListedCount | None,
    findings: Findings,
) -> None:
    """Hold percentages, total and ballots against the choices, its rows without remainders."""
    try:
        votes = sum([choice.votes for choice in choices])  # type: ignore[misc]  # None: TypeError
    except TypeError:
        return
    _check_percentages(contest, choices, votes, findings)
    if contest.total is not None and contest.total.votes != votes:
        message = (
            f"Line {contest.total.line}: the total of {contest.title} is {contest.total.votes}, "
            f"its choices, from line {contest.line} on, make {votes}."
        )
        lines = (choice.line for choice in choices)
        findings.add(ListingCheck.CONTEST_TOTAL, message, *lines, contest.total.line)
    if ballots is None or ballots.votes is None or contest.votes_allowed is None:
        return
    if len(choices) != len(contest.counts):
        votes = sum([count.votes or 0 for count in contest.counts])
    most = ballots.votes * contest.votes_allowed
    if votes > most:
        message = (
            f"Line {contest.line}: {contest.title} has {votes} votes, more than the {most} that "
            f"{ballots.votes} ballots can hold (line {ballots.line})."
        )
        lines = (count.line for count in contest.counts)
        findings.add(ListingCheck.CONTEST_TOTAL, message, ballots.line, contest.line, *lines)


def check_statistics(counts: Iterable[ListedCount], findings: Findings) -> None:
    """Hold turnout against ballots and registered voters, and parts of the ballots against all."""
    by_label = {count.label.upper(): count for count in counts}
    for label, count in by_label.items():
        whole: ListedCount | None = None
        part: ListedCount | None = count
        if label.startswith(TURNOUT):
            of = label.removeprefix(TURNOUT)
            part, whole = by_label.get(BALLOTS + of), by_label.get(REGISTERED + of)
        elif label.startswith(BALLOTS):
            whole = by_label.get(BALLOTS + TOTAL)
        if label.startswith(BALLOTS) and count.votes is None:
            message = f"Line {count.line}: no figure for {count.label}."
            findings.add(ListingCheck.LAYOUT, message, count.line)
            continue
        if part is None or whole is None or part.votes is None or not whole.votes:
            continue
        if count.percent is None and (label.startswith(BALLOTS) or not part.votes):
            continue
        expected = hundredths(part.votes, whole.votes)
        if expected is not None and expected != count.percent:
            said = "blank" if count.percent is None else f"{printed(count.percent)} percent"
            message = (
                f"Line {count.line}: {count.label} is {said}, but "
                f"{part.votes} of {whole.votes} (lines {part.line} and {whole.line}) make "
                f"{printed(expected)}."
            )
            lines = sorted({count.line, part.line, whole.line})
            findings.add(ListingCheck.PERCENT, message, *lines)


def _check_percentages(
    contest: ListedContest, choices: Sequence[ListedCount], votes: int, findings: Findings
) -> None:
    wrong: list[ListedCount] = []
    for choice in choices:
        if choice.votes:
            # Written out: a call for each row of a listing would take a third of its time.
            if choice.percent != (20_000 * choice.votes + votes) // (2 * votes):
                wrong.append(choice)
        elif choice.percent:
            wrong.append(choice)
    if not wrong:
        return
    first = wrong[0]
    said = "blank" if first.percent is None else printed(first.percent)
    expected = hundredths(first.votes or 0, votes) or 0
    message = (
        f"Line {first.line}: the percentage of {first.label} in {contest.title} is {said}, but "
        f"{first.votes} of {votes} votes (lines {choices[0].line} to {choices[-1].line}) make "
        f"{printed(expected)}; {len(wrong)} of {len(choices)} percentages of the contest differ."
    )
    findings.add(ListingCheck.PERCENT, message, *(choice.line for choice in choices))


def _has_no_groups(label: str) -> bool:
    """Say whether a row of statistics is one that is never counted by group."""
    return label.upper().startswith((REGISTERED, "TOTAL ALL REGISTERED", "PRECINCTS COUNTED"))
