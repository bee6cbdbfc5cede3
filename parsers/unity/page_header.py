"""What page headers say: titles, run date, report name, page number, election id.

    PRECINCT REPORT                        Cabell County, WV                 Results After Canvass
                                           General Election
                                           November 2, 2010
    Run Date:11/08/10 02:53 PM                                   REPORT-EL30      PAGE 0001-01

Any part may be missing or stand on another line, so parts are found by what they are, not by
where they are; what is left over are titles.
"""

import re
from dataclasses import dataclass

from election.listings import ListingCheck, ListingFinding, ListingHead

_MOST_FINDINGS = 20

_RUN_DATE = re.compile(
    r"run date: ?(\d\d/\d\d/\d\d(?:\d\d)?)(?: (\d\d:\d\d(?: ?[AP]M)?))?", re.IGNORECASE
)
_RUN_TIME = re.compile(r"run time: ?(\d\d:\d\d(?: ?[AP]M)?)", re.IGNORECASE)
_REPORT = re.compile(r"(?:report[- ]?)?\b(EL\d{2,3}[A-Z]?)\b", re.IGNORECASE)
_PAGE = re.compile(r"\bpage +(\d{1,6}(?:-\d{1,4})?)\b", re.IGNORECASE)
_ELECTION = re.compile(r"election id: ?(\S{1,40})?", re.IGNORECASE)
_GAP = re.compile(r" {2,}|\t+")


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """One line of a page header, taken apart; what it does not hold is empty."""

    titles: tuple[str, ...] = ()
    run_date: str = ""
    run_time: str = ""
    report: str = ""
    page: str = ""
    election: str = ""


def read_header_line(text: str) -> HeaderLine:
    """Return the parts of `text`; every text is a header line, if only of titles."""
    found: dict[str, str] = {}
    for name, pattern in (
        ("run_date", _RUN_DATE),
        ("run_time", _RUN_TIME),
        ("election", _ELECTION),
        ("page", _PAGE),
        ("report", _REPORT),
    ):
        if part := pattern.search(text):
            found[name] = part[1] or ""
            if name == "run_date" and part[2]:
                found["run_time"] = part[2]
            text = f"{text[: part.start()]}  {text[part.end() :]}"
    titles = (title.strip(" ") for title in _GAP.split(text))
    return HeaderLine(titles=tuple(title for title in titles if title), **found)


class PageHeaders:
    """Collects the headers of all pages and says where one differs from those before."""

    def __init__(self, report: str) -> None:
        self._report = report
        self._titles: list[str] = []
        self._first: dict[str, str] = {}
        self._findings: list[ListingFinding] = []
        self.pages = 0

    def begin_page(self) -> None:
        """Count a page; the lines that follow are its header."""
        self.pages += 1

    def add(self, header: HeaderLine, line: int) -> None:
        """Take in one header line of the page that was begun."""
        if self.pages <= 1:
            self._titles += header.titles
        for title in header.titles:
            if title not in self._titles:
                self._say(f"{title[:60]!r} is on no page above.", line)
        for what, said in (
            ("RUN DATE", header.run_date),
            ("RUN TIME", header.run_time),
            ("ELECTION ID", header.election),
        ):
            if said and said != self._first.setdefault(what, said):
                self._differs(what, said, line)

    def head(self) -> ListingHead:
        """Return what the headers say as a whole."""
        said = self._first
        run_date = " ".join(filter(None, (said.get("RUN DATE"), said.get("RUN TIME"))))
        return ListingHead(
            self._report, tuple(self._titles), run_date, said.get("ELECTION ID", ""), self.pages
        )

    def findings(self) -> tuple[ListingFinding, ...]:
        """Return the first differences between headers."""
        return tuple(self._findings)

    def _differs(self, what: str, said: str, line: int) -> None:
        self._say(f"{what} is {said} here, {self._first[what]} on pages above.", line)

    def _say(self, message: str, line: int) -> None:
        if len(self._findings) < _MOST_FINDINGS:
            self._findings.append(ListingFinding(ListingCheck.PAGES, message, (line,)))
