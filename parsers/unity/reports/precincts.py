"""Joins the pages of a precinct, and tells a precinct that comes again from one that goes on."""

from dataclasses import replace

from election.listings import ListedContest, ListedCount, ListedPrecinct, ListingCheck
from parsers.errors import ParseError
from parsers.unity.findings import Findings
from parsers.unity.reports.checks import BALLOTS, TOTAL, check_statistics
from parsers.unity.reports.tops import PageTop

MOST_PRECINCTS = 9_999
"""Unity numbers precincts with four digits."""

MOST_COUNTS = 500_000
"""Rows of a listing, repeated ones included; Cabell County has 10,000."""


class _Precinct:
    """One precinct, or the whole jurisdiction, as far as it was read."""

    def __init__(self, top: PageTop) -> None:
        self.number = top.precinct
        self.name = top.name
        self.line = top.line
        self.page = 0
        """Number of the page that was read last."""
        self.statistics: list[ListedCount] = []
        self.known: set[tuple[str, str]] = set()
        """Section and label of each of them."""
        self.contests: list[ListedContest] = []
        self.titles: dict[tuple[str, str], list[ListedContest]] = {}
        """The contests by party and title; a title may be that of several."""
        self.ballots: ListedCount | None = None

    @property
    def said(self) -> str:
        """How messages call it."""
        return "the report" if self.number is None else f"precinct {self.number}"

    def listed(self) -> ListedPrecinct:
        """Return what was read."""
        return ListedPrecinct(
            self.number,
            self.name,
            tuple(self.statistics),
            tuple(self.contests),
            self.line,
        )


class Precincts:
    """All precincts of a listing, each once."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._kept: dict[int | None, _Precinct] = {}
        self._open: _Precinct | None = None
        self._top: PageTop | None = None
        self._page_is_empty = True
        self._counts = 0

    @property
    def ballots(self) -> ListedCount | None:
        """Ballots cast in the open precinct, if the listing said so by now."""
        return self._open.ballots if self._open else None

    def turn_page(self, top: PageTop) -> None:
        """Go on with the precinct of a new page; raise ParseError."""
        if self._open is None or self._open.number != top.precinct:
            self._close()
            self._open = self._kept.get(top.precinct) or self._new(top)
        precinct, self._top, self._page_is_empty = self._open, top, True
        if top.name != precinct.name:
            message = (
                f"Line {top.line}: {precinct.said} is {top.name!r}, {precinct.name!r} from line "
                f"{precinct.line} on."
            )
            self._findings.add(ListingCheck.PAGES, message, precinct.line, top.line)
        if top.page is not None:
            self._check_page(precinct, top, *top.page)

    def add_statistic(self, count: ListedCount, section: str) -> None:
        """Add a row of statistics; as the first of a page it may begin the precinct again."""
        assert self._open is not None
        assert self._top is not None
        key = (section, count.label)
        if self._page_is_empty and key in self._open.known:
            self._close()
            self._open = _Precinct(self._top)
            self._open.page = self._top.page[1] if self._top.page else 0
        self._count(1, count.line)
        precinct = self._open
        if key in precinct.known:
            first = next(known for known in precinct.statistics if known.label == count.label)
            message = (
                f"Line {count.line}: {count.label} of {precinct.said} again, first on line "
                f"{first.line}; the first is kept."
            )
            self._findings.add(ListingCheck.REPEATED, message, first.line, count.line)
            return
        precinct.statistics.append(count)
        precinct.known.add(key)
        self._page_is_empty = False
        if precinct.ballots is None and count.label.upper() == BALLOTS + TOTAL:
            precinct.ballots = count

    def add_contest(self, contest: ListedContest) -> None:
        """Add a contest; one that the precinct has already is reported, never added up."""
        assert self._open is not None
        self._count(1 + len(contest.counts), contest.line)
        self._page_is_empty = False
        key = (contest.party, contest.title)
        if key not in self._open.titles:
            self._open.titles[key] = [contest]
            self._open.contests.append(contest)
            return
        namesakes = self._open.titles[key]
        first = next((known for known in namesakes if _same_choices(known, contest)), None)
        if first is None:
            namesakes.append(contest)
            self._open.contests.append(contest)
            return
        same = "the same" if first == contest else "other"
        message = (
            f"Line {contest.line}: {contest.title} of {self._open.said} again with {same} "
            f"figures, first on line {first.line}; the first is kept."
        )
        self._findings.add(ListingCheck.REPEATED, message, first.line, contest.line)

    def end(self) -> tuple[ListedPrecinct, ...]:
        """Return all precincts; to be called once, at the end of the listing."""
        self._close()
        for precinct in self._kept.values():
            check_statistics(precinct.statistics, self._findings)
        return tuple(precinct.listed() for precinct in self._kept.values())

    def _new(self, top: PageTop) -> _Precinct:
        if len(self._kept) == MOST_PRECINCTS:
            raise ParseError(f"more than {MOST_PRECINCTS} precincts", line=top.line)
        return self._kept.setdefault(top.precinct, _Precinct(top))

    def _close(self) -> None:
        """Compare a precinct that was read again with what is kept of it, and let it go."""
        if self._open is None or self._kept[self._open.number] is self._open:
            return
        again, first = self._open.listed(), self._kept[self._open.number].listed()
        same = "the same" if again == replace(first, name=again.name) else "other"
        message = (
            f"Line {again.line}: {self._open.said} again with {same} figures, first on line "
            f"{first.line}; the first is kept."
        )
        self._findings.add(ListingCheck.REPEATED, message, first.line, again.line)

    def _check_page(self, precinct: _Precinct, top: PageTop, prefix: int, page: int) -> None:
        if prefix != (precinct.number or 0):
            message = f"Line {top.line}: a page of {precinct.said} has the number {prefix:04}."
            self._findings.add(ListingCheck.PAGES, message, top.line)
        if page not in {precinct.page + 1, 1}:
            message = (
                f"Line {top.line}: page {page} of {precinct.said} follows page {precinct.page}."
                if precinct.page
                else f"Line {top.line}: page {page} is the first of {precinct.said}."
            )
            self._findings.add(ListingCheck.PAGES, message, precinct.line, top.line)
        precinct.page = page

    def _count(self, rows: int, line: int) -> None:
        self._counts += rows
        if self._counts > MOST_COUNTS:
            raise ParseError(f"more than {MOST_COUNTS} rows", line=line)


def _same_choices(one: ListedContest, other: ListedContest) -> bool:
    """Say whether two contests with one title are the same, whatever their figures."""
    return one.votes_allowed == other.votes_allowed and [
        (count.label, count.party) for count in one.counts
    ] == [(count.label, count.party) for count in other.counts]
